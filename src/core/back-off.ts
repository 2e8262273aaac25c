/** Exponential back-off with "equal" jitter (Marc Brooker, AWS Architecture Blog, 2015), for calls to another machine. */
export interface BackOff {
  /** Upper bound of the first wait, in milliseconds; it doubles with every failure. */
  readonly baseMs: number
  /** Upper bound of every wait, in milliseconds. */
  readonly maxMs: number
}

/**
 * Milliseconds to wait after the `failures`th failure in a row, from 1. At least half of the bound, so that whoever is
 * away is not asked again at once.
 */
export const backOff = ({ baseMs, maxMs }: BackOff, failures: number, random: () => number): number => {
  const bound = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 50))
  return Math.round(bound * (0.5 + random() / 2))
}
