/** How far scores are to be spread so that their softmax means what it says: temperature scaling, Guo et al., ICML 2017. */
import { softmax } from './linear-head.ts'

interface Truth {
  /** Class number of each row of scores. */
  readonly truths: readonly number[]
  readonly weights: readonly number[]
}

/** Mean of −log probability of the truth, when scores are multiplied by `spread`. */
export const lossOf = (scores: readonly Float64Array[], { truths, weights }: Truth, spread: number): number => {
  let [loss, of] = [0, 0]
  for (const [at, row] of scores.entries()) {
    const weight = weights[at] as number
    loss -= weight * Math.log(Math.max(softmax(row.map((score) => spread * score))[truths[at] as number] as number, 1e-12))
    of += weight
  }
  return loss / of
}

const GOLDEN = (Math.sqrt(5) - 1) / 2
/** Of the logarithm: a spread of .05 to 150, told to a hundredth. */
const [LEAST, MOST, ENOUGH] = [-3, 5, 0.01]

/** The spread of least loss, by golden section: the loss has one valley. */
export const spreadOf = (scores: readonly Float64Array[], truth: Truth): number => {
  const loss = (log: number): number => lossOf(scores, truth, Math.exp(log))
  let [low, high]: [number, number] = [LEAST, MOST]
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [atLeft, atRight] = [loss(left), loss(right)]
  while (high - low > ENOUGH) {
    if (atLeft < atRight) {
      high = right
      ;[right, atRight] = [left, atLeft]
      left = high - GOLDEN * (high - low)
      atLeft = loss(left)
    } else {
      low = left
      ;[left, atLeft] = [right, atRight]
      right = low + GOLDEN * (high - low)
      atRight = loss(right)
    }
  }
  return Math.exp((low + high) / 2)
}
