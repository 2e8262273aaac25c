/** A grabber: visits pictures and pages, and has pages read. All it needs from the coordinator is its leave. */
import { readFile } from 'node:fs/promises'
import { systemClock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import { discardBody } from './body-sink.ts'
import { createCookieJars } from './cookie-jars.ts'
import { isExpiredLink } from './expired-link.ts'
import { resolveFetchOptions, type FetchParts, type FetchSettings } from './fetch-options.ts'
import type { GrabberApi, PageVisit } from './grabber-api.ts'
import { createGuard } from './guard.ts'
import { createOriginPools } from './origin-pools.ts'
import { createPurse } from './purse.ts'
import { createRobotsBook } from './robots.ts'
import { readRobotsTag, reservesMining } from './robots-tag.ts'
import { createDirectRoute } from './route.ts'
import { createSend } from './send.ts'
import { looksLikeImage } from './sniff.ts'
import type { Leave, VisitAsk, VisitKind, VisitResult } from './visit.ts'
import { headerOf, refusal, type Answer, type Arrived, type ResponseHeaders, type Trip } from './visit-layer.ts'
import { composeLayers, visitLayers } from './visit-layers.ts'

export interface Grabber extends GrabberApi {
  /** Cuts every visit off: those under way reject with `drained`. */
  close(): Promise<void>
}

type Arrival = VisitResult & { readonly ok: true }
type PageReading = (PageVisit & { readonly kind: 'page' })['reading']

/** Headers that later stages have a use for; the rest is not carried between processes. */
const KEPT_HEADERS = [
  'content-type', 'content-language', 'content-disposition', 'last-modified', 'etag', 'expires', 'cache-control',
  'date', 'link', 'x-robots-tag',
] as const

const keptHeaders = (headers: ResponseHeaders): Record<string, string> => {
  const kept: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = headerOf(headers, name)
    if (value !== null) kept[name] = value
  }
  return kept
}

const readBody = async ({ body }: Arrived): Promise<Uint8Array> => {
  if (body.kind === 'inline') return body.bytes
  try {
    return await readFile(body.path)
  } catch (cause) {
    throw new GannetError('internal', `cannot read ${body.path}, which was just written`, { cause })
  } finally {
    await discardBody(body)
  }
}

/** What every visit tells of its way, whatever it brought. */
const passed = ({ wireBytes, observations, notes }: Pick<Trip, 'wireBytes' | 'observations' | 'notes'>) => ({
  wireBytes, observations, ...(notes.size > 0 && { notes: [...notes] }),
})

const NOTHING = new Uint8Array()

/**
 * @param values the room's settings (fetch-options.ts), the spool folder and the page reader
 * @param leave the coordinator's side: grants, and robots.txt bodies that outlive this process
 * @throws config-invalid
 */
export const createGrabber = (values: Partial<FetchSettings> & FetchParts, leave: Leave): Grabber => {
  const options = resolveFetchOptions(values)
  const clock = options.clock ?? systemClock
  const closing = new AbortController()
  const guard = createGuard({
    allow: options.allowAddress,
    dnsTtlMs: options.dnsTtlMs,
    dnsTimeoutMs: options.headersTimeoutMs,
    ...(options.resolve && { resolve: options.resolve }),
  })
  const pools = createOriginPools(options, createDirectRoute(options, guard))
  const book = createRobotsBook({
    agent: options.userAgent,
    clock,
    leave,
    read: readBody,
    fetch: (url, { ask, purse, observations }) =>
      way({ url, headers: {}, screens: [], trip: { kind: 'robots', ask, purse, observations, wireBytes: 0, spentMs: 0, notes: new Set() } }),
  })
  const way = composeLayers(
    visitLayers({ options, guard, book, jars: createCookieJars(), clock, closing: closing.signal }),
    createSend({ options, pools, closing: closing.signal }),
  )

  const refused = (
    { reason, detail, status, again }: Answer & { readonly ok: false },
    url: URL | null, trip: Pick<Trip, 'wireBytes' | 'observations' | 'notes'>,
  ): VisitResult & { readonly ok: false } => {
    const expired = reason === 'http-status' && url !== null && isExpiredLink(url, status, clock.now())
    return { ok: false, reason: expired ? 'expired-link' : reason, detail, status, ...(again && { again }), ...passed(trip) }
  }

  const arrived = (answer: Arrived, trip: Trip): Arrival => ({
    ok: true,
    body: answer.body,
    finalUrl: answer.url.href,
    status: answer.status,
    contentType: headerOf(answer.headers, 'content-type'),
    bytes: answer.bytes,
    headers: keptHeaders(answer.headers),
    ...passed(trip),
  })

  const go = async (ask: VisitAsk, kind: VisitKind) => {
    if (!URL.canParse(ask.url)) {
      return { kind: 'none', visit: refused(refusal('invalid-url', 'cannot be parsed as a URL'), null, { wireBytes: 0, observations: [], notes: new Set() }) } as const
    }
    const url = new URL(ask.url)
    url.hash = ''
    // undici would send them on; a link found on a page is no reason to log in anywhere.
    url.username = ''
    url.password = ''
    const trip: Trip = { kind, ask, purse: createPurse(ask.grant, leave), observations: [], wireBytes: 0, spentMs: 0, notes: new Set() }
    const answer = await way({ url, headers: {}, screens: [], trip })
    return answer.ok
      ? ({ kind: 'some', answer, trip, visit: arrived(answer, trip) } as const)
      : ({ kind: 'none', visit: refused(answer, url, trip) } as const)
  }

  /** What the answer's headers say of the page counts as if its markup said it. */
  const withHeaders = (reading: PageReading, headers: ResponseHeaders): PageReading => {
    const value = headers['x-robots-tag']
    const reserved = reservesMining(headers)
    if (!options.optOut || (value === undefined && !reserved)) return reading
    const tag = readRobotsTag(value ?? '', options.userAgent, clock.now(), reading.document !== 'html')
    const { follow, images, directive } = reading.optOut
    return {
      ...reading,
      optOut: {
        follow: follow && !tag.nofollow,
        images: images && !tag.images && !reserved,
        directive: directive ?? tag.directive ?? (reserved ? 'tdm-reservation' : null),
      },
    }
  }

  /** With the sitemaps that the origin's robots.txt names, after those that the page does. */
  const withSitemaps = async (reading: PageReading, origin: string, trip: Trip): Promise<PageReading> => {
    const entry = await book.of(origin, trip)
    if (entry.kind !== 'rules') return reading
    const sitemaps = [...new Set([...reading.relations.sitemaps, ...entry.rules.sitemaps])]
    return { ...reading, relations: { ...reading.relations, sitemaps } }
  }

  return {
    visitImage: async (ask) => (await go(ask, 'image')).visit,

    async visitPage(ask) {
      const gone = await go(ask, 'page')
      if (gone.kind === 'none') return { kind: 'none', visit: gone.visit }
      const { answer, trip, visit } = gone
      if (looksLikeImage(answer.head)) return { kind: 'image', visit }
      const bytes = await readBody(answer)
      const read = await options.readPage(bytes, { url: visit.finalUrl, contentType: visit.contentType, ...(ask.recipe !== undefined && { recipe: ask.recipe }) })
      const reading = ask.sitemaps ? await withSitemaps(read, answer.url.origin, trip) : read
      // A page's bytes end here: its reading is what travels.
      return {
        kind: 'page',
        visit: { ...visit, body: { kind: 'inline', bytes: NOTHING } },
        reading: withHeaders(reading, answer.headers),
      }
    },

    async close() {
      closing.abort(new GannetError('drained', 'the grabber is closing: ask again once it is back'))
      await pools.destroy()
    },
  }
}
