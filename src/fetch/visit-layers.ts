/** The layers of a visit in their order, outermost first: a request passes them downwards, its answer upwards. */
import type { Clock } from '../core/clock.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { Guard } from './guard.ts'
import { address } from './layers/address.ts'
import { content } from './layers/content.ts'
import { identity } from './layers/identity.ts'
import { observe } from './layers/observe.ts'
import { optOut } from './layers/opt-out.ts'
import { pace } from './layers/pace.ts'
import { redirect } from './layers/redirect.ts'
import { robots } from './layers/robots.ts'
import { scope } from './layers/scope.ts'
import { stale } from './layers/stale.ts'
import type { RobotsBook } from './robots.ts'
import type { Layer, Next } from './visit-layer.ts'

export interface LayerParts {
  readonly options: FetchOptions
  readonly guard: Guard
  readonly book: RobotsBook
  readonly clock: Clock
  readonly closing: AbortSignal
}

export const visitLayers = ({ options, guard, book, clock, closing }: LayerParts): readonly Layer[] => [
  content,
  redirect,
  // Everything below happens for each hop.
  address(guard),
  scope,
  ...(options.robots ? [robots(book)] : []),
  ...(options.optOut ? [optOut(options.userAgent)] : []),
  identity(options.userAgent, options.acceptLanguage),
  stale,
  pace({ clock, crawlDelayMs: book.crawlDelayMs, closing }),
  observe(clock, book.crawlDelayMs),
]

/** The whole way, with `send` (limits and the network) at its end. */
export const composeLayers = (layers: readonly Layer[], send: Next): Next =>
  layers.reduceRight((next, layer) => layer(next), send)
