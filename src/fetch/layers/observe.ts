/** Notes what each request showed of its host: the coordinator sets the pace by it. */
import { waitOf } from '../retry-after.ts'
import type { Clock } from '../../core/clock.ts'
import type { Layer } from '../visit-layer.ts'

export interface ObserveParts {
  readonly clock: Clock
  /** How often this process has slept; see core/sleeps.ts. */
  readonly sleeps: () => number
  readonly crawlDelayMs: (origin: string) => number
}

export const observe = ({ clock, sleeps, crawlDelayMs }: ObserveParts): Layer => (next) => async (hop) => {
  const sleptBefore = sleeps()
  const answer = await next(hop)
  const hasSlept = sleeps() !== sleptBefore
  // Whoever sleeps over an answer knows neither how long it took nor why it did not come.
  if (!answer.ok && (answer.stale || (hasSlept && answer.status === null))) return answer
  const { origin } = hop.url
  hop.trip.observations.push({
    host: origin,
    address: answer.address ?? null,
    latencyMs: hasSlept ? null : answer.latencyMs,
    status: answer.status,
    ...(!answer.ok && answer.broken && { broken: true }),
    ...(!answer.ok && answer.mute && { mute: true }),
    retryAfterMs: waitOf(answer.headers, clock.now()),
    crawlDelayMs: crawlDelayMs(origin),
  })
  return answer
}
