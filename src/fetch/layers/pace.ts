/**
 * No request without leave, and none before its time. The coordinator sets the pace; the floor
 * kept here only ever slows down: leaves that came due together (while robots.txt was slow, say)
 * are still used an interval apart, and a Crawl-delay holds from the first request after it is read.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import type { Layer } from '../visit-layer.ts'

export interface PaceParts {
  readonly clock: Clock
  /** How often this process has slept; see core/sleeps.ts. */
  readonly sleeps: () => number
  /** Milliseconds an origin's robots.txt asks for between requests; 0 when it is silent or unknown. */
  readonly crawlDelayMs: (origin: string) => number
  /** Rejects the waits when the grabber closes. */
  readonly closing: AbortSignal
}

/** Of an origin, milliseconds since the epoch. */
interface Starts {
  /** The next request may be planned for then. */
  planned: number
  /** When the last request really started: a loop that was held up must not make up for it. */
  last: number
}

export const pace = ({ clock, sleeps, crawlDelayMs, closing }: PaceParts): Layer => {
  const origins = new LRUCache<string, Starts>({ max: 10_000 })
  return (next) => async (hop) => {
    const { origin } = hop.url
    const { purse } = hop.trip
    for (;;) {
      const slept = sleeps()
      const spent = purse.spend(origin)
      const { notBefore, intervalMs } = spent instanceof Promise ? await spent : spent
      const apart = hop.trip.kind === 'robots' ? intervalMs : Math.max(intervalMs, crawlDelayMs(origin))
      const starts = origins.get(origin) ?? { planned: 0, last: -Infinity }
      let start = Math.max(clock.now(), notBefore, starts.planned)
      if (apart > 0) {
        starts.planned = start + apart
        origins.set(origin, starts)
      }
      let now = clock.now()
      while (start > now) {
        await clock.until(start, closing)
        now = Math.max(start, clock.now())
        start = Math.max(start, starts.last + apart)
      }
      if (sleeps() === slept) {
        starts.last = now
        return next(hop)
      }
      // Others may have been given the host meanwhile: see crawl/visits.ts.
      purse.empty()
    }
  }
}
