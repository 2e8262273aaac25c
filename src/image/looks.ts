/**
 * Four cheap numbers that tell a blank, a dark or a blurred picture from one worth showing to a
 * model. Each is defined in look.ts; what they mean for a verdict is the policy's business.
 */
import type { Looks } from './look.ts'

const histogram = new Uint32Array(256)

/** Variance of the four-neighbour Laplacian over the inner pixels (Pech-Pacheco et al., 2000). */
const blurOf = (luma: Float32Array, width: number, height: number): number => {
  const count = (width - 2) * (height - 2)
  if (width < 3 || height < 3) return 0
  let sum = 0
  let squares = 0
  for (let y = 1; y < height - 1; y++) {
    const row = y * width
    let left = luma[row] as number
    let here = luma[row + 1] as number
    for (let at = row + 1, end = row + width - 1; at < end; at++) {
      const right = luma[at + 1] as number
      const edge = left + right + (luma[at - width] as number) + (luma[at + width] as number) - 4 * here
      sum += edge
      squares += edge * edge
      left = here
      here = right
    }
  }
  const mean = sum / count
  return Math.max(0, squares / count - mean * mean)
}

/** @param luma one value a pixel, 0 to 255 */
export const looksOf = (luma: Float32Array, width: number, height: number): Looks => {
  const count = width * height
  histogram.fill(0)
  let sum = 0
  let squares = 0
  for (let i = 0; i < count; i++) {
    const value = luma[i] as number
    sum += value
    squares += value * value
    const level = (value + 0.5) | 0
    histogram[level] = (histogram[level] as number) + 1
  }
  let entropy = 0
  for (const n of histogram) if (n > 0) entropy -= (n / count) * Math.log2(n / count)
  const mean = sum / count
  return {
    blur: blurOf(luma, width, height),
    brightness: mean,
    contrast: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    entropy: Math.max(0, entropy),
  }
}
