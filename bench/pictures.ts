/**
 * Banks of JPEGs to serve by the thousand: no two alike in bytes or in perceptual hash, each sharp and
 * varied enough to pass the cheap looks, drawn from a seed in about a millisecond and kept in the system's
 * temporary folder, so that the second run starts at once. They are noise shaped like pictures: right for
 * measuring work, not for judging what a model sees.
 */
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { randomOf, type Random } from '../test/site/random.ts'

export interface BankOptions {
  readonly name: string
  readonly count: number
  readonly width: number
  readonly height: number
  /** JPEG quality. */
  readonly quality: number
  /** Noise added to each pixel, in 8-bit levels to either side: what makes the file heavy and the picture sharp. */
  readonly grain: number
  /** Of every ten pictures, how many repeat an earlier one's bytes, are blurred, are blank. Default none. */
  readonly junk?: { readonly exact: number; readonly blurry: number; readonly blank: number }
}

export interface Bank {
  readonly dir: string
  /** File names in `dir`, in order. */
  readonly files: readonly string[]
  /** Mean size in bytes. */
  readonly meanBytes: number
  /** How many of each kind. */
  readonly kinds: Readonly<Record<Kind, number>>
}

export type Kind = 'plain' | 'exact' | 'blurry' | 'blank'

/** Part of the cache's name: raise it when the drawing changes. */
const DRAWING = 1
/** Cells of the sketch are so many pixels wide and high. */
const CELL = 8
/** Corners of the coarse shapes, across and down. */
const ACROSS = 13
const DOWN = 10
const NOISE = Float32Array.from({ length: 1 << 20 }, (() => {
  const random = randomOf('grain')
  return () => random() + random() - 1
})())

const level = (grid: Float32Array, x: number, y: number, channel: number): number => {
  const left = Math.min(ACROSS - 2, Math.floor(x))
  const top = Math.min(DOWN - 2, Math.floor(y))
  const at = (column: number, row: number): number => grid[(row * ACROSS + column) * 3 + channel] as number
  const [u, v] = [x - left, y - top]
  return (at(left, top) * (1 - u) + at(left + 1, top) * u) * (1 - v) + (at(left, top + 1) * (1 - u) + at(left + 1, top + 1) * u) * v
}

/** Coarse coloured shapes with unrest of a middle size, an eighth as wide and high as the picture. */
const sketch = (random: Random, width: number, height: number, unrest: number): Buffer => {
  const grid = Float32Array.from({ length: ACROSS * DOWN * 3 }, () => 30 + 195 * random())
  const pixels = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave = (random() - 0.5) * unrest
      for (let channel = 0; channel < 3; channel++) {
        const base = level(grid, (x / width) * (ACROSS - 1), (y / height) * (DOWN - 1), channel)
        pixels[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, base + wave))
      }
    }
  }
  return pixels
}

const draw = async (options: BankOptions, kind: Kind, seed: string): Promise<Buffer> => {
  const { width, height, quality, grain } = options
  const random = randomOf(seed)
  const raw = { width, height, channels: 3 } as const
  if (kind === 'blank') {
    const background = { r: 40 + 180 * random(), g: 40 + 180 * random(), b: 40 + 180 * random() }
    const mark = Buffer.from(`${seed} `.repeat(40))
    return await sharp({ create: { ...raw, background } }).jpeg({ quality }).withExif({ IFD0: { ImageDescription: mark.toString() } }).toBuffer()
  }
  const small = { width: Math.ceil(width / CELL), height: Math.ceil(height / CELL), channels: 3 } as const
  const pixels = await sharp(sketch(random, small.width, small.height, kind === 'blurry' ? 0 : 70), { raw: small })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' }).raw().toBuffer()
  if (kind === 'plain') {
    let at = Math.floor(random() * NOISE.length)
    for (let i = 0; i < pixels.length; i += 3) {
      const noise = grain * (NOISE[at++ & (NOISE.length - 1)] as number)
      for (let channel = i; channel < i + 3; channel++) {
        pixels[channel] = Math.max(0, Math.min(255, (pixels[channel] as number) + noise))
      }
    }
  }
  return await sharp(pixels, { raw }).jpeg({ quality }).toBuffer()
}

const kindOf = (i: number, { exact, blurry, blank }: NonNullable<BankOptions['junk']>): Kind => {
  const place = 9 - (i % 10)
  if (place < exact) return 'exact'
  if (place < exact + blurry) return 'blurry'
  return place < exact + blurry + blank ? 'blank' : 'plain'
}

/** The same options give the same bytes. A bank that is there already is not drawn again. */
export const pictureBank = async (options: BankOptions, onProgress: (done: number, of: number) => void): Promise<Bank> => {
  const { name, count, width, height, quality, grain, junk = { exact: 0, blurry: 0, blank: 0 } } = options
  const key = [DRAWING, name, count, `${width}x${height}`, quality, grain, junk.exact, junk.blurry, junk.blank].join('-')
  const dir = path.join(tmpdir(), 'gannet-bench-cache', key)
  const index = path.join(dir, 'bank.json')
  const known = await readFile(index, 'utf8').then((text) => JSON.parse(text) as Omit<Bank, 'dir'>, () => null)
  if (known) return { dir, ...known }

  const part = `${dir}.${process.pid}.part`
  await mkdir(part, { recursive: true })
  const files = Array.from({ length: count }, (_, i) => `${String(i).padStart(6, '0')}.jpg`)
  const kinds: Record<Kind, number> = { plain: 0, exact: 0, blurry: 0, blank: 0 }
  let bytes = 0
  const place = (i: number): string => path.join(part, files[i] as string)
  let next = 0
  let done = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const kind = kindOf(i, junk)
      kinds[kind]++
      if (kind !== 'exact') {
        const drawn = await draw(options, kind, `${key} ${i}`)
        bytes += drawn.length
        await writeFile(place(i), drawn)
      }
      onProgress(++done, count)
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  // A repetition comes nine pictures after what it repeats: by then that one may be stored, or only under way.
  for (let i = 0; i < count; i++) if (kindOf(i, junk) === 'exact') await copyFile(place(Math.max(0, i - 9)), place(i))
  const bank = { files, meanBytes: Math.round(bytes / Math.max(1, count - kinds.exact)), kinds }
  await writeFile(path.join(part, 'bank.json'), JSON.stringify(bank))
  await rm(dir, { recursive: true, force: true })
  await rename(part, dir)
  return { dir, ...bank }
}
