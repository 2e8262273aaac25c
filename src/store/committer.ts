/**
 * The one writer of assets. It asks what could be the same, lets the judge decide, and commits:
 * blob, then one catalogue transaction, then the projections. A journal of blobs under way lets
 * the next owner of the folder remove bytes that a crash left without a row.
 */
import type { Body } from '../core/body.ts'
import type { AssetId, RequestId } from '../core/ids.ts'
import type { Asset, AssetRendition, Fingerprint, SameLevel, StoredVector, VerdictRecord } from './asset.ts'
import type { Withdrawal } from './catalogue.ts'
import type { SameDecision, SameSubject } from './same.ts'

export interface CommitAsk {
  /** `duplicateOf` and `level` are the committer's to fill in. */
  readonly asset: Asset
  readonly fingerprint: Fingerprint
  readonly vectors: readonly StoredVector[]
  /**
   * What `known` was asked before the full picture was fetched. It is asked again at the commit: another server may have
   * stored meanwhile what the thumbnail, and perhaps only the thumbnail, is known by.
   */
  readonly scouted?: SameSubject
  /** For the case that it is stored; the committer adds the judge's evidence under `same`. */
  readonly verdict: VerdictRecord
  readonly body: Body
}

export type CommitAnswer =
  | { readonly kind: 'stored'; readonly id: AssetId; readonly sequence: number; readonly linked: { readonly to: AssetId; readonly level: SameLevel } | null }
  | Extract<SameDecision, { kind: 'duplicate' }>

export interface RenditionAsk {
  readonly asset: AssetId
  readonly request: RequestId
  readonly renditions: readonly {
    readonly rendition: AssetRendition
    /** Null for one that could not be made. */
    readonly body: Body | null
  }[]
}

export interface Committer {
  /** What the judge would say now; commits nothing. Used before a picture is worth more work. */
  known(subjects: readonly SameSubject[]): Promise<readonly SameDecision[]>
  /**
   * Idempotent: a picture that the same URL brought before is answered `stored` again.
   * A spooled body is consumed in either case.
   */
  commit(asks: readonly CommitAsk[]): Promise<readonly CommitAnswer[]>
  /**
   * Stores renditions beside their original. Idempotent; spooled bodies are consumed in any case.
   * @returns false where the asset is unknown or was superseded: nothing is stored then
   */
  commitRenditions(ask: RenditionAsk): Promise<boolean>
  /** Takes assets back with their bytes and renditions, in one transaction; idempotent, and safe to be killed at any time. */
  withdraw(entries: readonly Withdrawal[]): Promise<void>
}
