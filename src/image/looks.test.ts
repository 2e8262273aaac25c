/** That each measure is what look.ts says, and ranks pictures as an eye would. */
import { describe, expect, test } from 'vitest'
import { asSharp, draw, seeded } from '../../test/drawn-pictures.ts'
import { decodeForLook } from './decode.ts'
import { looksOf } from './looks.ts'
import { lumaOf } from './luma.ts'

const slow = (luma: Float32Array, width: number, height: number) => {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const variance = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2))
  const at = (x: number, y: number): number => luma[y * width + x] ?? 0
  const edges: number[] = []
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) edges.push(at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y))
  }
  const counts = new Map<number, number>()
  for (const value of luma) counts.set(Math.round(value), (counts.get(Math.round(value)) ?? 0) + 1)
  const shares = [...counts.values()].map((n) => n / luma.length)
  return {
    blur: variance(edges),
    brightness: mean([...luma]),
    contrast: Math.sqrt(variance([...luma])),
    entropy: -shares.reduce((sum, share) => sum + share * Math.log2(share), 0),
  }
}

test.each([[40, 30], [33, 17], [64, 5], [3, 3]])('by definition, at %i × %i', (width, height) => {
  const luma = lumaOf(draw(5, width, height))
  const found = looksOf(luma, width, height)
  for (const [name, value] of Object.entries(slow(luma, width, height))) {
    expect(found[name as keyof typeof found], name).toBeCloseTo(value, 1)
  }
})

test('the luminance is that of BT.601', () => {
  const rgb = { data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30), width: 2, height: 2 }
  const luma = [...lumaOf(rgb)]
  for (const [i, expected] of [76.245, 149.685, 29.07, 18.15].entries()) expect(luma[i]).toBeCloseTo(expected, 2)
})

describe('extremes', () => {
  test('a flat picture has no blur measure, contrast or entropy', () => {
    expect(looksOf(new Float32Array(900).fill(200), 30, 30)).toEqual({ blur: 0, brightness: 200, contrast: 0, entropy: 0 })
  })
  test('black and white halves', () => {
    const luma = Float32Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 0 : 255))
    const looks = looksOf(luma, 20, 20)
    expect(looks.contrast).toBeCloseTo(127.5, 3)
    expect(looks.brightness).toBeCloseTo(127.5, 3)
    expect(looks.entropy).toBeCloseTo(1, 6)
  })
  test('noise of all levels has nearly 8 bits', () => {
    const random = seeded(3)
    const luma = Float32Array.from({ length: 512 * 512 }, () => Math.floor(random() * 256))
    expect(looksOf(luma, 512, 512).entropy).toBeGreaterThan(7.99)
  })
  test('pictures of one pixel and of one row are measured too', () => {
    expect(looksOf(Float32Array.of(7), 1, 1)).toEqual({ blur: 0, brightness: 7, contrast: 0, entropy: 0 })
    expect(looksOf(Float32Array.of(0, 100, 0, 100), 4, 1).contrast).toBeCloseTo(50, 3)
  })
})

test('blurring lowers the blur measure, step by step', async () => {
  const picture = draw(2, 400, 300)
  let last = Number.POSITIVE_INFINITY
  for (const sigma of [0.5, 1, 2, 4]) {
    const seen = await decodeForLook(await asSharp(picture).blur(sigma).png().toBuffer())
    if (!seen.ok) expect.fail(seen.detail)
    const { blur } = looksOf(lumaOf(seen.rgb), 400, 300)
    expect(blur).toBeLessThan(last)
    last = blur
  }
})
