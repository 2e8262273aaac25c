/** The rows of the catalogue. Field names are part of the public face (DESIGN §6). */
import type { AssetId, RequestId, Sha256, SpaceId, TaskId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import type { Outcome, Reason } from '../core/reasons.ts'
import type { Rendition } from '../core/rendition.ts'
import type { Looks, PanelPrint } from '../image/look.ts'

/** In pixels of the oriented original, from its top left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly name: string
  /** 0 to 1. */
  readonly score: number
  /** Pack that says so. */
  readonly by: string
}

export interface Label {
  readonly name: string
  readonly score: number
  readonly by: string
}

export type SameLevel = 'exact' | 'copy' | 'similar'

/** A processed copy that a request asked for, stored beside the original; or why there is none. */
export interface AssetRendition extends Pick<Rendition, 'name' | 'crop' | 'fit' | 'format' | 'quality'> {
  /** As asked for; null where it was left free. */
  readonly asked: Pick<Rendition, 'width' | 'height'>
  /** Of its bytes. This, its size and its length are null when it could not be made. */
  readonly sha256: Sha256 | null
  readonly width: number | null
  readonly height: number | null
  readonly bytes: number | null
  /** Null when it was made. */
  readonly reason: Reason | null
  readonly detail: string | null
}

export interface Asset {
  readonly id: AssetId
  readonly sha256: Sha256
  readonly url: string
  readonly pageUrl: string | null
  readonly thumbnailUrl: string
  readonly host: string
  readonly title: string | null
  readonly alt: string | null
  readonly caption: string | null
  readonly category: string | null
  readonly publishedAt: string | null
  readonly licence: string | null
  readonly creator: string | null
  /** What the page says beyond these: `sku`, `price`, a recipe's own fields. */
  readonly fields: Readonly<Record<string, string | number>> | null
  readonly format: string
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** EXIF orientation, 1 to 8; width and height are those after it is applied. */
  readonly orientation: number
  /** 64 hexadecimal digits. */
  readonly pdq: string
  readonly looks: Looks
  readonly kind: string | null
  readonly labels: readonly Label[]
  readonly boxes: readonly Box[]
  readonly spaces: readonly SpaceId[]
  /** The representative this one resembles, and how closely; null for a representative. */
  readonly duplicateOf: AssetId | null
  readonly level: SameLevel | null
  /** ISO 8601, UTC. */
  readonly storedAt: string
  readonly grabbedAt: string
  /** In the order in which they were made. */
  readonly renditions: readonly AssetRendition[]
  /** Requests that brought it, or had renditions made of it. */
  readonly requestIds: readonly RequestId[]
}

export interface StoredVector {
  readonly space: SpaceId
  /** L2-normalised; its length is the space's dimension. */
  readonly values: Float32Array
}

/** What tells one picture from another without its bytes. */
export interface Fingerprint {
  readonly sha256: Sha256
  /** SHA-256 of the decoded pixels where they were decoded at full size, else null. */
  readonly pixels: Sha256 | null
  /** Of the thumbnail that was shown for it, when there was one of its own. */
  readonly thumbnail: Sha256 | null
  /** 64 hexadecimal digits. */
  readonly pdq: string
  /** 0 to 100; below 50 the hash says little. */
  readonly pdqQuality: number
  /** The independent look that confirms a copy, 4608 bytes: 64 × 64 of Y, then 16 × 16 each of Cb and Cr. */
  readonly sketch: Uint8Array
  /** Pictures that it seems to be put together from. */
  readonly panels: readonly PanelPrint[]
}

/** What indexes and judges know of an asset besides its row. */
export interface Traits {
  readonly fingerprint: Fingerprint
  readonly vectors: readonly StoredVector[]
}

/** Why a task ended as it did, with the numbers it was judged by: what `why` answers from. */
export interface VerdictRecord {
  readonly task: TaskId
  readonly request: RequestId
  readonly url: string
  readonly thumbnailUrl: string | null
  readonly pageUrl: string | null
  readonly outcome: Outcome
  readonly reason: Reason | null
  /** The stored picture, or the one this duplicates. */
  readonly asset: AssetId | null
  /** Boxes, scores, sizes, distances: whatever the verdict rests on. */
  readonly evidence: Json
  /** ISO 8601, UTC. */
  readonly at: string
}
