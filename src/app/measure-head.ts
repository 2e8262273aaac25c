/** A linear head against examples that it has not seen. */
import {
  bootstrap, classesOf, classificationMetrics, confusionsOf, wilson, type ClassificationMetrics, type ClassOutcome, type Confusion, type Interval,
} from '../evaluate/index.ts'
import { rank, splitExamples, trainHead, type Example, type HoldOut } from '../labels/index.ts'
import type { SpaceId } from '../core/ids.ts'

export interface HeldOut {
  readonly seed: number
  /** Pictures that the measured head learned from, and those it was measured on. */
  readonly training: number
  readonly pictures: number
  readonly metrics: ClassificationMetrics
  /** Of 95 %. */
  readonly intervals: { readonly top1: Interval; readonly perClass: Interval }
  readonly classes: readonly ClassOutcome[]
  readonly confusions: readonly Confusion[]
}

/**
 * Trains on a part and measures on the rest.
 * @param examples as `usableExamples` gives them
 * @returns null where nothing can be held out
 * @throws usage for fewer than two classes
 */
export const measureHead = (
  examples: readonly Example[], hold: HoldOut, seed: number, space: SpaceId, onProgress?: (done: number) => void,
): HeldOut | null => {
  const { training, heldOut } = splitExamples(examples, hold, seed)
  if (heldOut.length === 0) return null
  const { head } = trainHead(training, { space, name: 'held-out', ...(onProgress && { onProgress }) })
  const pictures = heldOut.map(({ label, values }) => ({ truth: label, ranked: rank(head, values).slice(0, 5).map(({ name }) => name) }))
  const metrics = classificationMetrics(pictures)
  return {
    seed, training: training.length, pictures: heldOut.length, metrics,
    intervals: {
      top1: wilson(Math.round(metrics.top1 * pictures.length), pictures.length),
      perClass: bootstrap(pictures, (some) => classificationMetrics(some).perClass),
    },
    classes: classesOf(pictures), confusions: confusionsOf(pictures),
  }
}
