/**
 * What a text is to a crawler, by how it begins: a page, or a list of pages (a feed, a sitemap). Servers call feeds
 * `text/html` and sitemaps `text/plain`, so the content type counts only where the beginning leaves it open. Here,
 * because what may be fetched and how it is read must be one decision.
 */

export type DocumentKind = 'html' | 'feed' | 'sitemap'

/** Looked at, in UTF-16 units. */
const MAX_HEAD = 16_384

const after = (text: string, mark: string): string => {
  const at = text.indexOf(mark)
  return at < 0 ? '' : text.slice(at + mark.length).trimStart()
}

/** Whether a doctype has declarations of its own, which may hold anything and end in `]>`. */
const hasDeclarations = (doctype: string): boolean => {
  const at = doctype.slice(0, 1000).search(/[[>]/)
  return doctype[at] === '['
}

/** The local name of the first element, lower-cased, after byte order mark, declarations, comments and doctype. */
export const firstElement = (text: string): string | null => {
  let rest = text.slice(0, MAX_HEAD).replace(/^\uFEFF/, '').trimStart()
  for (;;) {
    if (rest.startsWith('<?')) rest = after(rest, '?>')
    else if (rest.startsWith('<!--')) rest = after(rest, '-->')
    else if (/^<!doctype\s+svg/i.test(rest)) return 'svg'
    else if (/^<!doctype\s+html/i.test(rest)) return 'html'
    else if (rest.startsWith('<!')) rest = after(rest, hasDeclarations(rest) ? ']>' : '>')
    else break
  }
  return /^<(?:[\w-]+:)?([a-z][\w-]*)[\s/>]/i.exec(rest)?.[1]?.toLowerCase() ?? null
}

/** RSS 0.90 and 1.0 are RDF, and so are many things that are no feed. */
const RDF_FEED = /purl\.org\/rss\/|my\.netscape\.com\/rdf\/simple/i
/** JSON Feed, version 1 and 1.1; some encoders escape slashes. */
const JSON_FEED = /"version"\s{0,99}:\s{0,99}"https?:\\?\/\\?\/jsonfeed\.org\\?\/version/
const JSON_FEED_TYPE = /^\s*application\/feed\+json\b/i
const FEED_TYPE = /^\s*application\/(?:rss|atom|rdf)\+xml\b/i
const PLAIN_TYPE = /^\s*(?:text\/plain|application\/octet-stream)\b/i
const ADDRESS = /^https?:\/\/[^\s<>"]+$/i

/** Whether a text is one address a line, and nothing else: a sitemap in its plainest form. */
const isUrlList = (head: string, isWhole: boolean): boolean => {
  const lines = head.split(/\r\n|\r|\n/)
  if (!isWhole && lines.length > 1) lines.pop()
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '')
  return filled.length > 0 && filled.every((line) => ADDRESS.test(line))
}

/**
 * Whether a text is a feed (RSS 0.9 to 2.0, Atom, JSON Feed) or a sitemap (sitemaps.org, XML or plain); null when it
 * is neither, a page for all that is known.
 * @param text its first 4,096 characters at least, where there are so many
 * @param contentType as the server says
 */
export const listKind = (text: string, contentType: string | null): 'feed' | 'sitemap' | null => {
  const head = text.slice(0, MAX_HEAD).replace(/^\uFEFF/, '').trimStart()
  const type = contentType?.slice(0, 200) ?? ''
  if (head.startsWith('{')) return JSON_FEED_TYPE.test(type) || JSON_FEED.test(head) ? 'feed' : null
  if (head.startsWith('<')) {
    switch (firstElement(head)) {
      case 'rss': case 'feed': return 'feed'
      case 'rdf': return RDF_FEED.test(head) || FEED_TYPE.test(type) ? 'feed' : null
      case 'urlset': case 'sitemapindex': return 'sitemap'
      // A comment longer than what is looked at.
      case null: return FEED_TYPE.test(type) ? 'feed' : null
      default: return null
    }
  }
  return (contentType === null || PLAIN_TYPE.test(type)) && isUrlList(head, text.length < 4000) ? 'sitemap' : null
}
