/**
 * One-against-the-rest least squares with a ridge, all classes at once: one factorisation serves every class, every step and the
 * leave-one-out scores. Classes weigh the same, however many pictures they have.
 *
 * `n` vectors x of dimension d, weights w with a mean of 1, targets t of +1 for a picture's class and −1 for the others:
 * W = (X̃ᵀX̃ + λI)⁻¹ X̃ᵀ(√w t), where X̃ has the rows √w (x − m) and m is the weighted mean. The constant, the weighted mean of the
 * targets, is not penalised. Where n < d, the rows of X̃ are replaced by those of the factor of X̃X̃ᵀ, which have the same
 * products and only n values, and the answer is turned back.
 */
import { addProduct, cholesky, dotAt, dotRows, solveBackward, solveForward } from './matrix.ts'

export interface Design {
  readonly n: number
  readonly dimension: number
  /** Values a row: the dimension, or `n` where that is less. */
  readonly width: number
  readonly rows: Float32Array
  /** √w. */
  readonly roots: Float64Array
  readonly mean: Float64Array
  /** `width` × `width`, on and below the diagonal. */
  readonly gram: Float64Array
  /** Turns coefficients, one row of `width` a class, into weights, one row of `dimension` a class. */
  turnBack(coefficients: Float64Array, classes: number): Float64Array
}

/** Keeps the factor of X̃X̃ᵀ real where pictures repeat. */
const JITTER = 1e-9

/** @param vectors `n` rows of `dimension`; written over @param weights with a mean of 1 */
export const designOf = (vectors: Float32Array, dimension: number, weights: Float64Array): Design => {
  const n = weights.length
  const roots = weights.map(Math.sqrt)
  const mean = new Float64Array(dimension)
  for (let i = 0; i < n; i++) for (let k = 0; k < dimension; k++) (mean[k] as number) += ((weights[i] as number) / n) * (vectors[i * dimension + k] as number)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < dimension; k++) vectors[i * dimension + k] = (roots[i] as number) * ((vectors[i * dimension + k] as number) - (mean[k] as number))
  }
  const whole = { n, dimension, roots, mean }
  if (n >= dimension) return { ...whole, width: dimension, rows: vectors, gram: gramOf(vectors, n, dimension), turnBack: (coefficients) => coefficients }

  const kernel = new Float64Array(n * n)
  let trace = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) kernel[i * n + j] = dotAt(vectors, i * dimension, vectors, j * dimension, dimension)
    trace += kernel[i * n + i] as number
  }
  const factor = cholesky(kernel, n, JITTER * Math.max(trace / n, Number.EPSILON))
  const rows = Float32Array.from(factor)
  return {
    ...whole, width: n, rows, gram: gramOf(rows, n, n),
    turnBack(coefficients, classes) {
      const turned = new Float64Array(classes * dimension)
      for (let at = 0; at < classes; at++) {
        const row = coefficients.slice(at * n, (at + 1) * n)
        solveBackward(factor, n, row)
        addProduct(turned.subarray(at * dimension, (at + 1) * dimension), { left: row, width: 1, right: vectors, dimension, from: 0, to: n })
      }
      return turned
    },
  }
}

const gramOf = (rows: Float32Array, n: number, width: number): Float64Array => {
  const gram = new Float64Array(width * width)
  addProduct(gram, { left: rows, width, right: rows, dimension: width, from: 0, to: n, lower: true })
  return gram
}

export interface Fit {
  /** One row of the design's `width` a class. */
  readonly coefficients: Float64Array
  /** Of each class: its score where a vector is the mean. */
  readonly constants: Float64Array
}

/** Scores of rows of the design from `start` on, `classes` a row. */
export const scoresOf = (design: Design, fit: Fit, start: number, rows: number, into: Float64Array): void => {
  const { width, roots } = design
  const { coefficients, constants } = fit
  const classes = constants.length
  dotRows(into, design.rows.subarray(start * width, (start + rows) * width), rows, coefficients, classes, width)
  for (let i = 0; i < rows; i++) {
    for (let at = 0; at < classes; at++) into[i * classes + at] = (into[i * classes + at] as number) / (roots[start + i] as number) + (constants[at] as number)
  }
}

/** What scores beyond its target is right, and is not pulled back: its target moves along. */
const retarget = (target: number, score: number): number => (target * score > 1 ? score : target)

const BLOCK = 64

/**
 * One least-squares fit: to ±1, or, after `before`, to the targets that its scores have moved. Repeated, it comes to the fit of
 * least squared hinge, in which only pictures at the borders of their class count. Source: Xiang et al., "Discriminative least
 * squares regression", IEEE TNNLS 23 (2012).
 * @param factor of the design's gram with the ridge @param truths class number of each row
 */
export const fitStep = (design: Design, factor: Float64Array, truths: ArrayLike<number>, classes: number, before: Fit | null): Fit => {
  const { n, width, rows, roots } = design
  const coefficients = new Float64Array(classes * width)
  const constants = new Float64Array(classes)
  if (before === null) {
    // Of targets of −1 throughout, nothing is left but the constant: only a class's own rows need to be looked at.
    constants.fill(-1)
    for (let row = 0; row < n; row++) {
      const [at, root] = [truths[row] as number, roots[row] as number]
      ;(constants[at] as number) += (2 * root * root) / n
      for (let k = 0; k < width; k++) (coefficients[at * width + k] as number) += 2 * root * (rows[row * width + k] as number)
    }
    return solved(factor, width, coefficients, constants)
  }
  const scores = new Float64Array(BLOCK * classes)
  const targets = new Float64Array(BLOCK * classes)
  for (let start = 0; start < n; start += BLOCK) {
    const block = Math.min(BLOCK, n - start)
    scoresOf(design, before, start, block, scores)
    for (let i = 0; i < block; i++) {
      const root = roots[start + i] as number
      for (let at = 0; at < classes; at++) {
        const target = retarget(at === truths[start + i] ? 1 : -1, scores[i * classes + at] as number)
        ;(constants[at] as number) += (root * root * target) / n
        targets[i * classes + at] = root * target
      }
    }
    addProduct(coefficients, { left: targets, width: classes, right: rows.subarray(start * width, (start + block) * width), dimension: width, from: 0, to: block })
  }
  return solved(factor, width, coefficients, constants)
}

/** @param products of rows and targets, which are written over */
const solved = (factor: Float64Array, width: number, products: Float64Array, constants: Float64Array): Fit => {
  for (let at = 0; at < constants.length; at++) {
    solveForward(factor, width, products, at * width)
    solveBackward(factor, width, products, at * width)
  }
  return { coefficients: products, constants }
}

/** Share of its own target in the score of a row. */
const leverageOf = (design: Design, factor: Float64Array, row: number): number => {
  const { n, width, rows, roots } = design
  const solved = Float64Array.from(rows.subarray(row * width, (row + 1) * width))
  solveForward(factor, width, solved)
  return dotAt(solved, 0, solved, 0, width) + (roots[row] as number) ** 2 / n
}

/**
 * What a row would score in every class had it not been shown to the first fit, whose targets are ±1: in closed form. Of later fits
 * nothing so simple can be said: the others' targets have moved with it.
 */
export const leftOut = (design: Design, factor: Float64Array, truth: number, fit: Fit, row: number): Float64Array => {
  const scores = new Float64Array(fit.constants.length)
  scoresOf(design, fit, row, 1, scores)
  const leverage = leverageOf(design, factor, row)
  return scores.map((score, at) => (score - leverage * (at === truth ? 1 : -1)) / Math.max(1 - leverage, 1e-6))
}
