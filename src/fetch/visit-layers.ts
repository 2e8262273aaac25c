/** The layers of a visit in their order, outermost first: a request passes them downwards, its answer upwards. */
import type { Clock } from '../core/clock.ts'
import { sleeps } from '../core/sleeps.ts'
import type { CookieJars } from './cookie-jars.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { Guard } from './guard.ts'
import { address } from './layers/address.ts'
import { content } from './layers/content.ts'
import { cookies } from './layers/cookies.ts'
import { identity } from './layers/identity.ts'
import { integrity } from './layers/integrity.ts'
import { observe } from './layers/observe.ts'
import { optOut } from './layers/opt-out.ts'
import { pace } from './layers/pace.ts'
import { redirect } from './layers/redirect.ts'
import { resume } from './layers/resume.ts'
import { robots } from './layers/robots.ts'
import { scope } from './layers/scope.ts'
import { stale } from './layers/stale.ts'
import type { RobotsBook } from './robots.ts'
import type { Layer, Next } from './visit-layer.ts'

export interface LayerParts {
  readonly options: FetchOptions
  readonly guard: Guard
  readonly book: RobotsBook
  readonly jars: CookieJars
  readonly clock: Clock
  readonly closing: AbortSignal
}

export const visitLayers = ({ options, guard, book, jars, clock, closing }: LayerParts): readonly Layer[] => [
  // Integrity: the whole body, whichever hop brought it, where its hash is known beforehand.
  integrity,
  // Sniff: what comes must be what was asked for, whichever hop brings it.
  content,
  // Redirect: lies outside all that follows, so that every hop passes it again.
  redirect,
  // Guard: first of all, nothing is said to an address inside the network, not even for robots.txt.
  address(guard),
  // Scope: a page may not lead out of the crawl, and then its robots.txt is nobody's business.
  scope,
  // Robots and opt-outs: the site's own word, before anything of it is asked for.
  ...(options.robots ? [robots(book, clock)] : []),
  ...(options.optOut ? [optOut(options.userAgent, clock)] : []),
  // Identity: who asks. A session's or a proxy's identity takes this place when there is one.
  identity(options.userAgent, options.acceptLanguage),
  ...(options.cookies ? [cookies(jars)] : []),
  // Retry: of a request that was not answered, and of the rest of a body that broke off. Both lie
  // outside the pace, because each request needs leave of its own.
  resume,
  stale,
  // Pace: the last thing before the network, so that nothing that follows can come too early.
  pace({ clock, crawlDelayMs: book.crawlDelayMs, closing }),
  observe({ clock, sleeps: options.sleeps ?? sleeps, crawlDelayMs: book.crawlDelayMs }),
  // Limits: reception.ts, at the end of the way. How the socket is opened is the route's (route.ts).
]

/** The whole way, with `send` (limits and the network) at its end. */
export const composeLayers = (layers: readonly Layer[], send: Next): Next =>
  layers.reduceRight((next, layer) => layer(next), send)
