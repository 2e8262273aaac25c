/**
 * Reads class probabilities. The network ends in a softmax, so the values are probabilities
 * already; what is left is to skip a background class and to name the strongest few.
 */
import type { ClassifyHead } from '../pack.ts'

export interface Guess {
  /** Index into the label set. */
  readonly label: number
  /** Probability, 0 to 1. */
  readonly score: number
}

/** @param output one picture's probabilities: `head.offset` others, then one a label
 *  @returns the `head.top` strongest, strongest first */
export const readSoftmax = (output: Float32Array, head: ClassifyHead): Guess[] => {
  const best: Guess[] = []
  for (let at = head.offset; at < output.length; at++) {
    const score = output[at] as number
    const weakest = best[best.length - 1]
    if (best.length === head.top && weakest !== undefined && !(score > weakest.score)) continue
    if (!Number.isFinite(score)) continue
    const place = best.findIndex((guess) => score > guess.score)
    best.splice(place === -1 ? best.length : place, 0, { label: at - head.offset, score })
    if (best.length > head.top) best.pop()
  }
  return best
}
