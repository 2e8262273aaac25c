import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import { homeOf } from '../core/scope.ts'
import { policySettings } from '../analyze/index.ts'
import type { PageReading } from '../page/candidate.ts'
import type { AdmitRules } from './admit.ts'
import { followLinks } from './follow-links.ts'
import { linkSettings, type LinkSettings } from './settings.ts'
import { createTraps } from './traps.ts'
import type { PagePayload } from './work.ts'

const HERE = 'http://birds.example/list?page=3'
const rules = (links: Partial<LinkSettings> = {}, maxDepth: number | null = null): AdmitRules => ({
  admits: () => null, policy: resolveConfig(policySettings, []), maxDepth, links: { ...resolveConfig(linkSettings, []), ...links },
})
const page = (links: readonly string[], relations: Partial<PageReading['relations']> = {}, follow = true): PageReading => ({
  document: 'html', candidates: [], links: links.map((link) => new URL(link, HERE).href), title: null, unusable: [], cut: null,
  optOut: { follow, images: true, directive: null },
  relations: { next: [], canonical: null, refresh: null, alternates: [], feeds: [], sitemaps: [], ...relations },
})
const START: PagePayload = { depth: 0, scope: homeOf(HERE, 'host'), referer: null }
const DEEP: PagePayload = { ...START, depth: 2, turn: 4 }

/** URL (below the host) and depth of what is followed. */
const follow = async (reading: PageReading, payload = DEEP, given = rules(), url = HERE): Promise<Record<string, number>> =>
  Object.fromEntries((await followLinks({ url, payload, reading, barren: 0 }, given, createTraps({ after: 200, now: () => 0 }))).tasks.map((task) =>
    [task.url.replace('http://birds.example', ''), (task.payload as unknown as PagePayload).depth]))

describe('how deep a page is', () => {
  it('links are deeper; the next page, its pager and what the page is known by are not', async () => {
    expect(await follow(page(['/item/1', '?page=4', '?page=5', '?page=1', '?page=4&sort=2'], {
      next: ['http://birds.example/list?page=4'], canonical: 'http://birds.example/birds', refresh: 'http://birds.example/fresh',
      alternates: [{ language: 'de', url: 'http://birds.example/de' }],
    }))).toEqual({
      '/fresh': 2, '/list?page=4': 2, '/birds': 2, '/item/1': 3, '/list?page=5': 2, '/list?page=1': 2, '/list?page=4&sort=2': 3, '/de': 3,
    })
  })

  it('a list of too many pages counts as a link after so many', async () => {
    const next = { next: ['http://birds.example/list?page=4'] }
    expect(await follow(page([], next), DEEP, rules({ maxNext: 5 }))).toEqual({ '/list?page=4': 2 })
    expect(await follow(page([], next), DEEP, rules({ maxNext: 4 }))).toEqual({ '/list?page=4': 3 })
    expect(await follow(page([], next), DEEP, rules({ maxNext: 4 }, 2))).toEqual({})
  })

  it('is bounded by --depth, the page itself not among its links', async () => {
    expect(await follow(page(['/a', HERE], { canonical: HERE }), DEEP, rules({}, 3))).toEqual({ '/a': 3 })
    expect(await follow(page(['/a']), DEEP, rules({}, 2))).toEqual({})
  })
})

describe('which links are followed', () => {
  it('none where the owner asks so, or none was asked for', async () => {
    expect(await follow(page(['/a'], { next: ['http://birds.example/b'] }, false))).toEqual({})
    expect(await follow(page(['/a']), { ...DEEP, scope: null })).toEqual({})
  })

  it('each page once, whatever session or campaign its links bear', async () => {
    expect(await follow(page(['/a?utm_source=x', '/a', '/a?fbclid=1', '/b;jsessionid=12?x=1', '/b?x=1']))).toEqual({ '/a': 3, '/b?x=1': 3 })
  })

  it('those of the seed host in any guise, and of no other', async () => {
    expect(await follow(page(['https://www.birds.example/a', 'http://other.example/b', 'http://birds.example:81/c', 'http://birds.example.evil.example/d'])))
      .toEqual({ 'https://www.birds.example/a': 3 })
  })

  it('feeds only where they are asked for', async () => {
    const feeds = { feeds: ['http://birds.example/feed'] }
    expect(await follow(page([], feeds))).toEqual({})
    expect(await follow(page([], feeds), DEEP, rules({ feeds: true }))).toEqual({ '/feed': 2 })
  })

  it('sitemaps of the seed where they are asked for, wherever they lie; what they list is as deep, and in scope', async () => {
    const sitemaps = { sitemaps: ['http://birds.example/sitemap.xml', 'http://cdn.example/birds.xml'] }
    const prefix: PagePayload = { depth: 0, scope: homeOf('http://birds.example/sea/', 'prefix'), referer: null }
    expect(await follow(page([], sitemaps), prefix, rules(), 'http://birds.example/sea/')).toEqual({})
    const asked = rules({ sitemaps: true }, 0)
    expect(await follow(page([], sitemaps), prefix, asked, 'http://birds.example/sea/')).toEqual({ '/sitemap.xml': 0, 'http://cdn.example/birds.xml': 0 })
    expect(await follow(page([], sitemaps), prefix, rules({ sitemaps: true, exclude: ['/sitemap*'], include: ['/sea/**'] }, 0), 'http://birds.example/sea/')).toEqual({ 'http://cdn.example/birds.xml': 0 })
    expect(await follow(page([], sitemaps), DEEP, asked)).toEqual({})
    const list: PageReading = { ...page(['/sea/1', '/land/2'], { sitemaps: ['http://birds.example/more.xml'] }), document: 'sitemap' }
    expect(await follow(list, { ...prefix, turn: 1, sitemap: true }, rules({ maxNext: 0 }, 0))).toEqual({ '/more.xml': 0, '/sea/1': 0 })
    expect(await follow(list, { ...prefix, turn: 10, sitemap: true }, rules({}, 0))).toEqual({ '/sea/1': 0 })
  })

  it('those of the host that a seed was led to; behind it the scope stays', async () => {
    const away = page(['http://fish.example/a', 'http://birds.example/b'])
    expect(await follow(away, START, rules(), 'http://fish.example/')).toEqual({ 'http://fish.example/a': 1 })
    expect(await follow(away, DEEP, rules(), 'http://fish.example/')).toEqual({ '/b': 3 })
    const sent = page([], { refresh: 'http://fish.example/' })
    expect(await follow(sent, START)).toEqual({ 'http://fish.example/': 0 })
    expect(await follow(sent, DEEP)).toEqual({})
    expect(await follow(sent, START, rules({ exclude: ['fish.example/**'] }))).toEqual({})
  })
})

it('ten thousand links leave the loop room to breathe', async () => {
  const reading = page(Array.from({ length: 10_000 }, (_, n) => `/item/${n}?colour=red&utm_source=${n}`))
  let breaths = 0
  const breathing = setInterval(() => breaths++, 1)
  const { tasks } = await followLinks({ url: HERE, payload: DEEP, reading, barren: 3 }, rules({ exclude: ['/**/print/**', '/session/'] }), createTraps({ after: 200, now: () => 0 }))
  clearInterval(breathing)
  expect(tasks).toHaveLength(10_000)
  expect(breaths).toBeGreaterThan(5)
})
