/** How far a request has come: from the outbox and the general queue's tally, never from counters in memory. Pure. */
import type { RequestId } from '../core/ids.ts'
import { isReason, outcomeOf, type Outcome, type Reason } from '../core/reasons.ts'
import type { EndCounts, OutboxRequest } from '../schedule/outbox/outbox.ts'
import type { Tally } from '../schedule/schedule-store.ts'

/** Field names are part of the public face (DESIGN §6). */
export interface Progress extends EndCounts {
  readonly id: RequestId
  readonly state: 'running' | 'ended'
  /** URLs that passed the door. */
  readonly accepted: number
  /** Tasks with an end; those that pages brought are among them, so it may pass `accepted`. */
  readonly ended: number
  /** Tasks without one, those that the general queue has not yet got among them. */
  readonly pending: number
  /** At the door, by the general queue, and later. */
  readonly refused: number
}

interface Row {
  readonly outcome: Outcome
  readonly reason: Reason | null
  readonly count: number
}

/** Where the request stands, should it be at its end. */
export const countsOf = (request: Pick<OutboxRequest, 'refused' | 'answers'>, tally: Tally): EndCounts => {
  // The tally has the queue's refusals of pictures only.
  const turnedBack: readonly Row[] = request.answers.flatMap(({ kind, answer, count }) =>
    kind !== 'image' && isReason(answer) ? [{ outcome: outcomeOf(answer), reason: answer, count }] : [])
  const atTheDoor = Object.entries(request.refused).map(([reason, count]): Row => ({ outcome: 'refused', reason: reason as Reason, count }))
  const ends: readonly Row[] = [...tally.ended, ...turnedBack]
  const sum = (rows: readonly Row[], outcome?: Outcome): number =>
    rows.reduce((total, row) => (outcome === undefined || row.outcome === outcome ? total + row.count : total), 0)
  const all = [...ends, ...atTheDoor]
  const reasons: Partial<Record<Reason, number>> = {}
  for (const { reason, count } of all) if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + count
  return {
    ended: sum(ends), kept: sum(all, 'kept'), refused: sum(all, 'refused'), rejected: sum(all, 'rejected'),
    duplicates: sum(all, 'duplicate'), failed: sum(all, 'failed'), reasons,
  }
}

/** Tasks of the request without an end. */
export const pendingOf = (request: Pick<OutboxRequest, 'tasksLeft'>, { pending }: Tally): number =>
  pending.page + pending.image + pending.process + request.tasksLeft

const NOTHING: Tally = { ended: [], pending: { page: 0, image: 0, process: 0 }, sums: {}, sequence: 0 }

/** @param tally of the request; null when it has ended, and the outbox has the counts */
export const progressOf = (request: OutboxRequest, tally: Tally | null): Progress => ({
  id: request.id,
  state: request.state === 'ended' ? 'ended' : 'running',
  accepted: request.accepted,
  pending: tally === null ? 0 : pendingOf(request, tally),
  ...(request.counts ?? countsOf(request, tally ?? NOTHING)),
})
