/** A fleet of a dispatcher, a standby and three task servers on a real Redis, and what is done to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGannet } from '../bad-input/gannet.ts'
import { makeFalseClock, type FalseClock } from '../engines/false-clock.ts'
import { makeNetwork, type Network } from '../engines/network.ts'
import { freePort, startRedis, startRedisCluster, type RedisServer } from '../engines/redis.ts'
import type { Site } from '../site/index.ts'
import { BLOWS, disturbFleet } from './disturb-fleet.ts'
import { openSites } from './fleet-sites.ts'
import { startFleet } from './fleet.ts'

const MINUTES = 60_000

describe('a fleet', () => {
  let dir: string
  let redis: RedisServer | null = null
  let network: Network | null = null
  let clock: FalseClock | null = null
  let sites: readonly Site[] = []
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-fleet-'))
  })
  afterAll(async () => {
    await Promise.all(sites.map((site) => site.close()))
    await redis?.stop()
    await network?.remove()
    await clock?.remove()
    await rm(dir, { recursive: true, force: true })
  })

  // Two thousand tasks; any number with `npm run chaos:fleet`.
  test('brings home the same whatever is killed, cut off, stopped or set wrong under it', async (context) => {
    network = await makeNetwork(context)
    clock = await makeFalseClock(context)
    redis = await startRedis(context, network.service)
    sites = await openSites({ count: 6, pictures: 335, seed: 1, host: network.here })
    const { calm, disturbed } = await disturbFleet({ sites, redis, network, clock, dir, seed: 1, delayMs: 50, blows: BLOWS, withinMs: 6 * MINUTES })
    expect(calm.end.ended).toBeGreaterThan(2_000)
    expect(calm.assets).toHaveLength(sites.reduce((sum, { truth }) => sum + truth.keep.length, 0))
    for (const asset of calm.assets) expect(asset).toMatch(/^\w{64} small \w{64} square \w{64}$/)
    expect(disturbed.end).toEqual(calm.end)
    expect(disturbed.assets).toEqual(calm.assets)
    expect([calm.sound, disturbed.sound]).toEqual([true, true])
    expect(calm.pace).toBeGreaterThan(0.7)
    expect(disturbed.pace).toBeGreaterThan(0.7)
  }, 13 * MINUTES)

  test('does so on a Redis Cluster, whose servers are killed, too', async (context) => {
    const cluster = await startRedisCluster(context)
    const some = await openSites({ count: 3, pictures: 60, seed: 2, host: '127.0.0.1' })
    try {
      const blows = ['redis', 'child', 'dispatcher', 'node', 'redis', 'redis'] as const
      const { calm, disturbed } = await disturbFleet({ sites: some, redis: cluster, dir: join(dir, 'cluster'), seed: 2, delayMs: 50, blows, withinMs: 3 * MINUTES })
      expect(calm.assets).toHaveLength(some.reduce((sum, { truth }) => sum + truth.keep.length, 0))
      expect(disturbed.end).toEqual(calm.end)
      expect(disturbed.assets).toEqual(calm.assets)
      expect([calm.sound, disturbed.sound]).toEqual([true, true])
      expect(calm.pace).toBeGreaterThan(0.7)
      expect(disturbed.pace).toBeGreaterThan(0.7)
    } finally {
      await Promise.all(some.map((site) => site.close()))
      await cluster.stop()
    }
  }, 7 * MINUTES)

  test('takes requests while Redis sleeps or is full, works them off when it is back, and lets nobody join under a name that is taken', async (context) => {
    redis ??= await startRedis(context)
    sites = sites.length > 0 ? sites : await openSites({ count: 2, pictures: 40, seed: 1, host: '127.0.0.1' })
    await redis.clear()
    const fleet = await startFleet({ redis: redis.url, dir: join(dir, 'away'), nodes: 1, dispatchers: 1, delayMs: 10, ...(network ? { network } : {}), flags: ['--vision', '1', '--processes', '1'] })
    try {
      const port = await freePort()
      const second = startGannet(['node', '--redis', redis.url, '--name', 'node-0', '--listen', `127.0.0.1:${port}`, '--data', join(dir, 'second'), '--vision', '1', '--processes', '1'])
      // What it took would lie where nobody looks for it.
      const taken: number[] = []
      let isOver = false
      const asking = (async () => {
        while (!isOver) {
          const body = JSON.stringify({ urls: [`${sites[0]?.url}nothing.jpg`] })
          await fetch(`http://127.0.0.1:${port}/v1/requests`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
            .then(({ status }) => taken.push(status), () => pass(20))
        }
      })()
      const { code, stderr } = await second.ended
      isOver = true
      await asking
      expect(taken.filter((status) => status < 400)).toEqual([])
      expect([code, stderr]).toEqual([1, expect.stringContaining('another task server of this fleet is called node-0')])

      redis.signal('SIGSTOP')
      const asleep = await fleet.post(0, { pages: [`${sites[0]?.url}`] })
      expect(asleep.status).toBe(202)
      redis.signal('SIGCONT')
      expect(await fleet.ended(0, asleep.body.id, MINUTES)).toMatchObject({ failed: 0, pending: 0 })

      await redis.limit(1)
      const full = await fleet.post(0, { pages: [`${sites[1]?.url}`] })
      expect(full.status).toBe(202)
      await pass(1_000)
      expect((await fleet.progress(0, full.body.id)).pending).toBe(1)
      await redis.limit(0)
      const end = await fleet.ended(0, full.body.id, 2 * MINUTES)
      expect([end.failed, end.pending, end.kept > 0]).toEqual([0, 0, true])
    } finally {
      await redis.limit(0)
      await fleet.stop()
    }
  }, 5 * MINUTES)
})
