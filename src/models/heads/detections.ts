/**
 * What detectors' heads have in common: candidates above a score, the suppression of boxes that cover one another, and
 * the limits of what is reported.
 */

/** In pixels of the model's input, clipped to it. */
export interface Detection {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Index into the label set. */
  readonly label: number
  /** 0 to 1. */
  readonly score: number
}

export interface DetectLimits {
  /** Least score reported, 0 to 1. */
  readonly minScore: number
  /** Most boxes a picture, the strongest kept. */
  readonly maxBoxes: number
}

/** Candidates looked at; past some hundreds a picture is noise, and the cost of suppression is their square. */
const MAX_CANDIDATES = 1000

export interface Candidates {
  /** @param x @param y of the top left corner */
  add(x: number, y: number, width: number, height: number, label: number, score: number): void
  /**
   * @param nms intersection over union above which the weaker of two boxes of a class is dropped; null where the model
   *   gives each thing once
   * @returns strongest first; equals in the order in which they were added
   */
  settle(input: { readonly width: number; readonly height: number }, limits: DetectLimits, nms: number | null): Detection[]
}

const clip = (from: number, length: number, limit: number): readonly [number, number] => {
  const start = Math.min(Math.max(from, 0), limit)
  return [start, Math.min(Math.max(from + length, 0), limit) - start]
}

const overlap = (a: Detection, b: Detection): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (a.width * a.height + b.width * b.height - both)
}

export const createCandidates = (): Candidates => {
  const found: Detection[] = []
  return {
    add: (x, y, width, height, label, score) => void found.push({ x, y, width, height, label, score }),
    settle(input, { maxBoxes }, nms) {
      const order = found.sort((a, b) => b.score - a.score).slice(0, MAX_CANDIDATES)
      const kept: Detection[] = []
      for (const one of order) {
        if (kept.length === maxBoxes) break
        if (nms === null || !kept.some((other) => other.label === one.label && overlap(other, one) > nms)) kept.push(one)
      }
      return kept.flatMap((one) => {
        const [x, width] = clip(one.x, one.width, input.width)
        const [y, height] = clip(one.y, one.height, input.height)
        return width > 0 && height > 0 ? [{ ...one, x, y, width, height }] : []
      })
    },
  }
}

/** The strongest of the classes of one anchor. @param step between two of them */
export const strongest = (output: Float32Array, first: number, classes: number, step: number): readonly [label: number, score: number] => {
  let label = 0
  let best = -1
  for (let c = 0, at = first; c < classes; c++, at += step) {
    const score = output[at] as number
    if (score > best) {
      best = score
      label = c
    }
  }
  return [label, best]
}
