/**
 * One picture, one candidate. Findings are kept by the file they show in full; which of them are the
 * same picture is decided when all are known (same-picture.ts). Their words are joined and two of
 * their files are chosen (rendition.ts). Candidates come out in the page's order.
 */
import type { Candidate } from './candidate.ts'
import { fileAddress, type FileAddress } from './file-address/file-address.ts'
import { likelyName } from './file-address/likely-name.ts'
import { NO_SIZE, type Finding } from './page.ts'
import type { PageWords } from './page-words.ts'
import type { PictureWords } from './picture-words.ts'
import { chooseRenditions, TIER, type Choice, type Rendition } from './rendition.ts'
import { joinSightings, type Sighting } from './same-picture.ts'

type FileOf = (url: string) => FileAddress

/** All findings of one file. */
interface Entry extends Sighting {
  /** Where the page shows it; infinite where it does not. */
  position: number
  /** As found, a URL met twice twice. */
  readonly renditions: Rendition[]
  /** Of `renditions`; null when they have to be looked at again. */
  choice: Choice | null
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
const joinRenditions = (a: Rendition, b: Rendition): Rendition => {
  const role = TIER[b.role] > TIER[a.role] ? b.role : a.role
  const size = a.width === null && a.height === null ? b : a
  return role === a.role && size === a ? a : { ...a, role, width: size.width, height: size.height }
}

/** Each URL once. */
const unite = (renditions: readonly Rendition[]): readonly Rendition[] => {
  const byUrl = new Map<string, Rendition>()
  for (const rendition of renditions) {
    const known = byUrl.get(rendition.url)
    byUrl.set(rendition.url, known === undefined ? rendition : joinRenditions(known, rendition))
  }
  return byUrl.size === renditions.length ? renditions : [...byUrl.values()]
}

const shownAspect = ({ width, height }: Finding['shown']): number | null =>
  width !== null && height !== null && width > 0 && height > 0 ? width / height : null

/** The full file's size as the page or else its address states it; the element's own when there is no other file. */
const fullSize = (full: Rendition, file: FileAddress, shown: Finding['shown'], alone: boolean): Finding['shown'] => {
  if (full.width !== null) {
    const sameFile = full.width === file.width && !file.within
    return { width: full.width, height: full.height ?? (sameFile ? file.height : null) }
  }
  if (file.width !== null && !file.within) return { width: file.width, height: file.height }
  return alone ? shown : NO_SIZE
}

/** All that was found of one picture. @param own in order of finding */
const oneEntry = (own: readonly Entry[], isShared: (key: string) => boolean, fileOf: FileOf): Entry => {
  const [first] = own as [Entry, ...Entry[]]
  const kept = own.flatMap((entry) => {
    const { file, renditions } = entry
    const isKept = ({ url }: Rendition): boolean => {
      const { key } = fileOf(url)
      return key === file.key || !isShared(key)
    }
    return renditions.every(isKept) ? renditions : renditions.filter(isKept)
  })
  if (own.length === 1) {
    return kept.length === first.renditions.length ? first : { ...first, renditions: kept, choice: null }
  }
  return {
    file: first.file,
    renditions: kept,
    choice: null,
    position: own.reduce((least, { position }) => Math.min(least, position), Number.POSITIVE_INFINITY),
    told: own.reduce<Partial<PictureWords>>((words, { told }) => joinWords(words, told), {}),
    seen: own.reduce<Partial<PictureWords>>((words, { seen }) => joinWords(words, seen), {}),
    shown: first.shown,
  }
}

const candidateOf = (entry: Entry, pageUrl: string | null, page: PageWords, fileOf: FileOf): Candidate => {
  const renditions = entry.choice === null ? unite(entry.renditions) : entry.renditions
  const { thumbnail, full } = entry.choice ?? chooseRenditions(renditions, { shownAspect: shownAspect(entry.shown), fileOf })
  const words = joinWords(entry.told, entry.seen)
  const { width, height } = fullSize(full, fileOf(full.url), entry.shown, renditions.every(({ url }) => url === full.url))
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
  /** A recipe says itself which items there are: they are one only where they name one file, by its address. */
  const items = new Map<string, Entry>()
  const addresses = new Map<string, FileAddress>()
  const fileOf: FileOf = (url) => {
    const known = addresses.get(url)
    if (known !== undefined) return known
    const file = fileAddress(url)
    addresses.set(url, file)
    return file
  }

  /** Those offered that are no rendition of a picture among `entries`, nor likely to be. */
  const newOffers = (): Entry[] => {
    if (offered.size === 0) return []
    const keys = new Set<string>()
    // Copies for others often lie on another host: the path alone is compared.
    const paths = new Set<string>()
    for (const entry of [...items.values(), ...entries.values()]) {
      for (const { url } of entry.renditions) keys.add(fileOf(url).key)
      const path = likelyName(entry.file)?.path
      if (path !== undefined) paths.add(path)
    }
    return [...offered.values()].filter((entry) => {
      const own = entry.renditions.map(({ url }) => fileOf(url).key)
      const path = likelyName(entry.file)?.path
      if (own.some((key) => keys.has(key)) || (path !== undefined && paths.has(path))) return false
      for (const key of own) keys.add(key)
      if (path !== undefined) paths.add(path)
      return true
    })
  }

  /** The entries that no item of a recipe names; of those it does, their words fill the item's gaps. */
  const besideItems = (): Entry[] => {
    if (items.size === 0) return [...entries.values()]
    const owners = new Map<string, Entry>()
    for (const item of items.values()) for (const { url } of item.renditions) owners.set(fileOf(url).key, item)
    return [...entries.values()].filter(({ renditions, told, seen }) => {
      const named = renditions.find(({ url }) => owners.has(fileOf(url).key))
      if (named === undefined) return true
      const item = owners.get(fileOf(named.url).key) as Entry
      item.seen = joinWords(item.seen, joinWords(told, seen))
      return false
    })
  }

  return {
    get size() {
      return items.size + entries.size + offered.size
    },
    add(finding, words) {
      const { renditions, presence, shown } = finding
      const choice = chooseRenditions(renditions, { shownAspect: shownAspect(shown), fileOf })
      const file = fileOf(choice.full.url)
      const byRecipe = choice.full.via === 'recipe'
      const among = byRecipe ? items : presence === 'offered' ? offered : entries
      const key = byRecipe ? choice.full.url : file.key
      const position = presence === 'shown' ? (finding.element.startIndex ?? 0) : Number.POSITIVE_INFINITY
      let entry = among.get(key)
      const isNew = entry === undefined
      if (entry === undefined) {
        entry = { file, renditions: [...renditions], choice, position, told: {}, seen: {}, shown }
        among.set(key, entry)
      } else {
        entry.renditions.push(...renditions)
        entry.choice = null
        entry.position = Math.min(entry.position, position)
        if (shownAspect(entry.shown) === null) entry.shown = shown
      }
      if (finding.words !== undefined) entry.told = joinWords(entry.told, finding.words)
      // Data speak of a picture from elsewhere on the page: what stands round them is not about it.
      if (isNew || presence === 'shown') entry.seen = joinWords(entry.seen, words())
      for (const { url } of renditions) fileOf(url)
    },
    has: (url) => addresses.has(url),
    candidates(pageUrl, page) {
      const all = besideItems()
      const { pictures, isShared } = joinSightings(all, fileOf)
      const joined = pictures.map((places) => oneEntry(places.map((at) => all[at] as Entry), isShared, fileOf))
      return [...items.values(), ...joined, ...newOffers()]
        .sort((a, b) => (a.position === b.position ? 0 : a.position - b.position))
        .map((entry) => candidateOf(entry, pageUrl, page, fileOf))
    },
  }
}
