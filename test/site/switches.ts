/**
 * What can be wrong with a site, as data. A switch says what it does, where (by kind of path, by share of
 * pictures, by path) and how often; switches combine, and the first that answers ends the request.
 */
import type { Reason } from '../../src/core/reasons.ts'
import type { PictureKind, PlannedPicture } from './gallery.ts'
import { hash32 } from './random.ts'
import type { VisitedKind } from './visits.ts'

export type Effect =
  /** Waits before the answer: a log-normal latency. `p95Ms` defaults to three times the median. */
  | { readonly do: 'slow'; readonly medianMs: number; readonly p95Ms?: number }
  /** Adds a header to the answer: X-Robots-Tag, TDM-Reservation, Content-Disposition. */
  | { readonly do: 'header'; readonly name: string; readonly value: string }
  /** Another content type, or none at all (null). */
  | { readonly do: 'type'; readonly type: string | null }
  /** Hotlink protection: 403 to whoever does not come from one of the site's pages. */
  | { readonly do: 'needs-referer'; readonly status?: number }
  /** After `requests` in a window, refuses until the window is over and `retryAfterS` has passed. */
  | {
      readonly do: 'throttle'
      readonly requests: number
      readonly windowMs: number
      readonly retryAfterS: number
      readonly form?: 'seconds' | 'date'
      readonly status?: 429 | 503
    }
  /** Of every `every` requests, the last `length` fail. */
  | { readonly do: 'burst'; readonly every: number; readonly length: number; readonly status?: number }
  | { readonly do: 'status'; readonly status: number; readonly retryAfterS?: number }
  /** A signed link that has run out, in the words of an object store. */
  | { readonly do: 'expired' }
  /** Announces the whole length, sends `share` of it (default one half) and closes. */
  | { readonly do: 'truncate'; readonly share?: number }
  /** Starts with the true bytes and never ends. */
  | { readonly do: 'endless'; readonly bytesPerS?: number }
  /** The true bytes, slowly. */
  | { readonly do: 'drip'; readonly bytesPerS: number }
  /** Never answers. */
  | { readonly do: 'hang' }
  /** Cuts the connection instead of answering. */
  | { readonly do: 'reset' }
  | { readonly do: 'redirect-loop' }
  /** `hops` redirects (default 1), the last to `to`: another of the site's hosts, or any absolute URL. */
  | { readonly do: 'redirect'; readonly hops?: number; readonly to?: string; readonly status?: 301 | 302 | 303 | 307 | 308 }
  /** 200 with "image not available" in place of the picture. */
  | { readonly do: 'placeholder' }
  /** 200 with a page in place of the picture. */
  | { readonly do: 'html' }
  /** Another picture than the thumbnail promised. */
  | { readonly do: 'wrong-full' }

export interface Where {
  /** Default: thumbs and fulls; for `wrong-full` fulls only. */
  readonly kinds?: readonly VisitedKind[]
  /**
   * Share of the pictures it falls on, 0 to 1, by seed; default all. A picture that others repeat is never
   * hit by a share below 1, so that it stays plain which of the copies is to be kept.
   */
  readonly share?: number
  /** Only pictures of these kinds. */
  readonly pictures?: readonly PictureKind[]
  /** Only these paths, exactly. */
  readonly paths?: readonly string[]
  /** Only the first requests of each path, to see a client come back. Default: always. */
  readonly times?: number
}

export type Switch = Effect & Where

const DEFAULT_KINDS: readonly VisitedKind[] = ['thumb', 'full']

/** Whether the switch falls on this path at all, whatever its `times`. */
export const falls = (
  one: Switch, index: number, seed: number, kind: VisitedKind, path: string, picture: PlannedPicture | null,
  repeated: ReadonlySet<string>,
): boolean => {
  if (one.paths !== undefined) return one.paths.includes(path)
  if (!(one.kinds ?? (one.do === 'wrong-full' ? ['full'] : DEFAULT_KINDS)).includes(kind)) return false
  if (one.pictures !== undefined && (picture === null || !one.pictures.includes(picture.kind))) return false
  if (one.share === undefined || one.share >= 1) return true
  if (picture !== null && repeated.has(picture.id)) return false
  return hash32(`switch ${seed} ${index} ${picture?.id ?? path}`) / 2 ** 32 < one.share
}

/** What becomes of a picture on which a switch falls for ever; empty where it can be had all the same. */
export const consequence = (one: Switch): readonly Reason[] => {
  if (one.times !== undefined) return []
  switch (one.do) {
    case 'status':
      return one.status >= 400 ? ['http-status'] : []
    case 'expired':
      return ['expired-link', 'http-status']
    case 'truncate':
      return ['truncated']
    case 'endless':
      return ['too-large', 'timeout']
    case 'hang':
      return ['timeout']
    case 'reset':
      return ['unresolvable', 'truncated', 'timeout']
    case 'redirect-loop':
      return ['http-status']
    case 'placeholder':
      return ['placeholder', 'full-mismatch']
    case 'html':
      return ['not-an-image']
    case 'wrong-full':
      return ['full-mismatch']
    default:
      return []
  }
}

/** Log-normal: half of the draws lie below the median, 5 of 100 above `p95`. @param u two draws, 0 to 1 */
export const latency = (medianMs: number, p95Ms: number, u: readonly [number, number]): number => {
  const z = Math.sqrt(-2 * Math.log(1 - u[0])) * Math.cos(2 * Math.PI * u[1])
  return medianMs * Math.exp((Math.log(p95Ms / medianMs) / 1.645) * z)
}
