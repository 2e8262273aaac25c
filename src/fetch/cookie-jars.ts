/**
 * Cookies (RFC 6265bis), in memory only, a jar for each site. Consent pages and hotlink rules set
 * one and expect it back. A site is what the public suffix list says it is; what one site sets
 * no other ever sees. Everything is bounded: sites, cookies a site, bytes a cookie.
 */
import { LRUCache } from 'lru-cache'
import { getDomain } from 'tldts'
import { Cookie, cookieCompare, CookieJar, MemoryCookieStore } from 'tough-cookie'

const MAX_SITES = 2_000
const MAX_COOKIES = 50
const MAX_COOKIE_BYTES = 4_096
/** Of the Cookie header: servers refuse longer ones. */
const MAX_HEADER_BYTES = 8_192
/** Set-Cookie lines read of one answer. */
const MAX_LINES = 30

interface SiteJar {
  readonly jar: CookieJar
  /** In the order they were set; the oldest goes first. */
  readonly order: Map<string, Cookie>
}

export interface CookieJars {
  /** For the Cookie header; null when there is nothing to send. */
  header(url: URL): string | null
  /** Whatever of it will not do is passed over, as browsers do. */
  take(url: URL, lines: string | readonly string[]): void
}

/** The registrable domain, or the host itself where there is none (an address, `localhost`). */
export const siteOf = (url: URL): string => getDomain(url.hostname, { allowPrivateDomains: true }) ?? url.hostname

export const createCookieJars = (): CookieJars => {
  const sites = new LRUCache<string, SiteJar>({ max: MAX_SITES })

  const keep = ({ jar, order }: SiteJar, cookie: Cookie): void => {
    const id = `${cookie.domain} ${cookie.path} ${cookie.key}`
    order.delete(id)
    order.set(id, cookie)
    for (const [oldest, { domain, path, key }] of order) {
      if (order.size <= MAX_COOKIES) return
      order.delete(oldest)
      void jar.store.removeCookie(domain, path, key)
    }
  }

  return {
    header(url) {
      const site = sites.get(siteOf(url))
      if (!site) return null
      const cookies = site.jar.getCookiesSync(url.href, { sameSiteContext: 'strict' }).toSorted(cookieCompare)
      let header = ''
      for (const cookie of cookies) {
        const next = header === '' ? cookie.cookieString() : `${header}; ${cookie.cookieString()}`
        if (next.length > MAX_HEADER_BYTES) break
        header = next
      }
      return header === '' ? null : header
    },
    take(url, lines) {
      const name = siteOf(url)
      for (const line of (typeof lines === 'string' ? [lines] : lines).slice(0, MAX_LINES)) {
        const parsed = line.length > MAX_COOKIE_BYTES ? undefined : Cookie.parse(line)
        if (!parsed) continue
        let site = sites.get(name)
        site ??= { jar: new CookieJar(new MemoryCookieStore(), { prefixSecurity: 'strict' }), order: new Map() }
        const cookie = site.jar.setCookieSync(parsed, url.href, { ignoreError: true, sameSiteContext: 'strict' })
        if (!cookie) continue
        sites.set(name, site)
        keep(site, cookie)
      }
    },
  }
}
