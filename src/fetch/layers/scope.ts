/**
 * A page that leads out of the crawl's scope is not followed there: the link was in scope, its redirect
 * need not be. Pictures may lie anywhere, and robots.txt belongs to whatever host is asked.
 */
import { inScope } from '../../core/scope.ts'
import { refusal, type Layer } from '../visit-layer.ts'

export const scope: Layer = (next) => (hop) => {
  const { kind, ask } = hop.trip
  if (kind !== 'page' || ask.scope === undefined || inScope(hop.url, ask.scope)) return next(hop)
  const { home: { within, at } } = ask.scope
  return Promise.resolve(refusal('out-of-scope', `it leads to ${hop.url.href.slice(0, 200)}, outside --scope ${within} (${at}) or its patterns`))
}
