/**
 * The robots.txt of every origin met: fetched once a day at most, by one visit while the others
 * wait, kept parsed for the origins in use and as text in the hot cache, which outlives the process.
 *
 * By RFC 9309 §2.3.1: a 4xx answer (or too many redirects) means that all is allowed; a 5xx, 429
 * or no answer at all means that what the origin said last still holds, and when it never said
 * anything, that nothing is allowed, for now: that is remembered for as long as its Retry-After or
 * a short back-off says, and reported with a reason that may be tried again. An origin that has not
 * said for thirty days what it wants allows all.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import type { Reason } from '../core/reasons.ts'
import { decodeRobots } from './decode-robots.ts'
import { parseRobots, type RobotsRules } from './robots-rules.ts'
import { waitOf } from './retry-after.ts'
import type { Leave } from './visit.ts'
import { headerOf, type Answer, type ResponseHeaders, type Trip } from './visit-layer.ts'

/**
 * `until` when it is to be asked for again; `fetchedAt` when the origin said so, `since` when it first failed to, and
 * `asks` how often in a row.
 */
export type RobotsEntry =
  | { readonly kind: 'rules'; readonly rules: RobotsRules; readonly fetchedAt: number; readonly until: number }
  | {
      readonly kind: 'closed'; readonly reason: Reason; readonly detail: string
      readonly asks: number; readonly since: number; readonly until: number
    }

export interface RobotsBook {
  /** What is known without asking anyone; undefined when it must be fetched or recalled. */
  known(origin: string): RobotsEntry | undefined
  /** @param trip whose leave pays for the fetch, and whose observations it joins */
  of(origin: string, trip: Trip): Promise<RobotsEntry>
  /** Milliseconds, 0 to a minute; 0 when nothing is asked for or known. */
  crawlDelayMs(origin: string): number
}

export interface RobotsParts {
  readonly agent: string
  readonly clock: Clock
  readonly leave: Leave
  /** A visit of kind `robots`, through all layers but this one. */
  readonly fetch: (url: URL, trip: Trip) => Promise<Answer>
  /** Reads and removes the body of an answer. */
  readonly read: (answer: Answer & { readonly ok: true }) => Promise<Uint8Array>
}

const DAY_MS = 24 * 60 * 60 * 1000
/** How long a copy holds, and a silence closes, while the file cannot be had (RFC 9309 §2.3.1.4). */
const LONG_ABSENCE_MS = 30 * DAY_MS
/** An owner may ask for less than a day (RFC 9309 §2.4, RFC 9111); less than this would be more requests than rules. */
const MIN_FRESH_MS = 10 * 60_000
/** When a file that could not be had is asked for again, at the earliest; a copy that holds meanwhile can wait the longest. */
const LEAST_RETRY_MS = 1_000
/** The first wait where the origin names none; it doubles with every ask. */
const FIRST_RETRY_MS = 2_000
const MOST_RETRY_MS = 60_000
/** Longer wishes would hold a worker idle; the coordinator is told and may honour more. */
const MAX_CRAWL_DELAY_MS = 60_000
/** All parsed rules together, in characters. */
const MAX_WEIGHT = 16 * 1024 * 1024

const utf8 = new TextDecoder()

/** `fetched-at until newline text`: a recalled copy keeps its age. */
const pack = (fetchedAt: number, until: number, text: string): Uint8Array =>
  new TextEncoder().encode(`${fetchedAt} ${until}\n${text}`)
const unpack = (bytes: Uint8Array): { readonly fetchedAt: number; readonly until: number; readonly text: string } | null => {
  const all = utf8.decode(bytes)
  const end = all.indexOf('\n')
  const [fetchedAt = NaN, until = NaN] = all.slice(0, Math.max(0, end)).split(' ').map(Number)
  return end > 0 && Number.isFinite(fetchedAt) && Number.isFinite(until) ? { fetchedAt, until, text: all.slice(end + 1) } : null
}

/** How long the copy is fresh by its Cache-Control, in milliseconds; a day when it says nothing. */
const freshFor = (headers: ResponseHeaders): number => {
  const control = headerOf(headers, 'cache-control')?.slice(0, 1000).toLowerCase() ?? ''
  const seconds = /\bno-(?:store|cache)\b/.test(control) ? 0 : Number(/\bmax-age\s*=\s*"?(\d{1,9})/.exec(control)?.[1] ?? Infinity)
  return Math.min(DAY_MS, Math.max(MIN_FRESH_MS, seconds * 1000))
}

const OF_HOST: readonly Reason[] = ['unresolvable', 'bad-certificate']

/** Whether the host itself cannot be spoken to, and not just a place its robots.txt led to: then the file says nothing more. */
const isOfHost = (reason: Reason, origin: string, { observations }: Trip): boolean => {
  const last = observations.at(-1)
  return OF_HOST.includes(reason) && last?.host === origin && last.status === null
}

export const createRobotsBook = ({ agent, clock, leave, fetch, read }: RobotsParts): RobotsBook => {
  const book = new LRUCache<string, RobotsEntry>({
    max: 20_000,
    maxSize: MAX_WEIGHT,
    sizeCalculation: (entry) => (entry.kind === 'rules' ? Math.min(MAX_WEIGHT, entry.rules.weight) : 200),
  })
  const pending = new Map<string, Promise<RobotsEntry>>()

  const known = (origin: string): RobotsEntry | undefined => {
    const entry = book.get(origin)
    return entry && entry.until > clock.now() ? entry : undefined
  }

  const rulesOf = (text: string, fetchedAt: number, until: number): RobotsEntry =>
    ({ kind: 'rules', rules: parseRobots(text, agent), fetchedAt, until })

  /** @param last what is known from before, however old */
  const download = async (origin: string, trip: Trip, last: RobotsEntry | undefined): Promise<RobotsEntry> => {
    const url = new URL('/robots.txt', origin)
    const answer = await fetch(url, trip)
    const now = clock.now()
    let text = ''
    if (answer.ok) {
      text = decodeRobots(await read(answer))
    } else {
      const { status } = answer
      const unavailable = answer.reason === 'http-status' && status !== null && status < 500 && status !== 429
      if (!unavailable) {
        const asked = waitOf(answer.headers, now)
        const late = now + Math.max(MOST_RETRY_MS, asked ?? 0)
        if (last?.kind === 'rules') {
          return now - last.fetchedAt < LONG_ABSENCE_MS ? { ...last, until: late } : rulesOf('', last.fetchedAt, late)
        }
        const { since, asks } = { since: last?.since ?? now, asks: (last?.asks ?? 0) + 1 }
        if (now - since >= LONG_ABSENCE_MS) return rulesOf('', since, late)
        const detail = isOfHost(answer.reason, origin, trip) ? answer.detail
          : `${url.href} cannot be read (${answer.detail}): until it can, nothing is allowed there`
        const wait = asked ?? Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(asks - 1, 30))
        return { kind: 'closed', reason: answer.reason, detail, asks, since, until: now + Math.max(LEAST_RETRY_MS, wait) }
      }
    }
    const until = now + freshFor(answer.headers)
    await leave.remember(`robots ${origin}`, pack(now, until, text), LONG_ABSENCE_MS)
    return rulesOf(text, now, until)
  }

  const recall = async (origin: string): Promise<RobotsEntry | undefined> => {
    const bytes = await leave.recall(`robots ${origin}`)
    const kept = bytes && unpack(bytes)
    return kept ? rulesOf(kept.text, kept.fetchedAt, kept.until) : undefined
  }

  const find = async (origin: string, trip: Trip): Promise<RobotsEntry> => {
    const last = book.peek(origin) ?? (await recall(origin))
    const entry = last && last.until > clock.now() ? last : await download(origin, trip, last)
    book.set(origin, entry)
    return entry
  }

  return {
    known,
    of(origin, trip) {
      const ready = known(origin)
      if (ready) return Promise.resolve(ready)
      const under = pending.get(origin)
      if (under) return under
      const asked = find(origin, trip).finally(() => pending.delete(origin))
      pending.set(origin, asked)
      return asked
    },
    crawlDelayMs(origin) {
      const entry = book.peek(origin)
      return entry?.kind === 'rules' ? Math.min(MAX_CRAWL_DELAY_MS, entry.rules.crawlDelayMs ?? 0) : 0
    },
  }
}
