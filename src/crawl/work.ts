/** What travels through the walks: payloads of tasks, and the ends that stages come to. */
import { taskId, type AssetId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import { laneOf } from '../core/lanes.ts'
import { renditionKey, type Rendition } from '../core/rendition.ts'
import { outcomeOf, type Outcome, type Reason } from '../core/reasons.ts'
import type { Home } from '../core/scope.ts'
import type { VisitResult } from '../fetch/visit.ts'
import type { Candidate } from '../page/candidate.ts'
import type { NewTask, Task } from '../schedule/task.ts'

/** What a request wished of all its tasks: handed on from a page to what it brings. */
export interface Wishes {
  /** Of pictures whose page names none. */
  readonly category?: string
  /** The recipe that its pages are read by, where it is for them. */
  readonly recipe?: string
  /** Failures at which a task ends; absent for the crawler's own threshold. */
  readonly attempts?: number
  /** Made of every picture that it finds stored at the end. */
  readonly renditions?: readonly Rendition[]
}

export const wishesOf = ({ payload }: Pick<Task, 'payload'>): Wishes => (payload as { wishes?: Wishes }).wishes ?? {}

const plain = (renditions: readonly Rendition[]): Json => renditions.map((one) => ({ ...one, crop: one.crop && { ...one.crop } }))

/** Gives a task the wishes and the weight of the task, or the request, that brings it. */
export const handOn = (task: NewTask, weight: number, wishes: Wishes): NewTask => {
  const { category, renditions, ...rest } = wishes
  const carried = {
    ...(category === undefined ? {} : { category }), ...rest, ...(renditions === undefined ? {} : { renditions: plain(renditions) }),
  }
  const { candidate } = task.payload as { candidate?: { category: string | null } }
  return {
    ...task, weight,
    payload: {
      ...(task.payload as { [key: string]: Json }),
      ...(candidate && category !== undefined ? { candidate: { ...candidate, category: candidate.category ?? category } } : {}),
      ...(Object.keys(carried).length > 0 ? { wishes: carried } : {}),
    },
  }
}

export interface PagePayload {
  /** Links from a seed; a list's next page is as deep as its first. */
  readonly depth: number
  /** Where its links are followed, beside the crawl's patterns; null follows none. */
  readonly scope: Home | null
  readonly referer: string | null
  /** Steps from the last page that was a link deeper, over `next` links and their like; absent for 0. */
  readonly turn?: number
  /** It was named as a sitemap: it may lie outside the scope, and then is read as nothing else. */
  readonly sitemap?: true
  /** Pages on the way here, counted back from `referer`, that brought no new picture; absent for 0. */
  readonly barren?: number
}

export interface ImagePayload {
  readonly candidate: Candidate
  /** What the full picture's bytes must hash to, lower-case hexadecimal: MD5, SHA-1 or SHA-256 by its length. */
  readonly hash?: string
}

export interface ProcessPayload {
  readonly asset: AssetId
  readonly renditions: readonly Rendition[]
}

/** What is to be made of a stored picture: one task, the same however often the picture is met by the request; none where nothing was asked for. */
export const processTasks = ({ request, url, weight, payload }: Task, asset: AssetId): readonly NewTask[] => {
  const { renditions = [], attempts } = wishesOf({ payload })
  if (renditions.length === 0) return []
  const id = taskId('process', JSON.stringify([request, asset, renditions.map(renditionKey)]))
  const task: NewTask = { id, kind: 'process', host: laneOf(id), url, weight, payload: { asset, renditions: plain(renditions) } }
  return [handOn(task, weight, attempts === undefined ? {} : { attempts })]
}

/** Where a walk ends. A retryable failure may yet be tried again; that is the settler's business. */
export interface End {
  readonly outcome: Outcome
  readonly reason: Reason | null
  /** The sentence for a person; null when there is nothing to add to the reason. */
  readonly detail: string | null
  /** The numbers behind it. */
  readonly evidence: { readonly [key: string]: Json }
  readonly asset: AssetId | null
  /** Whether the verdict is in the catalogue already, written with the asset. */
  readonly recorded: boolean
  readonly spawn: readonly NewTask[]
  readonly sums: Readonly<Record<string, number>>
  /** HTTP status of the visit that failed. */
  readonly status: number | null
  /** From Retry-After: try no sooner. */
  readonly retryAfterMs: number | null
  /** No failure of its own: the task goes back, uncounted, until then. Milliseconds since the epoch. */
  readonly heldUntil: number | null
}

export const endOf = (part: Pick<End, 'outcome' | 'reason'> & Partial<End>): End => ({
  detail: null,
  evidence: {},
  asset: null,
  recorded: false,
  spawn: [],
  sums: {},
  status: null,
  retryAfterMs: null,
  heldUntil: null,
  ...part,
})

/** What an answer says beyond its picture; only what it does say is kept. */
export interface AnswerFacts {
  /** After redirects, where that is another address. */
  readonly finalUrl?: string
  /** Validators (RFC 9110 §8.8): what a later crawl can ask with, so that the unchanged is not sent again. */
  readonly etag?: string
  readonly lastModified?: string
  /** What the fetch room made allowances for: a coding wrongly named, a certificate not checked. */
  readonly notes?: readonly string[]
}

/** Longest validator kept; longer ones are no use to anyone. */
const MAX_VALIDATOR = 512

export const answerFacts = (url: string, { finalUrl, headers, notes = [] }: VisitResult & { readonly ok: true }): AnswerFacts => {
  const { etag = '', 'last-modified': lastModified = '' } = headers
  return {
    ...(finalUrl === url ? {} : { finalUrl }),
    ...(etag === '' || etag.length > MAX_VALIDATOR ? {} : { etag }),
    ...(lastModified === '' || lastModified.length > MAX_VALIDATOR ? {} : { lastModified }),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

/** The end of a walk whose visit brought nothing, or that waits for a host's robots.txt. */
export const endOfVisit = (url: string, visit: VisitResult & { readonly ok: false }, now: number, sums: End['sums'] = {}): End =>
  endOf({
    outcome: outcomeOf(visit.reason), reason: visit.reason, detail: visit.detail, status: visit.status,
    evidence: { url, status: visit.status, detail: visit.detail, ...(visit.notes ? { notes: visit.notes } : {}) }, sums,
    retryAfterMs: Math.max(visit.again?.inMs ?? 0, ...visit.observations.map((seen) => seen.retryAfterMs ?? 0)) || null,
    heldUntil: visit.again && !visit.again.counts ? now + visit.again.inMs : null,
  })

/**
 * No visit was made: its host has been silent for too long.
 * @param last what the last visit to it had to say
 * @param heldUntil when it is tried again; null when it is given up
 */
export const endOfSilence = (url: string, last: string | null, heldUntil: number | null, sums: End['sums'] = {}): End =>
  endOf({
    outcome: 'failed', reason: 'circuit-open', detail: last ?? new URL(url).host, evidence: { url, lastFailure: last }, heldUntil, sums,
  })
