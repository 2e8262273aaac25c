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
  /** Milliseconds an origin's robots.txt asks for between requests; 0 when it is silent or unknown. */
  readonly crawlDelayMs: (origin: string) => number
  /** Rejects the waits when the grabber closes. */
  readonly closing: AbortSignal
}

export const pace = ({ clock, crawlDelayMs, closing }: PaceParts): Layer => {
  const nextStart = new LRUCache<string, number>({ max: 10_000 })
  return (next) => async (hop) => {
    const { origin } = hop.url
    const spent = hop.trip.purse.spend(origin)
    const { notBefore, intervalMs } = spent instanceof Promise ? await spent : spent
    const now = clock.now()
    const apart = hop.trip.kind === 'robots' ? intervalMs : Math.max(intervalMs, crawlDelayMs(origin))
    const start = Math.max(now, notBefore, nextStart.get(origin) ?? 0)
    if (apart > 0) nextStart.set(origin, start + apart)
    if (start > now) await clock.until(start, closing)
    return next(hop)
  }
}
