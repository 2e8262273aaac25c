/** A fleet of a dispatcher, a standby and three task servers on a real Redis, and what is done to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRedis, type RedisServer } from '../engines/redis.ts'
import { planGallery, startSite, type Site } from '../site/index.ts'
import { BLOWS, disturbFleet } from './disturb-fleet.ts'

const MINUTES = 60_000

describe('a fleet', () => {
  let dir: string
  let redis: RedisServer | null = null
  let sites: readonly Site[] = []
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-fleet-'))
    sites = await Promise.all([1, 2, 3].map((seed) => startSite({
      plan: planGallery({
        seed, pictures: 40, worth: 0.4, fullSide: 480, thumbSide: 200, junk: { near: 0 },
        thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
      }),
    })))
  })
  afterAll(async () => {
    await Promise.all(sites.map((site) => site.close()))
    await redis?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  test('brings home the same whatever is killed under it: task servers, their children, the dispatcher, Redis', async (context) => {
    redis ??= await startRedis(context)
    const { calm, disturbed } = await disturbFleet({ sites, redis, dir, seed: 1, delayMs: 50, blows: BLOWS, withinMs: 4 * MINUTES })
    expect(calm.assets).toHaveLength(sites.reduce((sum, { truth }) => sum + truth.keep.length, 0))
    expect(disturbed.end).toEqual(calm.end)
    expect(disturbed.assets).toEqual(calm.assets)
    expect([calm.sound, disturbed.sound]).toEqual([true, true])
    expect(Math.min(calm.pace, disturbed.pace)).toBeGreaterThan(0.7)
  }, 10 * MINUTES)
})
