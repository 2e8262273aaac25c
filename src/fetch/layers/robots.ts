/** Holds to robots.txt (RFC 9309), for pages and pictures alike. Fetching robots.txt itself is always allowed. */
import type { RobotsBook } from '../robots.ts'
import { refusal, type Layer } from '../visit-layer.ts'

export const robots = (book: RobotsBook): Layer => (next) => (hop) => {
  if (hop.trip.kind === 'robots') return next(hop)
  const known = book.known(hop.url.origin)
  if (known?.kind === 'rules' && known.rules.allows(hop.url)) return next(hop)
  return book.of(hop.url.origin, hop.trip).then((entry) => {
    if (entry.kind === 'closed') return refusal(entry.reason, entry.detail)
    return entry.rules.allows(hop.url) ? next(hop) : refusal('robots-denied', `denied by ${hop.url.origin}/robots.txt`)
  })
}
