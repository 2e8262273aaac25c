/** The other pages that a page names in its head, each by what it is to it (RFC 8288; HTML, link types). */
import type { Element } from 'domhandler'
import type { PageRelations } from './candidate.ts'
import type { Page } from './page.ts'

const FEED_TYPES = new Set(['application/rss+xml', 'application/atom+xml', 'application/feed+json'])
/** More than any page for people names. */
const MAX_RELATED = 200

/** The link types of an element, lower-cased. */
export const relsOf = ({ attribs }: Element): string[] => (attribs['rel'] ?? '').slice(0, 500).toLowerCase().split(/\s+/)

const refreshOf = (page: Page): string | null => {
  for (const { attribs } of page.landmarks.meta) {
    if (attribs['http-equiv']?.trim().toLowerCase() !== 'refresh') continue
    const raw = /^\s*[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?(["']?)(.+?)\1\s*$/i.exec((attribs['content'] ?? '').slice(0, 4000))?.[2]
    const url = raw === undefined ? null : page.resolve(raw)
    if (url !== null) return url
  }
  return null
}

export const pageRelations = (page: Page): PageRelations => {
  const next = new Set<string>()
  const feeds = new Set<string>()
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
    if (rels.includes('alternate')) {
      if (FEED_TYPES.has(type)) feeds.add(url)
      else if (language !== undefined && language !== '' && alternates.size < MAX_RELATED) alternates.set(url, language)
    }
  }
  return {
    next: [...next].slice(0, MAX_RELATED),
    canonical,
    refresh: refreshOf(page),
    alternates: [...alternates].map(([url, language]) => ({ language, url })),
    feeds: [...feeds].slice(0, MAX_RELATED),
  }
}
