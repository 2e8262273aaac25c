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
  /** Width over height of the picture that the fingerprint is of, which may be a thumbnail cropped to a square. */
  readonly aspect: number
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

export interface ProposedCopy extends StoredBrief, Pick<Fingerprint, 'sketch' | 'panels'> {
  /** Bits of PDQ that differ, of 256: between the pictures, or pictures in them, one of them perhaps in a mirror; null where a vector proposes it alone. */
  readonly distance: number | null
  /** Cosine in a space with a threshold for copies; null where a hash proposes it alone. */
  readonly cosine: number | null
}

export interface SameFound {
  /** Same original bytes, same pixels, or shown by the same thumbnail. */
  readonly exact: StoredBrief | null
  /** Proposed as copies by a hash or by a vector, the likeliest first, with what is needed to confirm. */
  readonly copies: readonly ProposedCopy[]
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
  /** Least cosine of what may be a copy, by space, from its pack; a space without one proposes none. */
  readonly copyAt: Readonly<Record<string, number>>
  /** Least cosine a space, from its pack; a space without one proposes nothing. */
  readonly similarAt: Readonly<Record<string, number>>
}
