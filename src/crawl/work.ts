/** What travels through the walks: payloads of tasks, and the ends that stages come to. */
import type { AssetId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Outcome, Reason } from '../core/reasons.ts'
import type { Candidate } from '../page/candidate.ts'
import type { NewTask } from '../schedule/task.ts'

export interface PagePayload {
  /** Links from a seed. */
  readonly depth: number
  /** Host whose links are followed; null follows none. */
  readonly scope: string | null
  readonly referer: string | null
}

export interface ImagePayload {
  readonly candidate: Candidate
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
  /** From Retry-After: try no sooner. */
  readonly retryAfterMs: number | null
}

export const endOf = (part: Pick<End, 'outcome' | 'reason'> & Partial<End>): End => ({
  detail: null,
  evidence: {},
  asset: null,
  recorded: false,
  spawn: [],
  sums: {},
  retryAfterMs: null,
  ...part,
})
