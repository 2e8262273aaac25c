/**
 * The port of the schedule: durable tasks with leases, and the hosts' pace. It holds only atomic
 * steps; what to retry, how long to back off and whom to serve is policy and lives beside it.
 *
 * Guarantees, for every adapter:
 * - A call that has resolved is durable against the death of any process.
 * - Every call is idempotent: repeating it after a lost answer changes nothing that matters
 *   (a repeated `reserve` or `grant` may only make the crawl slower).
 * - Calls act one after another; none sees half of another.
 * - Time is the caller's (`now`, milliseconds since the epoch): adapters own no clock.
 * The semantics are defined by `schedule-model.ts` and held by `schedule-store.contract.ts`.
 */
import type { PageOf } from '../core/page-of.ts'
import type { RequestId, TaskId } from '../core/ids.ts'
import type { Outcome, Reason } from '../core/reasons.ts'
import type { Grant, Held, Lease, NewTask, Task, TaskEnd, TaskKind } from './task.ts'

export interface Batch {
  readonly request: RequestId
  /**
   * Position of the batch in the request, from 1, increasing. A batch whose sequence is not above
   * the highest one seen for the request is ignored: a repeated delivery doubles nothing.
   */
  readonly sequence: number
  readonly tasks: readonly NewTask[]
}

/** What became of a new task: waiting, or the reason why not. */
export type Admission = 'queued' | Reason

export interface ReserveAsk {
  readonly owner: string
  /** At most this many leases. */
  readonly count: number
  /** Most visits to one host at a time; `busy` holds how many the caller has under way or waiting. */
  readonly perHost: number
  readonly busy: Readonly<Record<string, number>>
  readonly leaseMs: number
  readonly now: number
}

export interface Reservation {
  readonly leases: readonly Lease[]
  /** When asking again can first bring something; null when nothing waits. */
  readonly nextAt: number | null
}

export interface Completion extends Held {
  readonly end: TaskEnd
  /** New work found by the task: admitted in the same atomic step as its end. */
  readonly spawn: readonly NewTask[]
}

export interface Failure extends Held {
  readonly reason: Reason
  /** Wait until then and try again; null when this was the last time: the task ends as the reason says. */
  readonly retryAt: number | null
  readonly sums?: Readonly<Record<string, number>>
}

/** 'done' (now, or before under the same fence) or 'void' (the lease was lost; nothing changed). */
export type Settled = 'done' | 'void'

export interface TallyRow {
  readonly kind: TaskKind
  readonly outcome: Outcome
  readonly reason: Reason | null
  readonly count: number
}

export interface Tally {
  /** Tasks ended, by kind, outcome and reason. Refused candidates that never became tasks are in it. */
  readonly ended: readonly TallyRow[]
  /** Waiting or leased, by kind. */
  readonly pending: Readonly<Record<TaskKind, number>>
  readonly sums: Readonly<Record<string, number>>
  /** Highest batch sequence admitted: where a list resumes. */
  readonly sequence: number
}

export type TaskState = 'waiting' | 'leased' | 'ended'

export interface TaskRecord {
  readonly task: Task
  readonly state: TaskState
  readonly notBefore: number
  readonly end: { readonly outcome: Outcome; readonly reason: Reason | null } | null
  /** Reasons of the counted failures, oldest first, the last eight. */
  readonly history: readonly Reason[]
}

export interface HostPace {
  readonly host: string
  /** Least time between the starts of two visits; the store's own floor wins when it is higher. */
  readonly delayMs?: number
  /** No visit before then. Never lowered below what is already granted. */
  readonly notBefore?: number
}

/** Tasks: in, out under a lease, ended. */
export interface TaskLedger {
  /**
   * Admits the batch in order. A task whose id is known is refused: `duplicate-url` when the same
   * request took it or it has not ended, `already-done` when another request's has ended. Refusals
   * of images are counted in the request's tally; refused pages are not counted.
   */
  add(batch: Batch): Promise<readonly Admission[]>
  /**
   * Check and reserve in one step. A host is ready when its pace allows a visit now; ready hosts
   * are served by (time they became ready, name), a host's tasks by (weight, heavier first;
   * sequence). A host with a delay yields one task a call, one without up to `perHost − busy`.
   * Each lease carries a grant for one visit, already debited. Leases past `until` are waiting
   * again, uncounted.
   */
  reserve(ask: ReserveAsk): Promise<Reservation>
  /** Extends leases to `until`; false for each that was lost. */
  renew(held: readonly Held[], until: number): Promise<readonly boolean[]>
  complete(completions: readonly Completion[]): Promise<readonly Settled[]>
  fail(failures: readonly Failure[]): Promise<readonly Settled[]>
  /** Gives back, uncounted and at once, every lease of `owner` that is not in `held`; returns how many. */
  recover(owner: string, held: readonly Held[]): Promise<number>
  tally(requests: readonly RequestId[]): Promise<Tally>
  /** In order of sequence. `ids` narrows to those tasks. */
  tasks(ask: {
    readonly after: string | null
    readonly limit: number
    readonly state?: TaskState
    readonly ids?: readonly TaskId[]
  }): Promise<PageOf<TaskRecord>>
}

/** Hosts: how often they may be visited. The only source of grants. */
export interface HostLedger {
  /**
   * Leave for visits beyond a task's first (robots.txt, redirects, the full picture). `notBefore`
   * is the later of `now` and the host's next free time, which moves on by `count` delays.
   */
  grant(asks: readonly { host: string; count: number; now: number }[]): Promise<readonly Grant[]>
  pace(updates: readonly HostPace[]): Promise<void>
}

export interface ScheduleStore extends TaskLedger, HostLedger {
  close(): Promise<void>
}

export interface ScheduleOptions {
  /** Floor of every host's delay, in milliseconds. */
  readonly delayMs: number
}
