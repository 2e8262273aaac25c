/**
 * The question "have we got this already?" as data: the keeper finds what could be the same,
 * a pure judge (analyze/same.ts) decides, the committer acts. The judge runs inside the keeper,
 * one commit after another, so that two copies that arrive together cannot both be new.
 */
import type { AssetId, TaskId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Fingerprint, SameLevel, StoredVector } from './asset.ts'

export interface SameSubject {
  readonly task: TaskId
  /** URL of the full picture. */
  readonly url: string
  readonly fingerprint: Fingerprint
  readonly vectors: readonly StoredVector[]
  /** Of the full picture; null where only the thumbnail has been seen and the page does not say. */
  readonly width: number | null
  readonly height: number | null
  readonly bytes: number | null
}

export interface StoredBrief {
  readonly id: AssetId
  readonly url: string
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** Its representative, or null when it is one. */
  readonly duplicateOf: AssetId | null
}

export interface SameFound {
  /** Same original bytes, same pixels, or shown by the same thumbnail. */
  readonly exact: StoredBrief | null
  /** Within the PDQ distance, nearest first, with what is needed to confirm. */
  readonly copies: readonly (StoredBrief & { readonly distance: number; readonly pdqQuality: number; readonly tile: Uint8Array })[]
  /** At or above the space's threshold, nearest first. */
  readonly similar: readonly (StoredBrief & { readonly score: number; readonly space: string })[]
}

export type SameDecision =
  | {
      readonly kind: 'new'
      /** Stored all the same, but linked to a representative. */
      readonly link: { readonly to: AssetId; readonly level: SameLevel } | null
      /** Stored copies that this one replaces. */
      readonly supersedes: readonly AssetId[]
      readonly evidence: Json
    }
  | { readonly kind: 'duplicate'; readonly of: AssetId; readonly level: SameLevel; readonly evidence: Json }

/** Pure and synchronous. */
export type SameJudge = (subject: SameSubject, found: SameFound) => SameDecision

export interface SameLimits {
  /** Most PDQ bits that may differ, of 256. */
  readonly pdqDistance: number
  /** Least cosine a space, from its pack; a space without one proposes nothing. */
  readonly similarAt: Readonly<Record<string, number>>
}
