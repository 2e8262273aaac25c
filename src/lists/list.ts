/**
 * What a list is to whoever reads it: rows in batches, each with the position behind it, so that a crawl that was
 * cut short asks for the rest. A row that cannot be used is a row all the same: it says why, and nothing is lost.
 */

/** A row that names a picture or a page. */
export interface GoodRow {
  readonly problem: null
  /** Where it stands, for a person: `line 12`, `row 3,000`, or `byte 88,123` after a list was taken up in its middle. */
  readonly at: string
  /** Position behind it, from 1, increasing: rows behind it are had with `rows(end)`. */
  readonly end: number
  /** As written, trimmed, not empty; whether it is a URL is for others to say. */
  readonly url: string
  readonly thumbnailUrl: string | null
  readonly pageUrl: string | null
  readonly text: string | null
  readonly category: string | null
  /** Lower-case hexadecimal of 32, 40 or 64 digits: MD5, SHA-1 or SHA-256. */
  readonly hash: string | null
}

/** A row that names nothing: it cannot be read, lacks its URL, has a number for one, or bears a hash that is none. */
export interface BrokenRow {
  readonly problem: string
  readonly at: string
  readonly end: number
  /** `hash-mismatch` for a hash that no bytes can have, `invalid-url` for a number, `incomplete` for everything else. */
  readonly reason: 'incomplete' | 'invalid-url' | 'hash-mismatch'
  /** Its beginning, to recognise it by. */
  readonly excerpt: string
}

export type ListRow = GoodRow | BrokenRow

export interface ListProgress {
  /** A list is hashed before it is read, to know it again. */
  readonly state: 'hashing' | 'reading' | 'read'
  /** Parquet counts rows, everything else bytes of the file, packed as they are. */
  readonly unit: 'rows' | 'bytes'
  readonly done: number
  /** Null for what comes through a pipe: nobody knows its length. */
  readonly of: number | null
  /** Why the list ends before its end: its packing is damaged or cut short. Null when it does not. */
  readonly trouble: string | null
  /** Rows read in this run that cannot be used, and a sentence for each of the first. */
  readonly broken: number
  readonly firstBroken: readonly string[]
}

/** What the rows name: pictures whatever their URLs look like, pages, or either as their URLs suggest. */
export type ListKind = 'images' | 'pages' | 'either'

export interface List {
  /** Stands for what the list says and how its rows are read; another at every run for a pipe, which is not read twice. */
  readonly identity: string
  readonly kind: ListKind
  /** Its rows come when somebody writes them: none should wait for others. */
  readonly isPipe: boolean
  /**
   * Batches of any length but 0, in order. A pipe can be read once, and from its beginning only.
   * @param after position behind the last row that is known, 0 for all
   * @throws usage when the file can no longer be read
   */
  rows(after: number): AsyncIterable<readonly ListRow[]>
  /** Cheap. */
  progress(): ListProgress
  /** Nothing more is wanted: `rows` ends soon, whoever may still hold the other end of a pipe. */
  close(): void
}
