import { Cluster } from 'ioredis'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedisCluster, type RedisServer } from '../../../test/engines/redis.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import { patient } from '../../core/patient.ts'
import type { NewTask } from '../task.ts'
import { openRedisQueue, shardPrefix } from './redis-shards.ts'

const A = 'request-a' as RequestId
const image = (n: number): NewTask => ({
  id: `task-${n}` as TaskId, kind: 'image', host: `https://${n % 40}.example`, url: `https://${n % 40}.example/${n}`, weight: 50, payload: n,
})

describe('the general queue on a cluster', () => {
  let servers: RedisServer | null = null
  let cluster: Cluster
  beforeEach(async (context) => {
    if (servers) return
    servers = await startRedisCluster(context)
    const { hostname, port } = new URL(servers.url)
    cluster = new Cluster([{ host: hostname, port: Number(port) }])
  }, 60_000)
  afterAll(async () => {
    cluster?.disconnect()
    await servers?.stop()
  })

  test('lies on all its servers, and hands out everything once', async () => {
    const queue = await openRedisQueue({ redis: cluster, prefix: '{spread}:', delayMs: 0 })
    const tasks = Array.from({ length: 400 }, (_, n) => image(n))
    expect(await queue.add({ request: A, sequence: 1, tasks })).toEqual(tasks.map(() => 'queued'))
    const sizes = await Promise.all(cluster.nodes('master').map((server) => server.dbsize()))
    expect(Math.min(...sizes)).toBeGreaterThan(0)

    const seen: string[] = []
    while (seen.length < tasks.length) {
      const { hosts } = await queue.due({ limit: 50, now: 1000 })
      const assignments = hosts.map(({ host, count }) => ({ host, owner: 'w', count }))
      const taken = await queue.assign({ assignments, leaseMs: 1000, now: 1000, fence: 1 })
      expect(taken).toEqual(assignments.map(({ count }) => count))
      const leases = await queue.collect({ owner: 'w', count: 1000 })
      seen.push(...leases.map(({ task }) => task.id))
      const ends = leases.map(({ task, fence }) => ({ id: task.id, fence, end: { outcome: 'kept' as const, reason: null }, spawn: [] }))
      expect(await queue.complete(ends)).toEqual(ends.map(() => 'done'))
    }
    expect(seen.sort()).toEqual(tasks.map(({ id }) => id).sort())
    expect((await queue.tally([A])).pending.image).toBe(0)
  })

  test('goes on after one of its servers was killed and started again', async () => {
    const queue = await openRedisQueue({ redis: cluster, prefix: '{crash}:', delayMs: 0 })
    const tasks = Array.from({ length: 100 }, (_, n) => image(n))
    await queue.add({ request: A, sequence: 1, tasks })
    await servers?.crash()
    // What does not answer yet keeps its own; the others' is handed out meanwhile.
    const got = new Map<string, number>()
    const take = async (): Promise<void> => {
      const { leases } = await patient(queue, { signal: new AbortController().signal, random: () => 0 })
        .reserve({ owner: 'w', count: 1000, perHost: 1000, busy: {}, leaseMs: 1000, now: 1000 })
      for (const { task, fence } of leases) {
        // What was started again gives no fence a second time.
        expect(fence).toBeGreaterThan(got.get(task.id) ?? 0)
        got.set(task.id, fence)
      }
    }
    while (got.size < tasks.length) await take()
    await patient(queue, { signal: new AbortController().signal, random: () => 0 }).recover('w', [])
    const before = [...got.values()].reduce((sum, fence) => sum + fence, 0)
    await take()
    expect([...got.keys()].sort()).toEqual(tasks.map(({ id }) => id).sort())
    expect([...got.values()].reduce((sum, fence) => sum + fence, 0)).toBeGreaterThan(before)
  }, 60_000)

  test('wants a hash tag to vary', () => {
    expect([0, 1, 15].map((nth) => shardPrefix('{gannet}:', nth))).toEqual(['{gannet}:', '{gannet-1}:', '{gannet-15}:'])
    expect(() => shardPrefix('plain:', 1)).toThrow('write it as {plain}:')
  })
})
