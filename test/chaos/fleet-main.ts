/** The fleet under blows at any size: `npm run chaos:fleet -- --pictures 2000 --blows 40 --seed 1`. Prints both ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { startRedis } from '../engines/redis.ts'
import { planGallery, startSite } from '../site/index.ts'
import { BLOWS, disturbFleet, type Blow } from './disturb-fleet.ts'

const { values } = parseArgs({ options: { pictures: { type: 'string' }, blows: { type: 'string' }, kinds: { type: 'string' }, seed: { type: 'string' }, delay: { type: 'string' }, seconds: { type: 'string' } } })
const seed = Number(values.seed ?? 1)
const kinds = (values.kinds?.split(',') ?? [...BLOWS]) as readonly Blow[]
const dir = await mkdtemp(join(tmpdir(), 'gannet-fleet-'))
const redis = await startRedis(null)
const SITES = 3
const sites = await Promise.all(Array.from({ length: SITES }, (_, n) => startSite({
  plan: planGallery({
    seed: seed * 100 + n, pictures: Math.ceil(Number(values.pictures ?? 2000) / SITES), worth: 0.4, fullSide: 480, thumbSide: 200, junk: { near: 0 },
    thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
  }),
  switches: [{ do: 'slow', medianMs: 10 }],
})))
try {
  const { calm, disturbed } = await disturbFleet({
    sites, redis, dir, seed, delayMs: Number(values.delay ?? 50), withinMs: 1000 * Number(values.seconds ?? 1_800),
    blows: Array.from({ length: Number(values.blows ?? 40) }, (_, n) => kinds[n % kinds.length] as Blow),
    onBlow: (blow, visits) => process.stderr.write(`${blow} after ${visits} visits\n`),
  })
  const same = {
    ends: isDeepStrictEqual(disturbed.end, calm.end),
    assets: isDeepStrictEqual(disturbed.assets, calm.assets),
    sound: calm.sound && disturbed.sound,
    keptAsPlanned: calm.assets.length === sites.reduce((sum, { truth }) => sum + truth.keep.length, 0),
    pace: Math.min(calm.pace, disturbed.pace) >= 0.7,
  }
  const { assets, ...rest } = disturbed
  process.stdout.write(`${JSON.stringify({ calm: { ...calm, assets: calm.assets.length }, disturbed: { ...rest, assets: assets.length }, same }, null, 2)}\n`)
  if (!Object.values(same).every(Boolean)) process.exitCode = 1
} finally {
  await Promise.all(sites.map((site) => site.close()))
  await redis.stop()
  await rm(dir, { recursive: true, force: true })
}
