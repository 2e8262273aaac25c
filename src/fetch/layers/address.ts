/** No address inside the network: judged here by the URL, and once more by the socket (origin-pools.ts). */
import type { Guard } from '../guard.ts'
import { refusal, type Layer } from '../visit-layer.ts'

export const address = (guard: Guard): Layer => (next) => async (hop) => {
  const checked = guard.check(hop.url)
  const { allowed, reason, detail } = checked instanceof Promise ? await checked : checked
  if (allowed) return next(hop)
  // A host without an address has shown that it cannot be reached, as one that does not answer has.
  if (reason === 'unresolvable') {
    hop.trip.observations.push({ host: hop.url.origin, latencyMs: null, status: null, retryAfterMs: null })
  }
  return refusal(reason ?? 'blocked-address', detail ?? hop.url.host)
}
