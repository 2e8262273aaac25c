/**
 * Mazes without end: calendars, filters that permute, numbers that count for ever, paths that repeat themselves. What
 * they share is not how they look but that they bring nothing: pages of one kind, each found on another of that kind,
 * and no new picture on any, nor on what they lead to. Only such pages are counted, any new picture sets the count
 * back, and a kind that was given up opens again with it: so a gallery that keeps bringing pictures is never cut,
 * however long, nor an index of thousands of pages that leads to them.
 *
 * All of it is advice kept in memory, bounded; after a restart a trap has to be noticed anew. How many pages before
 * one brought nothing travels with its task and outlives the process.
 */
import { LRUCache } from 'lru-cache'
import { createSeenFilter } from './seen-filter.ts'
import { isLoop, shapeOf, type PageShape } from './page-shape.ts'
import type { PagePayload } from './work.ts'

export type TrapKind = 'loop' | 'long-address' | 'calendar' | 'barren' | 'permutations' | 'maze'

export interface Trap {
  readonly kind: TrapKind
  readonly host: string
  /** For a person: what was noticed, and the setting that lifts it. */
  readonly detail: string
  /** Whether this is the first time that it is said of these pages. */
  readonly first: boolean
}

export interface Traps {
  /**
   * Takes note of a page that was read.
   * @param page.from the page that led to it; `barren`: how many before it on the way, that one included, brought nothing
   * @param pictures URLs of what it shows
   * @returns `barren` for the pages that it leads to
   */
  note(page: { readonly url: string; readonly from: string | null; readonly barren: number }, pictures: Iterable<string>): number
  /** Whether a page leads on into a trap; arguments as above, `barren` with `from` included. */
  judge(url: string, from: string | null, barren: number): Trap | null
}

interface Count {
  barren: number
  told: boolean
  /** Shape of the page that led to this one; what comes of the one is to the credit of the other. */
  from: string | null
  path: string | null
  form: string | null
}

const KINDS_KEPT = 20_000
/** Pages on the way to a new picture that are given credit for it. */
const CREDIT = 8
/** Longer addresses of pages than people's tools make; links that grow by a piece each step get there soon. */
const MAX_ADDRESS = 2000
/** Pages that name a month are a calendar until they show something: they get a fifth of the patience. */
const CALENDAR_SHARE = 0.2
/** Pages alike only in the depth of their paths get so many times the patience; a host's barren depths as a whole, so many (settings.ts tells of both). */
const FORM_TIMES = 5
const DEPTHS_TIMES = 20
/** Pages without news on the way before a page counts among a host's depths. */
const DEEP = 3
/** So many, when the month lies more than a year ahead: nobody has photographed it. */
const FUTURE_PAGES = 10
const YEAR_MS = 366 * 86_400_000

/** @param options.after patience, in pages (`--trap-after`) */
export const createTraps = (options: { readonly after: number; readonly now: () => number }): Traps => {
  const { after, now } = options
  const seen = createSeenFilter()
  const counts = new LRUCache<string, Count>({ max: KINDS_KEPT })
  const lift = '; --trap-after sets how many may'

  const countOf = (key: string): Count => {
    const known = counts.get(key)
    if (known) return known
    const count: Count = { barren: 0, told: false, from: null, path: null, form: null }
    counts.set(key, count)
    return count
  }
  const reset = (key: string | null): void => {
    const count = key === null ? undefined : counts.get(key)
    if (count) count.barren = 0
  }
  const keys = (page: PageShape) => ({
    shape: `shape ${page.shape}`,
    path: page.path === null ? null : `path ${page.path}`,
    form: `form ${page.form}`,
    depths: `depths ${page.host}`,
  })
  let last: { readonly from: string; readonly keys: ReturnType<typeof keys> } | null = null
  /** The links of a page are judged one after another. */
  const parentOf = (from: string): ReturnType<typeof keys> => {
    if (last?.from !== from) last = { from, keys: keys(shapeOf(from)) }
    return last.keys
  }
  const credit = (shape: string): void => {
    for (let key: string | null = shape, steps = 0; key !== null && steps < CREDIT; steps++) {
      const count: Count | undefined = counts.get(key)
      if (!count) return
      count.barren = 0
      reset(count.path)
      reset(count.form)
      key = count.from
    }
  }
  const tell = (kind: TrapKind, host: string, key: string, detail: string): Trap => {
    const count = countOf(key)
    const first = !count.told
    count.told = true
    return { kind, host, detail, first }
  }

  return {
    note({ url, from, barren }, pictures) {
      const here = shapeOf(url)
      const own = keys(here)
      const parent = from === null ? null : parentOf(from)
      let news = false
      for (const picture of pictures) if (seen.isNew(picture)) news = true
      const count = countOf(own.shape)
      count.path = own.path
      count.form = own.form
      if (parent !== null && parent.shape !== own.shape) count.from = parent.shape
      if (news) {
        credit(own.shape)
        if (parent !== null) credit(parent.shape)
        if (barren >= DEEP) reset(own.depths)
        return 0
      }
      if (parent !== null && barren > 0) {
        if (parent.shape === own.shape) count.barren++
        if (own.path !== null && parent.path === own.path) countOf(own.path).barren++
        if (parent.form === own.form) countOf(own.form).barren++
        if (barren >= DEEP) countOf(own.depths).barren++
      }
      return barren + 1
    },

    judge(url, from, barren) {
      if (from === null) return null
      const parsed = new URL(url)
      if (url.length > MAX_ADDRESS) {
        const { host } = parsed
        return tell('long-address', host, `long ${host}`, `links on ${host} have addresses of more than ${MAX_ADDRESS} characters`)
      }
      if (isLoop(parsed)) {
        const { host } = parsed
        return tell('loop', host, `loop ${host}`, `paths on ${host} repeat themselves: ${url.slice(0, 200)}`)
      }
      if (barren === 0) return null
      const page = shapeOf(parsed)
      const parent = parentOf(from)
      const own = keys(page)
      const { host, month } = page
      const reached = (key: string, limit: number): boolean => (counts.get(key)?.barren ?? 0) >= limit
      if (parent.shape === own.shape) {
        const calendar = Math.ceil(after * CALENDAR_SHARE)
        if (month !== null && reached(own.shape, month > now() + YEAR_MS ? Math.min(FUTURE_PAGES, calendar) : calendar)) {
          return tell('calendar', host, own.shape, `a calendar without pictures: ${page.shape}${lift}`)
        }
        if (reached(own.shape, after)) {
          return tell('barren', host, own.shape, `${after} pages of this kind in a row brought no new picture: ${page.shape}${lift}`)
        }
      }
      if (own.path !== null && own.path === parent.path && reached(own.path, after)) {
        return tell('permutations', host, own.path, `${after} queries in a row brought no new picture: ${page.path}?…${lift}`)
      }
      if (own.form === parent.form && reached(own.form, after * FORM_TIMES)) {
        return tell('maze', host, own.form, `${after * FORM_TIMES} pages in a row, each found on another like it, brought no new picture on ${host}${lift}`)
      }
      if (barren >= DEEP && reached(own.depths, after * DEPTHS_TIMES)) {
        return tell('maze', host, own.depths, `${after * DEPTHS_TIMES} pages in the depths of ${host} brought no new picture${lift}`)
      }
      return null
    },
  }
}

/** What a task's payload says of the way to it. */
export const wayOf = ({ referer, barren = 0 }: PagePayload): { readonly from: string | null; readonly barren: number } => ({ from: referer, barren })
