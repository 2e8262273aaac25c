/** The fleet under blows at any size: `npm run chaos:fleet -- --pictures 2000 --blows 40 --seed 1`. Prints both ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { makeFalseClock } from '../engines/false-clock.ts'
import { makeNetwork } from '../engines/network.ts'
import { startRedis } from '../engines/redis.ts'
import { BLOWS, disturbFleet, type Blow } from './disturb-fleet.ts'
import { openSites } from './fleet-sites.ts'

const { values } = parseArgs({ options: { pictures: { type: 'string' }, blows: { type: 'string' }, kinds: { type: 'string' }, seed: { type: 'string' }, sites: { type: 'string' }, delay: { type: 'string' }, seconds: { type: 'string' } } })
const seed = Number(values.seed ?? 1)
const kinds = (values.kinds?.split(',') ?? [...BLOWS]) as readonly Blow[]
const dir = await mkdtemp(join(tmpdir(), 'gannet-fleet-'))
const network = await makeNetwork(null)
const clock = await makeFalseClock(null)
const redis = await startRedis(null, network.service)
const SITES = Number(values.sites ?? 3)
const sites = await openSites({ count: SITES, pictures: Math.ceil(Number(values.pictures ?? 2000) / SITES), seed, host: network.here })
try {
  const { calm, disturbed } = await disturbFleet({
    sites, redis, network, clock, dir, seed, delayMs: Number(values.delay ?? 50), withinMs: 1000 * Number(values.seconds ?? 1_800),
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
  await network.remove()
  await clock.remove()
  await rm(dir, { recursive: true, force: true })
}
