/**
 * Resizing in whole levels, across first and down afterwards, each pass rounded: what Pillow does (`Image.resize`), and what models
 * that were trained behind it have seen. Several times slower than the stage's kernels, which keep fractions; half a level moves the
 * vector of a sensitive model by some thousandths.
 */
import type { Rgb } from './decode.ts'
import type { Planes } from './stage.ts'
import type { Taps } from './taps.ts'

const CHANNELS = 3

/** As the stage's `resample`: `level × scale − mean`. */
export const resampleLevels = ({ data, width }: Rgb, rows: Taps, columns: Taps, scale: number, mean: number): Planes => {
  const line = columns.length * CHANNELS
  const top = rows.first[0] as number
  const count = (rows.first[rows.length - 1] as number) + rows.width - top
  const across = new Uint8Array(count * line)
  for (let row = 0; row < count; row++) {
    const from = (top + row) * width * CHANNELS
    for (let column = 0; column < columns.length; column++) {
      const at = from + (columns.first[column] as number) * CHANNELS
      let [red, green, blue] = [0, 0, 0]
      for (let tap = 0; tap < columns.width; tap++) {
        const weight = columns.weights[column * columns.width + tap] as number
        red += weight * (data[at + tap * CHANNELS] as number)
        green += weight * (data[at + tap * CHANNELS + 1] as number)
        blue += weight * (data[at + tap * CHANNELS + 2] as number)
      }
      const to = row * line + column * CHANNELS
      across[to] = Math.round(red)
      across[to + 1] = Math.round(green)
      across[to + 2] = Math.round(blue)
    }
  }
  const plane = rows.length * columns.length
  const out = new Float32Array(CHANNELS * plane)
  for (let row = 0; row < rows.length; row++) {
    const first = (rows.first[row] as number) - top
    for (let at = 0; at < line; at++) {
      let level = 0
      for (let tap = 0; tap < rows.width; tap++) level += (rows.weights[row * rows.width + tap] as number) * (across[(first + tap) * line + at] as number)
      out[(at % CHANNELS) * plane + row * columns.length + Math.floor(at / CHANNELS)] = Math.round(level) * scale - mean
    }
  }
  return { across: columns.length, data: out }
}
