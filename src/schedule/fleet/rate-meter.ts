/** Rates from counts that only grow, by differences over a window. Pure but for what it remembers. */

export interface Counts {
  /** Tasks taken into the general queue, from the beginning on. */
  readonly accepted: number
  /** Leases given. */
  readonly dispatched: number
  /** Tasks ended, by outcome. */
  readonly ended: Readonly<Record<string, number>>
}

/** A second, each. */
export interface Rates extends Counts {
  /** Over so many seconds, up to now. */
  readonly seconds: number
}

export interface RateMeter {
  /** @param at milliseconds, not going back */
  add(at: number, counts: Counts): void
  /** From the oldest sample in the window to the latest; null while there are not two. */
  readonly rates: Rates | null
}

/** Closer together they say nothing. */
const LEAST_MS = 200

export const createRateMeter = ({ windowMs }: { readonly windowMs: number }): RateMeter => {
  let samples: { readonly at: number; readonly counts: Counts }[] = []
  return {
    add(at, counts) {
      // Another queue took the place of the one that was counted.
      if (counts.accepted < (samples.at(-1)?.counts.accepted ?? 0)) samples = []
      samples = samples.filter((sample) => at - sample.at <= windowMs)
      const before = samples.at(-1)
      if (samples.length > 1 && before !== undefined && at - before.at < LEAST_MS) samples.pop()
      samples.push({ at, counts })
    },
    get rates() {
      const [first, last] = [samples[0], samples.at(-1)]
      if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null
      const seconds = (last.at - first.at) / 1000
      const rate = (after: number, before: number): number => Math.round(((after - before) / seconds) * 10) / 10
      return {
        seconds: Math.round(seconds * 10) / 10,
        accepted: rate(last.counts.accepted, first.counts.accepted),
        dispatched: rate(last.counts.dispatched, first.counts.dispatched),
        ended: Object.fromEntries(Object.entries(last.counts.ended).map(([outcome, n]) => [outcome, rate(n, first.counts.ended[outcome] ?? 0)])),
      }
    },
  }
}
