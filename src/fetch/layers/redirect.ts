/**
 * Follows redirects. It lies outside the guard, robots.txt and pace, so that each hop passes them
 * again: another host's address, rules and leave are its own.
 */
import type { VisitKind } from '../visit.ts'
import { headerOf, type Layer, type Refused } from '../visit-layer.ts'

/** RFC 9309 §2.3.1.2 for robots.txt; browsers allow 20, pictures rarely need two. */
const MAX_REDIRECTS: Readonly<Record<VisitKind, number>> = { robots: 5, image: 5, page: 10 }

const STATUSES = new Set([301, 302, 303, 307, 308])

/** Address of the next hop, without fragment and credentials; null when the answer is no redirect. */
const locationOf = (answer: Refused, from: URL): URL | string | null => {
  if (answer.status === null || !STATUSES.has(answer.status)) return null
  const location = headerOf(answer.headers, 'location')
  if (location === null || !URL.canParse(location, from.href)) return location
  const url = new URL(location, from)
  url.hash = ''
  url.username = ''
  url.password = ''
  return url
}

const stop = (answer: Refused, detail: string): Refused => ({ ...answer, reason: 'http-status', detail })

export const redirect: Layer = (next) => async (first) => {
  const seen = new Set<string>()
  for (let hop = first; ; ) {
    seen.add(hop.url.href)
    const answer = await next(hop)
    if (answer.ok) return answer
    const to = locationOf(answer, hop.url)
    if (to === null) return answer
    if (typeof to === 'string') return stop(answer, `redirected to "${to.slice(0, 200)}", which is no address`)
    if (seen.has(to.href)) return stop(answer, `redirected in a circle to ${to.href}`)
    if (seen.size > MAX_REDIRECTS[hop.trip.kind]) return stop(answer, `redirected more than ${MAX_REDIRECTS[hop.trip.kind]} times`)
    hop = { ...first, url: to }
  }
}
