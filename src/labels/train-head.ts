/**
 * Trains a linear head: a closed form but for its few steps, the same for the same examples. How strongly the ridge pulls, and how
 * far scores are spread into probabilities, is found by leaving one example out at a time: in closed form too, and from the
 * examples given alone.
 *
 * Cost: a Gram matrix (n d² / 2 multiplications), a factorisation for each ridge tried (d³ / 6), and passes over all scores
 * (2 n d classes each). On one core: 100 classes × 30 at 1280 values some 15 s and 60 MB; 1000 classes × 100 some 15 minutes and 1 GB.
 */
import { seededRandom, shuffled } from '../core/seeded-random.ts'
import { GannetError } from '../core/errors.ts'
import type { SpaceId } from '../core/ids.ts'
import { headIdOf } from './head-file.ts'
import { rooted, type LinearHead } from './linear-head.ts'
import { cholesky } from './matrix.ts'
import { designOf, fitStep, leftOut, leverageOf, scoresOf, targetsOf, type Design, type Fit } from './ridge.ts'
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
/** Examples left out, one at a time; more tell no better. */
const MOST_LEFT_OUT = 1024
/** Fits after the first. On Caltech-101 the tenth is as good as the fiftieth. */
const MOST_STEPS = 10
/** Multiplications that the steps may take together: where examples abound, they also change less. */
const MOST_WORK = 5e11

/** Each class weighs the same; the mean is 1. */
const weightsOf = (truths: Int32Array, sizes: Int32Array): Float64Array =>
  Float64Array.from(truths, (truth) => truths.length / (sizes.length * (sizes[truth] as number)))

const leaveOut = (design: Design, factor: Float64Array, truths: Int32Array, fit: Fit, before: Fit | null, chosen: readonly number[]): readonly Float64Array[] => {
  const classes = fit.constants.length
  const [scores, targets, earlier] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)]
  return chosen.map((row) => {
    if (before) scoresOf(design, before, row, earlier)
    targetsOf(truths[row] as number, before ? earlier : null, targets)
    scoresOf(design, fit, row, scores)
    return leftOut(scores, targets, leverageOf(design, factor, row))
  })
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
  const dimension = (examples[0] as Example).values.length
  const numbers = new Map(labels.map((label, at) => [label, at]))
  const truths = Int32Array.from(examples, ({ label }) => numbers.get(label) as number)
  const sizes = new Int32Array(labels.length)
  for (const truth of truths) (sizes[truth] as number)++
  const vectors = new Float32Array(examples.length * dimension)
  for (const [at, { values }] of examples.entries()) vectors.set(rooted(values) as Float32Array, at * dimension)
  const weights = weightsOf(truths, sizes)
  const design = designOf(vectors, dimension, weights)

  const several = [...truths.keys()].filter((row) => (sizes[truths[row] as number] as number) > 1)
  const chosen = shuffled(several, seededRandom(1)).slice(0, MOST_LEFT_OUT)
  const among = { truths: chosen.map((row) => truths[row] as number), weights: chosen.map((row) => weights[row] as number) }
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_WORK / (2 * examples.length * design.width * labels.length))))
  let done = 0
  const tell = (): void => onProgress(++done / (RIDGES.length + steps + 1))
  tell()

  let best = { ridge: BLIND.ridge, loss: Infinity }
  for (const ridge of chosen.length === 0 ? [] : RIDGES) {
    const factor = cholesky(design.gram, design.width, ridge)
    const fit = fitStep(design, factor, truths, labels.length, null)
    const scores = leaveOut(design, factor, truths, fit, null, chosen)
    const loss = lossOf(scores, among, spreadOf(scores, among))
    if (loss < best.loss) best = { ridge, loss }
    tell()
  }

  const factor = cholesky(design.gram, design.width, best.ridge)
  let before: Fit | null = null
  let fit = fitStep(design, factor, truths, labels.length, null)
  for (let step = 0; step < steps; step++) {
    before = fit
    fit = fitStep(design, factor, truths, labels.length, before)
    tell()
  }
  const spread = chosen.length === 0 ? BLIND.spread : spreadOf(leaveOut(design, factor, truths, fit, before, chosen), among)

  const turned = design.turnBack(fit.coefficients, labels.length)
  const head = {
    space, dimension, labels,
    weights: Float32Array.from(turned, (value) => spread * value),
    bias: Float32Array.from(labels, (_label, at) => {
      let score = fit.constants[at] as number
      for (let k = 0; k < dimension; k++) score -= (design.mean[k] as number) * (turned[at * dimension + k] as number)
      return spread * score
    }),
  }
  return { head: { id: headIdOf(name, head), ...head }, ridge: best.ridge }
}
