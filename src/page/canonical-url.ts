/**
 * One spelling for an address, so that the same picture met twice is met once. Only what the URL
 * standard itself calls equal is folded (case of the host, default port, dot segments, fragment);
 * the order of the query, a trailing slash and letter case in paths may matter to a server and stay.
 */

/** Longest URL taken, in UTF-16 units. Servers refuse far shorter ones; a page may hold a hostile one. */
const MAX_LENGTH = 16_384

const ABSOLUTE = /^https?:\/\//i
/** A plain `/path`: not `//host`, nor one that the parser would turn into that by dropping tabs or backslashes. */
const ROOTED = /^\/(?![/\\\t\n\r])/

const finish = (href: string): string | null => {
  if (!href.startsWith('http://') && !href.startsWith('https://')) return null
  const hash = href.indexOf('#')
  return hash === -1 ? href : href.slice(0, hash)
}

/**
 * The canonical absolute URL (WHATWG URL, fragment dropped), or null when `raw` is not an http(s) URL.
 * @param base absolute URL that `raw` is relative to; without it only absolute URLs are understood
 */
export const canonicalUrl = (raw: string, base?: string): string | null => {
  if (raw.length > MAX_LENGTH) return null
  try {
    const url = base === undefined || ABSOLUTE.test(raw) ? new URL(raw) : new URL(raw, base)
    return finish(url.href)
  } catch {
    return null
  }
}

/** `canonicalUrl` for many addresses of one page: the base is parsed once, a repeated address not again. */
export const createResolver = (base: string): ((raw: string) => string | null) => {
  const seen = new Map<string, string | null>()
  let origin: string | null = null
  try {
    const parsed = new URL(base)
    if (parsed.protocol === 'http:' || parsed.protocol === 'https:') origin = parsed.origin
  } catch {
    // A page without an address of its own still names absolute ones.
    return (raw) => canonicalUrl(raw)
  }
  return (raw) => {
    const known = seen.get(raw)
    if (known !== undefined) return known
    const url = origin !== null && ROOTED.test(raw) ? canonicalUrl(origin + raw) : canonicalUrl(raw, base)
    seen.set(raw, url)
    return url
  }
}
