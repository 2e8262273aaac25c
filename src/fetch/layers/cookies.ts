/**
 * Sends a site's cookies back to it, and to nobody else. A picture that a page of another site
 * shows is asked for without them, and sets none: that is how one is followed across the web.
 */
import { siteOf, type CookieJars } from '../cookie-jars.ts'
import type { Hop, Layer } from '../visit-layer.ts'

const isForeign = ({ url, trip }: Hop): boolean => {
  const { referer } = trip.ask
  return trip.kind === 'image' && referer !== null && URL.canParse(referer) && siteOf(new URL(referer)) !== siteOf(url)
}

export const cookies = (jars: CookieJars): Layer => (next) => async (hop) => {
  const { trip, url } = hop
  if (trip.kind === 'robots') return next(hop)
  const cookie = isForeign(hop) ? null : jars.header(url)
  const answer = await next(cookie === null ? hop : { ...hop, headers: { ...hop.headers, cookie } })
  const lines = answer.headers['set-cookie']
  if (lines !== undefined && !isForeign(hop)) jars.take(url, lines)
  return answer
}
