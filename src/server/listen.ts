/** Opens the port of an HTTP server, and says where it answers. */
import { networkInterfaces } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { GannetError } from '../core/errors.ts'

/** Where others reach who listens everywhere: the first address of this machine that is not the loopback's. */
const reachable = (host: string): string => {
  if (host !== '0.0.0.0' && host !== '::') return host
  const family = host === '::' ? ['IPv4', 'IPv6'] : ['IPv4']
  const outer = Object.values(networkInterfaces()).flatMap((found) => found ?? []).filter(({ internal }) => !internal)
  return outer.find((one) => family.includes(one.family) && !one.address.startsWith('fe80:'))?.address ?? '127.0.0.1'
}

/**
 * @param listen `HOST:PORT` or `[IPV6]:PORT`; port 0 takes any that is free
 * @throws usage when it is taken, or is no address of this machine
 */
export const listenAt = async (server: FastifyInstance, listen: string): Promise<{ readonly url: string; readonly port: number }> => {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  try {
    await server.listen({ host, port: Number(listen.slice(colon + 1)) })
  } catch (cause) {
    throw new GannetError('usage', `--listen ${listen} cannot be used: ${(cause as Error).message}`, { cause })
  }
  const [bound] = server.addresses()
  const port = typeof bound === 'object' ? bound.port : 0
  const name = reachable(host)
  return { url: `http://${name.includes(':') ? `[${name}]` : name}:${port}`, port }
}
