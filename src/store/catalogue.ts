/**
 * The port of the catalogue: assets, their vectors and fingerprints, and the verdicts on
 * everything else. One transaction writes all that belongs to an asset and gives it the next
 * number of one sequence; indexes are projections that follow that sequence through `changes`.
 *
 * Guarantees, for every adapter: a resolved call is durable; each call is atomic and idempotent;
 * sequence numbers are unique and increase in commit order, without gaps that could later fill.
 * Semantics: `catalogue-model.ts`, held by `catalogue.contract.ts`.
 */
import type { AssetId, RequestId, SpaceId, TaskId } from '../core/ids.ts'
import type { PageOf } from '../core/page-of.ts'
import type { Asset, AssetRendition, Fingerprint, Label, StoredVector, Traits, VerdictRecord } from './asset.ts'

export interface CatalogueCapabilities {
  /** Whether `find` works. */
  readonly fullText: boolean
}

export interface CommitEntry {
  /** Its renditions come later (`addRenditions`), whatever stands here. */
  readonly asset: Asset
  readonly fingerprint: Fingerprint
  readonly vectors: readonly StoredVector[]
  readonly verdict: VerdictRecord
  /**
   * Assets this one replaces as the better copy. Each becomes `duplicateOf` this one at level
   * `copy`, leaves every projection, gives up its bytes and its renditions and passes on those linked to it;
   * what a person has called it, it passes on too.
   */
  readonly supersedes: readonly AssetId[]
}

export interface CommitResult {
  readonly id: AssetId
  readonly sequence: number
  /** False when the asset was there already; nothing but the request id was added then. */
  readonly created: boolean
}

/** An asset that is taken back: its row goes, and the verdict says why. */
export interface Withdrawal {
  readonly asset: AssetId
  readonly verdict: VerdictRecord
}

export interface RenditionEntry {
  readonly asset: AssetId
  /** Who asked for them: one of the asset's requests from then on. */
  readonly request: RequestId
  readonly renditions: readonly AssetRendition[]
}

export interface RelabelEntry {
  readonly asset: AssetId
  /** Whose labels: a person's (`PERSON`), or those of the head that signs them, whatever it was trained on. */
  readonly by: string
  readonly labels: readonly Label[]
}

/** One step of the sequence, for projections to follow. `put` carries what indexes need. */
export type Change =
  | {
      readonly kind: 'put'
      readonly sequence: number
      readonly id: AssetId
      readonly fingerprint: Fingerprint
      readonly vectors: readonly StoredVector[]
      /** Set when it is linked to a representative. */
      readonly duplicateOf: AssetId | null
    }
  | { readonly kind: 'drop'; readonly sequence: number; readonly id: AssetId }

export interface AssetFilter {
  /** Of a label or a box, without case. */
  readonly label?: string
  readonly category?: string
  readonly host?: string
  readonly request?: RequestId
  /** Superseded assets, whose bytes are gone, are left out unless asked for. */
  readonly superseded?: boolean
}

export interface TextHit {
  readonly asset: Asset
  /** Greater is better; comparable within one answer only. */
  readonly score: number
}

export interface CatalogueStats {
  /** With their bytes; the superseded are counted apart. */
  readonly assets: number
  readonly superseded: number
  readonly bytes: number
  readonly verdicts: number
  /** Linked to a representative, by level. */
  readonly linked: { readonly similar: number }
  readonly spaces: readonly { readonly space: SpaceId; readonly vectors: number }[]
  /** The last number given. */
  readonly sequence: number
}

export interface Catalogue {
  readonly capabilities: CatalogueCapabilities
  commit(entries: readonly CommitEntry[]): Promise<readonly CommitResult[]>
  /**
   * Adds renditions to assets; one that is there under the same `renditionKey` stays as it is.
   * @returns false, and nothing added, for an asset that is unknown or superseded
   */
  addRenditions(entries: readonly RenditionEntry[]): Promise<readonly boolean[]>
  /**
   * Changes the labels of assets, by the rules of `relabelled`; full text and the filter `label` find the new ones at once.
   * No step of the sequence: projections carry no labels, and an asset keeps its place in `list`, so that whoever relabels
   * while listing meets each once. An index that came to filter by label would need a step here.
   * @returns false, and nothing changed, for an asset that is unknown or superseded, or that a person has labelled (unless a person does it again)
   */
  relabel(entries: readonly RelabelEntry[]): Promise<readonly boolean[]>
  /** Records verdicts on what was not kept. A second verdict on a task replaces the first. */
  judge(verdicts: readonly VerdictRecord[]): Promise<void>
  /**
   * Assets go with all that belongs to them, and so do the copies that they superseded; what was linked to them stands for
   * itself from then on. The verdicts are recorded whether the asset was there or not. The same picture may come again later.
   */
  withdraw(entries: readonly Withdrawal[]): Promise<void>
  /** All verdicts, in pages, by task (code unit); `limit` from 1. */
  verdicts(ask: { readonly after: string | null; readonly limit: number }): Promise<PageOf<VerdictRecord>>
  /**
   * In the order asked; null where there is none. Where several share the pixels or the thumbnail,
   * the one with the lowest sequence number. Superseded assets have no sha256 or pixels to be found
   * by; by a thumbnail they are found only when no other asset has it. By `rendition`: who has one of these bytes (SHA-256).
   */
  get(by: 'id' | 'sha256' | 'pixels' | 'thumbnail' | 'rendition', values: readonly string[]): Promise<readonly (Asset | null)[]>
  /** In the order asked; null where there is no such asset. Superseded assets keep their fingerprint, not their vectors. */
  traits(ids: readonly AssetId[]): Promise<readonly (Traits | null)[]>
  /** In order of sequence. */
  list(ask: { readonly after: string | null; readonly limit: number; readonly where?: AssetFilter }): Promise<PageOf<Asset>>
  /** The steps after `sequence`, oldest first. A later step on the same asset may stand for earlier ones. */
  changes(after: number, limit: number): Promise<readonly Change[]>
  /**
   * Full text over title, alt, caption, category, labels and box names. Words match without case
   * or accents and by stem; scripts without spaces (Han, kana, Hangul, Thai) match as written.
   * Every word of the text must be found. There is no query syntax: all of it is words. A text
   * without words finds nothing. Best first, ties by sequence.
   */
  find(ask: { readonly text: string; readonly limit: number; readonly where?: AssetFilter }): Promise<readonly TextHit[]>
  /** Verdicts on a task, an asset, or any URL (full, thumbnail or page) as given; at most `limit`, newest first, ties by task. */
  why(ask: { readonly of: TaskId | AssetId | string; readonly limit: number }): Promise<readonly VerdictRecord[]>
  /** Of everything, or of the assets and verdicts of those requests; `sequence` is always the catalogue's. */
  stats(requests?: readonly RequestId[]): Promise<CatalogueStats>
  close(): Promise<void>
}
