/**
 * The order of the general queue: by weight and arrival, so that nothing starves. Self-clocked fair queueing
 * (Golestani, INFOCOM 1994) with a weight's tasks as one flow: an arriving task is stamped with a virtual time, a
 * step behind the last task of its weight, or behind the clock where that weight had nothing waiting; the step is
 * the shorter the heavier the weight. The lowest stamp goes first and moves the clock on. So while tasks of several
 * weights wait, each weight is served in proportion to itself, tasks of one weight go in order of arrival, and a
 * light one that waits ages: the clock comes towards its stamp whatever arrives meanwhile.
 */

/** Weights are whole numbers in this range. */
export const LEAST_WEIGHT = 1
export const MOST_WEIGHT = 100

/** Virtual time between two tasks of weight 1. At most 9e11 such tasks fit into a safe integer. */
const STEP = 10_000

/** Virtual time between two tasks of that weight. */
export const stepOf = (weight: number): number => Math.round(STEP / weight)

export interface FairShare {
  /** The stamp of the next task of that weight to arrive. */
  arrive(weight: number): number
  /** A task was handed out: the clock is never behind its stamp. */
  serve(stamp: number): void
  /** The clock. */
  readonly now: number
}

/** @param lasts the last stamp given, by weight; changed in place */
export const createFairShare = (lasts: Map<number, number> = new Map(), clock = 0): FairShare => {
  let now = clock
  return {
    arrive(weight) {
      const stamp = Math.max(now, lasts.get(weight) ?? 0) + stepOf(weight)
      lasts.set(weight, stamp)
      return stamp
    },
    serve(stamp) {
      now = Math.max(now, stamp)
    },
    get now() {
      return now
    },
  }
}
