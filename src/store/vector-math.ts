/** The one way cosines are computed here, so that a model and an engine agree to the last bit. */

export const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/** −1 to 1; 0 when either vector is zero. Both must be of one length. */
export const cosine = (a: Float32Array, b: Float32Array): number => {
  const scale = Math.sqrt(dot(a, a) * dot(b, b))
  return scale === 0 ? 0 : Math.max(-1, Math.min(1, dot(a, b) / scale))
}

/** The dimension a space's name states (`pack/dimension/metric`), or null when it states none. */
export const dimensionOf = (space: string): number | null => {
  const parts = space.split('/')
  const dimension = Number(parts.at(-2))
  return Number.isInteger(dimension) && dimension > 0 ? dimension : null
}
