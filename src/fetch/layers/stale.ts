/**
 * A server may close an idle connection in the very moment a request goes out on it. The request
 * was not answered and counts as not made: it is sent once more, under leave of its own. All
 * other failures are the schedule's to try again.
 */
import type { Layer } from '../visit-layer.ts'

export const stale: Layer = (next) => async (hop) => {
  const answer = await next(hop)
  return !answer.ok && answer.stale ? next(hop) : answer
}
