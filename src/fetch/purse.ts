/** The grants one visit holds. Each request spends one; what is missing is asked of the coordinator, nowhere else. */
import type { Grant } from '../schedule/task.ts'
import type { Leave } from './visit.ts'

export interface Spent {
  /** The request may not start before, milliseconds since the epoch. */
  readonly notBefore: number
  readonly intervalMs: number
}

export interface Purse {
  /** Leave for one request to an origin (`https://example.org:8080`). */
  spend(origin: string): Spent | Promise<Spent>
  /** What is held is worth nothing any more: the next request is asked for anew. */
  empty(): void
}

/** @param first the grant that came with the task; spent by whichever request to its host is first */
export const createPurse = (first: Grant, leave: Leave): Purse => {
  let held = first
  let used = 0
  const spendHeld = (): Spent => ({
    notBefore: held.notBefore + used++ * held.intervalMs,
    intervalMs: held.intervalMs,
  })
  return {
    spend: (origin) => {
      if (held.host === origin && used < held.count) return spendHeld()
      return leave.grant(origin).then((grant) => {
        // A grant for several visits replaces the one in hand only when that is spent or of no use here.
        if (used >= held.count || held.host !== origin) {
          held = grant
          used = 0
          return spendHeld()
        }
        return { notBefore: grant.notBefore, intervalMs: grant.intervalMs }
      })
    },
    empty() {
      used = held.count
    },
  }
}
