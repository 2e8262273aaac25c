/**
 * One picture, one candidate. Findings are kept by the file they show in full; which of them are the
 * same picture is decided when all are known (same-picture.ts). Their words are joined and two of
 * their files are chosen (rendition.ts). Candidates come out in the page's order.
 */
import type { Candidate } from './candidate.ts'
import { fileAddress } from './file-address/file-address.ts'
import { NO_SIZE, type Finding } from './page.ts'
import type { PageWords } from './page-words.ts'
import type { PictureWords } from './picture-words.ts'
import { chooseRenditions, TIER, type Rendition } from './rendition.ts'
import { joinSightings, likelyNameOf, type Sighting, type SizedRendition } from './same-picture.ts'

/** All findings of one file. */
interface Entry extends Sighting {
  /** Where the page shows it; infinite where it does not. */
  position: number
  readonly renditions: Map<string, SizedRendition>
  /** What was said of it in as many words: by data, by a recipe. */
  told: Partial<PictureWords>
  /** What stands round it. */
  seen: Partial<PictureWords>
  shown: Finding['shown']
}

export interface Gathering {
  /** How many pictures there are, counted before those that prove to be the same are joined. */
  readonly size: number
  /** @param words asked for only when they are used */
  add(finding: Finding, words: () => PictureWords): void
  /** Whether a candidate can be had at this URL, in any rendition. */
  has(url: string): boolean
  candidates(pageUrl: string | null, page: PageWords): Candidate[]
}

const joinWords = (a: Partial<PictureWords>, b: Partial<PictureWords>): PictureWords => ({
  alt: a.alt ?? b.alt ?? null,
  title: a.title ?? b.title ?? null,
  caption: a.caption ?? b.caption ?? null,
  publishedAt: a.publishedAt ?? b.publishedAt ?? null,
  licence: a.licence ?? b.licence ?? null,
  creator: a.creator ?? b.creator ?? null,
  category: a.category ?? b.category ?? null,
  fields: a.fields && b.fields ? { ...b.fields, ...a.fields } : (a.fields ?? b.fields ?? null),
})

/** One file met twice: what either sight states of it holds. */
const joinRenditions = (a: SizedRendition, b: SizedRendition): SizedRendition => {
  const role = TIER[b.role] > TIER[a.role] ? b.role : a.role
  const size = a.width === null && a.height === null ? b : a
  if (role === a.role && size === a) return a
  return { ...a, role, width: size.width, height: size.height }
}

const addAll = (into: Map<string, SizedRendition>, renditions: Iterable<SizedRendition>): void => {
  for (const rendition of renditions) {
    const known = into.get(rendition.url)
    into.set(rendition.url, known === undefined ? rendition : joinRenditions(known, rendition))
  }
}

const shownAspect = ({ width, height }: Finding['shown']): number | null =>
  width !== null && height !== null && width > 0 && height > 0 ? width / height : null

const withAddress = (rendition: Rendition): SizedRendition => ({ ...rendition, file: fileAddress(rendition.url) })

/** The full file's size as the page or else its address states it; the element's own when there is no other file. */
const fullSize = (full: SizedRendition, shown: Finding['shown'], alone: boolean): Finding['shown'] => {
  const { file } = full
  if (full.width !== null) {
    const sameFile = full.width === file.width && !file.within
    return { width: full.width, height: full.height ?? (sameFile ? file.height : null) }
  }
  if (file.width !== null && !file.within) return { width: file.width, height: file.height }
  return alone ? shown : NO_SIZE
}

/** All that was found of one picture. @param own in order of finding */
const oneEntry = (own: readonly Entry[], isShared: (key: string) => boolean): Entry => {
  const [first] = own as [Entry, ...Entry[]]
  const renditions = new Map<string, SizedRendition>()
  for (const { key, renditions: some } of own) {
    addAll(renditions, [...some.values()].filter(({ file, via }) => file.key === key || via === 'recipe' || !isShared(file.key)))
  }
  if (own.length === 1) return { ...first, renditions }
  return {
    key: first.key,
    renditions,
    position: own.reduce((least, { position }) => Math.min(least, position), Number.POSITIVE_INFINITY),
    told: own.reduce<Partial<PictureWords>>((words, { told }) => joinWords(words, told), {}),
    seen: own.reduce<Partial<PictureWords>>((words, { seen }) => joinWords(words, seen), {}),
    shown: first.shown,
  }
}

const candidateOf = (entry: Entry, pageUrl: string | null, page: PageWords): Candidate => {
  const renditions = [...entry.renditions.values()]
  const { thumbnail, full } = chooseRenditions(renditions, shownAspect(entry.shown))
  const words = joinWords(entry.told, entry.seen)
  const { width, height } = fullSize(full, entry.shown, renditions.length === 1)
  return {
    pageUrl,
    thumbnailUrl: thumbnail.url,
    fullUrl: full.url,
    via: full.via,
    alt: words.alt,
    title: words.title ?? page.title,
    caption: words.caption,
    category: words.category ?? page.category,
    publishedAt: words.publishedAt ?? page.publishedAt,
    width,
    height,
    bytes: null,
    licence: words.licence ?? page.licence,
    creator: words.creator,
    fields: words.fields,
  }
}

export const createGathering = (): Gathering => {
  const entries = new Map<string, Entry>()
  /** Offered to others than the reader: pictures only if they are not among the rest. */
  const offered = new Map<string, Entry>()
  const urls = new Set<string>()

  /** Those offered that are no rendition of a picture among `entries`, nor likely to be. */
  const newOffers = (): Entry[] => {
    if (offered.size === 0) return []
    const keys = new Set<string>()
    // Copies for others often lie on another host: the path alone is compared.
    const paths = new Set<string>()
    for (const entry of entries.values()) {
      for (const { file } of entry.renditions.values()) keys.add(file.key)
      const path = likelyNameOf(entry)?.path
      if (path !== undefined) paths.add(path)
    }
    return [...offered.values()].filter((entry) => {
      const path = likelyNameOf(entry)?.path
      if (keys.has(entry.key) || (path !== undefined && paths.has(path))) return false
      if (path !== undefined) paths.add(path)
      return true
    })
  }

  return {
    get size() {
      return entries.size + offered.size
    },
    add(finding, words) {
      const renditions = finding.renditions.map(withAddress)
      const { key } = chooseRenditions(renditions, shownAspect(finding.shown)).full.file
      const isOffered = finding.presence === 'offered'
      const among = isOffered ? offered : entries
      const position = finding.presence === 'shown' ? (finding.element.startIndex ?? 0) : Number.POSITIVE_INFINITY
      let entry = among.get(key)
      const isNew = entry === undefined
      if (entry === undefined) {
        entry = { key, position, renditions: new Map(), told: {}, seen: {}, shown: NO_SIZE }
        among.set(key, entry)
      }
      entry.position = Math.min(entry.position, position)
      if (shownAspect(entry.shown) === null) entry.shown = finding.shown
      if (finding.words !== undefined) entry.told = joinWords(entry.told, finding.words)
      // Data speak of a picture from elsewhere on the page: what stands round them is not about it.
      if (isNew || finding.presence === 'shown') entry.seen = joinWords(entry.seen, words())
      addAll(entry.renditions, renditions)
      for (const { url } of renditions) urls.add(url)
    },
    has: (url) => urls.has(url),
    candidates(pageUrl, page) {
      const all = [...entries.values()]
      const { pictures, isShared } = joinSightings(all)
      const joined = pictures.map((places) => oneEntry(places.map((at) => all[at] as Entry), isShared))
      return [...joined, ...newOffers()]
        .sort((a, b) => (a.position === b.position ? 0 : a.position - b.position))
        .map((entry) => candidateOf(entry, pageUrl, page))
    },
  }
}
