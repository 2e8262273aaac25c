/** The site does what its switches say, and its log what clients did. Raw clients: undici and node:net. */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { planGallery, startSite, type Site, type SiteOptions, type Switch } from './index.ts'

const plan = planGallery({
  seed: 11,
  pictures: 40,
  worth: 16,
  picturesPerPage: 10,
  fullSide: 320,
  thumbSide: 160,
  thumbBytes: { minBytes: 3_000, maxBytes: 9_000 },
  fullBytes: { minBytes: 20_000, maxBytes: 50_000 },
})

let cacheDir: string
let site: Site
let agent: Agent

const open = async (options: Omit<SiteOptions, 'plan' | 'cacheDir'> = {}): Promise<Site> => {
  agent = new Agent({ connections: 32 })
  site = await startSite({ plan, cacheDir, ...options })
  return site
}
const openWith = (...switches: Switch[]): Promise<Site> => open({ switches })

interface Got {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly bytes: Buffer
}

const get = async (url: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Got> => {
  const answer = await request(url, { dispatcher: agent, headers, ...(signal ? { signal } : {}) })
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) }
}

beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'gannet-site-test-'))
})
afterEach(async () => {
  await site.close()
  await agent.close()
})
afterAll(() => rm(cacheDir, { recursive: true, force: true }))

const firstWorthy = (): { thumbUrl: string; fullUrl: string; thumbBytes: number; fullBytes: number } => {
  const found = site.truth.pictures.find((picture) => picture.kind === 'worth')
  if (!found || found.thumbBytes === null || found.fullBytes === null) throw new Error('the plan has nothing worth having')
  return { ...found, thumbBytes: found.thumbBytes, fullBytes: found.fullBytes }
}

describe('a site', () => {
  it('can be walked: its pages name every picture of the plan, which weigh what the truth says', async () => {
    await open()
    const seen = new Set<string>()
    let next: string | undefined = '/'
    while (next !== undefined) {
      const html = (await get(new URL(next, site.url).href)).bytes.toString()
      for (const [, url] of html.matchAll(/(\/[ft]\/[^"' ]+)/g)) seen.add(url as string)
      next = /rel="next" href="([^"]+)"/.exec(html)?.[1]
    }
    const named = plan.pictures.flatMap((picture) => [picture.thumbPath, picture.fullPath])
    expect([...seen].sort()).toEqual([...new Set(named)].sort())
    for (const picture of site.truth.pictures) {
      expect((await get(picture.fullUrl)).bytes.length).toBe(picture.fullBytes)
      if (picture.thumbUrl === picture.fullUrl) continue
      expect((await get(picture.thumbUrl)).bytes.length).toBe(picture.thumbBytes)
    }
    await site.quiet()
    expect(site.bytes().full).toBe(site.truth.bytes?.fulls)
    expect(site.bytes().thumb).toBe(site.truth.bytes?.thumbs)
    expect(site.truth.keep).toHaveLength(16)
  })

  it('logs who asked for what, how often, how fast and how many at once', async () => {
    await openWith({ do: 'slow', medianMs: 200, p95Ms: 201 })
    const { fullUrl } = firstWorthy()
    const headers = { 'user-agent': 'tester', referer: site.url }
    await Promise.all([get(fullUrl, headers), get(fullUrl, headers), get(fullUrl, headers)])
    await get(`${site.url}robots.txt`)
    await site.quiet()
    expect(site.log).toHaveLength(4)
    expect(site.log[0]).toMatchObject({ kind: 'full', status: 200, userAgent: 'tester', referer: site.url, whole: true })
    expect(site.counts().get(new URL(fullUrl).pathname)).toBe(3)
    expect(site.counts({ kinds: ['robots'] }).size).toBe(1)
    const pace = site.pace({ kinds: ['full'] })
    expect(pace.maxConcurrent).toBe(3)
    expect(pace.minGapMs).toBeLessThan(190)
    expect(site.pace().visits).toBe(4)
    for (const visit of site.log.slice(0, 3)) expect((visit.endedAt ?? 0) - visit.startedAt).toBeGreaterThan(150)
    site.clearLog()
    expect(site.pace()).toEqual({ visits: 0, minGapMs: null, medianGapMs: null, maxConcurrent: 0 })
  })

  it('shows pictures from another address when told to', async () => {
    await open({ hosts: ['127.0.0.1', '127.0.0.2'], imageHosts: ['127.0.0.2'] })
    const { thumbUrl } = firstWorthy()
    expect(new URL(thumbUrl).hostname).toBe('127.0.0.2')
    expect((await get(site.url)).bytes.toString()).toContain(`http://127.0.0.2:${site.port}/t/`)
    expect((await get(thumbUrl)).status).toBe(200)
    expect(site.pace({ host: '127.0.0.2' }).visits).toBe(1)
  })

  it('answers HEAD with a length and no body, and 404 for what it has not', async () => {
    await open()
    const { fullUrl, fullBytes } = firstWorthy()
    const answer = await request(fullUrl, { method: 'HEAD', dispatcher: agent })
    expect(answer.headers['content-length']).toBe(String(fullBytes))
    await answer.body.dump()
    expect((await get(`${site.url}nothing`)).status).toBe(404)
    expect(site.bytes().full).toBe(0)
  })

  it('serves robots.txt as told', async () => {
    await open({ robots: { disallow: ['/f/'], crawlDelayS: 2 } })
    const text = (await get(`${site.url}robots.txt`)).bytes.toString()
    expect(text).toBe('User-agent: *\nDisallow: /f/\nCrawl-delay: 2\n')
    await site.close()
    await open({ robots: { status: 500 } })
    expect((await get(`${site.url}robots.txt`)).status).toBe(500)
  })

  it('tells its truth and its log to another process', async () => {
    await open({ control: true })
    await get(firstWorthy().thumbUrl)
    await site.quiet()
    const log = JSON.parse((await get(`${site.url}__site/log`)).bytes.toString()) as unknown[]
    const truth = JSON.parse((await get(`${site.url}__site/truth`)).bytes.toString()) as { keep: string[] }
    expect(log).toHaveLength(1)
    expect(truth.keep).toEqual(site.truth.keep)
  })
})

describe('a switch', () => {
  it('refuses whoever comes without a page of the site', async () => {
    await openWith({ do: 'needs-referer' })
    const { fullUrl } = firstWorthy()
    expect((await get(fullUrl)).status).toBe(403)
    expect((await get(fullUrl, { referer: 'https://elsewhere.example/' })).status).toBe(403)
    expect((await get(fullUrl, { referer: `${site.url}page/2` })).status).toBe(200)
    expect((await get(site.url)).status).toBe(200)
  })

  it.each(['seconds', 'date'] as const)('throttles, says until when in %s, and sees who does not wait', async (form) => {
    await openWith({ do: 'throttle', requests: 2, windowMs: 60_000, retryAfterS: 30, form })
    const { fullUrl, thumbUrl } = firstWorthy()
    expect((await get(fullUrl)).status).toBe(200)
    expect((await get(thumbUrl)).status).toBe(200)
    const refused = await get(fullUrl)
    expect(refused.status).toBe(429)
    const told = String(refused.headers['retry-after'])
    const seconds = form === 'seconds' ? Number(told) : (Date.parse(told) - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(27)
    expect(seconds).toBeLessThan(32)
    await site.quiet()
    expect(site.impatient()).toHaveLength(0)
    expect((await get(fullUrl)).status).toBe(429)
    await site.quiet()
    expect(site.impatient().map((visit) => visit.at)).toEqual([3])
  })

  it('fails in bursts', async () => {
    await openWith({ do: 'burst', every: 4, length: 2 })
    const { fullUrl } = firstWorthy()
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) statuses.push((await get(fullUrl)).status)
    expect(statuses).toEqual([200, 200, 503, 503, 200, 200, 503, 503])
  })

  it('fails the first times only', async () => {
    await openWith({ do: 'status', status: 500, kinds: ['full'], times: 2 })
    const { fullUrl, thumbUrl } = firstWorthy()
    expect((await get(thumbUrl)).status).toBe(200)
    expect([(await get(fullUrl)).status, (await get(fullUrl)).status, (await get(fullUrl)).status]).toEqual([500, 500, 200])
    expect(site.truth.keep).toHaveLength(16)
  })

  it('falls on its share, by seed, and the truth knows on which', async () => {
    await openWith({ do: 'status', status: 404, kinds: ['full'], share: 0.4 })
    const lost = site.truth.pictures.filter((picture) => picture.kind === 'worth' && !picture.keep)
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThan(16)
    for (const picture of site.truth.pictures.filter((one) => one.kind === 'worth')) {
      expect((await get(picture.fullUrl)).status).toBe(picture.keep ? 200 : 404)
      expect(picture.reasons).toEqual(picture.keep ? [] : ['http-status'])
    }
    const repeated = new Set(site.truth.pictures.map((picture) => picture.of))
    expect(lost.some((picture) => repeated.has(picture.id))).toBe(false)
  })

  it('lies about types and adds headers', async () => {
    await openWith({ do: 'header', name: 'X-Robots-Tag', value: 'noimageai' }, { do: 'type', type: 'text/plain' })
    const got = await get(firstWorthy().fullUrl)
    expect(got.headers['content-type']).toBe('text/plain')
    expect(got.headers['x-robots-tag']).toBe('noimageai')
    expect(got.bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
  })

  it('truncates: the announced length never comes', async () => {
    await openWith({ do: 'truncate', kinds: ['full'] })
    const { fullUrl, fullBytes } = firstWorthy()
    const { hostname, port, pathname } = new URL(fullUrl)
    const raw = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = []
      const socket = connect(Number(port), hostname, () => socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`))
      socket.on('data', (chunk) => chunks.push(chunk)).on('error', reject)
      socket.on('close', () => resolve(Buffer.concat(chunks)))
    })
    const body = raw.subarray(raw.indexOf('\r\n\r\n') + 4)
    expect(raw.toString('latin1')).toContain(`content-length: ${fullBytes}`)
    expect(body.length).toBe(Math.floor(fullBytes / 2))
    await expect(get(fullUrl)).rejects.toThrow()
    await site.quiet()
    expect(site.log.map((visit) => visit.whole)).toEqual([false, false])
    expect(site.truth.keep).toHaveLength(0)
  })

  it('never ends, until the client goes', async () => {
    await openWith({ do: 'endless' })
    const leave = new AbortController()
    const answer = await request(firstWorthy().fullUrl, { dispatcher: agent, signal: leave.signal })
    let read = 0
    await expect(
      (async () => {
        for await (const chunk of answer.body) if ((read += (chunk as Buffer).length) > 3_000_000) leave.abort()
      })(),
    ).rejects.toThrow()
    await site.quiet()
    expect(read).toBeGreaterThan(3_000_000)
    expect(site.log[0]?.whole).toBe(false)
  })

  it('drips slowly but whole', async () => {
    await openWith({ do: 'drip', bytesPerS: 100_000, kinds: ['full'] })
    const { fullUrl, fullBytes } = firstWorthy()
    const started = performance.now()
    expect((await get(fullUrl)).bytes.length).toBe(fullBytes)
    expect(performance.now() - started).toBeGreaterThan((fullBytes / 100_000) * 700)
  })

  it('hangs or cuts the line', async () => {
    await openWith({ do: 'hang', kinds: ['full'] }, { do: 'reset', kinds: ['thumb'] })
    const { fullUrl, thumbUrl } = firstWorthy()
    await expect(get(fullUrl, {}, AbortSignal.timeout(100))).rejects.toThrow()
    await expect(get(thumbUrl)).rejects.toThrow()
    await site.quiet()
    expect(site.log.map((visit) => visit.status)).toEqual([null, null])
  })

  it('redirects: in a loop, by hops, to another host, anywhere', async () => {
    await open({
      hosts: ['127.0.0.1', '127.0.0.2'],
      switches: [
        { do: 'redirect-loop', kinds: ['thumb'] },
        { do: 'redirect', hops: 2, to: '127.0.0.2', kinds: ['full'] },
        { do: 'redirect', to: 'http://169.254.169.254/latest', paths: ['/page/2'] },
      ],
    })
    const { fullUrl, thumbUrl } = firstWorthy()
    const follow = async (url: string): Promise<string> =>
      new URL(String((await get(url)).headers.location), url).href
    expect(await follow(await follow(await follow(thumbUrl)))).toBe(await follow(thumbUrl))
    const second = await follow(fullUrl)
    expect(new URL(second).hostname).toBe('127.0.0.1')
    const third = await follow(second)
    expect(new URL(third).hostname).toBe('127.0.0.2')
    expect((await get(third)).status).toBe(200)
    expect(await follow(`${site.url}page/2`)).toBe('http://169.254.169.254/latest')
  })

  it('shows a placeholder, a page or another picture with 200', async () => {
    const [a, b, c] = plan.pictures.filter((picture) => picture.worth).map((picture) => picture.fullPath)
    await openWith(
      { do: 'placeholder', paths: [a as string] },
      { do: 'html', paths: [b as string] },
      { do: 'wrong-full', paths: [c as string] },
      { do: 'expired', kinds: ['thumb'] },
    )
    const honest = site.truth.pictures.map((picture) => picture.fullBytes)
    const shown = await get(site.urlOf(a as string))
    expect(shown.status).toBe(200)
    expect(honest).not.toContain(shown.bytes.length)
    expect((await get(site.urlOf(b as string))).headers['content-type']).toContain('text/html')
    const wrong = await get(site.urlOf(c as string))
    const promised = site.truth.pictures.find((picture) => picture.plan.fullPath === c)
    expect(wrong.bytes.length).not.toBe(promised?.fullBytes)
    expect(honest).toContain(wrong.bytes.length)
    expect((await get(firstWorthy().thumbUrl)).bytes.toString()).toContain('Request has expired')
  })
})
