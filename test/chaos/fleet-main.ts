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
const site = await startSite({
  plan: planGallery({
    seed, pictures: Number(values.pictures ?? 2000), worth: 0.4, fullSide: 480, thumbSide: 200, junk: { near: 0 },
    thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
  }),
  switches: [{ do: 'slow', medianMs: 10 }],
  hosts: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
})
try {
  const { calm, disturbed } = await disturbFleet({
    site, redis, dir, seed, delayMs: Number(values.delay ?? 20), withinMs: 1000 * Number(values.seconds ?? 1_800),
    blows: Array.from({ length: Number(values.blows ?? 40) }, (_, n) => kinds[n % kinds.length] as Blow),
    onBlow: (blow, visits) => process.stderr.write(`${blow} after ${visits} visits\n`),
  })
  const same = {
    ends: isDeepStrictEqual(disturbed.end, calm.end),
    assets: isDeepStrictEqual(disturbed.assets, calm.assets),
    sound: calm.sound && disturbed.sound,
    keptAsPlanned: calm.assets.length === site.truth.keep.length,
  }
  const { assets, ...rest } = disturbed
  process.stdout.write(`${JSON.stringify({ calm: { ...calm, assets: calm.assets.length }, disturbed: { ...rest, assets: assets.length }, same }, null, 2)}\n`)
  if (!Object.values(same).every(Boolean)) process.exitCode = 1
} finally {
  await site.close()
  await redis.stop()
  await rm(dir, { recursive: true, force: true })
}
