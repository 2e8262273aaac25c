/**
 * A feed to candidates and links: each entry is read like a small page of its own, whose address is the entry's. The
 * pictures it names and those in its text are gathered together, so that one picture is one candidate.
 */
import { Element } from 'domhandler'
import type { Candidate, PageReading } from '../candidate.ts'
import { canonicalUrl } from '../canonical-url.ts'
import { FINDERS } from '../finders/finders.ts'
import { createGathering } from '../gather.ts'
import { createIdLookup } from '../id-lookup.ts'
import { licenceIn } from '../licence.ts'
import { renditionAt, unusable } from '../page-address.ts'
import { parsePage } from '../page-tree.ts'
import { NO_SIZE, NOWHERE, type Finding, type Page } from '../page.ts'
import { pictureWords } from '../picture-words.ts'
import { createPage, type ReadPageOptions } from '../read-page.ts'
import { cleanWords } from '../text-of.ts'
import type { Entry, EntryPicture, FeedWords } from './entry.ts'
import { jsonEntryOf } from './json-feed.ts'
import { readJsonRecords } from './json-records.ts'
import { readRecords } from './read-records.ts'
import { entryOf, isRelated, rightsOf, targetOf, wordsOf } from './xml-entry.ts'

const MAX_UNUSABLE = 1000
/** A large feed has some thousand entries. */
const MAX_LINKS = 50_000
/** Of one entry's content and summary together, in UTF-16 units. */
const MAX_HTML = 2_000_000
const MAX_NEXT = 10
const MAX_TITLE = 300

type Unusable = PageReading['unusable'][number]

/** The document's address may be none that pages have (a file): then nothing relative is understood. */
const createCollection = ({ url, maxCandidates = 20_000, now = () => performance.now() }: ReadPageOptions, deadline: number) => {
  const candidates = new Map<string, Candidate>()
  const links = new Set<string>()
  const unusables = new Map<string, Unusable>()
  const feedUrl = canonicalUrl(url)
  let cut: PageReading['cut'] = null

  const note = (found: Unusable): void => {
    if (unusables.size < MAX_UNUSABLE) unusables.set(`${found.reason} ${found.url}`, { url: found.url, reason: found.reason })
  }

  const addLink = (link: string | null): void => {
    if (link === null || link === feedUrl || links.has(link)) return
    if (links.size < MAX_LINKS) links.add(link)
    else cut ??= 'links'
  }

  const findingOf = (picture: EntryPicture, page: Page, sizes: Map<string, number>): Finding | null => {
    const renditions = picture.files.flatMap(({ url: raw, base, role, width, height, bytes }) => {
      const at = canonicalUrl(raw, base) ?? raw
      const rendition = renditionAt(page, at, role, 'feed', { width, height })
      if (rendition === null) return []
      if (bytes !== null) sizes.set(rendition.url, bytes)
      return [rendition]
    })
    if (renditions.length === 0) {
      note(unusable(picture.files[0]?.url ?? ''))
      return null
    }
    const { alt, title, caption, creator, category, fields } = picture
    return {
      kind: 'picture', element: new Element('link', {}), link: null, round: NOWHERE, renditions, shown: NO_SIZE, presence: 'described',
      words: { alt, title, caption, creator, category, fields, licence: licenceIn(page, picture.licence) },
    }
  }

  return {
    /** Whether there is time and room for another. */
    goOn(): boolean {
      if (now() > deadline) cut = 'time'
      // With room for no more pictures the pages are still worth having.
      return cut !== 'time' && cut !== 'links'
    },
    add(entry: Entry, feed: FeedWords): void {
      addLink(entry.link)
      if (entry.html === '' && entry.pictures.length === 0) return
      const tree = parsePage(entry.html, { maxLength: MAX_HTML, deadline, now })
      const page = createPage(tree, entry.htmlBase)
      const gathering = createGathering()
      const byId = createIdLookup(page)
      const sizes = new Map<string, number>()
      const add = (finding: Finding): void => gathering.add(finding, () => pictureWords(page, finding, byId))
      for (const picture of entry.pictures) {
        const finding = findingOf(picture, page, sizes)
        if (finding !== null) add(finding)
      }
      search: for (const finder of entry.html === '' ? [] : FINDERS) {
        for (const found of finder(page)) {
          if (found.kind === 'unusable') note(found)
          else add(found)
          if (gathering.size > maxCandidates || now() > deadline) break search
        }
      }
      const words = {
        title: entry.title, category: entry.category, publishedAt: entry.publishedAt,
        licence: licenceIn(page, entry.licence ?? feed.licence),
      }
      for (const candidate of gathering.candidates(entry.link ?? feedUrl, words)) {
        if (candidates.has(candidate.fullUrl)) continue
        if (candidates.size >= maxCandidates) {
          cut ??= 'candidates'
          break
        }
        const bytes = sizes.get(candidate.fullUrl) ?? null
        candidates.set(candidate.fullUrl, bytes === null ? candidate : { ...candidate, bytes })
      }
    },
    reading: (title: string | null, next: readonly string[], end: PageReading['cut']): PageReading => ({
      document: 'feed', candidates: [...candidates.values()], links: [...links].filter((link) => !candidates.has(link)),
      relations: { next: next.filter((link) => link !== feedUrl), canonical: null, refresh: null, alternates: [], feeds: [], sitemaps: [] },
      title, optOut: { follow: true, images: true, directive: null }, unusable: [...unusables.values()], cut: cut ?? end,
    }),
  }
}

/**
 * Reads RSS 0.9 to 2.0, Atom or JSON Feed. Never throws on what it contains.
 * @param options as for a page; without an http(s) `url` relative addresses are not understood
 * @param deadline on `options.now`'s clock, in milliseconds
 */
export const readFeed = (text: string, options: ReadPageOptions, deadline: number): PageReading => {
  const { url, maxBytes = 50_000_000 } = options
  const collection = createCollection(options, deadline)
  if (text.trimStart().startsWith('{')) return readJson(text.slice(0, maxBytes), url, collection)

  let words: FeedWords = { title: null, language: null, licence: null }
  const next: string[] = []
  const header = new Set(['title', 'link', 'atom:link', 'language', 'dc:language', 'copyright', 'rights', 'dc:rights', 'cc:license', 'image', 'textinput', 'author'])
  const cut = readRecords(text, url, (name) => name === 'item' || name === 'entry' || name === 'atom:entry' || header.has(name), (record) => {
    const { name } = record
    if (!header.has(name)) {
      collection.add(entryOf(record, url, words.language), words)
      return collection.goOn()
    }
    if (name === 'title') words = { ...words, title: words.title ?? wordsOf(record, MAX_TITLE) }
    else if (name === 'language' || name === 'dc:language') words = { ...words, language: record.text.trim().slice(0, 20) || null }
    else if (isRelated(record, 'next', 'prev-archive')) {
      const target = targetOf(record)
      if (target !== null && next.length < MAX_NEXT) next.push(target)
    } else if (name !== 'image' && name !== 'textinput' && name !== 'author') {
      words = { ...words, licence: words.licence ?? rightsOf({ ...record, children: [record] }) }
    }
    return true
  }, { maxLength: maxBytes, goOn: collection.goOn })
  return collection.reading(words.title, next, cut)
}

const readJson = (text: string, url: string, collection: ReturnType<typeof createCollection>): PageReading => {
  let words: FeedWords = { title: null, language: null, licence: null }
  let next: string | null = null
  for (const record of readJsonRecords(text)) {
    if (record.kind === 'item') {
      collection.add(jsonEntryOf(record.item, url, words.language), words)
      if (!collection.goOn()) break
    } else if (record.name === 'title') words = { ...words, title: cleanWords(record.value, MAX_TITLE) }
    else if (record.name === 'language') words = { ...words, language: record.value.slice(0, 20) }
    else if (record.name === 'next_url') next = canonicalUrl(record.value.trim(), url)
  }
  return collection.reading(words.title, next === null ? [] : [next], null)
}
