/** Opens the port of an HTTP server, and says where it answers. */
import type { FastifyInstance } from 'fastify'
import { GannetError } from '../core/errors.ts'

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
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port }
}
