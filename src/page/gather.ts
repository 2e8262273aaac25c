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
  /** As found, a URL met twice twice; `files` has the address of each. */
  readonly renditions: Rendition[]
  readonly files: FileAddress[]
  /** Whether `renditions` are no longer those of the first finding alone. */
  isMerged: boolean
  /** The choice among the renditions of the first finding: it holds as long as others add nothing to them. */
  readonly first: { readonly choice: Choice; readonly from: readonly Rendition[]; readonly shownAspect: number | null }
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

const NO_WORDS: Partial<PictureWords> = {}

const joinFields = ({ fields: a }: Partial<PictureWords>, { fields: b }: Partial<PictureWords>): PictureWords['fields'] =>
  a && b ? { ...b, ...a } : (a ?? b ?? null)

const joinWords = (a: Partial<PictureWords>, b: Partial<PictureWords>): PictureWords => ({
  alt: a.alt ?? b.alt ?? null,
  title: a.title ?? b.title ?? null,
  caption: a.caption ?? b.caption ?? null,
  publishedAt: a.publishedAt ?? b.publishedAt ?? null,
  licence: a.licence ?? b.licence ?? null,
  creator: a.creator ?? b.creator ?? null,
  category: a.category ?? b.category ?? null,
  fields: joinFields(a, b),
})

/** One file met twice: what either sight states of it holds. */
const joinRenditions = (a: Rendition, b: Rendition): Rendition => {
  const role = TIER[b.role] > TIER[a.role] ? b.role : a.role
  const size = a.width === null && a.height === null ? b : a
  return role === a.role && size === a ? a : { ...a, role, width: size.width, height: size.height }
}

/** Each URL once; `first` itself where the others add nothing to it. */
const unite = (renditions: readonly Rendition[], first: readonly Rendition[]): readonly Rendition[] => {
  const byUrl = new Map<string, Rendition>()
  for (const rendition of renditions) {
    const known = byUrl.get(rendition.url)
    if (known === undefined) byUrl.set(rendition.url, rendition)
    else {
      const joined = joinRenditions(known, rendition)
      if (joined !== known) byUrl.set(rendition.url, joined)
    }
  }
  if (byUrl.size === renditions.length) return renditions
  const united = [...byUrl.values()]
  return united.length === first.length && united.every((one, at) => one === first[at]) ? first : united
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

/** Without the files that several pictures share. */
const withoutShared = (entry: Entry, isShared: (key: string) => boolean): Entry => {
  const { file, files, renditions } = entry
  const isKept = ({ key }: FileAddress): boolean => key === file.key || !isShared(key)
  if (files.every(isKept)) return entry
  const kept = files.map(isKept)
  return { ...entry, isMerged: true, renditions: renditions.filter((_, at) => kept[at]), files: files.filter((_, at) => kept[at]) }
}

/** All that was found of one picture. @param own in order of finding */
const oneEntry = (own: readonly Entry[]): Entry => {
  const [first] = own as [Entry, ...Entry[]]
  if (own.length === 1) return first
  return {
    ...first,
    isMerged: true,
    renditions: own.flatMap(({ renditions }) => renditions),
    files: own.flatMap(({ files }) => files),
    position: own.reduce((least, { position }) => Math.min(least, position), Number.POSITIVE_INFINITY),
    told: own.reduce<Partial<PictureWords>>((words, { told }) => joinWords(words, told), NO_WORDS),
    seen: own.reduce<Partial<PictureWords>>((words, { seen }) => joinWords(words, seen), NO_WORDS),
  }
}

const candidateOf = (entry: Entry, pageUrl: string | null, page: PageWords, fileOf: FileOf): Candidate => {
  const { first, told, seen } = entry
  const renditions = entry.isMerged ? unite(entry.renditions, first.from) : first.from
  const aspect = shownAspect(entry.shown)
  const { thumbnail, full } =
    renditions === first.from && aspect === first.shownAspect
      ? first.choice
      : chooseRenditions(renditions, { shownAspect: aspect, files: renditions.map(({ url }) => fileOf(url)) })
  const { width, height } = fullSize(full, fileOf(full.url), entry.shown, renditions.every(({ url }) => url === full.url))
  return {
    pageUrl,
    thumbnailUrl: thumbnail.url,
    fullUrl: full.url,
    via: full.via,
    alt: told.alt ?? seen.alt ?? null,
    title: told.title ?? seen.title ?? page.title,
    caption: told.caption ?? seen.caption ?? null,
    category: told.category ?? seen.category ?? page.category,
    publishedAt: told.publishedAt ?? seen.publishedAt ?? page.publishedAt,
    width,
    height,
    bytes: null,
    licence: told.licence ?? seen.licence ?? page.licence,
    creator: told.creator ?? seen.creator ?? null,
    fields: joinFields(told, seen),
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
    const note = ({ file, files }: Entry): void => {
      for (const { key } of files) keys.add(key)
      const path = likelyName(file)?.path
      if (path !== undefined) paths.add(path)
    }
    items.forEach(note)
    entries.forEach(note)
    return [...offered.values()].filter((entry) => {
      const path = likelyName(entry.file)?.path
      if (entry.files.some(({ key }) => keys.has(key)) || (path !== undefined && paths.has(path))) return false
      note(entry)
      return true
    })
  }

  /** The entries that no item of a recipe names; of those it does, their words fill the item's gaps. */
  const besideItems = (): Entry[] => {
    if (items.size === 0) return [...entries.values()]
    const owners = new Map<string, Entry>()
    for (const item of items.values()) for (const { key } of item.files) owners.set(key, item)
    return [...entries.values()].filter(({ files, told, seen }) => {
      const named = files.find(({ key }) => owners.has(key))
      if (named === undefined) return true
      const item = owners.get(named.key) as Entry
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
      const files = renditions.map(({ url }) => fileOf(url))
      const aspect = shownAspect(shown)
      const choice = chooseRenditions(renditions, { shownAspect: aspect, files })
      const file = fileOf(choice.full.url)
      const byRecipe = choice.full.via === 'recipe'
      const among = byRecipe ? items : presence === 'offered' ? offered : entries
      const key = byRecipe ? choice.full.url : file.key
      const position = presence === 'shown' ? (finding.element.startIndex ?? 0) : Number.POSITIVE_INFINITY
      const told = finding.words ?? NO_WORDS
      const entry = among.get(key)
      if (entry === undefined) {
        const first = { choice, from: renditions, shownAspect: aspect }
        among.set(key, { file, renditions: [...renditions], files, isMerged: false, first, position, told, seen: words(), shown })
        return
      }
      entry.renditions.push(...renditions)
      entry.files.push(...files)
      entry.isMerged = true
      entry.position = Math.min(entry.position, position)
      if (shownAspect(entry.shown) === null) entry.shown = shown
      if (told !== NO_WORDS) entry.told = joinWords(entry.told, told)
      // Data speak of a picture from elsewhere on the page: what stands round them is not about it.
      if (presence === 'shown') entry.seen = joinWords(entry.seen, words())
    },
    has: (url) => addresses.has(url),
    candidates(pageUrl, page) {
      const all = besideItems()
      const { pictures, isShared } = joinSightings(all)
      const kept = isShared === null ? all : all.map((entry) => withoutShared(entry, isShared))
      const joined = pictures.map((places) => oneEntry(places.map((at) => kept[at] as Entry)))
      return [...items.values(), ...joined, ...newOffers()]
        .sort((a, b) => (a.position === b.position ? 0 : a.position - b.position))
        .map((entry) => candidateOf(entry, pageUrl, page, fileOf))
    },
  }
}
