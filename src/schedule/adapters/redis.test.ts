import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedis, type RedisServer } from '../../../test/engines/redis.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import { fleetPace, openRedisSchedule } from './redis.ts'

const A = 'request-a' as RequestId
const tasks = ['one', 'two'].map((name) => ({
  id: name as TaskId, kind: 'image' as const, host: 'https://a.example', url: 'https://a.example/',
  weight: 1, payload: name,
}))

describe('schedule on a Redis server', () => {
  let server: RedisServer | null = null
  beforeEach(async (context) => {
    server ??= await startRedis(context)
  })
  afterAll(async () => server?.stop())

  test('survives the death of the server, over the same connection', async () => {
    const store = await openRedisSchedule({ redis: server?.url ?? '', prefix: '{crash}:', delayMs: 100 })
    await store.add({ request: A, sequence: 1, tasks })
    const [lease] = (await store.reserve({ owner: 'w', count: 1, perHost: 1, busy: {}, leaseMs: 1000, now: 5000 })).leases
    const before = await store.tasks({ after: null, limit: 9 })
    await server?.crash()
    expect(await store.tasks({ after: null, limit: 9 })).toEqual(before)
    const [grant] = await store.grant([{ host: 'https://a.example', count: 1, now: 5000 }])
    expect(grant?.notBefore).toBe(5100)
    // What it may have forgotten is given to nobody again: neither fences nor, for one delay, visits.
    expect(grant?.fence).toBeGreaterThan((lease?.fence ?? 0) + 1_000_000)
    expect((await store.grant([{ host: 'https://elsewhere.example', count: 1, now: 5000 }]))[0]?.notBefore).toBe(5100)
    const held = { id: 'one' as TaskId, fence: lease?.fence ?? 0 }
    expect(await store.complete([{ ...held, end: { outcome: 'kept', reason: null }, spawn: [] }])).toEqual(['done'])
    await store.close()
  })

  test('goes on after the server has forgotten its scripts', async () => {
    const redis = new Redis(server?.url ?? '')
    const store = await openRedisSchedule({ redis, prefix: '{scripts}:', delayMs: 0 })
    await redis.script('FLUSH')
    expect(await store.add({ request: A, sequence: 1, tasks })).toEqual(['queued', 'queued'])
    await store.close()
    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
  })

  test('writes nothing outside its prefix', async () => {
    const redis = new Redis(server?.url ?? '')
    await redis.flushall()
    const store = await openRedisSchedule({ redis, prefix: '{mine}:', delayMs: 0 })
    await store.add({ request: A, sequence: 1, tasks })
    const [lease] = (await store.reserve({ owner: 'w', count: 1, perHost: 9, busy: {}, leaseMs: 9, now: 0 })).leases
    await store.fail([{ id: lease?.task.id ?? tasks[0]!.id, fence: lease?.fence ?? 0, reason: 'timeout', retryAt: 9 }])
    const keys = await redis.keys('*')
    expect(keys.length).toBeGreaterThan(5)
    expect(keys.filter((key) => !key.startsWith('{mine}:'))).toEqual([])
    redis.disconnect()
  })

  test('keeps to the pace that another has set', async () => {
    const redis = new Redis(server?.url ?? '')
    const follower = await openRedisSchedule({ redis, prefix: '{pace}:' })
    const interval = async () => (await follower.grant([{ host: 'https://a.example', count: 1, now: 0 }]))[0]?.intervalMs
    expect(await interval()).toBe(500)
    expect(await fleetPace(redis, '{pace}:')).toBeNull()
    await openRedisSchedule({ redis, prefix: '{pace}:', delayMs: 70, addressDelayMs: 9 })
    expect(await interval()).toBe(70)
    expect(await fleetPace(redis, '{pace}:')).toEqual({ delayMs: 70, addressDelayMs: 9 })
    redis.disconnect()
  })

  test('finds the deepest lines among more hosts than it looks at', async () => {
    const redis = new Redis(server?.url ?? '')
    const store = await openRedisSchedule({ redis, prefix: '{deep}:', delayMs: 0 })
    const add = (sequence: number, host: string, count: number) => store.add({
      request: A, sequence, tasks: Array.from({ length: count }, (_, n) => ({ ...tasks[0]!, id: `${host} ${n}` as TaskId, host })),
    })
    const crowd = Array.from({ length: 1500 }, (_, n) => `https://${n}.example`)
    await store.add({ request: A, sequence: 1, tasks: crowd.map((host) => ({ ...tasks[0]!, id: host as TaskId, host })) })
    await add(2, 'https://deepest.example', 300)
    await add(3, 'https://deep.example', 70)
    const lines = async () => (await store.overview({ top: 3, now: 0 })).deepest.map(({ host, waiting }) => [host, waiting])
    expect((await lines()).slice(0, 2)).toEqual([['https://deepest.example', 300], ['https://deep.example', 70]])
    expect((await store.overview({ top: 3, now: 0 })).hosts).toBe(1502)
    // One whose line is gone is no longer looked at for it.
    await store.assign({ assignments: [{ host: 'https://deepest.example', owner: 'w', count: 300 }], leaseMs: 1e9, now: 0, fence: 0 })
    expect((await lines())[0]).toEqual(['https://deep.example', 70])
    expect(await redis.zrange('{deep}:deep', '0', '-1')).toEqual(['https://deep.example'])
    redis.disconnect()
  })

  test('forgets a host a week after it was needed, unless it waits or is remembered', async () => {
    const redis = new Redis(server?.url ?? '')
    const store = await openRedisSchedule({ redis, prefix: '{idle}:', delayMs: 100 })
    const [idle, remembered, waiting] = ['https://idle.example', 'https://remembered.example', 'https://waiting.example'] as const
    const known = async () => (await redis.hkeys('{idle}:h')).sort()
    await store.grant([idle, remembered, waiting].map((host) => ({ host, count: 1, now: 1000 })))
    await store.pace([{ host: remembered, memory: 'slow' }])
    await store.add({ request: A, sequence: 1, tasks: [{ ...tasks[0]!, host: waiting }] })
    const week = 7 * 24 * 3_600_000
    await store.due({ limit: 0, now: week + 1099 })
    expect(await known()).toEqual([idle, remembered, waiting])
    await store.due({ limit: 0, now: week + 1100 })
    expect(await known()).toEqual([remembered, waiting])
    // What made it stay is gone: its week begins.
    await store.pace([{ host: remembered, memory: null }])
    await store.due({ limit: 0, now: 2 * week + 1099 })
    expect(await known()).toEqual([remembered, waiting])
    await store.due({ limit: 0, now: 2 * week + 1100 })
    expect(await known()).toEqual([waiting])
    redis.disconnect()
  })

  test('of a newer gannet is left alone', async () => {
    const redis = new Redis(server?.url ?? '')
    await redis.hset('{newer}:meta', 'version', 99)
    const opening = openRedisSchedule({ redis, prefix: '{newer}:', delayMs: 0 })
    await expect(opening).rejects.toMatchObject({ code: 'data-newer' })
    redis.disconnect()
  })

  test('says disk-full when the server has no memory left, and changes nothing', async () => {
    const redis = new Redis(server?.url ?? '')
    const store = await openRedisSchedule({ redis, prefix: '{full}:', delayMs: 0 })
    await redis.config('SET', 'maxmemory', '1')
    await expect(store.add({ request: A, sequence: 1, tasks })).rejects.toMatchObject({ code: 'disk-full' })
    await redis.config('SET', 'maxmemory', '0')
    expect((await store.tally([A])).sequence).toBe(0)
    redis.disconnect()
  })

  test('that is not there is called unreachable, without its password', async () => {
    const opening = openRedisSchedule({ redis: 'redis://user:secret@127.0.0.1:1', delayMs: 0 })
    await expect(opening).rejects.toMatchObject({
      code: 'engine-unreachable', message: expect.not.stringContaining('secret') as string,
    })
  })
})
