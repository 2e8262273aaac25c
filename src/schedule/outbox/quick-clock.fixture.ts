/** A clock for tests whose waits pass at once, and are written down. */
import type { Clock } from '../../core/clock.ts'

export const createQuickClock = (start = 0): { readonly clock: Clock; readonly waits: readonly number[] } => {
  const waits: number[] = []
  let now = start
  return {
    waits,
    clock: {
      now: () => now,
      async until(at) {
        waits.push(at - now)
        now = Math.max(now, at)
        await new Promise(setImmediate)
      },
    },
  }
}
