/** Recipes into bytes: both renditions of a picture at once, since most of the work is shared. */
import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { addGrain, blankCanvas, colour, solid, wash, type Pixels } from './canvas.ts'
import { encodeToSize, pixelsOf, sharpOf } from './encode.ts'
import { between, hash32, randomOf, whole } from './random.ts'
import type { Commission, NearWay, Side, Subject } from './recipe.ts'
import { drawScene, enlarged, sketchFor } from './scene.ts'

export interface Rendition {
  readonly bytes: Uint8Array
  readonly type: string
}

export interface Rendered {
  readonly thumb: Rendition
  readonly full: Rendition
}

const raw = async (image: Sharp): Promise<Pixels> => {
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return pixelsOf(data, info.width, info.height)
}

const reduced = (pixels: Pixels, side: Side): Promise<Pixels> =>
  raw(sharpOf(pixels).resize(side.width, side.height, { fit: 'fill' }))

const subjectPixels = (subject: Subject): Promise<Pixels> =>
  subject.kind === 'scene'
    ? drawScene(subject.seed, subject.size.width, subject.size.height)
    : raw(sharp(subject.path).rotate())

/** Small enough changes that a person says "the same picture", at the size given. */
const nearly = (pixels: Pixels, how: NearWay, side: Side): Promise<Pixels> => {
  const { width, height } = pixels
  const image = sharpOf(pixels)
  if (how === 'cropped') {
    const dx = Math.round(width * 0.008)
    const dy = Math.round(height * 0.008)
    image.extract({ left: dx, top: dy, width: width - 2 * dx, height: height - 2 * dy })
  }
  if (how === 'bordered') {
    const edge = Math.max(1, Math.round(side.width * 0.006))
    return raw(
      image
        .resize(side.width - 2 * edge, side.height - 2 * edge, { fit: 'fill' })
        .extend({ top: edge, bottom: edge, left: edge, right: edge, background: '#f4f4f0' }),
    )
  }
  return raw(image.resize(side.width, side.height, { fit: 'fill' }))
}

const blurred = async (subject: Subject, side: Side): Promise<Pixels> => {
  const small = { width: Math.max(8, Math.round(side.width / 5)), height: Math.max(8, Math.round(side.height / 5)) }
  const soft = await raw(
    sharpOf(await subjectPixels(subject)).resize(small.width, small.height, { fit: 'fill' }).blur(small.width / 50),
  )
  return raw(sharpOf(soft).resize(side.width, side.height, { kernel: 'linear', fit: 'fill' }))
}

/** Flat but for a grain far below what an eye or a measure calls contrast (deviation under 3 of 255). */
const blank = (seed: string, side: Side): Pixels => {
  const random = randomOf(`blank ${seed}`)
  const canvas = blankCanvas(side.width, side.height)
  const paper = colour(random(), between(random, 0, 0.3), between(random, 0.3, 0.9))
  canvas.data.set(paper)
  for (let filled = 3; filled < canvas.data.length; filled *= 2) canvas.data.copyWithin(filled, 0, filled)
  addGrain(canvas, random, between(random, 1.2, 2.2))
  return canvas
}

const banner = (seed: string, side: Side): Promise<Pixels> => {
  const random = randomOf(`banner ${seed}`)
  const canvas = sketchFor(side)
  wash(canvas, random, colour(random(), 0.8, 0.5), colour(random(), 0.8, 0.5), 40, 0.5)
  const short = Math.min(canvas.width, canvas.height)
  for (let i = whole(random, 12, 24); i > 0; i--) {
    const rx = short * between(random, 0.1, 0.4)
    solid(canvas, random, {
      x: random() * canvas.width,
      y: random() * canvas.height,
      rx,
      ry: rx * between(random, 0.3, 1),
      turn: 0,
      colour: colour(random(), 0.9, between(random, 0.3, 0.9)),
      squareness: random() < 0.5 ? 8 : 2,
      lightX: 0.3,
      lightY: -0.6,
      rough: 20,
      stripes: random() < 0.4 ? 5 : 0,
    })
  }
  return enlarged(canvas, side, random, 11)
}

const icon = async (seed: string, side: Side): Promise<Rendition> => {
  const random = randomOf(`icon ${seed}`)
  const canvas = blankCanvas(side.width, side.height)
  wash(canvas, random, [255, 255, 255], [240, 240, 240], 0, 1)
  for (let i = 0; i < 3; i++) {
    solid(canvas, random, {
      x: side.width * between(random, 0.3, 0.7),
      y: side.height * between(random, 0.3, 0.7),
      rx: side.width * between(random, 0.15, 0.45),
      ry: side.height * between(random, 0.15, 0.45),
      turn: random() * 3,
      colour: colour(random(), 0.8, 0.5),
      squareness: random() < 0.5 ? 8 : 2,
      lightX: 0,
      lightY: 0,
      rough: 4,
      stripes: 0,
    })
  }
  return { bytes: await sharpOf(canvas).png().toBuffer(), type: 'image/png' }
}

/** The 1 × 1 transparent GIF that lays out half the web. */
export const SPACER = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const FILE_TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', avif: 'image/avif',
}

export const fileType = (path: string): string | undefined => FILE_TYPES[path.split('.').at(-1)?.toLowerCase() ?? '']

const jpeg = (bytes: Uint8Array): Rendition => ({ bytes, type: 'image/jpeg' })

/** First guesses, by how much there is to encode: most pictures need no second. */
const QUALITY = { scene: 92, near: 95, banner: 94, blank: 95, blurry: 90 } as const

/** @param quality to try first for the full picture, give or take 2 */
const pair = async (full: Pixels, thumb: Pixels, ask: Commission, quality: number): Promise<Rendered> => {
  const [big, small] = await Promise.all([
    encodeToSize(full, ask.fullBytes, quality - 2 + (hash32(JSON.stringify(ask.recipe)) % 5)),
    encodeToSize(thumb, ask.thumbBytes, quality - 6),
  ])
  return { full: jpeg(big), thumb: jpeg(small) }
}

export const render = async (ask: Commission): Promise<Rendered> => {
  const { recipe } = ask
  switch (recipe.kind) {
    case 'scene': {
      const full = await subjectPixels(recipe)
      return pair(full, await reduced(full, ask.thumb), ask, QUALITY[recipe.kind])
    }
    case 'file': {
      const [bytes, small] = await Promise.all([
        readFile(recipe.path),
        sharp(recipe.path).rotate().resize(ask.thumb.width, ask.thumb.height, { fit: 'fill' }).jpeg().toBuffer(),
      ])
      return { full: { bytes, type: fileType(recipe.path) ?? 'image/jpeg' }, thumb: jpeg(small) }
    }
    case 'near': {
      const full = await nearly(await subjectPixels(recipe.of), recipe.how, ask.full)
      return pair(full, await reduced(full, ask.thumb), ask, QUALITY[recipe.kind])
    }
    case 'blurry': {
      const full = await blurred(recipe.of, ask.full)
      return pair(full, await reduced(full, ask.thumb), ask, QUALITY[recipe.kind])
    }
    case 'blank':
      return pair(blank(recipe.seed, ask.full), blank(recipe.seed, ask.thumb), ask, QUALITY.blank)
    case 'banner': {
      const full = await banner(recipe.seed, ask.full)
      return pair(full, await reduced(full, ask.thumb), ask, QUALITY[recipe.kind])
    }
    case 'icon': {
      const only = await icon(recipe.seed, ask.full)
      return { full: only, thumb: only }
    }
    case 'tiny': {
      const only = { bytes: SPACER, type: 'image/gif' }
      return { full: only, thumb: only }
    }
    default:
      return recipe satisfies never
  }
}
