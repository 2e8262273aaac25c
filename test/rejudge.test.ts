/** `gannet rejudge` on what a real crawl has kept: told, applied, and taken back again by the next crawl. */
import { expect, test } from 'vitest'
import { crawl, openStore } from 'gannet'
import { folder, gannet } from './bad-input/gannet.ts'
import { planGallery, startSite } from './site/index.ts'

test('a stricter policy takes back, a milder one queues again, and the next crawl brings it home', async () => {
  const plan = planGallery({ seed: 5, pictures: 16, worth: 8, fullSide: 480, thumbSide: 200, thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 } })
  const site = await startSite({ plan })
  const data = await folder()
  const run = () => crawl({ urls: [site.url], data, delay: 0, allowAddress: ['127.0.0.0/8'], vision: 1 }).report()
  const stored = async (): Promise<number> => {
    const store = await openStore(data)
    const { assets } = await store.stats()
    expect(await store.check({ deep: true })).toMatchObject({ ok: true })
    await store.close()
    return assets
  }
  const told = async (...flags: string[]): Promise<{ verdicts: number; wouldKeep: Record<string, number>; wouldReject: Record<string, number>; applied: unknown }> => {
    const { code, stdout, stderr } = await gannet(['rejudge', '--data', data, '--json', ...flags])
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as Awaited<ReturnType<typeof told>>
  }
  try {
    expect((await run()).kept).toBe(8)
    const strict = await told('--min-sharpness', '1000000')
    expect([strict.wouldReject, strict.applied]).toEqual([{ blurry: 8 }, null])
    expect(await stored()).toBe(8)
    expect((await told('--min-sharpness', '1000000', '--apply')).applied).toEqual({ queued: 0, takenBack: 8 })
    expect(await stored()).toBe(0)
    const mild = await told('--apply')
    expect([mild.wouldKeep['blurry'], mild.applied]).toEqual([8, { queued: 8, takenBack: 0 }])
    await run()
    expect(await stored()).toBe(8)
    expect((await told()).wouldKeep).toEqual({})
    const plain = await gannet(['rejudge', '--data', data])
    expect([plain.code, plain.stdout]).toEqual([0, expect.stringContaining('nothing was changed')])
    const nowhere = await gannet(['rejudge', '--data', `${data}/nowhere`])
    expect([nowhere.code === 0, nowhere.stderr]).toEqual([false, expect.stringContaining('nowhere')])
  } finally {
    await site.close()
  }
}, 120_000)

test('what the page says is judged before anything is fetched, and may be judged again', async () => {
  const site = await startSite({ plan: planGallery({ seed: 6, pictures: 10, worth: 4, fullSide: 480, thumbSide: 200, thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 } }) })
  const data = await folder()
  try {
    const report = await crawl({ urls: [site.url], data, delay: 0, allowAddress: ['127.0.0.0/8'], vision: 1, requireWords: ['no page says this'] }).report()
    expect(report).toMatchObject({ kept: 0, thumbnails: 0, rejected: { 'text-excluded': report.candidates } })
    const { stdout } = await gannet(['rejudge', '--data', data, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ wouldKeep: { 'text-excluded': report.candidates }, wouldReject: {} })
  } finally {
    await site.close()
  }
}, 120_000)
