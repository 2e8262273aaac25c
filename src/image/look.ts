/** What the vision process says of a picture it has decoded, before any model has seen it. */
import type { Sha256 } from '../core/ids.ts'
import type { Reason } from '../core/reasons.ts'

/** Cheap measures, each taken on the luminance of the picture reduced to fit 512 × 512. */
export interface Looks {
  /** Variance of the Laplacian; small means blurred. Scale: 8-bit levels squared. */
  readonly blur: number
  /** Mean luminance, 0 to 255. */
  readonly brightness: number
  /** Standard deviation of luminance, 0 to 127.5. */
  readonly contrast: number
  /** Shannon entropy of the luminance histogram, 0 to 8 bits. */
  readonly entropy: number
}

/** What the file itself says of its making (XMP, IPTC, EXIF); each null where it says nothing. */
export interface Credits {
  readonly creator: string | null
  /** Whom to name beside it, where that is not the maker: an agency. */
  readonly credit: string | null
  /** The notice of copyright. */
  readonly rights: string | null
  /** Address of the licence, else the owner's terms in words. */
  readonly licence: string | null
  readonly title: string | null
  readonly caption: string | null
  /** ISO 8601; without a zone where the camera knew none. */
  readonly takenAt: string | null
  /** Term of IPTC's digital source types; `trainedAlgorithmicMedia` is made by a model. */
  readonly source: string | null
  /** The term by which the owner keeps it from data mining. */
  readonly reserved: string | null
}

/** A part of a picture that may be a picture of its own. Place and size in shares of the whole, 0 to 1. */
export interface PanelPrint {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly pdq: string
  readonly pdqQuality: number
}

export interface Look {
  readonly ok: true
  readonly sha256: Sha256
  /** Null when the pixels were reduced while decoding. */
  readonly pixels: Sha256 | null
  /** jpeg, png, webp, gif, avif, tiff, svg, … as sniffed, whatever the server called it. */
  readonly format: string
  /** After orientation. */
  readonly width: number
  readonly height: number
  readonly orientation: number
  /** Frames of an animation, pages of a document; 1 otherwise. */
  readonly pages: number
  readonly bytes: number
  readonly pdq: string
  readonly pdqQuality: number
  /** Of the whole picture, stretched: see sketch.ts. */
  readonly sketch: Uint8Array
  /** Pictures that it seems to be put together from, with hashes of their own; none where it is one. */
  readonly panels: readonly PanelPrint[]
  readonly looks: Looks
  /** Null where the file says nothing. */
  readonly credits: Credits | null
  /** What was wrong but could be decoded round: a truncated JPEG, say. */
  readonly warning: string | null
}

export interface Unseen {
  readonly ok: false
  readonly reason: Extract<Reason, 'not-an-image' | 'undecodable' | 'too-large' | 'truncated'>
  readonly detail: string
  readonly bytes: number
  readonly sha256: Sha256 | null
}
