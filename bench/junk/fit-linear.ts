/** Fits a linear classifier (multinomial logistic regression) by gradient descent: the same weights for the same rows. */

export interface Example {
  readonly features: readonly number[]
  /** From 0. */
  readonly kind: number
}

export interface LinearClassifier {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  /** A row of weights a kind. */
  readonly kinds: readonly (readonly number[])[]
  readonly bias: readonly number[]
}

const MOST_DEVIATION = 4
const RATE = 0.05
/** Of Adam (Kingma and Ba, arXiv:1412.6980). */
const [FIRST, SECOND, TINY] = [0.9, 0.999, 1e-8]

/**
 * Every kind weighs the same, however many examples it has.
 * @param how `decay`, the weight of the squares of the weights; `steps` of the descent
 */
export const fitLinear = (examples: readonly Example[], kinds: number, { decay, steps }: { readonly decay: number; readonly steps: number }): LinearClassifier => {
  const width = examples[0]?.features.length ?? 0
  const mean = Array.from({ length: width }, (_, i) => examples.reduce((sum, { features }) => sum + (features[i] as number), 0) / examples.length)
  const deviation = mean.map((middle, i) =>
    Math.max(1e-4, Math.sqrt(examples.reduce((sum, { features }) => sum + ((features[i] as number) - middle) ** 2, 0) / examples.length)))
  const rows = examples.map(({ features }) => Float64Array.from(features, (value, i) =>
    Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, (value - (mean[i] as number)) / (deviation[i] as number)))))
  const counts = Array.from({ length: kinds }, (_, kind) => examples.filter((one) => one.kind === kind).length)
  const stride = width + 1
  const weights = new Float64Array(kinds * stride)
  const [first, second, gradient, scores] = [new Float64Array(weights.length), new Float64Array(weights.length), new Float64Array(weights.length), new Float64Array(kinds)]
  for (let step = 1; step <= steps; step++) {
    for (let i = 0; i < weights.length; i++) gradient[i] = i % stride === width ? 0 : decay * (weights[i] as number)
    for (const [n, row] of rows.entries()) {
      const { kind } = examples[n] as Example
      let most = Number.NEGATIVE_INFINITY
      for (let k = 0; k < kinds; k++) {
        let score = weights[k * stride + width] as number
        for (let i = 0; i < width; i++) score += (weights[k * stride + i] as number) * (row[i] as number)
        scores[k] = score
        if (score > most) most = score
      }
      let total = 0
      for (let k = 0; k < kinds; k++) total += scores[k] = Math.exp((scores[k] as number) - most)
      for (let k = 0; k < kinds; k++) {
        const error = ((scores[k] as number) / total - (k === kind ? 1 : 0)) / ((counts[kind] as number) * kinds)
        for (let i = 0; i < width; i++) gradient[k * stride + i] = (gradient[k * stride + i] as number) + error * (row[i] as number)
        gradient[k * stride + width] = (gradient[k * stride + width] as number) + error
      }
    }
    for (let i = 0; i < weights.length; i++) {
      const slope = gradient[i] as number
      first[i] = FIRST * (first[i] as number) + (1 - FIRST) * slope
      second[i] = SECOND * (second[i] as number) + (1 - SECOND) * slope * slope
      weights[i] = (weights[i] as number) - (RATE * ((first[i] as number) / (1 - FIRST ** step))) / (Math.sqrt((second[i] as number) / (1 - SECOND ** step)) + TINY)
    }
  }
  return {
    mean, deviation, kinds: Array.from({ length: kinds }, (_, k) => [...weights.subarray(k * stride, k * stride + width)]),
    bias: Array.from({ length: kinds }, (_, k) => weights[k * stride + width] as number),
  }
}
