/** Hosts that are not there, refuse, throttle, stall or lead in circles. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planGallery, type Switch } from '../site/index.ts'
import { crawlArgs, folder, gannet, reportIn, site, SMALL, verdictIn, whyOf } from './gannet.ts'

/** A port on which nobody listens: one that was free a moment ago. */
const deadPort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

const five = () => planGallery({ seed: 11, pictures: 5, worth: 5, picturesPerPage: 5, ...SMALL })

describe('a host that cannot be reached', () => {
  it('fails alone: the rest is crawled, and the exit code says that a seed failed', async () => {
    const data = await folder()
    const good = await site({ plan: five() })
    const dead = `http://127.0.0.1:${await deadPort()}/`
    const nameless = 'http://no-such-host.invalid/'
    const ended = await gannet(crawlArgs([dead, good.url, nameless], data))
    expect(reportIn(ended)).toMatchObject({ kept: 5, pages: 1, pagesFailed: { unresolvable: 2 } })
    expect(ended.code).toBe(3)
    expect(ended.stderr).toMatch(/unresolvable http:\/\/127\.0\.0\.1.* cannot be reached \(.*ECONNREFUSED/)
    expect(ended.stderr).toMatch(/unresolvable http:\/\/no-such-host\.invalid.* does not resolve/)
    expect((await whyOf(data, [dead, nameless])).map(verdictIn)).toEqual(['unresolvable', 'unresolvable'])
  })

  it('ends with 1 when there was nothing else to do, be the seed a page or a picture', async () => {
    const port = await deadPort()
    for (const seed of [`http://127.0.0.1:${port}/`, `http://127.0.0.1:${port}/cat.jpg`]) {
      const data = await folder()
      const ended = await gannet(crawlArgs([seed], data))
      expect(reportIn(ended).kept).toBe(0)
      expect(ended.code).toBe(1)
      const told = await gannet(['why', seed, '--data', data])
      expect(told.code).toBe(0)
      expect(told.stdout).toContain('unresolvable: it lies on a host that cannot be reached')
    }
  })

  it('of a list is told apart from those that can', async () => {
    const data = await folder()
    const good = await site({ plan: five() })
    const list = join(data, 'list.txt')
    await writeFile(list, `# pictures\n${good.truth.keep.join('\n')}\n\nhttp://127.0.0.1:${await deadPort()}/cat.jpg\nftp://127.0.0.1/dog.jpg\nhttp://[::1\n`)
    const ended = await gannet(crawlArgs(['--list', list], join(data, 'data')))
    expect(reportIn(ended)).toMatchObject({ candidates: 8, kept: 5, failed: { unresolvable: 1 }, refused: { 'unsupported-scheme': 1, 'invalid-url': 1 } })
  })
})

it('an address inside the network is refused, and the way to allow it is named', async () => {
  const data = await folder()
  const good = await site({ plan: five() })
  const ended = await gannet(['crawl', good.url, '--data', data, '--json', '--delay', '0'])
  expect(reportIn(ended)).toMatchObject({ pages: 0, candidates: 0 })
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/blocked-address http.*--allow-address/)
  expect(good.log).toEqual([])
  const told = await gannet(['why', good.url, '--data', data])
  expect(told.stdout).toContain('--allow-address')
})

describe('a host that throttles', () => {
  it.each(['seconds', 'date'] as const)('is left alone for as long as it asks, told in %s', async (form) => {
    const data = await folder()
    const strict = await site({
      plan: five(),
      switches: [{ do: 'throttle', requests: 8, windowMs: 60_000, retryAfterS: 1, form, kinds: ['thumb', 'full'] }],
    })
    const ended = await gannet(crawlArgs([strict.url], data, '--attempts', '5', '--per-host', '1'))
    expect(reportIn(ended)).toMatchObject({ kept: 5, failed: {}, pending: 0 })
    expect(ended.code).toBe(0)
    expect(strict.log.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
    expect(strict.impatient()).toEqual([])
    expect(ended.stderr).toContain('asked to wait until')
  })
})

it('a host that breaks some requests off loses those pictures and no other', async () => {
  const data = await folder()
  const plan = planGallery({ seed: 13, pictures: 24, worth: 24, picturesPerPage: 24, ...SMALL })
  const urls = plan.pictures.map(({ fullPath }) => fullPath)
  // Many one after the other, then some between: in neither way may they take the good ones with them.
  const bad = new Set(urls.filter((_, at) => (at < 12 ? at < 8 : at % 3 === 0)))
  const flaky = await site({ plan, switches: [{ do: 'reset', paths: [...bad] }] })
  const began = Date.now()
  const list = join(data, 'list.txt')
  await writeFile(list, urls.map((path) => `${flaky.urlOf(path)}\n`).join(''))
  const ended = await gannet(crawlArgs(['--list', list], join(data, 'data'), '--attempts', '3'))
  expect(reportIn(ended)).toMatchObject({ kept: 24 - bad.size, failed: { truncated: bad.size }, pending: 0 })
  expect(Date.now() - began).toBeLessThan(45_000)
})

it('hotlink protection is passed by coming from the page', async () => {
  const data = await folder()
  const guarded = await site({ plan: five(), switches: [{ do: 'needs-referer' }] })
  const ended = await gannet(crawlArgs([guarded.url], data))
  expect(reportIn(ended)).toMatchObject({ kept: 5, failed: {} })
  expect(guarded.log.filter(({ status }) => status === 403)).toEqual([])
})

it('each way of not delivering has its reason, and costs no more than its own picture', async () => {
  const data = await folder()
  const plan = planGallery({ seed: 12, pictures: 13, worth: 13, picturesPerPage: 13, ...SMALL })
  const ways: readonly (readonly [reason: string, way: Switch])[] = [
    ['http-status', { do: 'redirect-loop' }],
    ['http-status', { do: 'redirect', hops: 9 }],
    ['http-status', { do: 'status', status: 404 }],
    ['http-status', { do: 'status', status: 503 }],
    ['too-large', { do: 'endless' }],
    ['timeout', { do: 'endless', bytesPerS: 1_000 }],
    ['timeout', { do: 'drip', bytesPerS: 2_000 }],
    ['timeout', { do: 'hang' }],
    ['truncated', { do: 'truncate' }],
    ['http-status', { do: 'expired' }],
    ['not-an-image', { do: 'html' }],
    ['full-mismatch', { do: 'placeholder' }],
    ['full-mismatch', { do: 'wrong-full' }],
  ]
  const switches = ways.map(([, way], at): Switch => ({ ...way, paths: [plan.pictures[at]?.fullPath as string] }))
  const bad = await site({ plan, switches })
  const ended = await gannet(crawlArgs(
    [bad.url], data, '--headers-timeout-ms', '700', '--idle-timeout-ms', '700', '--total-timeout-ms', '2000', '--max-body', '2000000',
  ))
  const report = reportIn(ended)
  expect(report).toMatchObject({ candidates: 13, kept: 0, pending: 0, pages: 1 })
  const verdicts = (await whyOf(data, plan.pictures.map(({ fullPath }) => bad.urlOf(fullPath)))).map(verdictIn)
  expect(verdicts).toEqual(ways.map(([reason]) => reason))
  expect(ended.code).toBe(0)
})

it('what robots.txt denies is refused by that name and never asked for', async () => {
  const data = await folder()
  const plan = five()
  const denied = plan.pictures.slice(0, 2).map(({ thumbPath }) => thumbPath)
  const shy = await site({ plan, robots: { disallow: denied } })
  const ended = await gannet(crawlArgs([shy.url], data))
  expect(reportIn(ended)).toMatchObject({ kept: 3, refused: { 'robots-denied': 2 }, failed: {} })
  expect(ended.code).toBe(0)
  for (const path of denied) expect(shy.counts().get(path)).toBeUndefined()

  const closed = await site({ plan, robots: { disallow: ['/'] } })
  const shut = await gannet(crawlArgs([closed.url], await folder()))
  expect(reportIn(shut)).toMatchObject({ pages: 0, pagesFailed: { 'robots-denied': 1 } })
  expect(shut.code).toBe(1)
  expect(shut.stderr).toContain("is denied by the site's robots.txt")
})
