/** Requests and tasks: plain, serialisable values. What a task's payload means is its stage's business. */
import type { RequestId, TaskId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Outcome, Reason } from '../core/reasons.ts'

export type TaskKind = 'page' | 'image' | 'process'

export interface NewTask {
  readonly id: TaskId
  readonly kind: TaskKind
  /** Scheme, host and port of the first visit, `https://example.org:8080`: the unit of politeness. A lane (core/lanes.ts) where there is no visit. */
  readonly host: string
  readonly url: string
  /** A whole number from 1 to 100: while others wait, each weight is served in proportion to itself (fair-share.ts). */
  readonly weight: number
  readonly payload: Json
  /** Set when the task may not run at all: it is recorded as ended at once, so that `why` can tell. */
  readonly refused?: Reason
}

export interface Task {
  readonly id: TaskId
  readonly request: RequestId
  readonly kind: TaskKind
  readonly host: string
  readonly url: string
  readonly weight: number
  readonly payload: Json
  /** Counted failures so far. */
  readonly attempts: number
  /** Order of arrival, unique, increasing. */
  readonly sequence: number
}

/** How a task ended. Each accepted task reaches exactly one end. */
export interface TaskEnd {
  readonly outcome: Outcome
  /** Null for `read`, `kept` and `processed`. */
  readonly reason: Reason | null
  /** Named amounts (bytes, mostly) added to the request's sums in the same atomic step. */
  readonly sums?: Readonly<Record<string, number>>
}

/** Leave to make `count` visits to a host, the first not before `notBefore`, `intervalMs` apart. */
export interface Grant {
  readonly host: string
  readonly notBefore: number
  readonly count: number
  readonly intervalMs: number
  /** Increases with every grant for the host. A later fence voids what an earlier one did not use. */
  readonly fence: number
}

/** A time-limited right to a task. Results count only under its fence. */
export interface Lease {
  readonly task: Task
  readonly fence: number
  readonly until: number
  /** For the task's first visit to its host. */
  readonly grant: Grant
}

export interface Held {
  readonly id: TaskId
  readonly fence: number
}
