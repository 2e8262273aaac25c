/**
 * Four cheap numbers that tell a blank, a dark or a blurred picture from one worth showing to a
 * model. Each is defined in look.ts; what they mean for a verdict is the policy's business.
 */
import type { Looks } from './look.ts'
import { at, countsAt, doublesAt, kernels, putLuma } from './stage.ts'

const LEVELS = 256
const TABLES = 4

const variance = (sum: number, squares: number, count: number): number =>
  count > 0 ? Math.max(0, squares / count - (sum / count) ** 2) : 0

/**
 * Blur is the variance of the four-neighbour Laplacian over the inner pixels (Pech-Pacheco et al.,
 * 2000), 0 where there are none.
 * @param luma one value a pixel, 0 to 255; at most 512 × 512
 */
export const looksOf = (luma: Float32Array, width: number, height: number): Looks => {
  putLuma(luma, width, height)
  return looksOnStage(width, height)
}

/** Of the luminance that is on the stage. */
export const looksOnStage = (width: number, height: number): Looks => {
  const count = width * height
  const histogram = countsAt(at.histogram, LEVELS * TABLES).fill(0)
  kernels.statistics(at.luma, width, height, at.histogram, at.sums)
  const [sum = 0, squares = 0, pivot = 0, edgeSum = 0, edgeSquares = 0] = doublesAt(at.sums, 5)
  let entropy = 0
  for (let level = 0; level < LEVELS; level++) {
    let n = 0
    for (let table = 0; table < TABLES; table++) n += histogram[table * LEVELS + level] as number
    if (n > 0) entropy -= (n / count) * Math.log2(n / count)
  }
  return {
    blur: variance(edgeSum, edgeSquares, Math.max(0, width - 2) * Math.max(0, height - 2)),
    brightness: pivot + sum / count,
    contrast: Math.sqrt(variance(sum, squares, count)),
    entropy: Math.max(0, entropy),
  }
}
