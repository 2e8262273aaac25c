/**
 * The robots.txt of every origin met: fetched once a day at most, by one visit while the others
 * wait, kept parsed for the origins in use and as text in the hot cache, which outlives the process.
 *
 * By RFC 9309 §2.3.1: a 4xx answer (or too many redirects) means that all is allowed; a 5xx, 429
 * or no answer at all means that nothing is, for now: that is remembered for a minute only, and
 * reported with a reason that may be tried again.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import type { Reason } from '../core/reasons.ts'
import { parseRobots, type RobotsRules } from './robots-rules.ts'
import type { Leave } from './visit.ts'
import type { Answer, Trip } from './visit-layer.ts'

export type RobotsEntry =
  | { readonly kind: 'rules'; readonly rules: RobotsRules; readonly until: number }
  | { readonly kind: 'closed'; readonly reason: Reason; readonly detail: string; readonly until: number }

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
const CLOSED_MS = 60_000
/** Longer wishes would hold a worker idle; the coordinator is told and may honour more. */
const MAX_CRAWL_DELAY_MS = 60_000
/** All parsed rules together, in characters. */
const MAX_WEIGHT = 16 * 1024 * 1024

const utf8 = new TextDecoder()

/** `fetched-at newline text`: a recalled copy keeps its age. */
const pack = (fetchedAt: number, text: string): Uint8Array => new TextEncoder().encode(`${fetchedAt}\n${text}`)
const unpack = (bytes: Uint8Array): { readonly fetchedAt: number; readonly text: string } | null => {
  const all = utf8.decode(bytes)
  const end = all.indexOf('\n')
  const fetchedAt = Number(all.slice(0, Math.max(0, end)))
  return end > 0 && Number.isFinite(fetchedAt) ? { fetchedAt, text: all.slice(end + 1) } : null
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

  const rulesOf = (text: string, fetchedAt: number): RobotsEntry => ({
    kind: 'rules', rules: parseRobots(text, agent), until: fetchedAt + DAY_MS,
  })

  const download = async (origin: string, trip: Trip): Promise<RobotsEntry> => {
    const url = new URL('/robots.txt', origin)
    const answer = await fetch(url, trip)
    const now = clock.now()
    let text = ''
    if (answer.ok) {
      text = utf8.decode(await read(answer))
    } else {
      const { status } = answer
      const unavailable = answer.reason === 'http-status' && status !== null && status < 500 && status !== 429
      if (!unavailable) {
        const detail = `${url.href} cannot be read (${answer.detail}): until it can, nothing is allowed there`
        return { kind: 'closed', reason: answer.reason, detail, until: now + CLOSED_MS }
      }
    }
    await leave.remember(`robots ${origin}`, pack(now, text), DAY_MS)
    return rulesOf(text, now)
  }

  const recall = async (origin: string): Promise<RobotsEntry | null> => {
    const bytes = await leave.recall(`robots ${origin}`)
    const kept = bytes && unpack(bytes)
    return kept && kept.fetchedAt + DAY_MS > clock.now() ? rulesOf(kept.text, kept.fetchedAt) : null
  }

  return {
    known,
    of(origin, trip) {
      const ready = known(origin)
      if (ready) return Promise.resolve(ready)
      const under = pending.get(origin)
      if (under) return under
      const asked = recall(origin)
        .then((kept) => kept ?? download(origin, trip))
        .then((entry) => {
          book.set(origin, entry)
          return entry
        })
        .finally(() => pending.delete(origin))
      pending.set(origin, asked)
      return asked
    },
    crawlDelayMs(origin) {
      const entry = book.peek(origin)
      return entry?.kind === 'rules' ? Math.min(MAX_CRAWL_DELAY_MS, entry.rules.crawlDelayMs ?? 0) : 0
    },
  }
}
