/** Pages that are no pages, are too much, or offer what cannot be fetched. */
import { describe, expect, it } from 'vitest'
import { HOSTILE_PAGES, planGallery } from '../site/index.ts'
import { crawlArgs, folder, gannet, reportIn, site, SMALL, verdictIn, whyOf } from './gannet.ts'

const plan = () => planGallery({ seed: 21, pictures: 1, worth: 1, ...SMALL })

/** Of the pages that cannot be read; the others are read, however odd. */
const UNREADABLE: Readonly<Record<string, string>> = {
  document: 'not-an-image', enormous: 'too-large', endless: 'too-large', 'gzip-bomb': 'too-large',
}

describe('hostile pages', () => {
  it('each come to an end of their own, in one crawl', async () => {
    const data = await folder()
    const hostile = await site({ plan: plan(), hostile: true })
    const names = HOSTILE_PAGES.map(({ name }) => name).filter((name) => name !== 'ten-thousand')
    const urls = names.map((name) => `${hostile.url}hostile/${name}`)
    const ended = await gannet(crawlArgs(urls, data, '--depth', '0', '--max-page', '2000000'))
    const report = reportIn(ended)
    expect(report).toMatchObject({
      pages: names.length - Object.keys(UNREADABLE).length, pagesFailed: { 'not-an-image': 1, 'too-large': 3 },
      // One picture, shown by them all; it was opted out by the page that came first or not at all.
      pending: 0, pagesPending: 0,
    })
    expect(ended.code).toBe(3)
    expect(ended.stderr).toMatch(/not-an-image .*document .*a PDF, neither a page nor a picture/)
    expect(ended.stderr).toMatch(/too-large .*endless .*--max-page/)
    const whys = await whyOf(data, urls)
    expect(whys.map(verdictIn)).toEqual(names.map((name) => UNREADABLE[name] ?? null))
    expect(whys.map(({ tasks }) => tasks.map(({ state }) => state))).toEqual(names.map(() => ['ended']))
  })

  it('data:, blob: and other addresses that nobody can fetch are counted, each under its reason', async () => {
    const data = await folder()
    const hostile = await site({ plan: plan(), hostile: true })
    const { host } = new URL(hostile.url)
    const ended = await gannet(['crawl', `${hostile.url}hostile/odd`, '--data', data, '--json', '--delay', '0', '--depth', '0', '--allow-address', host])
    expect(reportIn(ended)).toMatchObject({
      candidates: 11, kept: 1, failed: {},
      refused: { 'unsupported-scheme': 5, 'invalid-url': 2, incomplete: 1, 'blocked-address': 2 },
    })
    expect(ended.code).toBe(0)
    const told = await gannet(['why', 'http://127.0.0.1:1/a.jpg', '--data', data])
    expect(told.stdout).toContain('allow it by name with --allow-address')
  })

  it('ten thousand pictures on a page are ten thousand candidates with an end each', { timeout: 90_000 }, async () => {
    const data = await folder()
    const hostile = await site({ plan: plan(), hostile: true, robots: { disallow: ['/f/none-1'] } })
    const ended = await gannet(crawlArgs([`${hostile.url}hostile/ten-thousand`], data, '--depth', '0'))
    expect(reportIn(ended)).toMatchObject({
      pages: 1, candidates: 10_000, kept: 0, pending: 0, refused: { 'robots-denied': 1_111 }, failed: { 'http-status': 8_889 },
    })
    expect(ended.code).toBe(0)
    expect(Math.max(...hostile.counts().values())).toBe(1)
  })

  it('an owner who opts out is heard', async () => {
    const data = await folder()
    const hostile = await site({ plan: plan(), hostile: true })
    const ended = await gannet(crawlArgs([`${hostile.url}hostile/no-index`], data))
    expect(reportIn(ended)).toMatchObject({ pages: 1, candidates: 1, kept: 0, refused: { 'opt-out': 1 } })
    expect(hostile.counts({ kinds: ['thumb', 'full'] }).size).toBe(0)
  })
})
