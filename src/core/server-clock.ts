/**
 * A fleet's time: that of a server all its members ask, carried on by this process's own monotonic clock. Clocks on the
 * wall may differ and jump; nobody's lease or pace hangs on them.
 */
import { setTimeout as rest } from 'node:timers/promises'
import type { Clock } from './clock.ts'

export interface ServerClock extends Clock {
  /** Asks the server again from time to time until then. */
  close(): void
}

const EVERY_MS = 30_000
/** Of several answers the quickest is the most exact. */
const TRIES = 3
/** Longest single timer: one that was set before the offset moved is looked at again. */
const MOST_TIMER_MS = 60_000

/** @param ask milliseconds since the epoch by the server's clock */
export const createServerClock = async (ask: () => Promise<number>, monotonic: () => number = () => performance.now()): Promise<ServerClock> => {
  let offset = 0

  const synchronize = async (): Promise<void> => {
    let quickest = Infinity
    for (let nth = 0; nth < TRIES; nth++) {
      const before = monotonic()
      const told = await ask()
      const took = monotonic() - before
      if (took >= quickest) continue
      quickest = took
      // As of its arrival: this clock may be late by what the way took, but never early.
      offset = told - monotonic()
    }
  }
  await synchronize()
  // While the server is away the own clock carries on.
  const timer = setInterval(() => void synchronize().catch(() => undefined), EVERY_MS)
  timer.unref()
  const now = (): number => Math.round(monotonic() + offset)

  return {
    now,
    async until(at, signal) {
      signal?.throwIfAborted()
      for (let left = at - now(); left > 0; left = at - now()) {
        await rest(Math.min(left, MOST_TIMER_MS), undefined, signal ? { signal } : {}).catch((error: unknown) => {
          signal?.throwIfAborted()
          throw error
        })
      }
    },
    close: () => clearInterval(timer),
  }
}
