/** A robots.txt that cannot be had for a while: its host is asked again, and loses nothing by it; for ever, and it ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crawl, type CrawlOptions, type CrawlReport } from 'gannet'
import { expect, it, onTestFinished } from 'vitest'
import { serveHttp } from './local-server.ts'

type Way = (response: ServerResponse) => void
const status = (code: number, headers: Readonly<Record<string, string>> = {}): Way => (response) => void response.writeHead(code, headers).end()
const GONE = status(404)
const RESET: Way = (response) => void response.socket?.resetAndDestroy()
const SILENCE: Way = () => undefined

/** Serves pages without end; robots.txt as `ways` have it, the last of them for ever. */
const run = async (ways: readonly [Way, ...Way[]], paths: readonly string[], options: CrawlOptions = {}): Promise<{ report: CrawlReport; asked: number; attempts: number }> => {
  let asked = 0
  const site = await serveHttp((request, response) => {
    if (request.url !== '/robots.txt') return void response.setHeader('content-type', 'text/html').end('<p>A page.')
    const way = ways[Math.min(asked++, ways.length - 1)] ?? GONE
    way(response)
  })
  onTestFinished(() => site.close())
  const data = await mkdtemp(join(tmpdir(), 'gannet-robots-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const running = crawl({ urls: paths.map((path) => `${site.origin}${path}`), data, delay: 0, allowAddress: ['127.0.0.1'], vision: 1, headersTimeoutMs: 500, ...options })
  let attempts = 0
  for await (const event of running) if (event.type === 'task-leased') attempts++
  return { report: await running.report(), asked, attempts }
}

it.each<[string, Way]>([
  ['503 and when to come back', status(503, { 'retry-after': '1' })], ['500', status(500)], ['429', status(429)], ['silence', SILENCE], ['a reset', RESET],
])('after %s it is asked again when the task is tried again', async (_what, hiccup) => {
  const { report, asked } = await run([hiccup, GONE], ['/'])
  expect(report).toMatchObject({ pages: 1, pagesFailed: {}, pagesPending: 0 })
  expect(asked).toBe(2)
}, 60_000)

it('a crowd of tasks waits for it, with no failure of theirs but that of who asked', async () => {
  const crowd = Array.from({ length: 12 }, (_, n) => `/${n}`)
  const { report, asked } = await run([status(503, { 'retry-after': '1' }), status(500), GONE], crowd, { attempts: 3 })
  expect(report).toMatchObject({ pages: 12, pagesFailed: {}, pagesPending: 0 })
  expect(asked).toBe(3)
}, 60_000)

it('broken for ever, it ends its tasks with its reason, and is not asked for each of them', async () => {
  const crowd = Array.from({ length: 5 }, (_, n) => `/${n}`)
  const { report, asked, attempts } = await run([status(500, { 'retry-after': '1' })], crowd, { attempts: 2 })
  expect(report).toMatchObject({ pages: 0, pagesFailed: { 'http-status': 5 }, pagesPending: 0 })
  expect(asked).toBeLessThanOrEqual(10)
  // Two failures each, and what waited for the second and the third ask.
  expect(attempts).toBeLessThanOrEqual(10 + 10)
}, 120_000)
