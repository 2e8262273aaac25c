/** The other pages that a page names in its head, each by what it is to it (RFC 8288; HTML, link types). */
import type { Element } from 'domhandler'
import type { PageRelations } from './candidate.ts'
import type { Page } from './page.ts'

const FEED_TYPES = new Set(['application/rss+xml', 'application/atom+xml', 'application/feed+json'])
/** More than any page for people names. */
const MAX_RELATED = 200

const SPACES = /\s+/

/** The link types of an element, lower-cased. */
export const relsOf = ({ attribs }: Element): string[] => {
  const rel = (attribs['rel'] ?? '').slice(0, 500).toLowerCase()
  return SPACES.test(rel) ? rel.split(SPACES) : [rel]
}

/** More than one is a mistake, more than these an attack. */
const MAX_REFRESHES = 10
const SPACE = ' \t\n\f\r'

/** The address in the content of a refresh (HTML, shared declarative refresh steps); null when it names none. */
const refreshTarget = (content: string): string | null => {
  let at = 0
  const skip = (chars: string): void => {
    while (at < content.length && chars.includes(content[at] as string)) at++
  }
  skip(SPACE)
  const from = at
  skip('0123456789.')
  if (at === from || (at < content.length && !`;,${SPACE}`.includes(content[at] as string))) return null
  skip(SPACE)
  if (';,'.includes(content[at] ?? ' ')) at++
  skip(SPACE)
  const keyword = /^url[ \t\n\f\r]{0,99}=/i.exec(content.slice(at, at + 110))
  if (keyword) at += keyword[0].length
  skip(SPACE)
  const quote = content[at]
  if (quote !== '"' && quote !== "'") return at < content.length ? content.slice(at).trim() : null
  const end = content.indexOf(quote, at + 1)
  return content.slice(at + 1, end < 0 ? undefined : end).trim()
}

const refreshOf = (page: Page): string | null => {
  const refreshes = page.landmarks.meta.filter(({ attribs }) => attribs['http-equiv']?.trim().toLowerCase() === 'refresh')
  for (const { attribs } of refreshes.slice(0, MAX_REFRESHES)) {
    const target = refreshTarget((attribs['content'] ?? '').slice(0, 4000))
    const url = target === null || target === '' ? null : page.resolve(target)
    if (url !== null) return url
  }
  return null
}

const nextInBody = (page: Page): Element[] =>
  page.landmarks.link.filter((link) => {
    if (link.attribs['rel'] === undefined || link.attribs['download'] !== undefined) return false
    const rels = relsOf(link)
    return rels.includes('next') && !rels.includes('nofollow')
  })

export const pageRelations = (page: Page): PageRelations => {
  const next = new Set<string>()
  const feeds = new Set<string>()
  const sitemaps = new Set<string>()
  const alternates = new Map<string, string>()
  let canonical: string | null = null
  for (const link of page.landmarks['head-link'].slice(0, 1000)) {
    const url = page.resolve(link.attribs['href']?.trim() ?? '')
    if (url === null || link.attribs['href'] === '') continue
    const rels = relsOf(link)
    const type = link.attribs['type']?.trim().toLowerCase() ?? ''
    const language = link.attribs['hreflang']?.trim().toLowerCase()
    if (rels.includes('canonical')) canonical ??= url
    if (rels.includes('next')) next.add(url)
    if (rels.includes('sitemap')) sitemaps.add(url)
    if (rels.includes('alternate')) {
      if (FEED_TYPES.has(type)) feeds.add(url)
      else if (language !== undefined && language !== '' && alternates.size < MAX_RELATED) alternates.set(url, language)
    }
  }
  for (const link of nextInBody(page).slice(0, MAX_RELATED)) {
    const href = link.attribs['href']?.trim() ?? ''
    const url = href === '' || href.startsWith('#') ? null : page.resolve(href)
    if (url !== null) next.add(url)
  }
  return {
    next: [...next].slice(0, MAX_RELATED),
    canonical,
    refresh: refreshOf(page),
    alternates: [...alternates].map(([url, language]) => ({ language, url })),
    feeds: [...feeds].slice(0, MAX_RELATED),
    sitemaps: [...sitemaps].slice(0, MAX_RELATED),
  }
}
