/**
 * Models as their authors run them, written down plainly and without any of the product's code: the whole file decoded,
 * the resizing of the original preprocessing (OpenCV's bilinear for YOLOX, PIL's for the others), the runtime, and
 * loops over its output.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'

export interface PlainBox {
  readonly label: number
  readonly score: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Levels {
  readonly width: number
  readonly height: number
  /** RGB, interleaved. */
  readonly data: Uint8Array
}

const decode = async (path: string): Promise<Levels> => {
  const { data, info } = await sharp(path).rotate().removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

/** `cv2.resize(…, INTER_LINEAR)`: the four pixels round a point, without averaging. */
const openCv = (from: Levels, width: number, height: number): Levels => {
  const data = new Uint8Array(width * height * 3)
  const at = (x: number, y: number, c: number): number => from.data[(y * from.width + x) * 3 + c] as number
  for (let y = 0; y < height; y++) {
    const sy = Math.min(Math.max(((y + 0.5) * from.height) / height - 0.5, 0), from.height - 1)
    const [y0, fy] = [Math.floor(sy), sy - Math.floor(sy)]
    const y1 = Math.min(y0 + 1, from.height - 1)
    for (let x = 0; x < width; x++) {
      const sx = Math.min(Math.max(((x + 0.5) * from.width) / width - 0.5, 0), from.width - 1)
      const [x0, fx] = [Math.floor(sx), sx - Math.floor(sx)]
      const x1 = Math.min(x0 + 1, from.width - 1)
      for (let c = 0; c < 3; c++) {
        const top = at(x0, y0, c) * (1 - fx) + at(x1, y0, c) * fx
        const bottom = at(x0, y1, c) * (1 - fx) + at(x1, y1, c) * fx
        data[(y * width + x) * 3 + c] = Math.round(top * (1 - fy) + bottom * fy)
      }
    }
  }
  return { width, height, data }
}

/** One pass of `PIL.Image.resize(…, BILINEAR)`: a triangle as wide as a new pixel, its result rounded to whole levels. */
const pilPass = (lines: number, from: number, to: number, get: (line: number, at: number, c: number) => number, set: (line: number, at: number, c: number, level: number) => void): void => {
  const scale = from / to
  const support = Math.max(scale, 1)
  for (let at = 0; at < to; at++) {
    const centre = (at + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - support + 0.5))
    const last = Math.min(from, Math.floor(centre + support + 0.5))
    const weights: number[] = []
    for (let i = first; i < last; i++) weights.push(Math.max(0, 1 - Math.abs((i - centre + 0.5) / support)))
    const sum = weights.reduce((a, b) => a + b, 0)
    for (let line = 0; line < lines; line++) {
      for (let c = 0; c < 3; c++) {
        let level = 0
        for (const [i, weight] of weights.entries()) level += (weight / sum) * get(line, first + i, c)
        set(line, at, c, Math.min(255, Math.max(0, Math.round(level))))
      }
    }
  }
}

const pil = (from: Levels, width: number, height: number): Levels => {
  const across = new Uint8Array(width * from.height * 3)
  pilPass(from.height, from.width, width, (y, x, c) => from.data[(y * from.width + x) * 3 + c] as number, (y, x, c, level) => (across[(y * width + x) * 3 + c] = level))
  const data = new Uint8Array(width * height * 3)
  pilPass(width, from.height, height, (x, y, c) => across[(y * width + x) * 3 + c] as number, (x, y, c, level) => (data[(y * width + x) * 3 + c] = level))
  return { width, height, data }
}

const overlap = (a: PlainBox, b: PlainBox): number => {
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x))
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y))
  return (width * height) / (a.width * a.height + b.width * b.height - width * height)
}

export interface PlainDetector {
  readonly detect: (path: string) => Promise<readonly PlainBox[]>
  close(): Promise<void>
}

const LEAST = 0.001
const MOST = 100

/** YOLOX nano of the Megvii release: letterbox of 416 at the top left, BGR levels, strides 8, 16 and 32, suppression at .45. */
export const plainYolox = async (file: string, side: number): Promise<PlainDetector> => {
  const session = await InferenceSession.create(file)
  return {
    async detect(path) {
      const picture = await decode(path)
      const ratio = Math.min(side / picture.width, side / picture.height)
      const small = openCv(picture, Math.trunc(picture.width * ratio), Math.trunc(picture.height * ratio))
      const input = new Float32Array(3 * side * side).fill(114)
      for (let y = 0; y < small.height; y++) {
        for (let x = 0; x < small.width; x++) {
          for (let c = 0; c < 3; c++) input[(2 - c) * side * side + y * side + x] = small.data[(y * small.width + x) * 3 + c] as number
        }
      }
      const { output } = await session.run({ images: new Tensor('float32', input, [1, 3, side, side]) })
      const values = output?.data as Float32Array
      const boxes: PlainBox[] = []
      let row = 0
      for (const stride of [8, 16, 32]) {
        for (let gy = 0; gy < side / stride; gy++) {
          for (let gx = 0; gx < side / stride; gx++, row++) {
            const [x = 0, y = 0, w = 0, h = 0, seen = 0, ...scores] = values.subarray(row * 85, row * 85 + 85)
            const best = Math.max(...scores)
            const score = seen * best
            if (score < LEAST) continue
            const [width, height] = [(Math.exp(w) * stride) / ratio, (Math.exp(h) * stride) / ratio]
            boxes.push({ label: scores.indexOf(best), score, x: ((x + gx) * stride) / ratio - width / 2, y: ((y + gy) * stride) / ratio - height / 2, width, height })
          }
        }
      }
      const kept: PlainBox[] = []
      for (const box of boxes.sort((a, b) => b.score - a.score)) {
        if (!kept.some((other) => other.label === box.label && overlap(other, box) > 0.45)) kept.push(box)
      }
      return kept.slice(0, MOST)
    },
    close: () => session.release(),
  }
}

/** DEIMv2 as its authors run an exported file: stretched, RGB shares, the size of the original as a second input. */
export const plainDeim = async (file: string, side: number): Promise<PlainDetector> => {
  const session = await InferenceSession.create(file)
  return {
    async detect(path) {
      const picture = await decode(path)
      const small = pil(picture, side, side)
      const input = new Float32Array(3 * side * side)
      for (let at = 0; at < side * side; at++) for (let c = 0; c < 3; c++) input[c * side * side + at] = (small.data[at * 3 + c] as number) / 255
      const size = BigInt64Array.of(BigInt(picture.width), BigInt(picture.height))
      const outputs = await session.run({ images: new Tensor('float32', input, [1, 3, side, side]), orig_target_sizes: new Tensor('int64', size, [1, 2]) })
      const [labels, corners, scores] = [outputs['labels']?.data as BigInt64Array, outputs['boxes']?.data as Float32Array, outputs['scores']?.data as Float32Array]
      return [...scores].map((score, at): PlainBox => {
        const [left = 0, top = 0, right = 0, bottom = 0] = corners.subarray(at * 4, at * 4 + 4)
        return { label: Number(labels[at]), score, x: left, y: top, width: right - left, height: bottom - top }
      }).filter(({ score }) => score >= LEAST).sort((a, b) => b.score - a.score).slice(0, MOST)
    },
    close: () => session.release(),
  }
}

export interface PlainClassifier {
  /** Class numbers, the likeliest first, and a vector of length one. */
  readonly see: (path: string) => Promise<{ readonly classes: readonly number[]; readonly vector: Float32Array }>
  close(): Promise<void>
}

/** MobileNetV2 as torchvision feeds such models: the short side 256 by PIL's bilinear, the middle 224 × 224, −1 to 1; class 0 is the ground. */
export const plainMobilenet = async (file: string): Promise<PlainClassifier> => {
  const session = await InferenceSession.create(file)
  const [short, side] = [256, 224]
  return {
    async see(path) {
      const picture = await decode(path)
      const ratio = short / Math.min(picture.width, picture.height)
      const small = pil(picture, Math.trunc(picture.width * ratio + 1e-6), Math.trunc(picture.height * ratio + 1e-6))
      const half = (value: number): number => (value % 4 === 1 ? (value - 1) / 2 : Math.round(value / 2))
      const [left, top] = [half(small.width - side), half(small.height - side)]
      const input = new Float32Array(3 * side * side)
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          for (let c = 0; c < 3; c++) input[c * side * side + y * side + x] = (small.data[((top + y) * small.width + left + x) * 3 + c] as number) / 127.5 - 1
        }
      }
      const outputs = await session.run({ t0: new Tensor('float32', input, [1, 3, side, side]) })
      const scores = Array.from(outputs['t176']?.data as Float32Array).slice(1)
      const features = outputs['features']?.data as Float32Array
      const length = Math.hypot(...features)
      return { classes: scores.map((_, at) => at).sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, 5), vector: features.map((value) => value / length) }
    },
    close: () => session.release(),
  }
}
