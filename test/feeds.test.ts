/** Crawls over feeds and sitemaps of a real server: what is read, how deep, and what comes home with which words. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import sharp from 'sharp'
import { crawl, openStore, type CrawlOptions, type CrawlReport } from 'gannet'
import { serveHttp } from './local-server.ts'

type Answer = string | Buffer | { readonly body: string | Buffer; readonly headers: Record<string, string> }

/** Noise of its own for each number: no two pictures are alike. */
const noise = (seed: number): Promise<Buffer> => {
  let state = seed * 2654435761
  const pixels = Buffer.alloc(12 * 12 * 3)
  for (let at = 0; at < pixels.length; at++) pixels[at] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24
  return sharp(pixels, { raw: { width: 12, height: 12, channels: 3 } }).resize(240, 240, { kernel: 'nearest' }).jpeg().toBuffer()
}

const respond = async (request: IncomingMessage, response: ServerResponse, pages: Record<string, Answer>): Promise<void> => {
  const path = request.url ?? ''
  const number = /^\/pic\/(\d+)\.jpg$/.exec(path)?.[1]
  if (number !== undefined) return void response.writeHead(200, { 'content-type': 'image/jpeg' }).end(await noise(Number(number)))
  const answer = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (answer === undefined) return void response.writeHead(404).end()
  const { body, headers } = typeof answer === 'string' || Buffer.isBuffer(answer) ? { body: answer, headers: { 'content-type': 'text/html' } } : answer
  response.writeHead(200, headers).end(body)
}

const serve = async (pages: Record<string, Answer>, host = '127.0.0.1'): Promise<{ readonly origin: string; readonly paths: string[] }> => {
  const paths: string[] = []
  const server = await serveHttp((request, response) => {
    if (request.url !== '/robots.txt') paths.push(request.url ?? '')
    void respond(request, response, pages)
  }, host)
  onTestFinished(() => server.close())
  return { origin: server.origin, paths: paths }
}

interface Done {
  readonly report: CrawlReport
  /** By path of the picture. */
  readonly assets: Record<string, Record<string, unknown>>
}

const run = async (url: string, options: CrawlOptions = {}): Promise<Done> => {
  const data = await mkdtemp(join(tmpdir(), 'gannet-feeds-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const report = await crawl({ urls: [url], data, delay: 0, allowAddress: ['127.0.0.0/8'], vision: 1, attempts: 1, ...options }).report()
  const store = await openStore(data)
  const assets: Done['assets'] = {}
  for await (const asset of store.images()) assets[new URL(asset.url).pathname] = { ...asset }
  await store.close()
  return { report, assets }
}

const visited = (paths: readonly string[]): string[] => paths.filter((path) => !path.startsWith('/pic/')).sort()
const xml = (body: string, headers: Record<string, string> = {}): Answer => ({ body, headers: { 'content-type': 'application/xml', ...headers } })

it('follows the feeds that pages name, through their pages, when asked', async () => {
  const pages: Record<string, Answer> = {
    '/': '<!doctype html><head><link rel=alternate type="application/rss+xml" href="/feed"></head><img src="/pic/1.jpg">',
    '/feed': xml(`<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>Birds</title>
      <a:link rel="next" href="/feed?page=2"/><item><title>A dive</title><link>/entry/1</link><pubDate>Wed, 01 May 2024 10:00:00 GMT</pubDate>
      <media:content url="/pic/2.jpg" medium="image"><media:credit>Ann Gull</media:credit></media:content></item></channel></rss>`, { 'x-robots-tag': 'noindex' }),
    '/feed?page=2': { body: '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/entry/2"/><content type="html">&lt;img src="/pic/3.jpg"&gt;</content></entry></feed>', headers: { 'content-type': 'text/plain' } },
    '/entry/1': '<!doctype html><img src="/pic/4.jpg">',
    '/entry/2': '<!doctype html><img src="/pic/5.jpg">',
  }
  const without = await serve(pages)
  expect((await run(without.origin)).report).toMatchObject({ kept: 1, pages: 1 })
  const site = await serve(pages)
  const { report, assets } = await run(site.origin, { feeds: true })
  expect(visited(site.paths)).toEqual(['/', '/entry/1', '/entry/2', '/feed', '/feed?page=2'])
  expect(report).toMatchObject({ pages: 5, kept: 5, pending: 0 })
  expect(assets['/pic/2.jpg']).toMatchObject({ pageUrl: `${site.origin}/entry/1`, title: 'A dive', creator: 'Ann Gull', publishedAt: '2024-05-01T10:00:00.000Z' })
  // Feeds are as deep as the page that names them, their entries a step deeper.
  const shallow = await serve(pages)
  await run(shallow.origin, { feeds: true, depth: 0 })
  expect(visited(shallow.paths)).toEqual(['/', '/feed', '/feed?page=2'])
})

it('reads the sitemaps that robots.txt names: an index, in gzip, on another host; their pages in scope, at no depth', async () => {
  const map = (origin: string, more = ''): string => `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
    <url><loc>${origin}/sea/1</loc><image:image><image:loc>${origin}/pic/1.jpg</image:loc><image:title>Gannet</image:title><image:license>https://creativecommons.org/licenses/by/4.0/</image:license></image:image></url>
    <url><loc>${origin}/land/9</loc></url>${more}</urlset>`
  const lists: Record<string, Answer> = {}
  const cdn = await serve(lists, '127.0.0.2')
  const pages: Record<string, Answer> = {
    '/sea/': '<!doctype html>nothing here', '/sea/1': '<!doctype html><a href="/sea/deeper">x</a>', '/sea/2': '<!doctype html><img src="/pic/2.jpg">',
    '/land/9': '<!doctype html><img src="/pic/9.jpg">', '/sea/deeper': '<!doctype html>',
  }
  const site = await serve(pages)
  pages['/robots.txt'] = `User-agent: *\nDisallow:\nSitemap: ${cdn.origin}/index.xml\nSitemap: ${cdn.origin}/page.html\nSitemap: ${cdn.origin}/pages.txt\n`
  lists['/index.xml'] = xml(`<sitemapindex><sitemap><loc>${cdn.origin}/sea.xml.gz</loc></sitemap></sitemapindex>`, { 'x-robots-tag': 'noindex, follow' })
  lists['/sea.xml.gz'] = { body: gzipSync(map(site.origin)), headers: { 'content-type': 'application/gzip' } }
  lists['/page.html'] = '<!doctype html><img src="/pic/7.jpg"><a href="/more">x</a>'
  lists['/pages.txt'] = { body: `${site.origin}/sea/2\n${site.origin}/sea/1\n`, headers: { 'content-type': 'text/plain' } }

  const without = await run(`${site.origin}/sea/`, { scope: 'prefix' })
  expect(without.report).toMatchObject({ pages: 1, kept: 0 })
  expect(cdn.paths).toEqual([])

  site.paths.length = 0
  const { report, assets } = await run(`${site.origin}/sea/`, { scope: 'prefix', sitemaps: true, depth: 0 })
  expect(visited(site.paths)).toEqual(['/sea/', '/sea/1', '/sea/2'])
  expect(visited(cdn.paths)).toEqual(['/index.xml', '/page.html', '/pages.txt', '/sea.xml.gz'])
  expect(report).toMatchObject({ kept: 2, pending: 0, pagesPending: 0 })
  expect(assets['/pic/1.jpg']).toMatchObject({ pageUrl: `${site.origin}/sea/1`, title: 'Gannet', licence: 'https://creativecommons.org/licenses/by/4.0/' })
  expect(Object.keys(assets).sort()).toEqual(['/pic/1.jpg', '/pic/2.jpg'])
})

it('a sitemap may be the seed', async () => {
  const pages: Record<string, Answer> = { '/a': '<!doctype html><img src="/pic/1.jpg">', '/b': '<!doctype html><img src="/pic/2.jpg">' }
  const site = await serve(pages)
  pages['/map.xml'] = xml(`<urlset><url><loc>${site.origin}/a</loc></url><url><loc>${site.origin}/b</loc></url></urlset>`)
  const { report } = await run(`${site.origin}/map.xml`, { depth: 0 })
  expect(report).toMatchObject({ pages: 3, kept: 2 })
})
