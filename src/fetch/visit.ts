/**
 * The one verb of the fetch room: a visit, which is one polite fetch. Everything else (guard,
 * robots, pace, redirects, limits, sniffing) is a layer round it. A visit's failures are values.
 */
import type { Body } from '../core/body.ts'
import type { Reason } from '../core/reasons.ts'
import type { Scope } from '../core/scope.ts'
import type { Grant } from '../schedule/task.ts'

export type VisitKind = 'page' | 'image' | 'robots'

export interface VisitAsk {
  readonly url: string
  readonly kind: VisitKind
  /** The page that showed the URL: becomes Referer and, for pictures of another origin, Origin's peer. */
  readonly referer: string | null
  /** For the first request. Any further one (robots.txt, a redirect to another host) asks for its own. */
  readonly grant: Grant
  /** What the body's bytes must hash to, lower-case hexadecimal: MD5, SHA-1 or SHA-256 by its length. */
  readonly hash?: string
  /** A page's: its reading is to name the sitemaps of its origin's robots.txt too. */
  readonly sitemaps?: boolean
  /** A page's: the one recipe that it may be read by. */
  readonly recipe?: string
  /** A process died under this visit: it gets one to itself. Absent for false. */
  readonly alone?: boolean
  /** A page's: no redirect is followed out of it. Without one, any is. */
  readonly scope?: Scope
}

/** What a host showed of itself during the visit; the coordinator sets its pace by it. */
export interface HostObservation {
  readonly host: string
  /** Address that was dialled, as text; null or absent when none was, or a proxy dials. */
  readonly address?: string | null
  /** Milliseconds from sending the request to its headers; null when none came, or this process slept meanwhile. */
  readonly latencyMs: number | null
  /** HTTP status; null when none came. */
  readonly status: number | null
  /** The host took the request, and closed the connection or spoke no HTTP: it has no status, but is not silent. Absent for false. */
  readonly broken?: boolean
  /** The host took the request and then let the time run out. Absent for false. */
  readonly mute?: boolean
  /** The visit was for a task that has failed before; added by the coordinator. Absent for false. */
  readonly again?: boolean
  /** From Retry-After, in milliseconds from now, in either form; null when absent. */
  readonly retryAfterMs: number | null
  /** What the host's robots.txt asks for between requests, in milliseconds, capped at a minute; 0 or absent when nothing. */
  readonly crawlDelayMs?: number
}

interface Visited {
  /** URL that answered, after redirects. */
  readonly finalUrl: string
  readonly status: number
  readonly contentType: string | null
  /** Decoded bytes of the body. */
  readonly bytes: number
  /** Bytes on the wire, all requests of the visit together (robots.txt apart). */
  readonly wireBytes: number
  readonly headers: Readonly<Record<string, string>>
}

/** A visit that was not made: when it may be, and whether that it was not is a failure of its own. */
export interface TryAgain {
  /** From now, in milliseconds. */
  readonly inMs: number
  readonly counts: boolean
}

export type VisitResult = (
  | ({ readonly ok: true; readonly body: Body } & Visited)
  | {
      readonly ok: false
      readonly reason: Reason
      /** For a person: which status, which address, which limit. */
      readonly detail: string
      readonly status: number | null
      readonly wireBytes: number
      /** The host's robots.txt could not be had, and is asked for again then. Absent for anything else. */
      readonly again?: TryAgain
    }
) & {
  readonly observations: readonly HostObservation[]
  /** For a person: what was let pass on the way (a certificate not verified, say). Absent when nothing was. */
  readonly notes?: readonly string[]
}

/** What a visit needs from the coordinator, the only source of grants. */
export interface Leave {
  grant(host: string): Promise<Grant>
  /** robots.txt bodies outlive the grabber in the hot cache. */
  recall(key: string): Promise<Uint8Array | null>
  remember(key: string, value: Uint8Array, ttlMs: number): Promise<void>
}
