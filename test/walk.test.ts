/** The whole walk against a real site: what a user would notice of a crawl, and what the site notices of the crawler. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { crawl, openStore, type CrawlOptions, type CrawlReport, type GannetEvent } from 'gannet'
import { photosIn, planGallery, startSite, type Site, type SiteOptions } from './site/index.ts'

const SHARED = resolve('..', 'shared')
const SMALL = {
  fullSide: 480, thumbSide: 200, thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
}
const folders: string[] = []
const sites: Site[] = []

const folder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'gannet-walk-'))
  folders.push(dir)
  return dir
}
const site = async (options: SiteOptions): Promise<Site> => {
  const started = await startSite(options)
  sites.push(started)
  return started
}
const run = async (options: CrawlOptions): Promise<{ report: CrawlReport; events: GannetEvent[] }> => {
  const started = crawl({ delay: 0, allowAddress: ['127.0.0.0/8'], vision: 1, ...options })
  const events: GannetEvent[] = []
  for await (const event of started) events.push(event)
  return { report: await started.report(), events }
}
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)

const expectBalanced = (report: CrawlReport): void => {
  const { kept, refused, rejected, duplicates, failed, pending } = report
  expect(report.candidates).toBe(kept + sum(refused) + sum(rejected) + sum({ ...duplicates }) + sum(failed) + pending)
}

afterEach(async () => {
  for (const started of sites.splice(0)) await started.close()
})
afterAll(async () => {
  for (const dir of folders) await rm(dir, { recursive: true, force: true })
})

describe('a gallery, without models', () => {
  it('is brought home as its truth says, every picture fetched once, and can be searched, explained and exported', async () => {
    const gallery = await site({ plan: planGallery({ seed: 11, pictures: 80, worth: 30, ...SMALL }) })
    const dir = await folder()
    const data = join(dir, 'data')
    const { report, events } = await run({ urls: [gallery.url], data })
    await gallery.quiet()

    expectBalanced(report)
    expect(report).toMatchObject({ candidates: 80, kept: 30, pending: 0, failed: {}, refused: {} })
    expect(events.filter(({ type }) => type === 'image-stored')).toHaveLength(30)
    expect(events.at(-1)).toEqual({ type: 'crawl-ended', why: 'done' })
    expect([...gallery.counts({ kinds: ['thumb', 'full', 'page', 'robots'] })].filter(([, hits]) => hits > 1)).toEqual([])

    const store = await openStore(data)
    const kept: string[] = []
    for await (const asset of store.images()) kept.push(asset.url)
    expect(kept.sort()).toEqual([...gallery.truth.keep].sort())

    for (const { fullUrl, keep, reasons } of gallery.truth.pictures) {
      const { verdicts: [verdict] } = await store.why(fullUrl)
      if (keep) expect(verdict).toMatchObject({ outcome: 'kept' })
      else expect(reasons).toContain(verdict?.reason)
    }

    const worth = gallery.truth.pictures.filter(({ keep, fullUrl, thumbUrl }) => keep && fullUrl !== thumbUrl)
    const [first] = worth
    const thumbnail = new Uint8Array(await (await fetch(first?.thumbUrl as string)).arrayBuffer())
    const byPicture = await store.search({ image: thumbnail, top: 3 })
    expect(byPicture.hits[0]).toMatchObject({ url: first?.fullUrl, level: 'copy' })
    expect(byPicture.lag).toBe(0)

    const phones = gallery.truth.pictures.filter(({ keep, plan }) => keep && JSON.stringify(plan.words).includes('手机'))
    const byWords = await store.search({ text: '手机', top: 80 })
    expect(byWords.hits.map(({ url }) => url).sort()).toEqual(phones.map(({ fullUrl }) => fullUrl).sort())

    for (const format of ['jsonl', 'imagefolder']) {
      const out = join(dir, format)
      expect(await store.export({ format, out })).toEqual({ written: 30, missing: [] })
      const files = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.jpg'))
      expect(files).toHaveLength(30)
      const table = (await readFile(join(out, format === 'jsonl' ? 'assets.jsonl' : 'metadata.jsonl'), 'utf8')).trim().split('\n')
      expect(table.map((line) => (JSON.parse(line) as { url: string }).url).sort()).toEqual(kept.sort())
    }
    expect(await store.check({ deep: true })).toMatchObject({ ok: true, rows: 30, blobs: 30 })
    await store.close()

    gallery.clearLog()
    const again = await run({ urls: [gallery.url], data })
    expect({ ...again.report, seconds: 0 }).toEqual({ ...report, seconds: 0 })
    expect(gallery.log).toEqual([])
  })

  it('keeps the pace it was told, over the pictures of another host too, and sends the page as referer', async () => {
    const gallery = await site({
      plan: planGallery({ seed: 12, pictures: 12, worth: 8, junk: { banner: 1 }, ...SMALL }),
      hosts: ['127.0.0.1', '127.0.0.2'], imageHosts: ['127.0.0.2'], switches: [{ do: 'needs-referer' }],
    })
    const { report } = await run({ urls: [gallery.url], data: await folder(), delay: 80 })
    await gallery.quiet()
    expect(report).toMatchObject({ kept: 8, failed: {} })
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      const starts = gallery.log.filter((visit) => visit.host.startsWith(host)).map(({ startedAt }) => startedAt)
      // The site notes a visit when its loop gets to it, so one gap may look short; the sum cannot.
      expect(gallery.pace({ host }).minGapMs).toBeGreaterThan(40)
      expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan((starts.length - 1) * 80 - 40)
    }
    expect(gallery.log.every(({ kind, referer }) => kind === 'robots' || kind === 'page' || referer?.startsWith(gallery.url))).toBe(true)
  })

  it('stops at exactly so many pictures, and goes on from there', async () => {
    const gallery = await site({ plan: planGallery({ seed: 13, pictures: 60, worth: 40, ...SMALL }) })
    const data = await folder()
    const first = await run({ urls: [gallery.url], data, maxImages: 10 })
    expect(first.report.kept).toBe(10)
    expect(first.report.pending).toBeGreaterThan(0)
    expectBalanced(first.report)
    const { report } = await run({ urls: [gallery.url], data })
    expect(report).toMatchObject({ kept: 40, candidates: 60, pending: 0 })
  })

  it('keeps the better of two copies whichever comes first', async () => {
    const only = { icon: 0, tiny: 0, banner: 0, blank: 0, blurry: 0, exact: 0, near: 1 }
    const plan = planGallery({ seed: 14, pictures: 30, worth: 12, junk: only, styles: ['plain'], ...SMALL })
    for (const late of ['near', 'worth'] as const) {
      const gallery = await site({ plan, switches: [{ do: 'slow', medianMs: 400, p95Ms: 500, pictures: [late] }] })
      const { report } = await run({ urls: [gallery.url], data: await folder(), perHost: 50 })
      expect(report).toMatchObject({ kept: 12, duplicates: { similar: 0 } })
      // Two copies of one original may be byte for byte the same: which is said depends on the order.
      expect(report.duplicates.copy + report.duplicates.exact).toBe(18)
    }
  })
})

describe('a gallery of photographs, with models', () => {
  it('keeps what shows the class asked for, with boxes, labels and vectors of the original', async (ctx) => {
    if (!existsSync(join(SHARED, 'models')) || !existsSync(join(SHARED, 'photos'))) {
      console.warn('no weights or photographs beside the project: the models are not tried')
      ctx.skip()
    }
    const photos = await photosIn(join(SHARED, 'photos', 'coco-val'), 40)
    const gallery = await site({ plan: planGallery({ seed: 15, photos, pictures: 50, worth: 40 }) })
    const data = await folder()
    const models = { modelsDir: join(SHARED, 'models') }
    const { report } = await run({ urls: [gallery.url], data, target: ['person'], ...models })
    expectBalanced(report)
    expect(report.kept).toBeGreaterThan(8)
    expect(report.rejected['no-target']).toBeGreaterThan(8)
    await gallery.quiet()
    // A picture that its thumbnail ruled out is not fetched in full.
    const fulls = [...gallery.counts({ kinds: ['full'] }).keys()].length
    expect(fulls).toBeLessThan(report.kept + 8)

    const store = await openStore(data, models)
    let first: string | undefined
    for await (const asset of store.images()) {
      first ??= asset.id
      expect(asset.boxes.some(({ name, score }) => name === 'person' && score >= 0.5)).toBe(true)
      for (const box of asset.boxes) {
        expect(box.x + box.width).toBeLessThanOrEqual(asset.width + 1)
        expect(box.y + box.height).toBeLessThanOrEqual(asset.height + 1)
      }
      expect(asset.labels.length).toBeGreaterThan(0)
      expect(asset.spaces).toEqual([expect.stringMatching(/^mobilenetv2@.*\/1280\/cosine$/)])
    }
    const like = await store.search({ id: first as string, top: 5 })
    expect(like.hits).toHaveLength(5)
    expect(like.hits.every(({ id, score }) => id !== first && score > 0 && score < 1)).toBe(true)
    const byLabel = await store.search({ label: 'person', top: 100 })
    expect(byLabel.hits).toHaveLength(report.kept)
    await store.close()
  })
})
