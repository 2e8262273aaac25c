/**
 * Holds to robots.txt (RFC 9309), for pages and pictures alike. Fetching robots.txt itself is always allowed.
 *
 * While the file cannot be had, nothing is allowed, and a visit is told when it will be asked for again. Who asked for
 * it in vain has failed; who comes while that is remembered has not, and waits. Only for an origin that was asked in
 * vain several times does what is remembered count as a failure too, so that its tasks come to an end.
 */
import type { Clock } from '../../core/clock.ts'
import { isRetryable } from '../../core/reasons.ts'
import type { RobotsBook, RobotsEntry } from '../robots.ts'
import { refusal, type Layer, type Refused } from '../visit-layer.ts'

/** Asks in a row, all in vain, for which those who come later wait. */
const PATIENT_ASKS = 3

export const robots = (book: RobotsBook, clock: Pick<Clock, 'now'>): Layer => (next) => {
  const closed = ({ reason, detail, asks, until }: RobotsEntry & { readonly kind: 'closed' }, remembered: boolean): Refused => ({
    ...refusal(reason, detail),
    ...(isRetryable(reason) && { again: { inMs: Math.max(0, until - clock.now()), counts: !remembered || asks >= PATIENT_ASKS } }),
  })
  return (hop) => {
    if (hop.trip.kind === 'robots') return next(hop)
    const { origin } = hop.url
    const judge = (entry: RobotsEntry, remembered: boolean) =>
      entry.kind === 'closed' ? closed(entry, remembered)
      : entry.rules.allows(hop.url) ? next(hop) : refusal('robots-denied', `denied by ${origin}/robots.txt`)
    const known = book.known(origin)
    return known ? Promise.resolve(judge(known, true)) : book.of(origin, hop.trip).then((entry) => judge(entry, false))
  }
}
