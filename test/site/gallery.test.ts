/** The plan is a truth others are judged by, and the pictures must be what the plan says they are. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoGallery, planGallery, photosIn, type GalleryPlan, type PlannedPicture } from './index.ts'
import { apart, fingerprint } from './looks-alike.ts'
import { createStudio, type Studio } from './studio.ts'

const small = {
  fullSide: 480,
  thumbSide: 240,
  thumbBytes: { minBytes: 6_000, maxBytes: 14_000 },
  fullBytes: { minBytes: 40_000, maxBytes: 80_000 },
} as const

let cacheDir: string
let studio: Studio
let plan: GalleryPlan

const ofKind = (kind: string): PlannedPicture[] => plan.pictures.filter((picture) => picture.kind === kind)
const bytesOf = async (picture: PlannedPicture, which: 'thumb' | 'full'): Promise<Uint8Array> =>
  (await studio.get(picture.order, which)).bytes

/** Deviation of the luminance, in 8-bit levels. */
const contrast = async (bytes: Uint8Array): Promise<number> =>
  (await sharp(await sharp(bytes).greyscale().png().toBuffer()).stats()).channels[0]?.stdev ?? 0

const sharpness = async (bytes: Uint8Array): Promise<number> => (await sharp(bytes).stats()).sharpness

beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'gannet-site-test-'))
  studio = createStudio({ cacheDir })
  const junk = { icon: 6, tiny: 2, banner: 6, blank: 5, blurry: 5, exact: 4, near: 8 }
  plan = planGallery({ seed: 7, pictures: 60, worth: 24, junk, ...small })
  await studio.prepare(plan.pictures.map((picture) => picture.order))
})

afterAll(() => rm(cacheDir, { recursive: true, force: true }))

describe('a plan', () => {
  it('is the same for the same seed and another for another', () => {
    expect(planGallery({ seed: 5 })).toEqual(planGallery({ seed: 5 }))
    expect(planGallery({ seed: 5 })).not.toEqual(planGallery({ seed: 6 }))
  })

  it('counts its kinds as asked, 28 in 100 worth having by default', () => {
    expect(planGallery({ pictures: 200 }).pictures.filter((picture) => picture.worth)).toHaveLength(56)
    expect(ofKind('worth')).toHaveLength(24)
    expect(ofKind('near')).toHaveLength(8)
    expect(plan.pictures).toHaveLength(60)
  })

  it('shows every picture on exactly one page, by URLs of its own', () => {
    const shown = plan.pages.flatMap((page) => page.pictures)
    expect(shown.toSorted()).toEqual(plan.pictures.map((picture) => picture.id))
    expect(new Set(plan.pictures.map((picture) => picture.fullPath)).size).toBe(60)
  })

  it('shows pictures again where asked, and is the same plan otherwise', () => {
    const again = planGallery({ pictures: 50, repeats: 5 })
    const shown = again.pages.flatMap((page) => page.pictures)
    expect(shown).toHaveLength(55)
    expect(new Set(shown).size).toBe(50)
    expect(again.pictures).toEqual(planGallery({ pictures: 50 }).pictures)
  })

  it('shows a duplicate only after what it repeats, and never says it is larger', () => {
    const at = new Map(plan.pictures.map((picture, i) => [picture.id, i]))
    const repeats = plan.pictures.filter((picture) => picture.of !== null)
    expect(repeats).toHaveLength(12)
    for (const repeat of repeats) {
      expect(at.get(repeat.id)).toBeGreaterThan(at.get(repeat.of as string) as number)
      const original = plan.pictures[at.get(repeat.of as string) as number] as PlannedPicture
      if (repeat.kind === 'near') expect(repeat.full.width).toBeLessThan(original.full.width)
    }
  })

  it('gives each picture a page of its own where asked', () => {
    const paged = planGallery({ pictures: 30, items: 'pages' })
    expect(paged.pages.filter((page) => page.kind === 'item')).toHaveLength(30)
    expect(paged.pages[0]?.items).toHaveLength(24)
    expect(paged.pages[0]?.pictures).toHaveLength(0)
  })

  it('of the demo has 500 candidates of which 140 are worth having', () => {
    const demo = demoGallery()
    expect(demo.pictures).toHaveLength(500)
    expect(demo.pictures.filter((picture) => picture.worth)).toHaveLength(140)
    expect(demo.pictures.every((picture) => picture.worth || picture.reasons.length > 0)).toBe(true)
  })
})

describe('pictures', () => {
  it('are the same bytes when drawn again elsewhere', async () => {
    const again = createStudio({ cacheDir: path.join(cacheDir, 'again') })
    for (const kind of ['worth', 'near', 'banner', 'blank', 'blurry', 'icon']) {
      const picture = ofKind(kind)[0] as PlannedPicture
      const redrawn = await again.get(picture.order, 'full')
      expect(Buffer.compare(redrawn.bytes, await bytesOf(picture, 'full')), kind).toBe(0)
    }
  })

  it('weigh what was asked and have the size stated', async () => {
    for (const picture of plan.pictures) {
      const thumb = await bytesOf(picture, 'thumb')
      const full = await bytesOf(picture, 'full')
      const { width, height } = await sharp(full).metadata()
      expect({ width, height }).toEqual(picture.full)
      if (picture.kind === 'icon' || picture.kind === 'tiny') continue
      expect(thumb.length, picture.kind).toBeGreaterThanOrEqual(small.thumbBytes.minBytes)
      expect(full.length, picture.kind).toBeGreaterThanOrEqual(small.fullBytes.minBytes)
      expect(full.length, picture.kind).toBeLessThanOrEqual(small.fullBytes.maxBytes)
      if (picture.kind !== 'banner') expect(thumb.length, picture.kind).toBeLessThanOrEqual(small.thumbBytes.maxBytes)
    }
  })

  it('worth having are far apart, and near duplicates near to their originals', async () => {
    const prints = new Map<string, boolean[]>()
    for (const picture of [...ofKind('worth'), ...ofKind('near')]) {
      prints.set(picture.id, await fingerprint(await bytesOf(picture, 'thumb')))
    }
    const worthy = ofKind('worth').map((picture) => prints.get(picture.id) as boolean[])
    const distances = worthy.flatMap((a, i) => worthy.slice(0, i).map((b) => apart(a, b)))
    expect(Math.min(...distances)).toBeGreaterThan(80)
    for (const near of ofKind('near')) {
      const distance = apart(prints.get(near.id) as boolean[], prints.get(near.of as string) as boolean[])
      expect(distance, near.how ?? '').toBeLessThanOrEqual(31)
    }
  })

  it('look alike as thumbnail and in full', async () => {
    for (const picture of ofKind('worth')) {
      const pair = await Promise.all((['thumb', 'full'] as const).map(async (w) => fingerprint(await bytesOf(picture, w))))
      expect(apart(pair[0] as boolean[], pair[1] as boolean[])).toBeLessThanOrEqual(16)
    }
  })

  it('that are exact duplicates are the very bytes, near ones are not', async () => {
    const byId = new Map(plan.pictures.map((picture) => [picture.id, picture]))
    for (const repeat of plan.pictures.filter((picture) => picture.of !== null)) {
      const original = await bytesOf(byId.get(repeat.of as string) as PlannedPicture, 'full')
      expect(Buffer.compare(original, await bytesOf(repeat, 'full')) === 0).toBe(repeat.kind === 'exact')
    }
  })

  it('that are blank have no contrast, and the others have', async () => {
    for (const which of ['thumb', 'full'] as const) {
      for (const picture of ofKind('blank')) expect(await contrast(await bytesOf(picture, which))).toBeLessThan(4)
      for (const picture of ofKind('worth')) expect(await contrast(await bytesOf(picture, which))).toBeGreaterThan(15)
    }
  })

  it('that are blurred are far softer than any worth having', async () => {
    const soft = await Promise.all(ofKind('blurry').map(async (p) => sharpness(await bytesOf(p, 'thumb'))))
    const crisp = await Promise.all(ofKind('worth').map(async (p) => sharpness(await bytesOf(p, 'thumb'))))
    expect(Math.max(...soft) * 4).toBeLessThan(Math.min(...crisp))
  })

  it('repeat their pixels under other bytes beyond the bank', async () => {
    const banked = planGallery({ pictures: 6, worth: 6, bank: 3, ...small })
    const files = await Promise.all(banked.pictures.map((picture) => bytesOf(picture, 'full')))
    const pixels = await Promise.all(files.map(async (file) => (await sharp(file).raw().toBuffer()).toString('base64')))
    expect(new Set(files.map((file) => Buffer.from(file).toString('base64'))).size).toBe(6)
    expect(new Set(pixels).size).toBe(3)
  })

  it('from a folder are served as they are, with thumbnails made of them', async (context) => {
    const folder = path.resolve('..', 'shared', 'photos', 'coco-val', 'images')
    const photos = await photosIn(folder, 6).catch(() => null)
    if (photos === null) {
      console.warn(`no photographs in ${folder}: folder sites were not tested`)
      return context.skip()
    }
    const real = planGallery({ pictures: 12, worth: 6, photos, junk: { near: 20 } })
    const worthy = real.pictures.filter((picture) => picture.worth)
    expect(worthy).toHaveLength(6)
    for (const picture of worthy) {
      const { width, height } = await sharp(await bytesOf(picture, 'thumb')).metadata()
      expect({ width, height }).toEqual(picture.thumb)
      const full = await sharp(await bytesOf(picture, 'full')).rotate().toBuffer({ resolveWithObject: true })
      expect({ width: full.info.width, height: full.info.height }).toEqual(picture.full)
    }
  })
})
