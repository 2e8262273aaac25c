/** A picture found on a page: where its thumbnail and its full rendition lie, and the page's words about it. */
import type { DocumentKind } from '../core/document-kind.ts'

export type CandidateVia =
  | 'img' | 'srcset' | 'picture' | 'lazy' | 'data' | 'link' | 'noscript' | 'style' | 'preload' | 'video' | 'object'
  | 'meta' | 'json-ld' | 'microdata' | 'feed' | 'sitemap' | 'recipe' | 'seed' | 'list'

/** What a page says of a picture beyond the named columns: a product's `sku` and `price`, a recipe's own fields. */
export type Fields = Readonly<Record<string, string | number>>

/** Null where unknown. Field names are part of the public face (DESIGN §6). */
export interface Candidate {
  readonly pageUrl: string | null
  /** The smallest usable rendition; the same as `fullUrl` when there is only one. */
  readonly thumbnailUrl: string
  readonly fullUrl: string
  readonly via: CandidateVia
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
  readonly category: string | null
  /** ISO 8601 where the page's form could be read. */
  readonly publishedAt: string | null
  /** Of the full rendition, in pixels, as the page states them. */
  readonly width: number | null
  readonly height: number | null
  readonly bytes: number | null
  /** The licence's address; where the page gives none, its statement of rights. */
  readonly licence: string | null
  readonly creator: string | null
  readonly fields: Fields | null
}

/** Another page that this one names, by what it is to it. Absolute http(s) URLs without fragment, each once. */
export interface PageRelations {
  /** The next page of the same list (`rel=next`, or a recipe's), also among `links`. */
  readonly next: readonly string[]
  /** The address the page asks to be known by; null when it names none. */
  readonly canonical: string | null
  /** Where a `<meta http-equiv=refresh>` sends the reader, whatever the delay. */
  readonly refresh: string | null
  /** The same page in other languages (`hreflang`); `language` as written, lower-cased. */
  readonly alternates: readonly { readonly language: string; readonly url: string }[]
  readonly feeds: readonly string[]
  /** Sitemaps that it names: of an index those it lists, of a page `rel=sitemap`. */
  readonly sitemaps: readonly string[]
}

export interface PageReading {
  /** What was read: a page, or a list of pages. */
  readonly document: DocumentKind
  readonly candidates: readonly Candidate[]
  /** Absolute http(s) URLs without fragment, in order of appearance, each once. */
  readonly links: readonly string[]
  readonly relations: PageRelations
  readonly title: string | null
  /** From meta robots and its kin: links not to be followed, pictures not to be taken. */
  readonly optOut: { readonly follow: boolean; readonly images: boolean; readonly directive: string | null }
  /** Pictures the page names that can never be fetched (`data:`, `blob:`, no URL at all), by reason. */
  readonly unusable: readonly { readonly url: string; readonly reason: 'invalid-url' | 'unsupported-scheme' | 'incomplete' }[]
  /** Set when the page was too long or took too long and only its beginning was read. */
  readonly cut: 'bytes' | 'time' | 'candidates' | 'links' | null
}
