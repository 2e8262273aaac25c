/** A Redis of the benchmark's own, on a free port of the loopback, in a folder that goes with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'

export interface RedisServer {
  readonly url: string
  readonly client: Redis
  close(): Promise<void>
}

/** Evicts nothing. @param appendOnly as `doctor` asks for it: a file of what was done, synced every second */
export const startRedis = async ({ appendOnly }: { readonly appendOnly: boolean }): Promise<RedisServer> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gannet-bench-redis-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const args = [
    '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--maxmemory-policy', 'noeviction',
    '--appendonly', appendOnly ? 'yes' : 'no', '--appendfsync', 'everysec',
  ]
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('Ready to accept connections')) break
  child.stdout.resume()
  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url)
  return {
    url, client,
    async close() {
      client.disconnect()
      const gone = once(child, 'exit')
      child.kill()
      await gone
      await rm(folder, { recursive: true })
    },
  }
}

/** Bytes. */
export const usedMemory = async (client: Redis): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1])
