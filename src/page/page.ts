/** What every finder is given: the tree, how to resolve an address, and what has been taken already. */
import type { Element } from 'domhandler'
import type { PageReading } from './candidate.ts'
import type { PageTree } from './page-tree.ts'
import type { PictureWords } from './picture-words.ts'
import type { Rendition } from './rendition.ts'
import type { Surroundings } from './surroundings.ts'

export interface Page extends PageTree {
  /** Canonical address of the page itself; null when it has none (a file). */
  readonly url: string | null
  /** Canonical http(s) URL of an address on this page, by its `<base>`; null where there is none. */
  readonly resolve: (raw: string) => string | null
  /** Elements that are part of a picture already found; later finders leave them alone. */
  readonly claimed: Set<Element>
}

export interface Finding {
  readonly kind: 'picture'
  /** Where the page's words about the picture are looked for. */
  readonly element: Element
  /** The link wrapped round it alone. */
  readonly link: Element | null
  readonly round: Surroundings
  /** At least one. */
  readonly renditions: readonly Rendition[]
  /** The element's own width and height in CSS pixels: true of the file only when it is the only one. */
  readonly shown: { readonly width: number | null; readonly height: number | null }
  /**
   * `shown` to the reader; `offered` to others (`og:image`, a preload): counts only when it is not among the rest,
   * and adds no words; `described` in data (JSON-LD, microdata): its words go to the picture it names, or it is new.
   */
  readonly presence: 'shown' | 'offered' | 'described'
  /** Words that came with it; before those found round `element`. */
  readonly words?: Partial<PictureWords>
}

export type Found = Finding | ({ readonly kind: 'unusable' } & PageReading['unusable'][number])

/** Looks for one kind of picture, in document order, without side effects but `claimed`. */
export type Finder = (page: Page) => Iterable<Found>

/** For a picture without an element that shows it. */
export const NOWHERE: Surroundings = { levels: [], figure: null }
export const NO_SIZE: Finding['shown'] = { width: null, height: null }
