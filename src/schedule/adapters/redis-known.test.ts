import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedis, type RedisServer } from '../../../test/engines/redis.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import type { ScheduleStore } from '../schedule-store.ts'
import type { Held, Lease, NewTask } from '../task.ts'
import { RETENTION, hashOf, type Retention } from './redis-known.ts'
import { openRedisSchedule } from './redis.ts'

const [A, B] = ['request-a', 'request-b'] as [RequestId, RequestId]
const DAY = 24 * 3_600_000
/** By the clock on the wall, some day. */
const START = 1_700_000_000_000
const HOST = 'https://a.example'

const task = (name: string): NewTask =>
  ({ id: name as TaskId, kind: 'image', host: HOST, url: `${HOST}/${name}`, weight: 1, payload: name })
const heldOf = (lease: Lease): Held => ({ id: lease.task.id, fence: lease.fence })

describe('what the schedule on Redis knows', () => {
  let server: RedisServer | null = null
  let redis: Redis
  let opened = 0
  let prefix = ''
  beforeEach(async (context) => {
    server ??= await startRedis(context)
    redis = new Redis(server.url)
    prefix = `{known-${++opened}}:`
    return () => redis.disconnect()
  })
  afterAll(async () => server?.stop())

  /** Few buckets, so that a generation is dropped in a few steps. */
  const open = (retention: Partial<Retention> = {}) =>
    openRedisSchedule({ redis, prefix, delayMs: 0 }, { ...RETENTION, digits: 2, ...retention })
  const lease = async (store: ScheduleStore, now: number, leaseMs = 1000): Promise<readonly Lease[]> =>
    (await store.reserve({ owner: 'w', count: 1000, perHost: 1000, busy: {}, leaseMs, now })).leases
  const end = (store: ScheduleStore, leases: readonly Lease[]) =>
    store.complete(leases.map((one) => ({ ...heldOf(one), end: { outcome: 'kept', reason: null }, spawn: [] })))
  /** As a dispatcher does all the time. */
  const look = async (store: ScheduleStore, now: number, times = 3): Promise<void> => {
    for (let n = 0; n < times; n++) await store.due({ limit: 0, now })
  }
  /** Day by day. */
  const passDays = async (store: ScheduleStore, from: number, to: number): Promise<void> => {
    for (let day = from; day <= to; day++) await look(store, START + day * DAY)
  }
  const add = async (store: ScheduleStore, request: RequestId, sequence: number, ...names: readonly string[]) =>
    store.add({ request, sequence, tasks: names.map(task) })
  const keysOf = (pattern: string): Promise<string[]> => redis.keys(`${prefix}${pattern}`)

  test('an ended task is known for 30 days, and by 46 days it is due again', async () => {
    const store = await open()
    await look(store, START)
    await add(store, A, 1, 'one', 'two')
    const first = await lease(store, START + 14 * DAY)
    await end(store, first)
    await passDays(store, 15, 43)
    expect(await add(store, B, 1, 'one')).toEqual(['already-done'])
    expect(await end(store, first.slice(0, 1))).toEqual(['done'])
    await passDays(store, 44, 61)
    expect(await add(store, B, 2, 'one')).toEqual(['queued'])
    expect(await add(store, B, 3, 'one')).toEqual(['duplicate-url'])
    // Under the same id, and without harm to it or to the counts.
    expect(await end(store, first.slice(0, 1))).toEqual(['void'])
    const again = await lease(store, START + 61 * DAY)
    expect(again.map(({ task: { id } }) => id)).toEqual(['one'])
    expect(await end(store, again)).toEqual(['done'])
    const tally = await store.tally([B])
    expect(tally.pending.image).toBe(0)
    expect(tally.ended.find(({ outcome }) => outcome === 'kept')?.count).toBe(1)
    await passDays(store, 62, 125)
    expect(await keysOf('s:*')).toEqual([])
  })

  test('what has not ended is known however long it takes, and a dead letter can be revived', async () => {
    // The next generation has more digits, so each is found by a longer part of its hash.
    const store = await open({ digits: 1, perBucket: 1 })
    await look(store, START)
    await add(store, A, 1, 'dead', 'parked', 'leased', 'buried', 'ended')
    const leases = await lease(store, START, 400 * DAY)
    const of = (name: string): Held => heldOf(leases.find(({ task: { id } }) => id === name) as Lease)
    await store.fail([
      { ...of('dead'), reason: 'timeout', retryAt: null },
      { ...of('buried'), reason: 'timeout', retryAt: null },
      { ...of('parked'), reason: 'timeout', retryAt: START + 300 * DAY },
    ])
    await store.bury(['buried' as TaskId])
    await end(store, leases.filter(({ task: { id } }) => id === 'ended'))
    await add(store, A, 2, 'waiting', ...Array.from({ length: 30 }, (_, n) => `more-${n}`))
    await passDays(store, 1, 200)
    expect(Number((await redis.hget(`${prefix}meta`, 'generations'))?.split(' ')[0])).toBeGreaterThan(10)
    expect(await add(store, B, 1, 'dead', 'parked', 'leased', 'waiting', 'more-7', 'buried', 'ended'))
      .toEqual(['already-done', 'duplicate-url', 'duplicate-url', 'duplicate-url', 'duplicate-url', 'queued', 'queued'])
    // Settled before and settled now: as on the first day.
    expect(await store.fail([{ ...of('parked'), reason: 'timeout', retryAt: null }])).toEqual(['done'])
    expect(await store.complete([{ ...of('leased'), end: { outcome: 'kept', reason: null }, spawn: [] }])).toEqual(['done'])
    expect(await store.revive(['dead' as TaskId])).toEqual([true])
    expect(await add(store, B, 2, 'dead', 'leased')).toEqual(['duplicate-url', 'already-done'])
    const { items } = await store.tasks({ after: null, limit: 100, ids: ['dead' as TaskId] })
    expect(items[0]?.task.request).toBe(A)
    expect((await store.tally([A])).pending.image).toBe(33)
  })

  test('a generation that is full is followed by a larger one, and a settled task is known once', async () => {
    const store = await open({ digits: 1, perBucket: 2 })
    await look(store, START)
    const names = Array.from({ length: 150 }, (_, n) => `task-${n}`)
    for (let n = 0; n < 150; n += 10) await add(store, A, 1 + n, ...names.slice(n, n + 10))
    expect(await redis.hget(`${prefix}meta`, 'generations')).toMatch(/^3 3 \d+;2 2 \d+;1 1 \d+$/)
    expect(new Set(await add(store, B, 1, ...names))).toEqual(new Set(['duplicate-url']))
    await end(store, await lease(store, START))
    const buckets = await keysOf('s:*')
    const known = await Promise.all(buckets.map((key) => redis.hlen(key)))
    expect(known.reduce((sum, count) => sum + count, 0)).toBe(150)
    expect(buckets.filter((key) => !key.startsWith(`${prefix}s:3:`))).toEqual([])
    expect(await redis.hlen(`${prefix}s:3:${hashOf('task-7').slice(0, 3)}`)).toBeGreaterThan(0)
    expect(new Set(await add(store, B, 2, ...names))).toEqual(new Set(['already-done']))
  })

  test('an id is found again whatever letters it has', async () => {
    const store = await open({ digits: 1, perBucket: 1 / 8 })
    await look(store, START)
    const names = ['ümläut', '图片', '\u{1f600}', 'plain']
    for (const [at, name] of names.entries()) await add(store, A, 1 + at, name)
    await passDays(store, 1, 100)
    expect(await add(store, B, 1, ...names)).toEqual(names.map(() => 'duplicate-url'))
  })

  test('a clock that went wrong makes no generation old', async () => {
    const store = await open()
    await look(store, START)
    await add(store, A, 1, 'one')
    await end(store, await lease(store, START))
    await look(store, START + 1000 * DAY)
    await look(store, START + DAY)
    expect(await add(store, B, 1, 'one')).toEqual(['already-done'])
    await passDays(store, 2, 30)
    expect(await add(store, B, 2, 'one')).toEqual(['already-done'])
    await passDays(store, 31, 50)
    expect(await add(store, B, 3, 'one')).toEqual(['queued'])
  })

  test('a request is forgotten 30 days after its last task ended, with all that was its own', async () => {
    const store = await open()
    await add(store, A, 1, 'one', 'two')
    await add(store, B, 1, 'three')
    await look(store, START)
    await store.complete((await lease(store, START + 10 * DAY)).map((one) =>
      ({ ...heldOf(one), end: { outcome: 'kept', reason: null, sums: { bytes: 7 } }, spawn: [] })))
    await passDays(store, 11, 39)
    expect(await add(store, A, 1, 'one')).toEqual(['repeated'])
    expect((await store.tally('all')).sums).toEqual({ bytes: 21 })
    // Something came: its month begins again.
    await add(store, B, 2, 'four')
    await end(store, await lease(store, START + 39 * DAY))
    await passDays(store, 40, 40)
    expect(await store.tally([A])).toMatchObject({ ended: [], sums: {}, sequence: 0 })
    expect(await store.tally('all')).toMatchObject({ sums: { bytes: 7 }, sequence: 2 })
    await passDays(store, 41, 68)
    // Beside what is of all requests, and bounded.
    const left = async (): Promise<string[]> =>
      (await keysOf('*')).map((key) => key.slice(prefix.length)).filter((key) => key !== 'totals' && key !== 'marks').filter((key) => !key.startsWith('s:')).sort()
    expect(await left()).toEqual(['e:2', 'meta', 'names', 'p:2', 'requests', 'resting', 'sequences', 'u:2'])
    await passDays(store, 69, 69)
    expect(await left()).toEqual(['meta'])
    // Under its old name it is a new one.
    expect(await add(store, A, 1, 'five')).toEqual(['queued'])
  })

  test('a request with something pending or dead is kept', async () => {
    const store = await open()
    await look(store, START)
    await add(store, A, 1, 'one', 'two')
    await add(store, B, 1, 'three')
    const leases = await lease(store, START)
    await store.fail(leases.map((one) =>
      ({ ...heldOf(one), reason: 'timeout', retryAt: one.task.id === 'three' ? START + 500 * DAY : null })))
    await store.bury(['two' as TaskId])
    await passDays(store, 1, 100)
    expect((await store.tally([A, B])).pending.image).toBe(1)
    expect(await add(store, B, 1, 'three')).toEqual(['repeated'])
    const { items } = await store.tasks({ after: null, limit: 10, state: 'dead' })
    expect(items.map(({ task: { id, request } }) => [id, request])).toEqual([['one', A]])
    await store.bury(['one' as TaskId])
    await passDays(store, 101, 140)
    expect((await store.tally([A])).sequence).toBe(0)
    expect(await redis.hgetall(`${prefix}letters`)).toEqual({})
  })

  test('a request of refusals alone is forgotten, but not for having come before anybody told the time', async () => {
    const store = await open()
    await store.add({ request: A, sequence: 1, tasks: [{ ...task('one'), refused: 'robots-denied' }] })
    await passDays(store, 0, 20)
    expect((await store.tally([A])).sequence).toBe(1)
    await store.add({ request: A, sequence: 2, tasks: [{ ...task('two'), refused: 'robots-denied' }] })
    await passDays(store, 21, 49)
    expect((await store.tally('all')).sequence).toBe(2)
    await passDays(store, 50, 50)
    expect((await store.tally('all')).sequence).toBe(0)
  })

  test('a request that somebody asks about is kept, as one is that another shard is busy with', async () => {
    const store = await open()
    await look(store, START)
    await add(store, A, 1, 'one')
    await add(store, B, 1, 'two')
    await end(store, await lease(store, START))
    for (let day = 1; day <= 100; day++) {
      await look(store, START + day * DAY)
      await store.tally([A])
    }
    expect((await store.tally('all')).ended).toEqual([{ kind: 'image', outcome: 'kept', reason: null, count: 1 }])
    expect(await add(store, A, 1, 'one')).toEqual(['repeated'])
    await passDays(store, 101, 131)
    expect((await store.tally('all')).ended).toEqual([])
  })

  test('a request that only brought what was found elsewhere is forgotten, too', async () => {
    const store = await open()
    await look(store, START)
    await store.spawn({ request: A, by: 'elsewhere' as TaskId, tasks: [{ ...task('one'), refused: 'robots-denied' }] })
    await passDays(store, 1, 29)
    expect(await redis.hlen(`${prefix}requests`)).toBe(1)
    await passDays(store, 30, 30)
    expect(await redis.hlen(`${prefix}requests`)).toBe(0)
  })

  test('a request whose dead letter was revived is forgotten like any other', async () => {
    const store = await open()
    await look(store, START)
    await add(store, A, 1, 'one')
    await store.fail((await lease(store, START)).map((one) => ({ ...heldOf(one), reason: 'timeout', retryAt: null })))
    await store.revive(['one' as TaskId])
    await end(store, await lease(store, START + DAY))
    await passDays(store, 2, 31)
    expect((await store.tally([A])).sequence).toBe(0)
  })

  test('a full server forgets, too, a generation of its usual size in steps', async () => {
    const store = await openRedisSchedule({ redis, prefix, delayMs: 0 })
    await look(store, START)
    for (let n = 0; n < 3000; n += 100) await add(store, A, 1 + n, ...Array.from({ length: 100 }, (_, i) => `task-${n + i}`))
    for (let left = 3; left > 0; left--) await end(store, await lease(store, START))
    const buckets = (await keysOf('s:*')).length
    expect(buckets).toBeGreaterThan(2500)
    await redis.config('SET', 'maxmemory', '1')
    try {
      await passDays(store, 1, 44)
      expect(await keysOf('s:*')).toHaveLength(buckets)
      await look(store, START + 45 * DAY, 10)
      const some = (await keysOf('s:*')).length
      expect([some > 0, some < buckets]).toEqual([true, true])
      await look(store, START + 45 * DAY, 160)
      expect(await keysOf('s:*')).toEqual([])
    } finally {
      await redis.config('SET', 'maxmemory', '0')
    }
  })
})
