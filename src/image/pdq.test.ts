/** That the hash is PDQ, that it holds still under what the web does to pictures, and tells pictures apart. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asSharp, draw, seeded } from '../../test/drawn-pictures.ts'
import { decodeForLook, type Rgb } from './decode.ts'
import { lumaOf } from './luma.ts'
import { hammingHex } from '../core/hamming.ts'
import { pdq, type Pdq } from './pdq.ts'

const hashOf = ({ data, width, height }: Rgb): Pdq => pdq(lumaOf({ data, width, height }), width, height)

const hashFile = async (input: Uint8Array | string): Promise<Pdq> => {
  const seen = await decodeForLook(input)
  if (!seen.ok) expect.fail(seen.detail)
  return hashOf(seen.rgb)
}

test('within 10 bits of every hash of the reference', async (ctx) => {
  const folder = resolve('..', 'shared', 'conformance', 'pdq')
  if (!existsSync(folder)) {
    console.warn(`the PDQ reference pictures are not at ${folder}: only the golden values are tested`)
    return ctx.skip()
  }
  const cases = JSON.parse(readFileSync(join(folder, 'pdq.json'), 'utf8')) as readonly { file: string; pdq: string }[]
  expect(cases.length).toBeGreaterThan(0)
  for (const { file, pdq } of cases) {
    const { hex } = await hashFile(join(folder, file))
    expect(hammingHex(hex, pdq), file).toBeLessThanOrEqual(10)
  }
})

test.each([
  [1, 300, 200, 'd7b03f2621361ada94890c4b640de694a5a1c957d926bdf0730bb6daf7dc4dc0'],
  [2, 512, 512, '1f803f0f4a7c3ef0b16fc0f687c3895b81b51f0d3a0ef4281de00af4b4f0b0fb'],
  [3, 77, 401, 'f6a514fcb3a10c99b3a71cb1f226cc11f2674cfcfe653f010d1c33624c1ae366'],
  [4, 20, 30, 'b8af6abc27b9c7694a7299c69147d243c6dd97900d1a6cdef426296213b1938d'],
])('golden value of drawing %i at %i × %i', (seed, width, height, golden) => {
  expect(hammingHex(hashOf(draw(seed, width, height)).hex, golden)).toBeLessThanOrEqual(2)
})

describe('step by step as the paper has it', () => {
  const SIDE = 64
  const box = (line: readonly number[], window: number): number[] =>
    line.map((_, i) => {
      const ahead = Math.floor(window / 2)
      const part = line.slice(Math.max(0, i - (window - 1 - ahead)), i + ahead + 1)
      return part.reduce((a, b) => a + b, 0) / part.length
    })
  const turned = (rows: readonly (readonly number[])[]): number[][] =>
    (rows[0] ?? []).map((_, x) => rows.map((row) => row[x] ?? 0))

  const slow = (luma: Float32Array, width: number, height: number): string => {
    let rows = Array.from({ length: height }, (_, y) => [...luma.subarray(y * width, (y + 1) * width)])
    for (let pass = 0; pass < 2; pass++) {
      rows = rows.map((row) => box(row, Math.floor((width + 127) / 128)))
      rows = turned(turned(rows).map((column) => box(column, Math.floor((height + 127) / 128))))
    }
    const at = (i: number, length: number): number => Math.floor(((i + 0.5) * length) / SIDE)
    const wave = (band: number, i: number): number => Math.cos((Math.PI / 128) * (band + 1) * (2 * i + 1))
    const bands = Array.from({ length: 256 }, (_, band) => {
      let sum = 0
      for (let y = 0; y < SIDE; y++) {
        for (let x = 0; x < SIDE; x++) {
          sum += wave(Math.floor(band / 16), y) * wave(band % 16, x) * (rows[at(y, height)]?.[at(x, width)] ?? 0)
        }
      }
      return sum
    })
    const median = [...bands].sort((a, b) => a - b)[127] ?? 0
    const bits = bands.map((band) => (band > median ? '1' : '0')).reverse().join('')
    return (bits.match(/..../g) ?? []).map((four) => Number.parseInt(four, 2).toString(16)).join('')
  }

  test.each([[300, 200], [512, 384], [64, 64], [130, 63], [34, 42], [5, 3], [1, 1]])('%i × %i', (width, height) => {
    const picture = draw(9, width, height)
    const luma = lumaOf(picture)
    expect(hammingHex(pdq(luma, width, height).hex, slow(luma, width, height))).toBeLessThanOrEqual(width < 8 ? 256 : 1)
    expect(pdq(luma, width, height).hex).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('the same picture stays near, others stay far', () => {
  const seeds = Array.from({ length: 8 }, (_, i) => i + 1)

  test.each([
    ['half size', (p: Rgb) => asSharp(p).resize(p.width / 2).png()],
    ['JPEG at quality 50', (p: Rgb) => asSharp(p).jpeg({ quality: 50 })],
    ['a thumbnail 100 pixels wide', (p: Rgb) => asSharp(p).resize(100).jpeg()],
    ['WebP at quality 40', (p: Rgb) => asSharp(p).webp({ quality: 40 })],
    ['a little brighter', (p: Rgb) => asSharp(p).linear(1.1, 5).png()],
  ])('%s: within 31 bits', async (_name, change) => {
    for (const seed of seeds) {
      const picture = draw(seed, 640, 480)
      const original = await hashFile(await asSharp(picture).png().toBuffer())
      const changed = await hashFile(await change(picture).toBuffer())
      expect(hammingHex(original.hex, changed.hex), `drawing ${seed}`).toBeLessThan(31)
    }
  })

  test('different pictures, and turned ones, are more than 60 bits apart', async () => {
    const pictures = seeds.map((seed) => draw(seed, 320, 240))
    const hashes = pictures.map((picture) => hashOf(picture).hex)
    for (const [i, a] of hashes.entries()) {
      for (const b of hashes.slice(i + 1)) expect(hammingHex(a, b)).toBeGreaterThan(60)
      const turned = await hashFile(await asSharp(pictures[i] as Rgb).rotate(90).png().toBuffer())
      expect(hammingHex(a, turned.hex)).toBeGreaterThan(60)
    }
  })

  test('a flat picture has no quality to speak of, noise has all', () => {
    const flat = new Float32Array(200 * 100).fill(90)
    expect(pdq(flat, 200, 100).quality).toBe(0)
    const random = seeded(1)
    const noise = Float32Array.from({ length: 64 * 64 }, () => random() * 255)
    expect(pdq(noise, 64, 64).quality).toBe(100)
  })
})
