import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedis, type RedisServer } from '../../test/engines/redis.ts'
import type { RequestId, TaskId } from '../core/ids.ts'
import { openRedisSchedule } from './adapters/redis.ts'
import { shardPrefix } from './adapters/redis-shards.ts'
import { addressKey, type ScheduleStore } from './schedule-store.ts'
import { createShardedSchedule, shardOf, type ScheduleShard } from './sharded-schedule.ts'
import type { Lease, NewTask } from './task.ts'

const SHARDS = 3
const A = 'request-a' as RequestId
/** One host of each shard. */
const hosts = Array.from({ length: SHARDS }, (_, shard) => {
  let n = 0
  while (shardOf(`https://${n}.example`, SHARDS) !== shard) n++
  return `https://${n}.example`
})
const task = (kind: NewTask['kind'], name: string, host: number): NewTask =>
  ({ id: name as TaskId, kind, host: hosts[host] as string, url: `${hosts[host]}/${name}`, weight: 50, payload: name })

describe('a queue in shards', () => {
  let server: RedisServer | null = null
  let redis: Redis
  let shards: readonly ScheduleShard[]
  let queue: ScheduleStore
  let opened = 0
  beforeEach(async (context) => {
    server ??= await startRedis(context)
    redis ??= new Redis(server.url).setMaxListeners(0)
    const prefix = `{shards${++opened}}:`
    shards = await Promise.all(hosts.map((_, nth) => openRedisSchedule({ redis, prefix: shardPrefix(prefix, nth), delayMs: 100, addressDelayMs: 10 * SHARDS })))
    queue = createShardedSchedule(shards)
  })
  afterAll(async () => {
    redis?.disconnect()
    await server?.stop()
  })
  const lease = async (now: number, from = queue): Promise<readonly Lease[]> =>
    (await from.reserve({ owner: 'w', count: 99, perHost: 9, busy: {}, leaseMs: 1000, now })).leases
  const read = { outcome: 'read' as const, reason: null }

  test('gives fences and sequences that are nobody else\'s', async () => {
    await queue.add({ request: A, sequence: 1, tasks: hosts.map((_, nth) => task('image', `image-${nth}`, nth)) })
    const leases = await lease(0)
    expect(leases.map(({ task: { host } }) => host).sort()).toEqual([...hosts].sort())
    expect(new Set(leases.map(({ fence }) => fence)).size).toBe(SHARDS)
    expect(new Set(leases.map(({ task: { sequence } }) => sequence)).size).toBe(SHARDS)
    const held = leases.map(({ task: { id }, fence }) => ({ id, fence }))
    expect(await queue.renew(held, 5000)).toEqual([true, true, true])
    expect(await queue.recover('w', held.slice(0, 1))).toBe(SHARDS - 1)
    expect(await queue.renew(held, 5000)).toEqual([true, false, false])
  })

  test('takes what a task found where it belongs, once, also when its process dies before it has ended', async () => {
    await queue.add({ request: A, sequence: 1, tasks: [task('page', 'page', 0), task('image', 'known', 1)] })
    const [page] = (await lease(0)).filter(({ task: { kind } }) => kind === 'page')
    const spawn = [task('image', 'here', 0), task('image', 'known', 1), task('image', 'there', 1), task('image', 'far', 2)]
    const completion = { id: page?.task.id as TaskId, fence: page?.fence as number, end: read, spawn }
    // It dies when the others have what it found, and its own shard does not know of it.
    const dying = createShardedSchedule(shards.map((shard) => ({ ...shard, complete: () => Promise.reject(new Error('died')) })))
    await expect(dying.complete([completion])).rejects.toThrow('died')
    expect((await queue.tally([A])).pending).toEqual({ page: 1, image: 3, process: 0 })

    const [again] = (await lease(2000)).filter(({ task: { kind } }) => kind === 'page')
    expect(await queue.complete([completion])).toEqual(['void'])
    expect(await queue.complete([{ ...completion, fence: again?.fence as number }])).toEqual(['done'])
    expect(await queue.complete([{ ...completion, fence: again?.fence as number }])).toEqual(['done'])
    const tally = await queue.tally([A])
    expect(tally.pending).toEqual({ page: 0, image: 4, process: 0 })
    // The picture that was known is refused once, however often the page was read.
    expect(tally.ended).toEqual([
      { kind: 'image', outcome: 'refused', reason: 'duplicate-url', count: 1 },
      { kind: 'page', outcome: 'read', reason: null, count: 1 },
    ])
  })

  test('has not ended while a task moves from shard to shard', async () => {
    await queue.add({ request: A, sequence: 1, tasks: [task('page', 'page-2', 2)] })
    let steps = 0
    let before: Promise<unknown> = Promise.resolve()
    // One shard is looked at after the other, and in between the page is read and brings the next one, where was looked already.
    const watched = createShardedSchedule(shards.map((shard): ScheduleShard => ({
      ...shard,
      tally(requests) {
        const look = async () => {
          const told = await shard.tally(requests)
          for (const { task: { id }, fence } of ++steps > 12 ? [] : await lease(1_000_000 * steps)) {
            const n = Number(id.split('-')[1]) + 1
            await queue.complete([{ id, fence, end: read, spawn: [task('page', `page-${n}`, n % SHARDS)] }])
          }
          return told
        }
        const looked = before.then(look)
        before = looked
        return looked
      },
    })))
    for (let n = 0; n < 20; n++) expect((await watched.tally([A])).pending.page).toBeGreaterThan(0)
  })

  test('says how far a request has come wholly', async () => {
    await queue.add({ request: A, sequence: 1, tasks: [task('image', 'one', 1)] })
    expect((await queue.tally([A])).sequence).toBe(1)
    await shards[1]?.add({ request: A, sequence: 2, tasks: [task('image', 'two', 1)] })
    expect((await queue.tally([A])).sequence).toBe(1)
    expect(await queue.add({ request: A, sequence: 2, tasks: [task('image', 'two', 1), task('image', 'three', 2)] })).toEqual(['repeated', 'queued'])
    expect((await queue.tally([A])).sequence).toBe(2)
  })

  test('keeps to the pace of an address over all shards together', async () => {
    await queue.pace(hosts.map((host) => ({ host, address: '203.0.113.7' })))
    const starts = (await queue.grant(Array.from({ length: 30 }, (_, n) => ({ host: hosts[n % SHARDS] as string, count: 1, now: 0 })))).map((grant) => grant?.notBefore ?? NaN)
    const last = Math.max(...starts)
    expect(last).toBeGreaterThanOrEqual((starts.length - SHARDS) * 10)
    await queue.pace([{ host: addressKey('203.0.113.7'), delayMs: 200, memory: 'slow' }])
    const [next] = await queue.grant([{ host: hosts[0] as string, count: 2, now: 1_000_000 }])
    const [after] = await queue.grant([{ host: hosts[0] as string, count: 1, now: 1_000_000 }])
    expect((after?.notBefore ?? 0) - (next?.notBefore ?? 0)).toBe(2 * 200 * SHARDS)
    expect(await queue.memories({ after: null, limit: 9 })).toEqual({ items: [{ host: addressKey('203.0.113.7'), memory: 'slow' }], next: null })
  })

  test('is seen as one queue, and its hosts are paused wherever they are', async () => {
    const tasks = hosts.flatMap((_, nth) => Array.from({ length: nth + 1 }, (__, n) => task('image', `image-${nth}-${n}`, nth)))
    await queue.add({ request: A, sequence: 1, tasks: tasks.slice(0, 3), now: 5_000 })
    await queue.add({ request: A, sequence: 2, tasks: tasks.slice(3), now: 9_000 })
    expect(await queue.pause([hosts[2] as string, 'https://unknown.example'], true)).toEqual([true, true])
    const leases = await lease(10_000)
    expect(leases.map(({ task: { host } }) => host).sort()).toEqual([hosts[0], hosts[1]].sort())
    await queue.complete(leases.slice(0, 1).map(({ task: { id }, fence }) => ({ id, fence, end: { outcome: 'kept', reason: null }, spawn: [] })))
    await queue.fail(leases.slice(1).map(({ task: { id }, fence }) => ({ id, fence, reason: 'timeout', retryAt: null })))
    expect(await queue.overview({ top: 2, now: 10_000 })).toEqual({
      waiting: [{ weight: 50, kind: 'image', count: 4 }], leased: 0, pending: { page: 0, image: 4, process: 0 },
      ended: [{ kind: 'image', outcome: 'failed', reason: 'timeout', count: 1 }, { kind: 'image', outcome: 'kept', reason: null, count: 1 }],
      accepted: 6, dispatched: 2, dead: 1, hosts: 2, paused: 2, oldestAt: 5_000,
      deepest: [{ host: hosts[2], waiting: 3, paused: true }, { host: hosts[1], waiting: 1, paused: false }],
    })
    const names = [hosts[2] as string, 'https://unknown.example'].sort()
    expect(await queue.pausedHosts({ after: null, limit: 1 })).toEqual({ items: names.slice(0, 1), next: names[0] })
    expect(await queue.pausedHosts({ after: names[0] as string, limit: 1 })).toEqual({ items: names.slice(1), next: null })
    expect(await queue.grant([hosts[2], hosts[0]].map((host) => ({ host: host as string, count: 1, now: 10_000 })))).toMatchObject([null, { count: 1 }])
    expect(await queue.pause([hosts[2] as string, hosts[0] as string], false)).toEqual([true, false])
    expect((await lease(20_000)).map(({ task: { host } }) => host)).toContain(hosts[2])
  })

  test('lists, revives and buries over all shards', async () => {
    await queue.add({ request: A, sequence: 1, tasks: hosts.map((_, nth) => task('image', `image-${nth}`, nth)) })
    for (const { task: { id }, fence } of await lease(0)) await queue.fail([{ id, fence, reason: 'timeout', retryAt: null }])
    const dead: string[] = []
    let after: string | null = null
    do {
      const page: Awaited<ReturnType<ScheduleStore['tasks']>> = await queue.tasks({ after, limit: 1, state: 'dead' })
      dead.push(...page.items.map(({ task: { id } }) => id))
      after = page.next
    } while (after !== null)
    expect(dead.sort()).toEqual(['image-0', 'image-1', 'image-2'])
    expect(await queue.revive(['image-1', 'nobody'] as TaskId[])).toEqual([true, false])
    expect(await queue.bury(['image-1', 'image-2'] as TaskId[])).toEqual([false, true])
    expect((await queue.tally([A])).pending.image).toBe(1)
  })
})
