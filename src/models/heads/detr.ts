/**
 * Reads the set of boxes that a DETR-family detector gives, each thing once: D-FINE and DEIM with their own last step in
 * the file (corners in pixels, scores, classes), RF-DETR and RT-DETR without it (centre and size as shares, a logit a class,
 * of which the best of all boxes count, as in their own last step). Sources: Carion et al., arXiv:2005.12872; Peng et al.,
 * "D-FINE", arXiv:2410.13842.
 */
import type { DetrHead } from '../pack.ts'
import { createCandidates, type DetectLimits, type Detection } from './detections.ts'

export interface DetrOutputs {
  /** Queries × 4. */
  readonly boxes: Float32Array
  /** Queries, or queries × classes logits. */
  readonly scores: Float32Array
  /** Queries, where the head names them. */
  readonly classes: Float32Array | null
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/** @param classes length of the label set; a class number beyond it is no box */
export const readDetr = (
  { boxes, scores, classes: numbers }: DetrOutputs,
  input: { readonly width: number; readonly height: number },
  head: DetrHead,
  classes: number,
  limits: DetectLimits,
): Detection[] => {
  const candidates = createCandidates()
  const add = (query: number, label: number, score: number): void => {
    if (!(score >= limits.minScore) || !(label >= 0 && label < classes)) return
    const [a, b, c, d] = boxes.subarray(query * 4, query * 4 + 4) as unknown as [number, number, number, number]
    const [x, y, width, height] = head.form === 'corners' ? [a, b, c - a, d - b]
      : [(a - c / 2) * input.width, (b - d / 2) * input.height, c * input.width, d * input.height]
    if (Number.isFinite(x + y + width + height)) candidates.add(x, y, width, height, label, score)
  }
  const queries = boxes.length / 4
  if (numbers) {
    for (let query = 0; query < queries; query++) add(query, numbers[query] as number, scores[query] as number)
  } else {
    const each = scores.length / queries
    for (let query = 0; query < queries; query++) {
      for (let label = 0; label < each; label++) add(query, label, sigmoid(scores[query * each + label] as number))
    }
  }
  return candidates.settle(input, limits, null)
}
