/** A page of a gallery with the truth about it, wherever it came from. */
import { createHash } from 'node:crypto'
import type { Truth } from './truth.ts'

export interface GalleryPage {
  /** Who makes such pages: a package, a generator with its theme. */
  readonly gallery: string
  readonly url: string
  readonly html: string
  readonly truth: Truth
}

export interface Brought {
  readonly pages: readonly GalleryPage[]
  /** What was not to be had, and why: a sentence each. */
  readonly leftOut: readonly string[]
}

/**
 * The halves into which galleries fall, by their names alone: the product is mended by what the first shows, and the
 * second says whether it learned the ways galleries are made or only the samples.
 */
export const isHeldOut = (gallery: string): boolean => ((createHash('sha256').update(gallery).digest()[0] ?? 0) & 1) === 1
