/** What every kind of feed is brought down to: entries, each a page with its words, its markup and the pictures it names. */
import type { Fields } from '../candidate.ts'
import type { Rendition } from '../rendition.ts'

/** A file that an entry names, as written. */
export interface EntryFile {
  readonly url: string
  readonly role: Rendition['role']
  /** In pixels of the file. */
  readonly width: number | null
  readonly height: number | null
  readonly bytes: number | null
  /** Address that `url` is relative to. */
  readonly base: string
}

export interface EntryPicture {
  /** Renditions of one picture. */
  readonly files: readonly EntryFile[]
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
  readonly creator: string | null
  /** An address or a statement, as written. */
  readonly licence: string | null
  readonly category: string | null
  readonly fields: Fields | null
}

export interface Entry {
  /** Canonical address of the page the entry is about. */
  readonly link: string | null
  readonly title: string | null
  readonly category: string | null
  readonly publishedAt: string | null
  readonly licence: string | null
  /** Its content and summary, as HTML; '' without any. */
  readonly html: string
  /** Address that the markup's own are relative to. */
  readonly htmlBase: string
  readonly pictures: readonly EntryPicture[]
}

/** What is said of all entries. */
export interface FeedWords {
  readonly title: string | null
  readonly language: string | null
  readonly licence: string | null
}

export const plainPicture = (files: readonly EntryFile[], words: Partial<EntryPicture> = {}): EntryPicture => ({
  alt: null, title: null, caption: null, creator: null, licence: null, category: null, fields: null, ...words, files,
})
