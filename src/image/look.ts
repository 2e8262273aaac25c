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

/** What the working picture's surface is like, each from 0 to 1; see surface.ts for how each is taken. */
export interface Surface {
  /** Entropy of the colours at 4 bits a channel, of 12 bits. */
  readonly colourEntropy: number
  /** Logarithm of how many of those colours make up nine tenths of the picture. */
  readonly colours: number
  /** Share of the commonest, and of the four commonest. */
  readonly topColour: number
  readonly topFour: number
  /** Mean saturation, and the share of pixels that are strongly coloured. */
  readonly saturation: number
  readonly vivid: number
  /** Share of pixels that differ from their right and lower neighbours not at all, hardly, a little, or by an edge. */
  readonly same: number
  readonly alike: number
  readonly fine: number
  readonly edges: number
  /** Share of edges that are hard, and of those that run straight across or down. */
  readonly hardEdges: number
  readonly straightEdges: number
  /** How often rows full of edges and rows of few follow on each other, and the share of rows without any. */
  readonly rowTurns: number
  readonly emptyRows: number
  /** Of sixteen cells: how flat the second least and the second most flat are (as `alike`), and the share of those that are flat. */
  readonly leastFlatCell: number
  readonly mostFlatCell: number
  readonly flatCells: number
  /** How much of the width, and of the height, the longest straight boundary takes. */
  readonly acrossEdge: number
  readonly downEdge: number
  /** Share of blocks of 8 × 8 pixels that are flat, of one single level, soft, or busy. */
  readonly flatBlocks: number
  readonly deadBlocks: number
  readonly softBlocks: number
  readonly busyBlocks: number
  /** Of the busy: how many levels they hold, and the share that holds hardly more than two. */
  readonly busyLevels: number
  readonly twoTone: number
  /** Share of the border, and of the picture, in the colour that most of the border has; and how light that is. */
  readonly groundRim: number
  readonly groundShare: number
  readonly groundLight: number
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

/** A part of a picture, its place and size in shares of the whole, 0 to 1. */
export interface Panel {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One that may be a picture of its own. */
export interface PanelPrint extends Panel {
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
  /** Absent in what was looked at before it was measured. */
  readonly surface?: Surface
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
