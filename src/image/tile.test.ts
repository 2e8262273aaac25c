/** That the tile is the exact area average, at any size. */
import { expect, test } from 'vitest'
import { draw } from '../../test/drawn-pictures.ts'
import type { Rgb } from './decode.ts'
import { TILE_BYTES, TILE_SIDE, tileOf } from './tile.ts'

/** Mean over an area in fractions of pixels, by walking every pixel it touches. */
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

test.each([[32, 32], [64, 96], [100, 75], [512, 384], [20, 11], [1, 1], [500, 3]])('%i × %i', (width, height) => {
  const picture = draw(4, width, height)
  const tile = tileOf(picture)
  expect(tile.length).toBe(TILE_BYTES)
  for (let y = 0; y < TILE_SIDE; y++) {
    for (let x = 0; x < TILE_SIDE; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const expected = meanOf(
          picture, (x * width) / TILE_SIDE, ((x + 1) * width) / TILE_SIDE,
          (y * height) / TILE_SIDE, ((y + 1) * height) / TILE_SIDE, channel,
        )
        expect(Math.abs((tile[(y * TILE_SIDE + x) * 3 + channel] ?? -1) - expected)).toBeLessThan(0.51)
      }
    }
  }
})

test('two tiles do not share memory', () => {
  const first = tileOf(draw(1, 50, 50))
  const copy = first.slice()
  tileOf(draw(2, 50, 50))
  expect(first).toEqual(copy)
})
