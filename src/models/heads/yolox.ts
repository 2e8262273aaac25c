/**
 * Reads the raw output of a YOLOX detector. Nearly all of its anchors see nothing, so the score
 * is asked first and everything else is computed for the few that are left.
 * Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv:2107.08430, §2.1.
 */
import type { YoloxHead } from '../pack.ts'
import { createCandidates, strongest, type DetectLimits, type Detection } from './detections.ts'

/** Centre x and y, width, height and objectness come before the class scores. */
const BEFORE_CLASSES = 5

/** Values of one picture's output. */
export const yoloxLength = (input: { readonly width: number; readonly height: number }, head: YoloxHead, classes: number): number =>
  head.strides.reduce((sum, stride) => sum + Math.floor(input.width / stride) * Math.floor(input.height / stride), 0) * (BEFORE_CLASSES + classes)

/**
 * @param output one picture's values: anchors × (5 + classes), strides in the head's order, rows first
 * @param input its size in pixels
 * @param classes length of the label set
 */
export const readYolox = (
  output: Float32Array,
  input: { readonly width: number; readonly height: number },
  head: YoloxHead,
  classes: number,
  limits: DetectLimits,
): Detection[] => {
  const step = BEFORE_CLASSES + classes
  const candidates = createCandidates()
  let at = 0
  for (const stride of head.strides) {
    const columns = Math.floor(input.width / stride)
    const rows = Math.floor(input.height / stride)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += step) {
        const objectness = output[at + 4] as number
        if (!(objectness >= limits.minScore)) continue
        const [label, best] = strongest(output, at + BEFORE_CLASSES, classes, 1)
        const score = objectness * best
        if (!(score >= limits.minScore)) continue
        const width = Math.exp(output[at + 2] as number) * stride
        const height = Math.exp(output[at + 3] as number) * stride
        const x = ((output[at] as number) + column) * stride - width / 2
        const y = ((output[at + 1] as number) + row) * stride - height / 2
        if (Number.isFinite(x + y + width + height)) candidates.add(x, y, width, height, label, score)
      }
    }
  }
  return candidates.settle(input, limits, head.nms)
}
