/**
 * Separable filters as tables: which samples of a line each output takes, and with what weight.
 * PDQ's blur, the tile's box average and the tensors' triangle are all this one thing, and only
 * the outputs that are wanted are ever computed.
 */
export interface Taps {
  /** Outputs. */
  readonly length: number
  /** Weights an output, the same for each (short ones are filled up with zeros). */
  readonly width: number
  /** First input sample of each output. */
  readonly first: Int32Array
  /** `length × width` weights; those of one output sum to 1. */
  readonly weights: Float32Array
}

/** A run of weights that starts at sample `first`. */
export interface Run {
  readonly first: number
  readonly weights: readonly number[]
}

/** Lays runs out in one table; every window stays inside `0 … inputLength − 1`. */
const tabulate = (runs: readonly Run[], inputLength: number): Taps => {
  const width = Math.min(inputLength, Math.max(...runs.map((run) => run.weights.length)))
  const first = new Int32Array(runs.length)
  const weights = new Float32Array(runs.length * width)
  for (const [i, run] of runs.entries()) {
    const start = Math.min(run.first, inputLength - width)
    first[i] = start
    weights.set(run.weights, i * width + run.first - start)
  }
  return { length: runs.length, width, first, weights }
}

const normalised = (first: number, weights: readonly number[]): Run => {
  const sum = weights.reduce((a, b) => a + b, 0)
  return { first, weights: weights.map((weight) => weight / sum) }
}

/** Output `i` of `to` is the mean of the samples it covers of `from`, parts of samples included. */
export const boxTaps = (from: number, to: number): Taps => {
  const step = from / to
  const runs = Array.from({ length: to }, (_, i) => {
    const start = i * step
    const end = (i + 1) * step
    const first = Math.min(Math.floor(start), from - 1)
    const last = Math.max(first, Math.min(Math.ceil(end - 1e-9), from) - 1)
    const covered = Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, Math.min(end, first + k + 1) - Math.max(start, first + k)))
    return normalised(first, covered)
  })
  return tabulate(runs, from)
}

/**
 * Linear interpolation that averages when it shrinks, as PIL's bilinear does: the triangle is as
 * wide as an output pixel is in input pixels.
 * @param scaled outputs that the whole input would give
 * @param skip outputs cut off at the start
 * @param keep outputs wanted from there
 */
export const triangleTaps = (from: number, scaled: number, skip: number, keep: number): Taps => {
  const step = from / scaled
  const support = Math.max(step, 1)
  const runs = Array.from({ length: keep }, (_, i) => {
    const centre = (skip + i + 0.5) * step
    const first = Math.max(0, Math.floor(centre - support + 0.5))
    const last = Math.min(from, Math.floor(centre + support + 0.5))
    const weights = Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / support)))
    return normalised(first, weights)
  })
  return tabulate(runs, from)
}

/** One box average of a line, by matrix row: sample `i` becomes the mean from `i − back` to `i + ahead`. */
const boxRun = (at: number, back: number, ahead: number, length: number): Run => {
  const first = Math.max(0, at - back)
  const last = Math.min(length - 1, at + ahead)
  return { first, weights: Array.from({ length: last - first + 1 }, () => 1 / (last - first + 1)) }
}

/**
 * PDQ's Jarosz filter along one axis, and its decimation: two box averages one after the other,
 * of which only `to` evenly spread samples are taken. The filter is separable and linear, so doing
 * each axis at once gives what its alternating passes give.
 */
export const jaroszTaps = (from: number, to: number): Taps => {
  const window = Math.floor((from + 2 * to - 1) / (2 * to))
  const ahead = Math.floor(window / 2)
  const back = window - 1 - ahead
  const runs = Array.from({ length: to }, (_, i) => {
    const outer = boxRun(Math.floor(((i + 0.5) * from) / to), back, ahead, from)
    const first = Math.max(0, outer.first - back)
    const last = Math.min(from - 1, outer.first + outer.weights.length - 1 + ahead)
    const weights = Array.from({ length: last - first + 1 }, () => 0)
    for (const [j, weight] of outer.weights.entries()) {
      const inner = boxRun(outer.first + j, back, ahead, from)
      for (const [k, share] of inner.weights.entries()) {
        const slot = inner.first - first + k
        weights[slot] = (weights[slot] ?? 0) + weight * share
      }
    }
    return { first, weights }
  })
  return tabulate(runs, from)
}

/** Keeps the tables of the last few hundred sizes met; a crawl meets the same thumbnail sizes again and again. */
export const remember = <Key extends readonly number[]>(make: (...key: Key) => Taps, most = 512): ((...key: Key) => Taps) => {
  const known = new Map<string, Taps>()
  return (...key) => {
    const name = key.join(' ')
    const found = known.get(name)
    if (found !== undefined) return found
    const taps = make(...key)
    const oldest = known.size >= most ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    known.set(name, taps)
    return taps
  }
}
