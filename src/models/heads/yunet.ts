/**
 * Reads the cells of the YuNet face detector, which are told by place and stride as YOLOX's are. A cell's score is the
 * geometric mean of "a face" and "something is here". Source: Wu et al., "YuNet: A Tiny Millisecond-level Face Detector",
 * Machine Intelligence Research 20 (2023); OpenCV's FaceDetectorYN.
 */
import type { FacesHead } from '../pack.ts'
import { createCandidates, type DetectLimits, type Detection } from './detections.ts'

const KINDS = ['cls', 'obj', 'bbox'] as const
const VALUES = { cls: 1, obj: 1, bbox: 4 } as const

/** Names of the outputs read, those of the first stride first. */
export const yunetOutputs = (head: FacesHead): readonly string[] =>
  head.strides.flatMap((stride) => KINDS.map((kind) => `${kind}_${stride}`))

/** Values of one picture in the output of that name. */
export const yunetLength = (input: { readonly width: number; readonly height: number }, name: string): number => {
  const [kind, stride] = name.split('_') as [keyof typeof VALUES, string]
  return Math.floor(input.width / Number(stride)) * Math.floor(input.height / Number(stride)) * VALUES[kind]
}

const within = (value: number): number => Math.min(Math.max(value, 0), 1)

/** @param valuesOf one picture's values of the output of that name: cells × 1 or × 4, rows first */
export const readYunet = (
  valuesOf: (name: string) => Float32Array,
  input: { readonly width: number; readonly height: number },
  head: FacesHead,
  limits: DetectLimits,
): Detection[] => {
  const candidates = createCandidates()
  for (const stride of head.strides) {
    const [faces, things, boxes] = KINDS.map((kind) => valuesOf(`${kind}_${stride}`)) as [Float32Array, Float32Array, Float32Array]
    const columns = Math.floor(input.width / stride)
    for (let cell = 0; cell < faces.length; cell++) {
      const score = Math.sqrt(within(faces[cell] as number) * within(things[cell] as number))
      if (!(score >= limits.minScore)) continue
      const [dx, dy, w, h] = boxes.subarray(cell * 4, cell * 4 + 4) as unknown as [number, number, number, number]
      const [width, height] = [Math.exp(w) * stride, Math.exp(h) * stride]
      const x = ((cell % columns) + dx) * stride - width / 2
      const y = (Math.floor(cell / columns) + dy) * stride - height / 2
      if (Number.isFinite(x + y + width + height)) candidates.add(x, y, width, height, 0, score)
    }
  }
  return candidates.settle(input, limits, head.nms)
}
