/**
 * A picture small enough to keep with every asset and yet a picture: what two candidates for
 * "the same" are compared on, independently of the hash that proposed them.
 */
import type { Rgb } from './decode.ts'
import { putRgb, resample } from './stage.ts'
import { boxTaps, remember } from './taps.ts'

export const TILE_SIDE = 32
const CELLS = TILE_SIDE * TILE_SIDE
export const TILE_BYTES = CELLS * 3

const tapsFor = remember(boxTaps)

/** @returns 32 × 32 interleaved RGB; each pixel the rounded mean of the area it covers, parts of pixels included */
export const tileOf = (rgb: Rgb): Uint8Array => {
  putRgb(rgb)
  return tileOnStage(rgb.width, rgb.height)
}

/** Of the picture that is on the stage. */
export const tileOnStage = (width: number, height: number): Uint8Array => {
  // Storing in bytes cuts fractions off: half a level more rounds them.
  const { data } = resample(width, tapsFor(height, TILE_SIDE), tapsFor(width, TILE_SIDE), 1, -0.5)
  const tile = new Uint8Array(TILE_BYTES)
  for (let cell = 0; cell < CELLS; cell++) {
    tile[cell * 3] = data[cell] as number
    tile[cell * 3 + 1] = data[CELLS + cell] as number
    tile[cell * 3 + 2] = data[2 * CELLS + cell] as number
  }
  return tile
}
