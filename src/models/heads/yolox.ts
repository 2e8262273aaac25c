/**
 * Reads the raw output of a YOLOX detector. Nearly all of its anchors see nothing, so the score
 * is asked first and everything else is computed for the few that are left.
 * Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv:2107.08430, §2.1.
 */
import type { DetectHead } from '../pack.ts'

/** In pixels of the model's input, clipped to it. */
export interface Detection {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Index into the label set. */
  readonly label: number
  /** Objectness times class probability, 0 to 1. */
  readonly score: number
}

export interface DetectLimits {
  /** Least score reported, 0 to 1. */
  readonly minScore: number
  /** Most boxes a picture, the strongest kept. */
  readonly maxBoxes: number
}

/** Centre x and y, width, height and objectness come before the class scores. */
const BEFORE_CLASSES = 5

/** Boxes looked at in suppression; past some hundreds a picture is noise, and the cost is their square. */
const MAX_CANDIDATES = 1000

interface Candidates {
  readonly boxes: Float32Array
  readonly labels: Int32Array
  readonly scores: Float32Array
  readonly count: number
}

const overlap = (boxes: Float32Array, a: number, b: number): number => {
  const ax = boxes[a * 4] as number
  const ay = boxes[a * 4 + 1] as number
  const aw = boxes[a * 4 + 2] as number
  const ah = boxes[a * 4 + 3] as number
  const bx = boxes[b * 4] as number
  const by = boxes[b * 4 + 1] as number
  const bw = boxes[b * 4 + 2] as number
  const bh = boxes[b * 4 + 3] as number
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx)
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (aw * ah + bw * bh - both)
}

/** Anchors at or above the score, with boxes not yet clipped. */
const gather = (
  output: Float32Array,
  width: number,
  height: number,
  strides: readonly number[],
  classes: number,
  minScore: number,
): Candidates => {
  const step = BEFORE_CLASSES + classes
  const anchors = output.length / step
  const boxes = new Float32Array(anchors * 4)
  const labels = new Int32Array(anchors)
  const scores = new Float32Array(anchors)
  let count = 0
  let at = 0
  for (const stride of strides) {
    const columns = Math.floor(width / stride)
    const rows = Math.floor(height / stride)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += step) {
        const objectness = output[at + 4] as number
        if (!(objectness >= minScore)) continue
        let label = 0
        let best = -1
        for (let c = 0; c < classes; c++) {
          const score = output[at + BEFORE_CLASSES + c] as number
          if (score > best) {
            best = score
            label = c
          }
        }
        const score = objectness * best
        if (!(score >= minScore)) continue
        const boxWidth = Math.exp(output[at + 2] as number) * stride
        const boxHeight = Math.exp(output[at + 3] as number) * stride
        boxes[count * 4] = ((output[at] as number) + column) * stride - boxWidth / 2
        boxes[count * 4 + 1] = ((output[at + 1] as number) + row) * stride - boxHeight / 2
        boxes[count * 4 + 2] = boxWidth
        boxes[count * 4 + 3] = boxHeight
        labels[count] = label
        scores[count] = score
        count++
      }
    }
  }
  return { boxes, labels, scores, count }
}

const clip = (from: number, length: number, limit: number): readonly [number, number] => {
  const start = Math.min(Math.max(from, 0), limit)
  return [start, Math.min(Math.max(from + length, 0), limit) - start]
}

/**
 * @param output one picture's values: anchors × (5 + classes), strides in the head's order, rows first
 * @param width of the model's input, in pixels
 * @param classes length of the label set
 * @returns strongest first; of two boxes of one class that overlap more than `head.nms`, the stronger
 */
export const readYolox = (
  output: Float32Array,
  input: { readonly width: number; readonly height: number },
  head: DetectHead,
  classes: number,
  limits: DetectLimits,
): Detection[] => {
  const found = gather(output, input.width, input.height, head.strides, classes, limits.minScore)
  const order = Uint32Array.from({ length: found.count }, (_, i) => i)
    .sort((a, b) => (found.scores[b] as number) - (found.scores[a] as number) || a - b)
    .subarray(0, MAX_CANDIDATES)
  const kept: number[] = []
  for (const one of order) {
    if (kept.length === limits.maxBoxes) break
    const covered = kept.some(
      (other) => found.labels[other] === found.labels[one] && overlap(found.boxes, other, one) > head.nms,
    )
    if (!covered) kept.push(one)
  }
  return kept.flatMap((i) => {
    const [x, w] = clip(found.boxes[i * 4] as number, found.boxes[i * 4 + 2] as number, input.width)
    const [y, h] = clip(found.boxes[i * 4 + 1] as number, found.boxes[i * 4 + 3] as number, input.height)
    const detection = { x, y, width: w, height: h, label: found.labels[i] as number, score: found.scores[i] as number }
    return w > 0 && h > 0 ? [detection] : []
  })
}
