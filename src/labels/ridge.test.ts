import { describe, expect, it } from 'vitest'
import { seededRandom } from '../core/seeded-random.ts'
import { addProduct, cholesky, dotRows, solveBackward, solveForward } from './matrix.ts'
import { designOf, fitStep, leftOut, scoresOf, type Design, type Fit } from './ridge.ts'

const draws = (count: number, seed: number): Float32Array => {
  const random = seededRandom(seed)
  return Float32Array.from({ length: count }, () => random() * 2 - 1)
}

describe('the factorisation', () => {
  it('gives known answers', () => {
    // [[4, 2], [2, 3]] = L Lᵀ with L = [[2, 0], [1, √2]]; what lies above the diagonal is not read.
    const factor = cholesky(Float64Array.of(4, NaN, 2, 3), 2, 0)
    expect([...factor]).toEqual([2, 0, 1, Math.SQRT2])
    // 4x + 2y = 8, 2x + 3y = 8.
    const solution = Float64Array.of(8, 8)
    solveForward(factor, 2, solution)
    solveBackward(factor, 2, solution)
    expect([...solution]).toEqual([expect.closeTo(1, 12), expect.closeTo(2, 12)])
  })

  it('multiplies rows whatever their number', () => {
    for (const rows of [1, 7, 8, 19]) {
      const [left, right] = [draws(rows * 3, 1), draws(rows * 5, 2)]
      const product = new Float64Array(15)
      addProduct(product, { left, width: 3, right, dimension: 5, from: 0, to: rows })
      for (let at = 0; at < 15; at++) {
        let sum = 0
        for (let row = 0; row < rows; row++) sum += (left[row * 3 + Math.floor(at / 5)] as number) * (right[row * 5 + (at % 5)] as number)
        expect(product[at]).toBeCloseTo(sum, 6)
      }
      const [others, dots] = [draws(3 * 7, 3), new Float64Array(rows * 7)]
      dotRows(dots, left, rows, others, 7, 3)
      for (let at = 0; at < rows * 7; at++) {
        let sum = 0
        for (let k = 0; k < 3; k++) sum += (left[Math.floor(at / 7) * 3 + k] as number) * (others[(at % 7) * 3 + k] as number)
        expect(dots[at]).toBeCloseTo(sum, 6)
      }
    }
  })
})

const TRUTHS = [0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 1, 0]
const DIMENSION = 4
const CLASSES = 3
const RIDGE = 0.2
const weightsOf = (truths: readonly number[]): Float64Array => Float64Array.from(truths, (_truth, at) => 0.6 + (0.8 * at) / (truths.length - 1))

const fitted = (vectors: Float32Array, weights: Float64Array, truths: readonly number[], dimension = DIMENSION, ridge = RIDGE): { design: Design; factor: Float64Array; fit: Fit } => {
  const design = designOf(Float32Array.from(vectors), dimension, weights)
  const factor = cholesky(design.gram, design.width, ridge)
  return { design, factor, fit: fitStep(design, factor, truths, CLASSES, null) }
}

/** Of a vector that the design need not know. */
const scored = ({ design, fit }: { design: Design; fit: Fit }, vector: Float32Array): number[] => {
  const weights = design.turnBack(fit.coefficients, CLASSES)
  return Array.from(fit.constants, (constant, at) => vector.reduce((sum, value, k) => sum + (value - (design.mean[k] as number)) * (weights[at * design.dimension + k] as number), constant))
}

describe('the ridge', () => {
  it('gives the known answer in one dimension', () => {
    // x = −1, 1, targets of class 0: 1, −1: w = −2 / (2 + λ), no constant.
    const design = designOf(Float32Array.of(-1, 1), 1, Float64Array.of(1, 1))
    const { coefficients, constants } = fitStep(design, cholesky(design.gram, 1, 2), [0, 1], 2, null)
    expect([...coefficients, ...constants]).toEqual([-0.5, 0.5, 0, 0])
  })

  it('leaves nothing to be gained: its slope is zero at the weighted, penalised least squares', () => {
    const [vectors, weights] = [draws(TRUTHS.length * DIMENSION, 3), weightsOf(TRUTHS)]
    const whole = fitted(vectors, weights, TRUTHS)
    const found = whole.design.turnBack(whole.fit.coefficients, CLASSES)
    for (let at = 0; at < CLASSES; at++) {
      for (let k = 0; k < DIMENSION; k++) {
        let slope = RIDGE * (found[at * DIMENSION + k] as number)
        for (const [row, truth] of TRUTHS.entries()) {
          const vector = vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)
          slope += (weights[row] as number) * ((scored(whole, vector)[at] as number) - (truth === at ? 1 : -1)) * ((vector[k] as number) - (whole.design.mean[k] as number))
        }
        expect(slope).toBeCloseTo(0, 5)
      }
    }
  })

  it('knows what it would score without a row, as if it had been trained without', () => {
    const [vectors, weights] = [draws(TRUTHS.length * DIMENSION, 4), weightsOf(TRUTHS)]
    const { design, factor, fit } = fitted(vectors, weights, TRUTHS)
    for (const row of TRUTHS.keys()) {
      const others = [...TRUTHS.keys()].filter((other) => other !== row)
      // Weights have a mean of 1; what they lose, the ridge loses too.
      const mean = others.reduce((sum, other) => sum + (weights[other] as number), 0) / others.length
      const without = fitted(
        Float32Array.from(others.flatMap((other) => [...vectors.subarray(other * DIMENSION, (other + 1) * DIMENSION)])),
        Float64Array.from(others, (other) => (weights[other] as number) / mean), others.map((other) => TRUTHS[other] as number), DIMENSION, RIDGE / mean,
      )
      const expected = scored(without, vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION))
      for (const [at, score] of leftOut(design, factor, TRUTHS[row] as number, fit, row).entries()) expect(score).toBeCloseTo(expected[at] as number, 4)
    }
  })

  it('is the same by its dual, where there are fewer rows than dimensions, and where rows repeat', () => {
    const dimension = 20
    const vectors = draws(TRUTHS.length * dimension, 5)
    vectors.copyWithin(dimension, 0, dimension)
    const dual = fitted(vectors, weightsOf(TRUTHS), TRUTHS, dimension)
    expect(dual.design.width).toBe(TRUTHS.length)
    // Zeroes beside each row make no difference but for the number of rows, which then suffices.
    const more = [...TRUTHS, ...TRUTHS]
    const twice = Float32Array.from([...vectors, ...vectors])
    const primal = designOf(twice, dimension, Float64Array.from(more, (_truth, at) => weightsOf(TRUTHS)[at % TRUTHS.length] as number))
    expect(primal.width).toBe(dimension)
    // Each row stands there twice: twice the ridge is the same.
    const fit = fitStep(primal, cholesky(primal.gram, dimension, 2 * RIDGE), more, CLASSES, null)
    const probe = draws(dimension, 6)
    const [a, b] = [scored(dual, probe), scored({ design: primal, fit }, probe)]
    for (const [at, score] of a.entries()) expect(score).toBeCloseTo(b[at] as number, 4)
  })

  it('comes to the least squared hinge when it is repeated', () => {
    const [vectors, weights] = [draws(TRUTHS.length * DIMENSION, 7), weightsOf(TRUTHS)]
    const { design, factor, fit } = fitted(vectors, weights, TRUTHS)
    const loss = (one: Fit): number => {
      let sum = 0
      const scores = new Float64Array(CLASSES)
      for (const [row, truth] of TRUTHS.entries()) {
        scoresOf(design, one, row, 1, scores)
        for (const [at, score] of scores.entries()) sum += (weights[row] as number) * Math.max(0, 1 - (at === truth ? score : -score)) ** 2
      }
      return sum + RIDGE * one.coefficients.reduce((squares, value) => squares + value * value, 0)
    }
    const losses = [loss(fit)]
    for (let step = 0, at = fit; step < 60; step++) losses.push(loss((at = fitStep(design, factor, TRUTHS, CLASSES, at))))
    for (const [step, value] of losses.entries()) if (step > 0) expect(value).toBeLessThanOrEqual((losses[step - 1] as number) + 1e-9)
    expect(losses[60]).toBeLessThan((losses[0] as number) - 1e-3)
    expect((losses[59] as number) - (losses[60] as number)).toBeLessThan(1e-5)
  })
})
