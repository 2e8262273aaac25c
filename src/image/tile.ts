/**
 * A picture small enough to keep with every asset and yet a picture: what two candidates for
 * "the same" are compared on, independently of the hash that proposed them.
 */
import { blendRows } from './blend-rows.ts'
import type { Rgb } from './decode.ts'
import { boxTaps, remember } from './taps.ts'

export const TILE_SIDE = 32
export const TILE_BYTES = TILE_SIDE * TILE_SIDE * 3

const tapsFor = remember(boxTaps)
let line = new Float32Array(512 * 3)

/** @returns 32 × 32 interleaved RGB; each pixel the rounded mean of the area it covers, parts of pixels included */
export const tileOf = ({ data, width, height }: Rgb): Uint8Array => {
  const tile = new Uint8Array(TILE_BYTES)
  const stride = width * 3
  if (line.length < stride) line = new Float32Array(stride)
  const rows = tapsFor(height, TILE_SIDE)
  const columns = tapsFor(width, TILE_SIDE)
  const { weights } = columns
  for (let y = 0; y < TILE_SIDE; y++) {
    blendRows(data, stride, 0, stride, rows, y, line)
    for (let x = 0; x < TILE_SIDE; x++) {
      let at = (columns.first[x] as number) * 3
      let red = 0.5
      let green = 0.5
      let blue = 0.5
      for (let tap = x * columns.width, end = tap + columns.width; tap < end; tap++, at += 3) {
        const weight = weights[tap] as number
        red += weight * (line[at] as number)
        green += weight * (line[at + 1] as number)
        blue += weight * (line[at + 2] as number)
      }
      const to = (y * TILE_SIDE + x) * 3
      tile[to] = red
      tile[to + 1] = green
      tile[to + 2] = blue
    }
  }
  return tile
}
