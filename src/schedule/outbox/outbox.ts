/**
 * The port of a task server's sub-queue: what it has accepted and not yet handed on, and whom it owes an answer. It
 * belongs to one node and needs no other machine, so that a request is taken while the general queue is away.
 *
 * A request is first a draft (open): chunks are appended as they stream in, and count for nothing. `accept` closes it:
 * from then on it is durable against power loss, it has its id, and its chunks are for the general queue. When all of
 * them are answered there and all of its tasks have ended, it is marked ended; what is left is its callback, and after
 * a while it is forgotten.
 *
 * Guarantees, for every adapter:
 * - A draft that was not accepted is gone after a restart. One that was accepted is there, whole, power cut or not.
 * - What follows the acceptance outlives the death of the process; a power cut may take back its last steps, each of
 *   which may be made again.
 * - Every call may be repeated after a lost answer and changes nothing the second time.
 * - Calls act one after another; none sees half of another. Time is the caller's, in milliseconds since the epoch.
 * The semantics are defined by `outbox-model.ts` and held by `outbox.contract.ts`.
 */
import type { RequestId } from '../../core/ids.ts'
import type { PageOf } from '../../core/page-of.ts'
import type { Reason } from '../../core/reasons.ts'
import type { Admission, Settled } from '../schedule-store.ts'
import type { NewTask, TaskKind } from '../task.ts'
import type { RequestOptions } from './request-options.ts'

/** Names a draft within its outbox; never used twice. */
export type DraftId = number

/** Most tasks of a chunk. */
export const MOST_IN_CHUNK = 500

export interface Refusal {
  /** As the requester wrote it, cut where it is very long. */
  readonly url: string
  readonly reason: Reason
}

export type ReasonCounts = Readonly<Partial<Record<Reason, number>>>

/** What the general queue said of the tasks handed on to it. */
export interface Answered {
  readonly kind: TaskKind
  readonly answer: Admission
  readonly count: number
}

/** Of the report to the callback. */
export interface Delivery {
  /** `none`: nobody asked for it. `waiting` also before the request has ended. */
  readonly state: 'none' | 'waiting' | 'delivered' | 'given-up'
  /** Tries that failed. */
  readonly attempts: number
  /** Not tried before then; null unless the request has ended and it waits. */
  readonly nextAt: number | null
}

/** Where a request stood when its last task ended; the names are those of `GET /v1/requests/:id` (DESIGN §6). */
export interface EndCounts {
  readonly ended: number
  readonly kept: number
  readonly refused: number
  readonly rejected: number
  readonly duplicates: number
  readonly failed: number
  /** The same by reason. */
  readonly reasons: ReasonCounts
}

export interface OutboxRequest {
  readonly id: RequestId
  /** The Idempotency-Key that it came with. */
  readonly key: string | null
  /** Of all that was asked: the same key with another fingerprint is a mistake of the requester. */
  readonly fingerprint: string
  readonly options: RequestOptions
  readonly state: 'closed' | 'ended'
  readonly acceptedAt: number
  readonly endedAt: number | null
  /** Tasks that passed the door. */
  readonly accepted: number
  /** Turned away at the door. */
  readonly refused: ReasonCounts
  /** Chunks, and tasks in them, that the general queue has not answered. */
  readonly chunksLeft: number
  readonly tasksLeft: number
  /** In order of kind and answer, by code unit. */
  readonly answers: readonly Answered[]
  /** Null until it has ended. */
  readonly counts: EndCounts | null
  readonly delivery: Delivery
}

export interface Acceptance {
  readonly id: RequestId
  readonly fingerprint: string
  readonly refused: ReasonCounts
  /** As told to the requester: told again when the key comes again. The caller bounds them. */
  readonly refusals: readonly Refusal[]
  readonly now: number
}

export type Begun =
  | { readonly kind: 'draft'; readonly draft: DraftId }
  /** A request with this key was accepted before. */
  | { readonly kind: 'known'; readonly request: OutboxRequest; readonly refusals: readonly Refusal[] }

/** A request with chunks to hand on, and the lowest sequence among them. */
export interface Head {
  readonly id: RequestId
  readonly weight: number
  readonly sequence: number
}

export type OutboxFilter =
  | { readonly state: 'any' }
  /** Everything is handed on, and it has not been marked as ended. */
  | { readonly state: 'running' }
  /** The callback's time has come. */
  | { readonly state: 'due'; readonly now: number }

export type Change =
  /** Its last task has ended; its callback, if it has one, is due at once. Changes nothing while chunks are left, or when it has ended. */
  | { readonly kind: 'ended'; readonly now: number; readonly counts: EndCounts }
  /** Each changes nothing unless the callback waits and the request has ended. */
  | { readonly kind: 'delivered' }
  | { readonly kind: 'delivery-failed'; readonly nextAt: number | null }

/** In: what the data interface needs. */
export interface OutboxIntake {
  /** Opens a draft, or finds the request that has the key. An open draft with the key is dropped: its requester has come again. */
  begin(ask: { readonly key: string | null; readonly options: RequestOptions }): Promise<Begun>
  /**
   * Adds a chunk of 1 to 500 tasks. Sequences rise from 1, with or without gaps; one that is not above the draft's
   * highest changes nothing. `void`: there is no such draft (any more).
   */
  append(draft: DraftId, chunk: { readonly sequence: number; readonly tasks: readonly NewTask[] }): Promise<Settled>
  /** Closes the draft. `void`: there is no such draft, or the id is another request's. Of one closed before: `done`. */
  accept(draft: DraftId, acceptance: Acceptance): Promise<Settled>
  /** Forgets an open draft. */
  drop(draft: DraftId): Promise<void>
}

/** On: what the forwarder needs. */
export interface OutboxFeed {
  /** Of each weight the requests with chunks left, up to `perWeight` of them (from 1), by (weight, order of their beginning). */
  heads(perWeight: number): Promise<readonly Head[]>
  /** The tasks of a chunk of an accepted request; null when it has been settled. */
  chunk(id: RequestId, sequence: number): Promise<readonly NewTask[] | null>
  /** The general queue has answered for a chunk, which is deleted; its answers are added up. Of one settled before nothing changes. */
  settle(id: RequestId, sequence: number, answers: readonly Answered[]): Promise<void>
}

/** Ends: what progress, callbacks and retention need. */
export interface OutboxLedger {
  find(id: RequestId): Promise<OutboxRequest | null>
  /** Accepted requests in order of their beginning; `limit` from 1. */
  list(ask: OutboxFilter & { readonly after: string | null; readonly limit: number }): Promise<PageOf<OutboxRequest>>
  /** False when nothing was changed. */
  mark(id: RequestId, change: Change): Promise<boolean>
  /** Forgets up to `limit` requests that ended before then and whose callback does not wait; returns how many. Their keys may then be used anew. */
  forget(before: number, limit: number): Promise<number>
}

export interface Outbox extends OutboxIntake, OutboxFeed, OutboxLedger {
  close(): Promise<void>
}

/** Answers of the general queue, added up by kind and answer. */
export const addUpAnswers = (parts: readonly Answered[]): readonly Answered[] => {
  const counts = new Map<string, Answered>()
  for (const part of parts) {
    const key = `${part.kind} ${part.answer}`
    counts.set(key, { ...part, count: part.count + (counts.get(key)?.count ?? 0) })
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, answered]) => answered)
}
