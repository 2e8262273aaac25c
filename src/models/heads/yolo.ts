/**
 * Reads the output of the detectors that Ultralytics exports: centre and size of each box, already in pixels of the input.
 * YOLOv5 gives rows of five values and the classes, the fifth the objectness that they are multiplied by; YOLOv8 to YOLO11
 * give columns of four values and the classes. Source: docs.ultralytics.com, "Export"; arXiv:2305.09972 §2.
 */
import type { Yolov5Head, Yolov8Head } from '../pack.ts'
import { createCandidates, strongest, type DetectLimits, type Detection } from './detections.ts'

/**
 * @param output one picture's values: anchors × (5 + classes), or (4 + classes) × anchors
 * @param classes length of the label set
 */
export const readYolo = (
  output: Float32Array,
  input: { readonly width: number; readonly height: number },
  head: Yolov5Head | Yolov8Head,
  classes: number,
  { minScore, maxBoxes }: DetectLimits,
): Detection[] => {
  const byRow = head.kind === 'yolov5'
  const values = (byRow ? 5 : 4) + classes
  const anchors = Math.floor(output.length / values)
  /** From one anchor to the next, and from one of its values to the next. */
  const [next, step] = byRow ? [values, 1] : [1, anchors]
  const candidates = createCandidates()
  for (let anchor = 0; anchor < anchors; anchor++) {
    const at = anchor * next
    const objectness = byRow ? (output[at + 4] as number) : 1
    if (!(objectness >= minScore)) continue
    const [label, best] = strongest(output, at + (byRow ? 5 : 4) * step, classes, step)
    const score = objectness * best
    if (!(score >= minScore)) continue
    const [width, height] = [output[at + 2 * step] as number, output[at + 3 * step] as number]
    const [x, y] = [(output[at] as number) - width / 2, (output[at + step] as number) - height / 2]
    if (Number.isFinite(x + y + width + height)) candidates.add(x, y, width, height, label, score)
  }
  return candidates.settle(input, { minScore, maxBoxes }, head.nms)
}
