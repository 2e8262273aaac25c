/**
 * One spelling for an address, so that the same picture met twice is met once. Only what the URL
 * standard itself calls equal is folded (case of the host, default port, dot segments, fragment);
 * the order of the query, a trailing slash and letter case in paths may matter to a server and stay.
 */

/**
 * Longest URL taken, in UTF-16 units, as written and as it comes out: escapes make nine characters of one. Servers
 * refuse far shorter ones; a page may hold a hostile one.
 */
const MAX_LENGTH = 16_384

const ABSOLUTE = /^https?:\/\//i

// Most addresses on a page are canonical as they stand, and the URL parser costs ten times a look.
// These patterns admit only what the parser would hand back unchanged: no dot segments, escaped or
// not, no port, no host that could be a number or need IDNA. All else goes to the parser.
const PLAIN_ABSOLUTE = /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*\/[\w~\-.,;:@!$&()*+=/%]*(?:\?[\w~\-.,;:@!$&()*+=/?%]*)?$/
const PLAIN_ROOTED = /^\/(?:[\w~\-,;:@!$&()*+=%][\w~\-.,;:@!$&()*+=/%]*)?(?:\?[\w~\-.,;:@!$&()*+=/?%]*)?$/
const PLAIN_RELATIVE = /^[\w~\-,;@!$&()*+=%][\w~\-.,;@!$&()*+=/%]*(?:\?[\w~\-.,;@!$&()*+=/?%]*)?$/

const ESCAPED_DOT = /%2e/i
const hasDotSegment = (raw: string): boolean => raw.includes('/.') || (raw.includes('%2') && ESCAPED_DOT.test(raw))
const isPlainAbsolute = (raw: string): boolean => PLAIN_ABSOLUTE.test(raw) && !hasDotSegment(raw) && !raw.includes('xn--')
const H = 0x68

const finish = (href: string): string | null => {
  if (!href.startsWith('http://') && !href.startsWith('https://')) return null
  const hash = href.indexOf('#')
  const url = hash === -1 ? href : href.slice(0, hash)
  return url.length <= MAX_LENGTH ? url : null
}

/**
 * The canonical absolute URL (WHATWG URL, fragment and credentials dropped), or null when `raw` is not an http(s) URL.
 * @param base absolute URL that `raw` is relative to; without it only absolute URLs are understood
 */
export const canonicalUrl = (raw: string, base?: string): string | null => {
  if (raw.length > MAX_LENGTH) return null
  if (isPlainAbsolute(raw)) return raw
  try {
    const url = base === undefined || ABSOLUTE.test(raw) ? new URL(raw) : new URL(raw, base)
    // What a browser would not send along with a picture is not to be stored and shown either.
    if (url.username !== '' || url.password !== '') url.username = url.password = ''
    return finish(url.href)
  } catch {
    return null
  }
}

/** `canonicalUrl` for many addresses of one page: the base is parsed once, a repeated address not again. */
export const createResolver = (base: string): ((raw: string) => string | null) => {
  let origin: string
  let folder: string
  try {
    const { protocol, origin: at, pathname } = new URL(base)
    if (protocol !== 'http:' && protocol !== 'https:') return (raw) => canonicalUrl(raw, base)
    origin = at
    folder = at + pathname.slice(0, pathname.lastIndexOf('/') + 1)
  } catch {
    // A page without an address of its own still names absolute ones.
    return (raw) => canonicalUrl(raw)
  }
  // With credentials in it the base takes the long way, which drops them.
  const plainBase = base.length <= MAX_LENGTH && !base.includes('@')
  const seen = new Map<string, string | null>()
  return (raw) => {
    if (raw.charCodeAt(0) === H && raw.length <= MAX_LENGTH && isPlainAbsolute(raw)) return raw
    if (plainBase && folder.length + raw.length <= MAX_LENGTH && !hasDotSegment(raw)) {
      if (PLAIN_ROOTED.test(raw)) return origin + raw
      if (PLAIN_RELATIVE.test(raw)) return folder + raw
    }
    const known = seen.get(raw)
    if (known !== undefined) return known
    const url = canonicalUrl(raw, base)
    seen.set(raw, url)
    return url
  }
}
