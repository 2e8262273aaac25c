/**
 * A picture small enough to keep with every asset and yet a picture: what two candidates for
 * "the same" are laid over each other on, independently of the hash that proposed them.
 */
import { SKETCH_BYTES, SKETCH_CELLS, SKETCH_COLOUR_SIDE, SKETCH_COLOURS, SKETCH_SIDE } from '../core/sketch-layout.ts'
import type { Rgb } from './decode.ts'
import { putRgb, resample } from './stage.ts'
import { boxTaps, remember } from './taps.ts'

const tapsFor = remember(boxTaps)

/** @returns 64 × 64 of Y, 16 × 16 of Cb, 16 × 16 of Cr (BT.601, full range); each the rounded mean of the area it covers */
export const sketchOf = (rgb: Rgb): Uint8Array => {
  putRgb(rgb)
  return sketchOnStage(rgb.width, rgb.height)
}

/** Of the picture that is on the stage. */
export const sketchOnStage = (width: number, height: number): Uint8Array => {
  const { data } = resample(width, tapsFor(height, SKETCH_SIDE), tapsFor(width, SKETCH_SIDE), 1, 0)
  const sketch = new Uint8Array(SKETCH_BYTES)
  const [blue, red] = [new Float32Array(SKETCH_COLOURS), new Float32Array(SKETCH_COLOURS)]
  const each = SKETCH_SIDE / SKETCH_COLOUR_SIDE
  for (let cell = 0; cell < SKETCH_CELLS; cell++) {
    const [r, g, b] = [data[cell] as number, data[SKETCH_CELLS + cell] as number, data[2 * SKETCH_CELLS + cell] as number]
    sketch[cell] = Math.round(0.299 * r + 0.587 * g + 0.114 * b)
    const at = Math.floor(cell / SKETCH_SIDE / each) * SKETCH_COLOUR_SIDE + Math.floor((cell % SKETCH_SIDE) / each)
    blue[at] = (blue[at] as number) + (-0.168736 * r - 0.331264 * g + 0.5 * b) / (each * each)
    red[at] = (red[at] as number) + (0.5 * r - 0.418688 * g - 0.081312 * b) / (each * each)
  }
  for (let at = 0; at < SKETCH_COLOURS; at++) {
    sketch[SKETCH_CELLS + at] = Math.min(255, Math.round(128 + (blue[at] as number)))
    sketch[SKETCH_CELLS + SKETCH_COLOURS + at] = Math.min(255, Math.round(128 + (red[at] as number)))
  }
  return sketch
}
