import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { planGallery, startSite } from '../site/index.ts'
import { crawlUnderKills, endsOf } from './kill-crawl.ts'

it('kill -9 of any role at any instant loses and doubles nothing', { timeout: 240_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gannet-kills-'))
  const site = await startSite({
    plan: planGallery({
      seed: 5, pictures: 500, worth: 0.4, fullSide: 480, thumbSide: 200,
      thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
    }),
    switches: [{ do: 'slow', medianMs: 10 }],
  })
  try {
    const { calm, disturbed } = await crawlUnderKills({ site, dir, kills: 12, seed: 1 })
    expect(Object.values(disturbed.kills).reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(10)
    expect(calm.assets).toHaveLength(site.truth.keep.length)
    expect(endsOf(disturbed.report)).toEqual(endsOf(calm.report))
    expect(disturbed.assets).toEqual(calm.assets)
    expect(new Set(disturbed.assets).size).toBe(disturbed.assets.length)
    expect({ calm: calm.sound, disturbed: disturbed.sound }).toEqual({ calm: true, disturbed: true })
  } finally {
    await site.close()
    await rm(dir, { recursive: true, force: true })
  }
})
