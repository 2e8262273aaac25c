/**
 * Which values an activation takes, and which of them eight bits are spent on. All of them (`extremes`), or all but the
 * rarest (`percentile`): a few far values would else make the steps coarse for the many near ones.
 */

export interface Range {
  readonly low: number
  readonly high: number
}

export const METHODS = ['extremes', 'percentile'] as const
export type Method = (typeof METHODS)[number]

const BINS = 2048
/** One value in so many is counted: a prime, so that it meets every channel and column. */
const STRIDE = 7
/** Share of the values that is cut off at each end. */
const CUT = 5e-5

export interface RangeMeter {
  /** First look: how far the values go. */
  widen(values: Float32Array): void
  /** Second look, when that is known of all: how often each occurs. */
  count(values: Float32Array): void
  range(method: Method): Range
}

export const createRangeMeter = (): RangeMeter => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let bins: Float64Array | null = null
  let total = 0
  return {
    widen(values) {
      for (let at = 0; at < values.length; at++) {
        const value = values[at] as number
        if (value < low) low = value
        if (value > high) high = value
      }
    },
    count(values) {
      bins ??= new Float64Array(BINS)
      const scale = high > low ? BINS / (high - low) : 0
      for (let at = 0; at < values.length; at += STRIDE) {
        const bin = Math.min(BINS - 1, Math.floor(((values[at] as number) - low) * scale))
        bins[bin] = (bins[bin] as number) + 1
      }
      total += Math.ceil(values.length / STRIDE)
    },
    range(method) {
      if (!(high >= low)) return { low: 0, high: 0 }
      if (method === 'extremes' || bins === null) return { low, high }
      const most = total * CUT
      const width = (high - low) / BINS
      let [first, last] = [0, BINS - 1]
      for (let sum = bins[first] as number; sum <= most && first < last; sum += bins[++first] as number);
      for (let sum = bins[last] as number; sum <= most && last > first; sum += bins[--last] as number);
      return { low: low + first * width, high: low + (last + 1) * width }
    },
  }
}
