/**
 * What passes between the layers of a visit. A visit is one trip of one or more hops (redirects);
 * each hop is one request. A layer takes the rest of the way (`next`) and gives back a way that
 * does one thing more.
 */
import { INLINE_MAX, type Body } from '../core/body.ts'
import type { Reason } from '../core/reasons.ts'
import type { BodySink } from './body-sink.ts'
import type { Purse } from './purse.ts'
import type { HostObservation, TryAgain, VisitAsk, VisitKind } from './visit.ts'

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/** The visit as a whole, shared by its hops. */
export interface Trip {
  readonly kind: VisitKind
  readonly ask: VisitAsk
  readonly purse: Purse
  readonly observations: HostObservation[]
  /** Body bytes as they came, all hops together. */
  wireBytes: number
  /** Milliseconds on the network so far. */
  spentMs: number
  /** For a person: what was let pass, and why it is worth knowing. */
  readonly notes: Set<string>
}

export interface Objection {
  readonly reason: Reason
  readonly detail: string
}

/** Says no as soon as enough is known, so that no more is downloaded than needed. Successful answers only. */
export interface Screen {
  headers?(headers: ResponseHeaders): Objection | null
  /** @param head the first bytes of the decoded body, up to HEAD_BYTES; `whole` when there are no more */
  head?(head: Uint8Array, headers: ResponseHeaders, whole: boolean): Objection | null
}

export interface Hop {
  readonly url: URL
  readonly trip: Trip
  readonly headers: Readonly<Record<string, string>>
  readonly screens: readonly Screen[]
  /** What an earlier request of the visit brought of the same body, to be carried on. */
  readonly partial?: PartialBody
}

/** Less than this is sooner fetched anew than asked for in parts, in bytes: what would not be spooled. */
export const PART_BYTES = INLINE_MAX

/** A body that was cut off, and what the rest of it can be asked for by (RFC 9110 §13.1.5, §14.2). */
export interface PartialBody {
  readonly sink: BodySink
  /** A strong entity tag or a date, for If-Range. */
  readonly validator: string
  /** Bytes of the whole. */
  readonly total: number
}

interface Heard {
  /** HTTP status; null when none came. */
  readonly status: number | null
  readonly headers: ResponseHeaders
  /** From sending the request to its headers; null when none came. */
  readonly latencyMs: number | null
  /** Address that was dialled, as text; null or absent when none was, or a proxy dials. */
  readonly address?: string | null
}

export interface Arrived extends Heard {
  readonly ok: true
  readonly status: number
  readonly url: URL
  readonly body: Body
  readonly head: Uint8Array
  readonly bytes: number
}

export interface Refused extends Heard, Objection {
  readonly ok: false
  /** A kept-alive connection was closed under the request: the host never answered it. */
  readonly stale?: boolean
  /** See VisitResult. */
  readonly again?: TryAgain
  /** See HostObservation. */
  readonly broken?: boolean
  readonly mute?: boolean
  /** The rest may be asked for; whoever gets this must carry it on or discard its sink. */
  readonly partial?: PartialBody
  /** The rest was asked for and something else came: only the whole will do. */
  readonly restart?: boolean
}

export type Answer = Arrived | Refused
export type Next = (hop: Hop) => Promise<Answer>
export type Layer = (next: Next) => Next

/** A refusal before anything was sent. */
export const refusal = (reason: Reason, detail: string): Refused => ({
  ok: false, reason, detail, status: null, headers: {}, latencyMs: null,
})

/** @param name lower case; a repeated header is joined as RFC 9110 §5.3 allows */
export const headerOf = (headers: ResponseHeaders, name: string): string | null => {
  const value = headers[name]
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value
}
