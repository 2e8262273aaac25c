/**
 * Names of elements in feeds and sitemaps, whatever prefix a document binds: by the namespace it declares where that is
 * known, else by the prefix that everyone uses. Undeclared prefixes and misspelt namespaces are common; both are read.
 */

/** Namespaces without scheme, `www.` and what they end in, by the prefix they are known by here; '' for none. */
const PREFIX_OF: ReadonlyMap<string, string> = new Map([
  ['search.yahoo.com/mrss', 'media'],
  ['w3.org/2005/atom', 'atom'], ['purl.org/atom/ns', 'atom'],
  ['purl.org/rss/1.0', ''], ['purl.org/net/rss1.1', ''], ['my.netscape.com/rdf/simple/0.9', ''], ['my.netscape.com/publish/formats/rss-0.91.dtd', ''],
  ['backend.userland.com/rss', ''], ['backend.userland.com/rss2', ''], ['backend.userland.com/rss091', ''], ['backend.userland.com/rss092', ''],
  ['blogs.law.harvard.edu/tech/rss', ''], ['cyber.law.harvard.edu/rss/rss.html', ''],
  ['purl.org/rss/1.0/modules/content', 'content'],
  ['purl.org/dc/elements/1.1', 'dc'], ['purl.org/dc/elements/1.0', 'dc'], ['purl.org/dc/terms', 'dcterms'],
  ['itunes.com/dtds/podcast-1.0.dtd', 'itunes'], ['google.com/schemas/play-podcasts/1.0', 'itunes'],
  ['creativecommons.org/ns', 'cc'], ['web.resource.org/cc', 'cc'],
  ['backend.userland.com/creativecommonsrssmodule', 'cc'], ['cyber.law.harvard.edu/rss/creativecommonsrssmodule.html', 'cc'],
  ['rssnamespace.org/feedburner/ext/1.0', 'feedburner'],
  ['base.google.com/ns/1.0', 'g'],
  ['w3.org/1999/02/22-rdf-syntax-ns', 'rdf'], ['w3.org/1999/xhtml', 'xhtml'], ['w3.org/xml/1998/namespace', 'xml'],
  ['sitemaps.org/schemas/sitemap/0.9', ''], ['google.com/schemas/sitemap/0.9', ''], ['google.com/schemas/sitemap/0.84', ''],
  ['google.com/schemas/sitemap-image/1.1', 'image'], ['google.com/schemas/sitemap-video/1.1', 'video'], ['google.com/schemas/sitemap-news/0.9', 'news'],
])

const USUAL: ReadonlyMap<string, string> = new Map([
  ...[...PREFIX_OF.values()].map((prefix): [string, string] => [prefix, prefix]),
  ['creativecommons', 'cc'], ['googleplay', 'itunes'], ['atom10', 'atom'], ['a10', 'atom'], ['dct', 'dcterms'], ['dcterm', 'dcterms'],
])

/** Longest name or namespace that is any known one. */
const MAX_NAME = 100

const known = (namespace: string): string | undefined =>
  namespace.length > MAX_NAME ? undefined
  : PREFIX_OF.get(namespace.trim().toLowerCase().replace(/^https?:\/\//, '').replace(/^www\./, '').replace(/[/#]+$/, ''))

/** What is bound to each prefix at a place in a document; '' is the default namespace. */
export interface Bindings {
  readonly prefix: string
  readonly means: string
  readonly outer: Bindings | null
}

/** Declarations looked at of one element, and kept of those round it: real documents have a dozen. */
const MAX_BINDINGS = 64

const depthOf = (bindings: Bindings | null): number => {
  let depth = 0
  for (let at = bindings; at !== null; at = at.outer) depth++
  return depth
}

/** The bindings inside an element with these attributes. */
export const bind = (attribs: Readonly<Record<string, string>>, outer: Bindings | null): Bindings | null => {
  let bindings = outer
  for (const name in attribs) {
    if (!name.startsWith('xmlns')) continue
    const prefix = name === 'xmlns' ? '' : name[5] === ':' ? name.slice(6).toLowerCase() : null
    const means = prefix === null ? undefined : known(attribs[name] ?? '')
    if (prefix === null || means === undefined) continue
    if (depthOf(bindings) >= MAX_BINDINGS) break
    bindings = { prefix, means, outer: bindings }
  }
  return bindings
}

const meaningOf = (prefix: string, bindings: Bindings | null): string => {
  for (let at = bindings; at !== null; at = at.outer) if (at.prefix === prefix) return at.means
  return USUAL.get(prefix) ?? '?'
}

/**
 * The name by which an element is known here, lower-cased: `media:content`, `pubdate`; `?:name` where nobody knows
 * its prefix.
 */
export const knownName = (name: string, bindings: Bindings | null): string => {
  const lower = name.slice(0, MAX_NAME).toLowerCase()
  const colon = lower.indexOf(':')
  const means = meaningOf(colon < 0 ? '' : lower.slice(0, colon), bindings)
  const local = colon < 0 ? lower : lower.slice(colon + 1)
  return means === '' ? local : `${means}:${local}`
}
