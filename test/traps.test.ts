/** Sites without end, and one that only looks like it: what is visited, what is said, and what is brought home. */
import type { ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { crawl, type CrawlOptions, type CrawlReport, type GannetEvent } from 'gannet'
import { serveHttp } from './local-server.ts'

type Answer = { readonly html: string } | { readonly to: string } | { readonly number: number } | null

interface Visited {
  readonly origin: string
  readonly paths: string[]
}

const send = async (answer: Answer, response: ServerResponse): Promise<void> => {
  if (answer === null) response.writeHead(404).end()
  else if ('to' in answer) response.writeHead(302, { location: answer.to }).end()
  else if ('html' in answer) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><title>x</title>${answer.html}`)
  else {
    // Each number gives noise of its own: no two pictures are alike.
    let state = answer.number * 2654435761
    const pixels = Buffer.alloc(12 * 12 * 3)
    for (let at = 0; at < pixels.length; at++) pixels[at] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24
    const raw = { width: 12, height: 12, channels: 3 as const }
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(await sharp(pixels, { raw }).resize(240, 240, { kernel: 'nearest' }).jpeg().toBuffer())
  }
}

/** A site that answers by path and query; `/robots.txt` and what it does not know are 404. */
const serve = async (answer: (path: string, url: URL) => Answer, host = '127.0.0.1'): Promise<Visited> => {
  const paths: string[] = []
  const server = await serveHttp((request, response) => {
    const path = request.url as string
    paths.push(path)
    const number = /^\/pic\/(\d+)\.jpg/.exec(path)?.[1]
    void send(path === '/robots.txt' ? null : number !== undefined ? { number: Number(number) } : answer(path, new URL(path, 'http://site')), response)
  }, host)
  onTestFinished(() => server.close())
  return { origin: server.origin, paths }
}

const pages = ({ paths }: Visited): string[] => paths.filter((path) => path !== '/robots.txt' && !path.startsWith('/pic/'))

const run = async (url: string, options: CrawlOptions = {}): Promise<{ report: CrawlReport; traps: string[]; events: GannetEvent[] }> => {
  const data = await mkdtemp(join(tmpdir(), 'gannet-traps-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const running = crawl({ urls: [url], data, delay: 0, allowAddress: ['127.0.0.0/8'], vision: 1, attempts: 1, ...options })
  const events: GannetEvent[] = []
  for await (const event of running) events.push(event)
  return { report: await running.report(), events, traps: events.flatMap((event) => (event.type === 'trap-found' ? [event.trap] : [])) }
}

const links = (...hrefs: string[]): string => hrefs.map((href) => `<a href="${href.replaceAll('&', '&amp;')}">x</a>`).join(' ')
const img = (number: number): string => `<img src="/pic/${number}.jpg">`
const LOGO = img(0)

describe('a site without end', () => {
  it('a calendar is left after some months, and the pictures beside it come home', async () => {
    const site = await serve((path, url) => {
      if (path === '/') return { html: LOGO + img(1) + links('/cal?year=2026&month=1', '/about') }
      if (path === '/about') return { html: img(2) }
      const month = Number(url.searchParams.get('year')) * 12 + Number(url.searchParams.get('month')) - 1
      const at = (n: number): string => `/cal?year=${Math.floor(n / 12)}&month=${(n % 12) + 1}`
      return { html: LOGO + links(at(month - 1), at(month + 1)) }
    })
    const { report, traps } = await run(site.origin)
    expect(report).toMatchObject({ kept: 3, pending: 0, pagesPending: 0 })
    expect(traps).toEqual(['calendar'])
    expect(pages(site).length).toBeLessThan(60)
  })

  it('a site that gives every visitor a session in the address is read once', async () => {
    let sessions = 0
    const site = await serve((path, url) => {
      const n = Number(/^\/room\/(\d+)/.exec(path)?.[1] ?? 0)
      const token = `PHPSESSID=${(++sessions).toString(16).padStart(26, 'a')}`
      if (!url.searchParams.has('PHPSESSID')) return { to: `${url.pathname}?${token}` }
      return { html: img(n) + links(...[0, 1, 2, 3, 4, 5].map((to) => `/room/${to}?${token}`)) }
    })
    const { report } = await run(site.origin)
    expect(report).toMatchObject({ kept: 6, pages: 7, pagesPending: 0 })
  })

  it('a shop whose filters permute is read until they show nothing new', async () => {
    const facets = ['colour', 'size', 'brand', 'material', 'price', 'season', 'sort', 'view']
    const site = await serve((path, url) => {
      if (path.startsWith('/item/')) return { html: img(Number(path.slice(6))) }
      const has = [...url.searchParams.keys()]
      const more = facets.filter((name) => !has.includes(name))
      const values = more.flatMap((name) => [1, 2, 3].map((value) => `/shop?${[...url.searchParams].map(([key, of]) => `${key}=${of}&`).join('')}${name}=${value}`))
      return { html: [1, 2, 3, 4, 5].map((n) => `<a href="/item/${n}">${img(n)}</a>`).join('') + links(...values) }
    })
    const { report, traps } = await run(`${site.origin}/shop`, { trapAfter: 40 })
    expect(report).toMatchObject({ kept: 5, pagesPending: 0 })
    expect(traps.length).toBeGreaterThan(0)
    expect(traps.every((trap) => trap === 'permutations' || trap === 'barren')).toBe(true)
    expect(pages(site).length).toBeLessThan(400)
  })

  it('links that repeat their own path are not followed round', async () => {
    // A relative link written by mistake: each page has one into a folder of its own name.
    const site = await serve((path) => ({ html: LOGO + links(`${path.endsWith('/') ? path : `${path}/`}news/today/`) }))
    const { report, traps } = await run(site.origin)
    expect(report).toMatchObject({ kept: 1, pagesPending: 0, linksTrapped: 1 })
    expect(traps).toEqual(['loop'])
    expect(pages(site)).toEqual(['/', '/news/today/', '/news/today/news/today/'])
  })

  it('a maze of words is left, and the trap told once, not for each of its links', async () => {
    const site = await serve((path) => {
      let state = [...path].reduce((hash, char) => Math.imul(hash ^ char.charCodeAt(0), 16777619), 7)
      const word = (): string => {
        state = Math.imul(state, 1664525) + 1013904223
        return (state >>> 0).toString(36).replace(/\d/g, 'x')
      }
      return { html: LOGO + links(...Array.from({ length: 8 }, () => `/${word()}/${word()}`)) }
    })
    const { report, traps } = await run(site.origin, { trapAfter: 20 })
    expect(report).toMatchObject({ kept: 1, pagesPending: 0 })
    expect(traps).toEqual(['maze'])
    expect(pages(site).length).toBeLessThan(400)
  })
})

describe('what only looks endless', () => {
  it('a gallery of numbered pages, each the next of the one before, is read to its end, far past the patience for traps', async () => {
    const site = await serve((path) => {
      const n = Number(/^\/gallery\/(\d+)$/.exec(path)?.[1] ?? 1)
      return { html: `${LOGO}<img src="/pic/${n % 5}.jpg?v=${n}">${n < 200 ? `<a rel="next" href="/gallery/${n + 1}">next</a>` : ''}` }
    })
    const { report, traps } = await run(site.origin, { depth: 1, trapAfter: 10, maxNext: 150 })
    expect(traps).toEqual([])
    expect(report).toMatchObject({ pages: 200, pagesPending: 0, kept: 5 })
  })
})

describe('the scope', () => {
  it('moves with a seed that answers elsewhere, and holds against redirects behind it', async () => {
    const other = await serve(() => ({ html: img(9) }), '127.0.0.3')
    const moved: Visited = await serve((path) => {
      if (path === '/') return { html: img(1) + links('/two', '/out', other.origin) }
      return path === '/out' ? { to: other.origin } : { html: img(2) }
    }, '127.0.0.2')
    const site = await serve(() => ({ to: `${moved.origin}/` }))
    const { report } = await run(site.origin)
    expect(report).toMatchObject({ kept: 2, pages: 2, pagesFailed: { 'out-of-scope': 1 } })
    expect(pages(other)).toEqual([])
  })

  it('a refresh leads as a redirect does', async () => {
    const moved = await serve((path) => ({ html: path === '/start' ? img(1) + links('/two') : img(2) }), '127.0.0.2')
    const site = await serve(() => ({ html: `<meta http-equiv=refresh content="0;url=${moved.origin}/start">` }))
    expect((await run(site.origin, { depth: 1 })).report).toMatchObject({ kept: 2, pages: 3 })
  })

  it('is narrowed by a path and by patterns, and pictures by theirs', async () => {
    const site = await serve((path) => ({
      html: path === '/cats/' ? img(1) + links('/cats/a', '/cats/print/a', '/dogs/') : path === '/cats/a' ? img(2) + img(30) : img(4),
    }))
    const { report, events } = await run(`${site.origin}/cats/`, { scope: 'prefix', exclude: ['/**/print/**'], excludeImages: ['/\\/30\\.jpg$/'] })
    expect(pages(site).sort()).toEqual(['/cats/', '/cats/a'])
    expect(report).toMatchObject({ kept: 2, refused: { 'out-of-scope': 1 } })
    expect(events.some(({ type }) => type === 'trap-found')).toBe(false)
  })

  it('the pages of a list are as deep as its first, whichever of them links to which', async () => {
    const site = await serve((path, url) => {
      if (path.startsWith('/item/')) return { html: img(Number(path.slice(6))) }
      const page = Number(url.searchParams.get('page') ?? 1)
      const pager = [1, 2, 3, 4, 5, 6].map((n) => `/list?page=${n}`)
      return { html: links(`/item/${page}`, ...pager) + (page < 6 ? `<link rel=next href="/list?page=${page + 1}">` : '') }
    })
    expect((await run(`${site.origin}/list`, { depth: 1 })).report).toMatchObject({ kept: 6 })
  })

  it.each([{ include: ['/(/'] }, { scope: 'everything' as 'any' }])('%j is refused in words', async (options) => {
    const running = crawl({ urls: ['http://127.0.0.1/'], ...options })
    await expect(running.report()).rejects.toMatchObject({ code: 'config-invalid' })
  })
})
