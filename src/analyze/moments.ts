/** Sums over pairs of samples, from which variances and a correlation follow; they can be added up. */
export interface Moments {
  n: number
  a: number
  b: number
  aa: number
  bb: number
  ab: number
}

export const noMoments = (): Moments => ({ n: 0, a: 0, b: 0, aa: 0, bb: 0, ab: 0 })

/** Takes in `count` pairs of neighbouring samples. */
export const addPairs = (to: Moments, a: Float32Array, b: Float32Array, from = 0, count = a.length): void => {
  for (let at = from; at < from + count; at++) {
    const [x, y] = [a[at] as number, b[at] as number]
    to.a += x
    to.b += y
    to.aa += x * x
    to.bb += y * y
    to.ab += x * y
  }
  to.n += count
}

export const addMoments = (to: Moments, more: Moments): void => {
  for (const name of Object.keys(to) as (keyof Moments)[]) to[name] += more[name]
}

export const variancesOf = ({ n, a, b, aa, bb }: Moments): readonly [number, number] => [Math.max(0, aa / n - (a / n) ** 2), Math.max(0, bb / n - (b / n) ** 2)]

/** Pearson's, −1 to 1. @param noise the least variance that either is taken to have */
export const correlationIn = (sums: Moments, noise: number): number => {
  const [first, second] = variancesOf(sums)
  return (sums.ab / sums.n - (sums.a * sums.b) / sums.n ** 2) / Math.sqrt(Math.max(first, noise) * Math.max(second, noise))
}
