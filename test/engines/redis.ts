/**
 * A real Redis for tests, on a free port of the loopback, with an append-only file in a folder of
 * its own. A machine without `redis-server` skips what needs it, unless GANNET_REQUIRE_ENGINES
 * (a list, `redis,s3`) names it: then it fails.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pass } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { TestContext } from 'vitest'

export interface RedisServer {
  readonly url: string
  /** Kills the server with SIGKILL and starts it again on the same data and port. @param awayMs between the two; default 0 */
  crash(awayMs?: number): Promise<void>
  /** As if its machine slept (SIGSTOP), and woke up (SIGCONT). */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Bytes of memory that it may have; 0 for any. */
  limit(bytes: number): Promise<void>
  /** Empties it. */
  clear(): Promise<void>
  stop(): Promise<void>
}

const onPath = async (program: string): Promise<string | null> => {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program)
    const found = await access(file, constants.X_OK).then(() => true, () => false)
    if (found) return file
  }
  return null
}

/** The program's path; without it the test fails or skips, as GANNET_REQUIRE_ENGINES says. */
/** @param context null outside of tests: then it fails */
export const needEngine = async (engine: string, program: string, context: TestContext | null): Promise<string> => {
  const file = await onPath(program)
  if (file) return file
  if (context === null) throw new Error(`${program} is not on the PATH`)
  if ((process.env.GANNET_REQUIRE_ENGINES ?? '').split(',').includes(engine)) {
    throw new Error(`GANNET_REQUIRE_ENGINES asks for ${engine}, but ${program} is not on the PATH`)
  }
  console.warn(`skipped: ${program} is not on the PATH`)
  return context.skip(`${program} is not on the PATH`)
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const launch = async (
  program: string, port: number, folder: string, addresses: readonly string[], more: readonly string[] = [],
): Promise<ChildProcess> => {
  const child = spawn(
    program,
    ['--port', String(port), '--bind', ...addresses, '--protected-mode', 'no', '--dir', folder, '--save', '', '--appendonly', 'yes', ...more],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume()
      return child
    }
  }
  throw new Error(`redis-server did not start:\n${lines.join('\n')}`)
}

/** @param address where it answers; always on 127.0.0.1, too */
export const startRedis = async (context: TestContext | null, address = '127.0.0.1'): Promise<RedisServer> => {
  const program = await needEngine('redis', 'redis-server', context)
  const [port, folder] = [await freePort(), await mkdtemp(path.join(tmpdir(), 'gannet-redis-'))]
  const addresses = [...new Set(['127.0.0.1', address])]
  let child = await launch(program, port, folder, addresses)
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    url: `redis://${address}:${port}`,
    async crash(awayMs = 0) {
      await kill('SIGKILL')
      await pass(awayMs)
      child = await launch(program, port, folder, addresses)
    },
    signal: (name) => void child.kill(name),
    async limit(bytes) {
      const client = new Redis(port)
      await client.config('SET', 'maxmemory', bytes)
      client.disconnect()
    },
    async clear() {
      const client = new Redis(port)
      await client.flushall()
      client.disconnect()
    },
    async stop() {
      await kill('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const SLOTS = 16_384

/** Three servers that take writes, each with a third of the slots; no replicas. `crash` kills each in turn, `signal`, `limit` and `clear` are for all. */
export const startRedisCluster = async (context: TestContext | null): Promise<RedisServer> => {
  const program = await needEngine('redis', 'redis-server', context)
  const servers = await Promise.all([0, 1, 2].map(async () => {
    const [port, bus, folder] = [await freePort(), await freePort(), await mkdtemp(path.join(tmpdir(), 'gannet-redis-'))]
    const raise = () => launch(program, port, folder, ['127.0.0.1'], ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000'])
    return { port, bus, folder, raise, child: await raise() }
  }))
  const clients = servers.map(({ port }) => new Redis(port))
  const third = Math.ceil(SLOTS / servers.length)
  for (const [nth, client] of clients.entries()) {
    await client.cluster('ADDSLOTSRANGE', third * nth, Math.min(SLOTS, third * (nth + 1)) - 1)
    for (const { port, bus } of servers) await client.call('CLUSTER', 'MEET', '127.0.0.1', port, bus)
  }
  for (const until = Date.now() + 30_000; ; await pass(50)) {
    const known = await Promise.all(clients.map(async (client) => String(await client.cluster('INFO'))))
    if (known.every((info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'))) break
    if (Date.now() > until) throw new Error(`the cluster does not stand: ${known.join('\n')}`)
  }
  for (const client of clients) client.disconnect()
  const kill = async (nth: number, signal: NodeJS.Signals): Promise<void> => {
    const { child } = servers[nth] as (typeof servers)[number]
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  const tellAll = async (tell: (client: Redis) => Promise<unknown>): Promise<void> => {
    await Promise.all(servers.map(async ({ port }) => {
      const client = new Redis(port)
      await tell(client)
      client.disconnect()
    }))
  }
  let turn = 0
  return {
    url: `redis://127.0.0.1:${servers[0]?.port}`,
    async crash(awayMs = 0) {
      const nth = ++turn % servers.length
      await kill(nth, 'SIGKILL')
      await pass(awayMs)
      const server = servers[nth] as (typeof servers)[number]
      server.child = await server.raise()
    },
    signal: (name) => servers.forEach(({ child }) => void child.kill(name)),
    limit: (bytes) => tellAll((client) => client.config('SET', 'maxmemory', bytes)),
    clear: () => tellAll((client) => client.flushall()),
    async stop() {
      await Promise.all(servers.map(async ({ folder }, nth) => {
        await kill(nth, 'SIGTERM')
        await rm(folder, { recursive: true, force: true })
      }))
    },
  }
}
