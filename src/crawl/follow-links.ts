/**
 * Which pages come after a page, and how deep each is: links are one step deeper; what belongs to the page itself (the
 * next page of its list, where it sends its reader, the address it asks to be known by) is as deep as the page. So is
 * what a sitemap lists: it stands for the site, not for a page of it. Pure but for what the traps remember.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { homeOf, inScope, passes, type Home } from '../core/scope.ts'
import type { PageReading } from '../page/candidate.ts'
import type { NewTask } from '../schedule/task.ts'
import { pageTask, type AdmitRules } from './admit.ts'
import { pageIdentity } from './page-identity.ts'
import type { Trap, Traps } from './traps.ts'
import type { PagePayload } from './work.ts'

export interface PageRead {
  /** Where the page answered, after redirects. */
  readonly url: string
  readonly payload: PagePayload
  readonly reading: PageReading
  /** From `Traps.note`: pages without news on the way, this one included. */
  readonly barren: number
}

export interface Followed {
  readonly tasks: readonly NewTask[]
  /** Links not followed because they lead into a trap. */
  readonly trapped: number
  /** Traps that had not been told of before. */
  readonly traps: readonly (Trap & { readonly url: string })[]
}

/** Links between two breaths of the coordinator's loop: a few milliseconds of work. */
const STRIDE = 100

/** Sitemaps behind one another: a seed, an index, what it lists. More than these are a trick. */
const MAX_SITEMAP_TURNS = 10

const NOTHING: Followed = { tasks: [], trapped: 0, traps: [] }

/** Whether the page is where a seed led: only such a page may take the scope with it when it answers elsewhere. */
export const isStart = ({ depth, turn = 0 }: PagePayload): boolean => depth === 0 && turn === 0

/** The scope that holds behind a page: a seed's redirect (example.org → www.example.com) moves it. */
const homeBehind = (url: string, payload: PagePayload): Home | null =>
  payload.scope !== null && isStart(payload) ? homeOf(url, payload.scope.within) : payload.scope

const NUMBERS = /\d{1,15}/g

/**
 * Whether a link is another page of the list that `next` belongs to: the same address but for one number. So a pager's
 * `3 4 5 … 10` are no deeper than the page they stand on.
 */
const isSibling = (link: string, next: string): boolean => {
  if (link.replace(NUMBERS, '#') !== next.replace(NUMBERS, '#')) return false
  const numbers = next.match(NUMBERS) ?? []
  return (link.match(NUMBERS) ?? []).filter((number, at) => number !== numbers[at]).length === 1
}

export const followLinks = async ({ url, payload, reading, barren }: PageRead, rules: AdmitRules, traps: Traps): Promise<Followed> => {
  const home = homeBehind(url, payload)
  if (home === null || !reading.optOut.follow) return NOTHING
  const { include, exclude, maxNext, feeds, sitemaps } = rules.links
  const { relations } = reading
  const scope = { home, include, exclude }
  const own = pageIdentity(url)
  const tasks: NewTask[] = []
  const found: (Trap & { url: string })[] = []
  const taken = new Set<string>([own])
  let trapped = 0

  const step = (depth: number, turn: number, at: Home): PagePayload => ({
    depth, scope: at, referer: url, turn, barren,
  })
  const deeper = step(payload.depth + 1, 0, home)
  const turn = (payload.turn ?? 0) + 1
  // A list without end is no reason to go on for ever where a depth was asked for.
  const beside = turn <= maxNext ? step(payload.depth, turn, home) : deeper

  const take = (link: string, next: PagePayload, lies: (to: URL) => boolean = (to) => inScope(to, scope)): void => {
    const to = pageIdentity(link)
    if (taken.has(to)) return
    taken.add(to)
    if ((rules.maxDepth !== null && next.depth > rules.maxDepth) || !lies(new URL(to))) return
    const trap = traps.judge(to, url, next.barren ?? 0)
    if (trap === null) {
      tasks.push(pageTask(to, next, rules))
      return
    }
    trapped++
    if (trap.first) found.push({ ...trap, url: to })
  }

  if (relations.refresh !== null) {
    // As a redirect: a seed's may lead to another host, and the scope goes with it.
    if (isStart(payload)) take(relations.refresh, step(payload.depth, turn, homeOf(relations.refresh, home.within)), (to) => passes(to, scope))
    else take(relations.refresh, beside)
  }
  for (const next of relations.next) take(next, beside)
  if (relations.canonical !== null) take(relations.canonical, beside)
  if (feeds) for (const feed of relations.feeds) take(feed, beside)
  if (turn <= MAX_SITEMAP_TURNS && (reading.document === 'sitemap' || (sitemaps && isStart(payload)))) {
    // Sitemaps lie at the root, or on another host: only what they list is held to the scope.
    const own: PagePayload = { ...step(payload.depth, turn, home), sitemap: true }
    for (const sitemap of relations.sitemaps) take(sitemap, own, (to) => passes(to, { include: [], exclude }))
  }
  const [next] = relations.next
  // A sitemap shows nothing; that says nothing of the pages it lists.
  const below = reading.document === 'sitemap' ? { ...step(payload.depth, turn, home), barren: 0 } : deeper
  for (const [at, link] of reading.links.entries()) {
    if (at % STRIDE === STRIDE - 1) await breathe()
    take(link, next !== undefined && isSibling(link, next) ? beside : below)
  }
  for (const alternate of relations.alternates) take(alternate.url, deeper)
  return { tasks, trapped, traps: found }
}
