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
  /** First input sample of each output; filled up to a multiple of four, as the kernels take them. */
  readonly first: Int32Array
  /** `first.length × width` weights; those of one output sum to 1, those of the filling are 0. */
  readonly weights: Float32Array
}

/**
 * @param length outputs
 * @param from input samples
 * @param widest most samples an output takes
 * @param firstOf first sample of an output, within the input
 * @param weightOf relative weight of a sample in an output; 0 outside its window
 */
const tabulate = (
  length: number,
  from: number,
  widest: number,
  firstOf: (output: number) => number,
  weightOf: (output: number, sample: number) => number,
): Taps => {
  const width = Math.min(from, widest)
  const first = new Int32Array(Math.ceil(length / 4) * 4)
  const weights = new Float32Array(first.length * width)
  for (let i = 0; i < length; i++) {
    // Windows are moved to lie inside the input whole; what they gain there weighs nothing.
    const start = Math.min(firstOf(i), from - width)
    first[i] = start
    let sum = 0
    for (let k = 0; k < width; k++) sum += weightOf(i, start + k)
    for (let k = 0; k < width; k++) weights[i * width + k] = weightOf(i, start + k) / sum
  }
  return { length, width, first, weights }
}

/** Output `i` of `to` is the mean of the samples it covers of `from`, parts of samples included. */
export const boxTaps = (from: number, to: number): Taps => {
  const step = from / to
  const covered = (i: number, sample: number): number =>
    Math.max(0, Math.min((i + 1) * step, sample + 1) - Math.max(i * step, sample))
  return tabulate(to, from, Math.ceil(step) + 1, (i) => Math.floor(i * step), covered)
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
  const centreOf = (i: number): number => (skip + i + 0.5) * step
  return tabulate(
    keep, from, Math.ceil(2 * support),
    (i) => Math.max(0, Math.floor(centreOf(i) - support + 0.5)),
    (i, sample) => Math.max(0, 1 - Math.abs(sample + 0.5 - centreOf(i)) / support),
  )
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
  /** One box average as a matrix: the windows are cut off at the ends of the line. */
  const box = (at: number, sample: number): number =>
    sample < at - back || sample > at + ahead ? 0 : 1 / (Math.min(from - 1, at + ahead) - Math.max(0, at - back) + 1)
  const centreOf = (i: number): number => Math.floor(((i + 0.5) * from) / to)
  return tabulate(
    to, from, 2 * window - 1,
    (i) => Math.max(0, centreOf(i) - 2 * back),
    (i, sample) => {
      const centre = centreOf(i)
      let weight = 0
      for (let at = Math.max(0, centre - back); at <= Math.min(from - 1, centre + ahead); at++) {
        weight += box(centre, at) * box(at, sample)
      }
      return weight
    },
  )
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
