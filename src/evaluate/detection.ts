/**
 * How well boxes match the truth: average precision as COCO counts it (every class by itself, boxes by score, each true box
 * found once, precision made monotone and taken at 101 recalls), and how well a picture's gate would judge by them.
 * Source: Lin et al., "Microsoft COCO", arXiv:1405.0312; the reference is pycocotools' cocoeval, all areas, 100 boxes a picture.
 */

/** In pixels of one picture; the origin is its top left corner. */
export interface TrueBox {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface FoundBox extends TrueBox {
  /** 0 to 1. */
  readonly score: number
}
export interface JudgedPicture {
  readonly truth: readonly TrueBox[]
  readonly found: readonly FoundBox[]
}

export interface DetectionMetrics {
  /** At an intersection over union of .5. */
  readonly ap50: number
  /** Mean of .5, .55 … .95. */
  readonly ap: number
}

const OVERLAPS: readonly number[] = Array.from({ length: 10 }, (_, n) => 0.5 + n * 0.05)
const RECALLS = 101
const MOST_BOXES = 100

/** Intersection over union, 0 to 1. */
export const overlapOf = (a: TrueBox, b: TrueBox): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  if (width <= 0 || height <= 0) return 0
  return (width * height) / (a.width * a.height + b.width * b.height - width * height)
}

interface Hit {
  readonly score: number
  readonly right: boolean
}

/** Of one class in one picture, the best box first: each takes the true box that it covers most of those left. */
const matched = (truth: readonly TrueBox[], found: readonly FoundBox[], least: number): readonly Hit[] => {
  const taken = new Set<TrueBox>()
  return found.map((box) => {
    let best: TrueBox | null = null
    let most = Math.min(least, 1 - 1e-10)
    for (const one of truth) {
      const overlap = taken.has(one) ? 0 : overlapOf(box, one)
      if (overlap < most) continue
      most = overlap
      best = one
    }
    if (best) taken.add(best)
    return { score: box.score, right: best !== null }
  })
}

const averagePrecision = (hits: readonly Hit[], there: number): number => {
  const order = [...hits].sort((a, b) => b.score - a.score)
  const recalls: number[] = []
  const precisions: number[] = []
  let right = 0
  for (const [at, hit] of order.entries()) {
    if (hit.right) right++
    recalls.push(right / there)
    precisions.push(right / (at + 1))
  }
  for (let at = precisions.length - 2; at >= 0; at--) precisions[at] = Math.max(precisions[at] as number, precisions[at + 1] as number)
  let sum = 0
  let at = 0
  for (let n = 0; n < RECALLS; n++) {
    while (at < recalls.length && (recalls[at] as number) < n / (RECALLS - 1)) at++
    sum += precisions[at] ?? 0
  }
  return sum / RECALLS
}

/** Classes that the truth never shows are left out, as COCO leaves them out. NaN when it shows none. */
export const detectionMetrics = (pictures: readonly JudgedPicture[]): DetectionMetrics => {
  const ranked = pictures.map(({ truth, found }) => ({ truth, found: [...found].sort((a, b) => b.score - a.score).slice(0, MOST_BOXES) }))
  const names = new Set(pictures.flatMap(({ truth }) => truth.map(({ name }) => name)))
  const sums = OVERLAPS.map(() => 0)
  for (const name of names) {
    const ofClass = ranked.map(({ truth, found }) => ({ truth: truth.filter((box) => box.name === name), found: found.filter((box) => box.name === name) }))
    const there = ofClass.reduce((sum, { truth }) => sum + truth.length, 0)
    for (const [at, least] of OVERLAPS.entries()) {
      const hits = ofClass.flatMap(({ truth, found }) => matched(truth, found, least))
      sums[at] = (sums[at] as number) + averagePrecision(hits, there)
    }
  }
  const means = sums.map((sum) => sum / names.size)
  return { ap50: means[0] as number, ap: means.reduce((a, b) => a + b, 0) / means.length }
}

export interface GateMetrics {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** Pairs of a picture and a class: whether it is there, and whether a box of at least `confidence` says so. */
export const gateMetrics = (pictures: readonly JudgedPicture[], confidence: number): GateMetrics => {
  let [right, said, there] = [0, 0, 0]
  for (const { truth, found } of pictures) {
    const shown = new Set(truth.map(({ name }) => name))
    const told = new Set(found.filter(({ score }) => score >= confidence).map(({ name }) => name))
    there += shown.size
    said += told.size
    for (const name of told) if (shown.has(name)) right++
  }
  const [precision, recall] = [said === 0 ? 1 : right / said, there === 0 ? 1 : right / there]
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}
