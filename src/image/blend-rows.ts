/**
 * The vertical half of a separable filter, and where most of the arithmetic of a picture goes:
 * a weighted sum of whole rows. Rows are taken four at a time, since a pass over the output costs
 * as much as two multiplications.
 */
import type { Taps } from './taps.ts'

/**
 * Writes output row `at` of the filter: `into[x] = Σ weight × source[row × stride + from + x]`.
 * @param count samples of a row
 */
export const blendRows = (
  source: Uint8Array,
  stride: number,
  from: number,
  count: number,
  taps: Taps,
  at: number,
  into: Float32Array,
): void => {
  const { width, weights } = taps
  let row = (taps.first[at] ?? 0) * stride + from
  let tap = at * width
  const end = tap + width
  for (let k = 0; tap < end; k += 4, tap += 4, row += 4 * stride) {
    const left = end - tap
    const w0 = weights[tap] as number
    const w1 = left > 1 ? (weights[tap + 1] as number) : 0
    const w2 = left > 2 ? (weights[tap + 2] as number) : 0
    const w3 = left > 3 ? (weights[tap + 3] as number) : 0
    // A row without weight is never read past the end of the picture: it stands in for its neighbour.
    const b = w1 === 0 ? row : row + stride
    const c = w2 === 0 ? row : row + 2 * stride
    const d = w3 === 0 ? row : row + 3 * stride
    if (k > 0) {
      for (let x = 0; x < count; x++) {
        into[x] = (into[x] as number) + w0 * (source[row + x] as number) + w1 * (source[b + x] as number) +
          w2 * (source[c + x] as number) + w3 * (source[d + x] as number)
      }
    } else if (w3 !== 0) {
      for (let x = 0; x < count; x++) {
        into[x] = w0 * (source[row + x] as number) + w1 * (source[b + x] as number) +
          w2 * (source[c + x] as number) + w3 * (source[d + x] as number)
      }
    } else if (w2 !== 0) {
      for (let x = 0; x < count; x++) {
        into[x] = w0 * (source[row + x] as number) + w1 * (source[b + x] as number) + w2 * (source[c + x] as number)
      }
    } else {
      for (let x = 0; x < count; x++) into[x] = w0 * (source[row + x] as number) + w1 * (source[b + x] as number)
    }
  }
}
