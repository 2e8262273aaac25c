/**
 * The pictures that a picture is put together from: what lies within a border, above a caption, beside another picture.
 * Found as documents are taken apart, by recursive cuts along straight lines (X-Y cut: Nagy and Seth, ICPR 1984): plain
 * margins are trimmed, and a line on which most pixels change from one side to the other is a seam. A horizon may be taken
 * for one: that costs a hash that nothing matches, no more.
 */
import type { Panel } from './look.ts'

/** In pixels, ends beyond the last. */
interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

interface Plane {
  readonly luma: Float32Array
  readonly width: number
  readonly height: number
}

/** Levels within which a line is plain: what JPEG leaves of one colour. */
const PLAIN = 10
/** Levels from which two neighbours differ. */
const STEP = 14
/** Share of a seam's pixels that differ from those beyond it; how many times as much, or by what share more often, they do than those a little further on. */
const SEAM = 0.55
const STEEPER = 1.6
const OFTENER = 0.25
/** Pixels of a line that are looked at, about. */
const SAMPLES = 128
const BESIDE = 5
/** Levels of one pixel's difference that count: a few stark edges are no seam. */
const MOST_STEP = 64
/** Least share of the whole that a panel has, and that a margin must take off to be one. */
const LEAST_AREA = 0.18
const LEAST_MARGIN = 0.03
/** Least side in pixels: what is smaller has no hash worth comparing. */
const LEAST_SIDE = 32
const MOST_PANELS = 6
const DEPTH = 3

const areaOf = ({ left, top, right, bottom }: Area): number => Math.max(0, right - left) * Math.max(0, bottom - top)

/** Whether a row or column of the area is of one colour; a hundredth of its pixels may stray. */
const isPlain = ({ luma }: Plane, from: number, step: number, length: number): boolean => {
  let sum = 0
  for (let n = 0; n < length; n++) sum += luma[from + n * step] as number
  const mean = sum / length
  let strays = 0
  for (let n = 0; n < length; n++) if (Math.abs((luma[from + n * step] as number) - mean) > PLAIN) strays++
  return strays <= length / 100
}

const trim = (plane: Plane, { left, top, right, bottom }: Area): Area => {
  const { width } = plane
  const row = (y: number): boolean => isPlain(plane, y * width + left, 1, right - left)
  while (top < bottom && row(top)) top++
  while (bottom > top && row(bottom - 1)) bottom--
  const column = (x: number): boolean => isPlain(plane, top * width + x, width, bottom - top)
  while (left < right && column(left)) left++
  while (right > left && column(right - 1)) right--
  return { left, top, right, bottom }
}

/** How much each line differs from that two before: the share of its pixels that do, and their mean difference in levels. */
const changes = ({ luma, width }: Plane, { left, top, right, bottom }: Area, along: 'rows' | 'columns'): { readonly shares: Float32Array; readonly means: Float32Array } => {
  const [lines, length] = along === 'rows' ? [bottom - top, right - left] : [right - left, bottom - top]
  const stride = Math.max(1, Math.floor(length / SAMPLES))
  const [across, down] = along === 'rows' ? [width, stride] : [1, width * stride]
  const samples = Math.ceil(length / stride)
  const start = top * width + left
  const [shares, means] = [new Float32Array(lines), new Float32Array(lines)]
  for (let line = 2; line < lines; line++) {
    let [differ, sum] = [0, 0]
    for (let n = 0, at = start + line * across; n < samples; n++, at += down) {
      const step = Math.abs((luma[at] as number) - (luma[at - 2 * across] as number))
      if (step >= STEP) differ++
      sum += Math.min(step, MOST_STEP)
    }
    shares[line] = differ / samples
    means[line] = sum / samples
  }
  return { shares, means }
}

interface Seam {
  readonly along: 'rows' | 'columns'
  /** First line beyond it. */
  readonly at: number
  readonly strength: number
}

const strongestSeam = (plane: Plane, area: Area): Seam | null => {
  let best: Seam | null = null
  for (const along of ['rows', 'columns'] as const) {
    const { shares, means } = changes(plane, area, along)
    for (let line = 3; line < shares.length - 3; line++) {
      const share = shares[line] as number
      if (share < SEAM) continue
      const [before, after] = [Math.max(line - BESIDE, 0), Math.min(line + BESIDE, shares.length - 1)]
      const [mean, beside] = [means[line] as number, Math.max(means[before] as number, means[after] as number)]
      const isSeam = mean >= STEEPER * beside || share - Math.max(shares[before] as number, shares[after] as number) >= OFTENER
      if (isSeam && mean - beside > (best?.strength ?? 0)) best = { along, at: line - 1, strength: mean - beside }
    }
  }
  return best
}

const cut = ({ left, top, right, bottom }: Area, { along, at }: Seam): readonly Area[] => (along === 'rows'
  ? [{ left, top, right, bottom: top + at }, { left, top: top + at + 1, right, bottom }]
  : [{ left, top, right: left + at, bottom }, { left: left + at + 1, top, right, bottom }])

/** A twentieth of a pixel of the working picture, and short in JSON. */
const tidy = (share: number): number => Math.round(share * 1e4) / 1e4

/** @param luma one value a pixel, 0 to 255 @returns none where the picture is whole; else at most six, the largest first */
export const panelsOf = (luma: Float32Array, width: number, height: number): readonly Panel[] => {
  const plane = { luma, width, height }
  const whole: Area = { left: 0, top: 0, right: width, bottom: height }
  const least = LEAST_AREA * width * height
  const found: Area[] = []
  const take = (area: Area, depth: number): void => {
    const inner = trim(plane, area)
    if (areaOf(inner) < least || Math.min(inner.right - inner.left, inner.bottom - inner.top) < LEAST_SIDE) return
    const margin = Math.max(inner.left / width, inner.top / height, (width - inner.right) / width, (height - inner.bottom) / height)
    if (margin >= LEAST_MARGIN) found.push(inner)
    const seam = depth === 0 ? null : strongestSeam(plane, inner)
    if (seam) for (const part of cut(inner, seam)) take(part, depth - 1)
  }
  take(whole, DEPTH)
  return found.sort((a, b) => areaOf(b) - areaOf(a)).slice(0, MOST_PANELS).map(({ left, top, right, bottom }) =>
    ({ x: tidy(left / width), y: tidy(top / height), width: tidy((right - left) / width), height: tidy((bottom - top) / height) }))
}
