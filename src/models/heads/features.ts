/** Makes pooled features comparable by cosine: a vector of length one. */

/**
 * @param output one picture's features
 * @returns a copy of length one, or null for features that have no direction (all zero, not finite)
 */
export const readFeatures = (output: Float32Array): Float32Array | null => {
  let sum = 0
  for (const value of output) sum += value * value
  if (!Number.isFinite(sum) || sum === 0) return null
  const scale = 1 / Math.sqrt(sum)
  return output.map((value) => value * scale)
}
