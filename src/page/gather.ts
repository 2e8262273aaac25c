/**
 * One picture, one candidate. Findings that share a file are one picture met twice: their words are
 * joined, the larger file and the smaller thumbnail stay. Candidates come out in the page's order.
 */
import type { Candidate } from './candidate.ts'
import { NO_SIZE, type Finding } from './page.ts'
import type { PageWords } from './page-words.ts'
import type { PictureWords } from './picture-words.ts'
import { looseKey } from './picture-url.ts'
import { chooseRenditions, type Rendition } from './rendition.ts'

interface Entry {
  readonly position: number
  thumbnail: Rendition
  full: Rendition
  words: PictureWords
  shown: Finding['shown']
}

export interface Gathering {
  /** How many candidates there are. */
  readonly size: number
  /** False when the finding was dropped as a picture already known. */
  add(finding: Finding, words: () => PictureWords): boolean
  /** Whether a candidate can be had at this URL, in any rendition. */
  has(url: string): boolean
  candidates(pageUrl: string | null, page: PageWords): Candidate[]
}

const joinWords = (a: PictureWords, b: PictureWords): PictureWords => ({
  alt: a.alt ?? b.alt,
  title: a.title ?? b.title,
  caption: a.caption ?? b.caption,
  publishedAt: a.publishedAt ?? b.publishedAt,
  licence: a.licence ?? b.licence,
  creator: a.creator ?? b.creator,
  category: a.category ?? b.category,
  fields: a.fields === null || b.fields === null ? (a.fields ?? b.fields) : { ...b.fields, ...a.fields },
})

export const createGathering = (): Gathering => {
  const entries: Entry[] = []
  const byUrl = new Map<string, Entry>()

  /** The entry that this finding is another sight of. */
  const known = (full: Rendition, renditions: readonly Rendition[]): Entry | undefined => {
    const direct = byUrl.get(full.url)
    if (direct !== undefined) return direct
    for (const { url } of renditions) {
      const entry = byUrl.get(url)
      // Another file than its full one may be a stand-in that many pictures share: no proof.
      if (entry?.full.url === url) return entry
    }
    return undefined
  }

  /** Whether another size of the file at `url` is among the renditions. */
  const hasLoosely = (url: string): boolean => {
    const key = looseKey(url)
    if (key === null) return false
    const name = key.slice(key.lastIndexOf('/') + 1, key.lastIndexOf('.'))
    for (const other of byUrl.keys()) if (other.includes(name) && looseKey(other) === key) return true
    return false
  }

  const join = (entry: Entry, thumbnail: Rendition, full: Rendition): void => {
    const before = entry.full
    const hadThumbnail = entry.thumbnail.url !== before.url
    if (full.url !== before.url && byUrl.get(full.url) !== entry) {
      entry.full = full
      entry.shown = NO_SIZE
    } else if (full.url === before.url && before.width === null && full.width !== null) {
      entry.full = { ...before, width: full.width, height: full.height }
    }
    if (!hadThumbnail) entry.thumbnail = thumbnail.url === entry.full.url ? before : thumbnail
    if (entry.thumbnail.url === entry.full.url) entry.thumbnail = entry.full
  }

  return {
    get size() {
      return entries.length
    },
    add(finding, words) {
      const { thumbnail, full } = chooseRenditions(finding.renditions)
      let entry = known(full, finding.renditions)
      if (finding.presence === 'offered' && (entry !== undefined || hasLoosely(full.url))) return false
      if (entry === undefined) {
        const alone = finding.renditions.every((rendition) => rendition.url === full.url)
        entry = {
          position: finding.presence !== 'shown' ? Number.POSITIVE_INFINITY : (finding.element.startIndex ?? 0),
          thumbnail,
          full,
          words: words(),
          shown: alone ? finding.shown : NO_SIZE,
        }
        entries.push(entry)
      } else {
        join(entry, thumbnail, full)
        entry.words = joinWords(entry.words, words())
      }
      for (const { url } of finding.renditions) if (!byUrl.has(url)) byUrl.set(url, entry)
      return true
    },
    has: (url) => byUrl.has(url),
    candidates: (pageUrl, page) =>
      entries
        .toSorted((a, b) => (a.position === b.position ? 0 : a.position - b.position))
        .map(({ thumbnail, full, words, shown }): Candidate => ({
          pageUrl,
          thumbnailUrl: thumbnail.url,
          fullUrl: full.url,
          via: full.via,
          alt: words.alt,
          title: words.title ?? page.title,
          caption: words.caption,
          category: words.category ?? page.category,
          publishedAt: words.publishedAt ?? page.publishedAt,
          width: full.width ?? shown.width,
          height: full.width === null ? shown.height : full.height,
          bytes: null,
          licence: words.licence ?? page.licence,
          creator: words.creator,
          fields: words.fields,
        })),
  }
}
