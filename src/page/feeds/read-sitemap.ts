/**
 * Sitemaps (sitemaps.org, with Google's extensions for pictures, films, news and languages): the pages a site names of
 * itself, and the pictures on them. An index names further sitemaps; the plainest form is one address a line.
 */
import type { Candidate, PageReading } from '../candidate.ts'
import { canonicalUrl } from '../canonical-url.ts'
import { licenceIn } from '../licence.ts'
import { markupText } from '../markup-text.ts'
import { unusable } from '../page-address.ts'
import { publishedTime } from '../published-time.ts'
import type { ReadPageOptions } from '../read-page.ts'
import { childOf, childrenOf, readRecords, textIn, type XmlNode } from './read-records.ts'

/** Twice what the protocol allows of one sitemap. */
const MAX_LINKS = 100_000
/** As the protocol allows of an index. */
const MAX_SITEMAPS = 50_000
const MAX_UNUSABLE = 1000
/** Google reads a thousand pictures of a page. */
const MAX_IMAGES = 1000
const MAX_LINE = 16_384

type Unusable = PageReading['unusable'][number]

/** `2024-05-01T10:00Z` and its kin. */
const publishedIn = (node: XmlNode | null, ...names: readonly string[]): string | null => (node === null ? null : publishedTime(textIn(node, ...names)))
const words = (node: XmlNode | null, name: string, max?: number): string | null => (node === null ? null : markupText(textIn(node, name), max))

const createCollection = ({ url, maxCandidates = 50_000, now = () => performance.now() }: ReadPageOptions, deadline: number) => {
  const candidates = new Map<string, Candidate>()
  const links = new Set<string>()
  const sitemaps = new Set<string>()
  const unusables = new Map<string, Unusable>()
  let cut: PageReading['cut'] = null

  const page = (raw: string | null, base: string): string | null => {
    const link = raw === null || raw === '' ? null : canonicalUrl(raw, base)
    if (link === null || links.has(link)) return link
    if (links.size < MAX_LINKS) links.add(link)
    else cut ??= 'links'
    return link
  }
  const picture = (raw: string | null, base: string, rest: Partial<Candidate>): void => {
    const at = raw === null || raw === '' ? null : canonicalUrl(raw, base)
    if (at === null) {
      const found = unusable(raw ?? '')
      if (unusables.size < MAX_UNUSABLE) unusables.set(`${found.reason} ${found.url}`, found)
    } else if (candidates.has(at)) {
      return
    } else if (candidates.size >= maxCandidates) {
      cut ??= 'candidates'
    } else {
      candidates.set(at, {
        pageUrl: null, thumbnailUrl: at, fullUrl: at, via: 'sitemap', alt: null, title: null, caption: null, category: null, publishedAt: null,
        width: null, height: null, bytes: null, licence: null, creator: null, fields: null, ...rest,
      })
    }
  }

  return {
    /** Whether there is time and room for another. */
    goOn(): boolean {
      if (now() > deadline) cut = 'time'
      // With room for no more pictures the pages are still worth having.
      return cut !== 'time' && cut !== 'links'
    },
    page,
    addSitemap(node: XmlNode): void {
      const at = canonicalUrl(textIn(node, 'loc') ?? '', node.base)
      if (at === null || at === canonicalUrl(url) || sitemaps.has(at)) return
      if (sitemaps.size < MAX_SITEMAPS) sitemaps.add(at)
      else cut ??= 'links'
    },
    addPage(node: XmlNode): void {
      const pageUrl = page(textIn(node, 'loc'), node.base)
      const news = childOf(node, 'news:news')
      const own = { pageUrl, publishedAt: publishedIn(news, 'news:publication_date') }
      const newsTitle = words(news, 'news:title')
      for (const image of childrenOf(node, 'image:image').slice(0, MAX_IMAGES)) {
        const place = words(image, 'image:geo_location', 200)
        picture(textIn(image, 'image:loc'), node.base, {
          ...own, title: words(image, 'image:title') ?? newsTitle, caption: words(image, 'image:caption'),
          licence: licenceIn({ resolve: (raw) => canonicalUrl(raw, node.base) }, textIn(image, 'image:license')),
          fields: place === null ? null : { location: place },
        })
      }
      for (const film of childrenOf(node, 'video:video').slice(0, MAX_IMAGES)) {
        if (childOf(film, 'video:thumbnail_loc') === null) continue
        picture(textIn(film, 'video:thumbnail_loc'), node.base, {
          ...own, title: words(film, 'video:title') ?? newsTitle, caption: words(film, 'video:description'),
          publishedAt: publishedIn(film, 'video:publication_date') ?? own.publishedAt, category: words(film, 'video:category', 200),
        })
      }
      for (const link of childrenOf(node, 'xhtml:link')) {
        if (link.attribs.get('rel')?.trim().toLowerCase() === 'alternate' && link.attribs.has('hreflang')) page(link.attribs.get('href')?.trim() ?? null, node.base)
      }
    },
    reading: (end: PageReading['cut']): PageReading => ({
      document: 'sitemap', candidates: [...candidates.values()], links: [...links].filter((link) => !candidates.has(link)),
      relations: { next: [], canonical: null, refresh: null, alternates: [], feeds: [], sitemaps: [...sitemaps] },
      title: null, optOut: { follow: true, images: true, directive: null }, unusable: [...unusables.values()], cut: cut ?? end,
    }),
  }
}

/**
 * Reads a sitemap, an index of sitemaps, or a list of addresses. Never throws on what it contains.
 * @param options as for a page
 * @param deadline on `options.now`'s clock, in milliseconds
 */
export const readSitemap = (text: string, options: ReadPageOptions, deadline: number): PageReading => {
  const { url, maxBytes = 50_000_000 } = options
  const collection = createCollection(options, deadline)
  if (!text.trimStart().replace(/^\uFEFF/, '').startsWith('<')) return readLines(text.slice(0, maxBytes), url, collection)
  const cut = readRecords(text, url, (name) => name === 'url' || name === 'sitemap', (record) => {
    if (record.name === 'sitemap') collection.addSitemap(record)
    else collection.addPage(record)
    return collection.goOn()
  }, { maxLength: maxBytes, goOn: collection.goOn })
  return collection.reading(cut)
}

/** Lines between two looks at the clock. */
const STRIDE = 256

const readLines = (text: string, url: string, collection: ReturnType<typeof createCollection>): PageReading => {
  let count = 0
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const stop = end < 0 ? text.length : end
    // A line without end is no address.
    if (stop - at <= MAX_LINE) {
      const line = text.slice(at, stop).replace(/^\uFEFF/, '').trim()
      if (/^https?:\/\//i.test(line)) collection.page(line, url)
    }
    at = stop + 1
    if (++count % STRIDE === 0 && !collection.goOn()) break
  }
  return collection.reading(null)
}
