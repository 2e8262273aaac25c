/**
 * Who we are and what we want, in headers. The name is always our own. Pictures are asked for the
 * way the page's own markup would: with the page as Referer, and with its Origin when they lie on
 * another one. Browsers send that Origin only for `crossorigin` pictures; we always do, because
 * hotlink rules that look at it demand the page's and none that we know of forbid it. Browsers
 * cut a cross-origin Referer down to its origin; the whole page passes both kinds of rule, and
 * tells the owner which page led here.
 */
import { ACCEPT_ENCODING } from '../content-decoding.ts'
import type { VisitKind } from '../visit.ts'
import type { Layer } from '../visit-layer.ts'

/** Formats that are decoded here by name, and whatever else there is: a server that only has that says so by sending it. */
const ACCEPT: Readonly<Record<VisitKind, string>> = {
  image: 'image/avif,image/webp,image/png,image/jpeg,image/gif,image/svg+xml;q=0.8,*/*;q=0.5',
  page: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  robots: 'text/plain,*/*;q=0.5',
}

/** The page without fragment and credentials; null when it is no web address. */
const refererOf = (page: string | null): URL | null => {
  if (page === null || !URL.canParse(page)) return null
  const url = new URL(page)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  url.hash = ''
  url.username = ''
  url.password = ''
  return url
}

export const identity = (userAgent: string, acceptLanguage: string): Layer => {
  const of = (kind: VisitKind): Readonly<Record<string, string>> => ({
    'user-agent': userAgent,
    accept: ACCEPT[kind],
    'accept-language': acceptLanguage,
    // Pictures are compressed already: encoding them again only costs both sides time.
    'accept-encoding': kind === 'image' ? 'identity' : ACCEPT_ENCODING,
  })
  const fixed = { image: of('image'), page: of('page'), robots: of('robots') }

  return (next) => (hop) => {
    const { kind, ask } = hop.trip
    const page = kind === 'robots' ? null : refererOf(ask.referer)
    if (!page) return next({ ...hop, headers: fixed[kind] })
    const headers: Record<string, string> = { ...fixed[kind], referer: page.href }
    if (kind === 'image' && page.origin !== hop.url.origin) headers['origin'] = page.origin
    return next({ ...hop, headers })
  }
}
