/**
 * No request without leave, and none before its time. The coordinator sets the pace; the floor
 * kept here only ever slows down: leaves that came due together (while robots.txt was slow, say)
 * are still used an interval apart, and a Crawl-delay holds from the first request after it is read.
 * Nor does one come long after its time: the host may be another server's by then, and from that
 * one only their leaves keep it apart. Such a leave is exchanged for a new one.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import { hasMissed, LATE_MS, LATER } from '../../core/lateness.ts'
import type { Spent } from '../purse.ts'
import type { Layer } from '../visit-layer.ts'

export interface PaceParts {
  readonly clock: Clock
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

export const pace = ({ clock, crawlDelayMs, closing }: PaceParts): Layer => {
  const origins = new LRUCache<string, Starts>({ max: 10_000 })

  /** Waits for the time that `spent` gives. @returns whether it was met; if so, it is taken */
  const meet = async (origin: string, spent: Spent, apart: number, lateMs: number): Promise<boolean> => {
    const { notBefore } = spent
    if (hasMissed(spent, notBefore, clock.now(), lateMs)) return false
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
    if (hasMissed(spent, start, clock.now(), lateMs)) return false
    starts.last = now
    return true
  }

  return (next) => async (hop) => {
    const { origin } = hop.url
    const { purse, kind } = hop.trip
    for (let lateMs = LATE_MS; ; lateMs *= LATER) {
      const spent = await purse.spend(origin)
      const apart = kind === 'robots' ? spent.intervalMs : Math.max(spent.intervalMs, crawlDelayMs(origin))
      if (await meet(origin, spent, apart, lateMs)) return next(hop)
      purse.empty()
    }
  }
}
