/** The kill test at any size: `npx tsx test/chaos/main.ts --pictures 2000 --kills 50 --seed 1`. Prints both ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { planGallery, startSite } from '../site/index.ts'
import { crawlUnderKills, endsOf } from './kill-crawl.ts'

const { values } = parseArgs({
  options: { pictures: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' }, flags: { type: 'string' } },
})
const seed = Number(values.seed ?? 1)
const dir = await mkdtemp(join(tmpdir(), 'gannet-kills-'))
const site = await startSite({
  plan: planGallery({
    seed, pictures: Number(values.pictures ?? 2000), worth: 0.4, fullSide: 480, thumbSide: 200,
    thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
  }),
  switches: [{ do: 'slow', medianMs: 10 }],
  onProgress: (done, of) => {
    if (done % 100 === 0 || done === of) process.stderr.write(`\rdrawing ${done} of ${of}${done === of ? '\n' : ''}`)
  },
})
try {
  const { calm, disturbed } = await crawlUnderKills({
    site, dir, kills: Number(values.kills ?? 50), seed, flags: values.flags?.split(' ') ?? [],
    onKill: (role, visits) => process.stderr.write(`killed the ${role} after ${visits} visits\n`),
  })
  const same = {
    ends: isDeepStrictEqual(endsOf(disturbed.report), endsOf(calm.report)),
    assets: isDeepStrictEqual(disturbed.assets, calm.assets),
    sound: calm.sound && disturbed.sound,
    keptAsPlanned: calm.assets.length === site.truth.keep.length,
  }
  process.stdout.write(`${JSON.stringify({ kills: disturbed.kills, restarts: disturbed.restarts, calm: calm.report, disturbed: disturbed.report, assets: calm.assets.length, same }, null, 2)}\n`)
  if (!Object.values(same).every(Boolean)) process.exitCode = 1
} finally {
  await site.close()
  await rm(dir, { recursive: true, force: true })
}
