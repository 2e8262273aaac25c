/** No address inside the network: judged here by the URL, and once more by the socket (origin-pools.ts). */
import type { Guard } from '../guard.ts'
import { refusal, type Layer } from '../visit-layer.ts'

export const address = (guard: Guard): Layer => (next) => (hop) => {
  const decision = guard.check(hop.url)
  if (!(decision instanceof Promise) && decision.allowed) return next(hop)
  return Promise.resolve(decision).then(({ allowed, reason, detail }) =>
    allowed ? next(hop) : refusal(reason ?? 'blocked-address', detail ?? hop.url.host),
  )
}
