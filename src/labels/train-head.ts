/**
 * Trains a linear head: a ridge in closed form and a few steps that all use its factorisation, the same for the same examples. How
 * strongly the ridge pulls is found by leaving one example out at a time, in closed form too; how far scores are spread into
 * probabilities, on fifths of the examples that a fit of their own has not seen. Nothing but the examples given is looked at.
 *
 * Cost, in multiplications: a Gram matrix (n d² / 2), a factorisation for each ridge tried (d³ / 6), passes over all scores
 * (2 n d classes each), and about as much again for the fifths. 100 classes × 30 pictures of 1280 values are some 35 thousand
 * million multiplications, which took two minutes on a busy machine; 1000 × 100 are 650 thousand million and 1 GB of memory, reckoned,
 * not measured.
 */
import { seededRandom, shuffled } from '../core/seeded-random.ts'
import { GannetError } from '../core/errors.ts'
import type { SpaceId } from '../core/ids.ts'
import { headIdOf } from './head-file.ts'
import { rooted, type LinearHead } from './linear-head.ts'
import { cholesky, dotAt } from './matrix.ts'
import { designOf, fitStep, leftOut, type Design, type Fit } from './ridge.ts'
import { lossOf, spreadOf } from './spread.ts'
import type { Example } from './examples.ts'

export interface TrainedHead {
  readonly head: LinearHead
  /** The ridge that was chosen, on the sum over examples. */
  readonly ridge: number
}

/** By factors of about three, from hardly any to one under which little is left. */
const RIDGES = [0.03, 0.1, 0.3, 1, 3, 10]
/** Where no class has a second example, nothing can be left out. */
const BLIND = { ridge: 0.3, spread: 4 }
/** Examples by which ridge and spread are chosen; more tell no better. */
const ENOUGH = 512
const FIFTHS = 5
/** Fits after the first. On Caltech-101 more gain nothing. */
const MOST_STEPS = 12
/** Multiplications that the steps of a fit may take together: where examples abound, they also change less. */
const MOST_WORK = 4e11

/** Vectors, rooted, and the class number of each. */
interface Shown {
  readonly vectors: readonly Float32Array[]
  readonly truths: readonly number[]
  readonly classes: number
}

const only = ({ vectors, truths, classes }: Shown, rows: readonly number[]): Shown =>
  ({ vectors: rows.map((row) => vectors[row] as Float32Array), truths: rows.map((row) => truths[row] as number), classes })

const sizesOf = ({ truths, classes }: Shown): Int32Array => {
  const sizes = new Int32Array(classes)
  for (const truth of truths) (sizes[truth] as number)++
  return sizes
}

/** Each class weighs the same; the mean is 1. */
const weightsOf = (shown: Shown): Float64Array => {
  const sizes = sizesOf(shown)
  return Float64Array.from(shown.truths, (truth) => shown.truths.length / (shown.classes * (sizes[truth] as number)))
}

const shownDesign = (shown: Shown): Design => {
  const dimension = shown.vectors[0]?.length as number
  const flat = new Float32Array(shown.vectors.length * dimension)
  for (const [at, values] of shown.vectors.entries()) flat.set(values, at * dimension)
  return designOf(flat, dimension, weightsOf(shown))
}

/** Rows of classes that have others besides, in an order of no meaning. */
const spareRows = (shown: Shown): readonly number[] => {
  const sizes = sizesOf(shown)
  return shuffled([...shown.truths.keys()].filter((row) => (sizes[shown.truths[row] as number] as number) > 1), seededRandom(1))
}

const stepsOf = ({ n, width }: Design, classes: number): number => Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_WORK / (2 * n * width * classes))))

interface Line {
  /** One row of the dimension a class. */
  readonly weights: Float64Array
  readonly bias: Float64Array
}

const lineOf = (design: Design, shown: Shown, ridge: number): Line => {
  const factor = cholesky(design.gram, design.width, ridge)
  let fit: Fit | null = null
  for (let step = 0; step <= stepsOf(design, shown.classes); step++) fit = fitStep(design, factor, shown.truths, shown.classes, fit)
  const { coefficients, constants } = fit as Fit
  const weights = design.turnBack(coefficients, shown.classes)
  return { weights, bias: constants.map((constant, at) => constant - dotAt(design.mean, 0, weights, at * design.dimension, design.dimension)) }
}

/** The ridge under which examples left out are told best. */
const chooseRidge = (design: Design, shown: Shown, spare: readonly number[], tell: () => void): number => {
  const chosen = spare.slice(0, ENOUGH)
  const weights = weightsOf(shown)
  const among = { truths: chosen.map((row) => shown.truths[row] as number), weights: chosen.map((row) => weights[row] as number) }
  let best = { ridge: BLIND.ridge, loss: Infinity }
  for (const ridge of chosen.length === 0 ? [] : RIDGES) {
    const factor = cholesky(design.gram, design.width, ridge)
    const fit = fitStep(design, factor, shown.truths, shown.classes, null)
    const scores = chosen.map((row) => leftOut(design, factor, shown.truths[row] as number, fit, row))
    const loss = lossOf(scores, among, spreadOf(scores, among))
    if (loss < best.loss) best = { ridge, loss }
    tell()
  }
  return best.ridge
}

/** As many fifths as make enough examples; of each class one example at least stays with the fit. */
const chooseSpread = (shown: Shown, spare: readonly number[], ridge: number, tell: () => void): number => {
  const weights = weightsOf(shown)
  const met = new Int32Array(shown.classes)
  // One fifth after another of every class.
  const fifths = spare.map((row) => (met[shown.truths[row] as number] as number)++ % FIFTHS)
  const scores: Float64Array[] = []
  const among: { truths: number[]; weights: number[] } = { truths: [], weights: [] }
  for (let fifth = 0; fifth < FIFTHS && scores.length < ENOUGH; fifth++) {
    const out = spare.filter((_row, at) => fifths[at] === fifth)
    const away = new Set(out)
    if (out.length === 0 || out.length === shown.truths.length) continue
    const rest = only(shown, [...shown.truths.keys()].filter((row) => !away.has(row)))
    const { weights: line, bias } = lineOf(shownDesign(rest), rest, ridge)
    for (const row of out.slice(0, ENOUGH)) {
      const values = shown.vectors[row] as Float32Array
      scores.push(bias.map((start, at) => start + dotAt(values, 0, line, at * values.length, values.length)))
      among.truths.push(shown.truths[row] as number)
      among.weights.push(weights[row] as number)
    }
    tell()
  }
  return scores.length === 0 ? BLIND.spread : spreadOf(scores, among)
}

/**
 * @param examples as `usableExamples` gives them; their order does not matter to what is learned beyond rounding
 * @param name of the head, before the checksum
 * @param onProgress share done, 0 to 1
 * @throws usage for fewer than two classes
 */
export const trainHead = (
  examples: readonly Example[],
  { space, name, onProgress = () => undefined }: { readonly space: SpaceId; readonly name: string; readonly onProgress?: (done: number) => void },
): TrainedHead => {
  const labels = [...new Set(examples.map(({ label }) => label))].sort((a, b) => (a < b ? -1 : 1))
  if (labels.length < 2) {
    throw new GannetError('usage', `a head tells classes apart, and ${labels.length === 0 ? 'there is no example of any' : `all examples are of one ("${labels[0]}")`}: give examples of at least two`)
  }
  const numbers = new Map(labels.map((label, at) => [label, at]))
  const shown: Shown = {
    vectors: examples.map(({ values }) => rooted(values) as Float32Array), truths: examples.map(({ label }) => numbers.get(label) as number), classes: labels.length,
  }
  const spare = spareRows(shown)
  const parts = RIDGES.length + Math.min(FIFTHS, Math.ceil((FIFTHS * ENOUGH) / Math.max(1, spare.length))) + 2
  let done = 0
  const tell = (): void => onProgress(Math.min(1, ++done / parts))

  const design = shownDesign(shown)
  tell()
  const ridge = chooseRidge(design, shown, spare, tell)
  const spread = chooseSpread(shown, spare, ridge, tell)
  const { weights, bias } = lineOf(design, shown, ridge)
  onProgress(1)
  const head = {
    space, dimension: design.dimension, labels,
    weights: Float32Array.from(weights, (value) => spread * value), bias: Float32Array.from(bias, (value) => spread * value),
  }
  return { head: { id: headIdOf(name, head), ...head }, ridge }
}
