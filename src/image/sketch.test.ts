/** That a sketch is made of exact area averages, at any size. */
import { expect, test } from 'vitest'
import { draw } from '../../test/drawn-pictures.ts'
import { SKETCH_BYTES, SKETCH_COLOUR_SIDE, SKETCH_SIDE } from '../core/sketch-layout.ts'
import type { Rgb } from './decode.ts'
import { sketchOf } from './sketch.ts'

/** Mean of a channel over an area in fractions of pixels, by walking every pixel it touches. */
const meanOf = ({ data, width }: Rgb, x0: number, x1: number, y0: number, y1: number, channel: number): number => {
  let sum = 0
  for (let y = Math.floor(y0); y < y1; y++) {
    for (let x = Math.floor(x0); x < x1; x++) {
      const share = (Math.min(x + 1, x1) - Math.max(x, x0)) * (Math.min(y + 1, y1) - Math.max(y, y0))
      sum += share * (data[(y * width + x) * 3 + channel] ?? 0)
    }
  }
  return sum / ((x1 - x0) * (y1 - y0))
}

const expectPlane = (picture: Rgb, plane: Uint8Array, side: number, [r, g, b]: readonly [number, number, number], zero: number): void => {
  const { width, height } = picture
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const means = [0, 1, 2].map((channel) =>
        meanOf(picture, (x * width) / side, ((x + 1) * width) / side, (y * height) / side, ((y + 1) * height) / side, channel)) as [number, number, number]
      const expected = Math.min(255, zero + r * means[0] + g * means[1] + b * means[2])
      expect(Math.abs((plane[y * side + x] ?? -1) - expected)).toBeLessThan(0.52)
    }
  }
}

test.each([[32, 32], [64, 96], [100, 75], [512, 384], [20, 11], [1, 1], [500, 3]])('%i × %i', (width, height) => {
  const picture = draw(4, width, height)
  const sketch = sketchOf(picture)
  expect(sketch.length).toBe(SKETCH_BYTES)
  const [luma, colour] = [SKETCH_SIDE ** 2, SKETCH_COLOUR_SIDE ** 2]
  expectPlane(picture, sketch.subarray(0, luma), SKETCH_SIDE, [0.299, 0.587, 0.114], 0)
  expectPlane(picture, sketch.subarray(luma, luma + colour), SKETCH_COLOUR_SIDE, [-0.168736, -0.331264, 0.5], 128)
  expectPlane(picture, sketch.subarray(luma + colour), SKETCH_COLOUR_SIDE, [0.5, -0.418688, -0.081312], 128)
})

test('two sketches do not share memory', () => {
  const first = sketchOf(draw(1, 50, 50))
  const copy = first.slice()
  sketchOf(draw(2, 50, 50))
  expect(first).toEqual(copy)
})
