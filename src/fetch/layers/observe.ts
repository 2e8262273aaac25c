/** Notes what each request showed of its host: the coordinator sets the pace by it. */
import { waitOf } from '../retry-after.ts'
import type { Clock } from '../../core/clock.ts'
import type { Layer } from '../visit-layer.ts'

export const observe = (clock: Clock, crawlDelayMs: (origin: string) => number): Layer => (next) => async (hop) => {
  const answer = await next(hop)
  if (!answer.ok && answer.stale) return answer
  const { origin } = hop.url
  hop.trip.observations.push({
    host: origin,
    address: answer.address ?? null,
    latencyMs: answer.latencyMs,
    status: answer.status,
    ...(!answer.ok && answer.broken && { broken: true }),
    ...(!answer.ok && answer.mute && { mute: true }),
    retryAfterMs: waitOf(answer.headers, clock.now()),
    crawlDelayMs: crawlDelayMs(origin),
  })
  return answer
}
