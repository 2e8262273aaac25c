/**
 * When leave to visit a host at a time has been missed. The times that follow may have been given to another server, and only
 * they keep the two apart; a leave that was missed is exchanged for a new one.
 */

/** Milliseconds by which a time may be missed, or an interval if that is longer. */
export const LATE_MS = 250
/** By how many times more each time that it is, so that a machine which is always late comes to its visits after all. */
export const LATER = 4

/** Where there is no pace there is nothing to be late for. */
export const hasMissed = ({ intervalMs }: { readonly intervalMs: number }, time: number, now: number, lateMs: number): boolean =>
  intervalMs > 0 && now - time > Math.max(lateMs, intervalMs)
