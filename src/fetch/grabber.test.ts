import type http from 'node:http'
import type net from 'node:net'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveHttp, serveTcp, type LocalServer } from '../../test/local-server.ts'
import { systemClock } from '../core/clock.ts'
import { sha256Of } from '../core/ids.ts'
import type { PageReading } from '../page/candidate.ts'
import type { Grant } from '../schedule/task.ts'
import type { FetchParts, FetchSettings } from './fetch-options.ts'
import { createGrabber, type Grabber } from './grabber.ts'
import type { Leave, VisitAsk } from './visit.ts'

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2000, 7)])
const READING: PageReading = {
  document: 'html', candidates: [], links: [],
  relations: { next: [], canonical: null, refresh: null, alternates: [], feeds: [], sitemaps: [] },
  title: 'read', optOut: { follow: true, images: true, directive: null }, unusable: [], cut: null,
}

type Route = (request: http.IncomingMessage, response: http.ServerResponse) => void

let spoolDir: string
let site: LocalServer
let other: LocalServer
let grabber: Grabber
const open: (Grabber | LocalServer)[] = []
/** Answers by path; each test sets its own. Both hosts serve them. */
let routes: Record<string, Route> = {}
let requests: { host: string; path: string; headers: http.IncomingHttpHeaders; at: number }[] = []
let granted: string[] = []
let remembered: Map<string, Uint8Array>

const grantFor = (host: string, more: Partial<Grant> = {}): Grant => ({
  host, notBefore: 0, count: 1, intervalMs: 0, fence: 1, ...more,
})

const leave: Leave = {
  grant: async (host) => {
    granted.push(host)
    return grantFor(host)
  },
  recall: async (key) => remembered.get(key) ?? null,
  remember: async (key, value) => void remembered.set(key, value),
}

const answer: Route = (request, response) => {
  requests.push({ host: `http://${request.headers.host}`, path: request.url ?? '', headers: request.headers, at: Date.now() })
  const route = routes[request.url ?? '']
  if (route) return route(request, response)
  response.writeHead(404).end()
}

const ask = (url: string, more: Partial<VisitAsk> = {}): VisitAsk => ({
  url, kind: 'image', referer: null, grant: grantFor(URL.canParse(url) ? new URL(url).origin : url), ...more,
})

const make = (settings: Partial<FetchSettings & FetchParts> = {}, asked: Leave = leave): Grabber => {
  const made = createGrabber(
    {
      spoolDir, readPage: () => READING, allowAddress: ['127.0.0.0/8'], connectTimeoutMs: 1000, headersTimeoutMs: 300,
      idleTimeoutMs: 300, totalTimeoutMs: 20_000, maxBody: 1_000_000, maxPage: 400_000, robots: false, ...settings,
    },
    asked,
  )
  open.push(made)
  return made
}

const send = (body: string | Buffer, headers: http.OutgoingHttpHeaders = {}, status = 200): Route => (_request, response) => {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)
}
const sendPieces = (...pieces: readonly Buffer[]): Route => (_request, response) => {
  for (const piece of pieces) response.write(piece)
  response.end()
}
const redirectTo = (location: string, status = 302): Route => send('', { location }, status)

beforeAll(async () => {
  spoolDir = await mkdtemp(path.join(tmpdir(), 'gannet-fetch-'))
  site = await serveHttp(answer, '127.0.0.1')
  other = await serveHttp(answer, '127.0.0.2')
})
afterAll(async () => {
  await site.close()
  await other.close()
  await rm(spoolDir, { recursive: true })
})
beforeEach(() => {
  routes = { '/a.jpg': send(JPEG, { 'content-type': 'image/jpeg', etag: '"1"', 'set-cookie': 'a=1' }) }
  requests = []
  granted = []
  remembered = new Map()
  grabber = make()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
  for (const file of await readdir(spoolDir)) await rm(path.join(spoolDir, file))
})

/** A server that speaks bytes, not HTTP. */
const raw = async (onSocket: (socket: net.Socket) => void): Promise<string> => {
  const server = await serveTcp(onSocket)
  open.push(server)
  return `${server.origin}/a.jpg`
}

describe('a visit to a picture', () => {
  it('brings the bytes as they were sent, under the grant of the task', async () => {
    const result = await grabber.visitImage(ask(`${site.origin}/a.jpg#top`))
    expect(result).toMatchObject({
      ok: true, status: 200, finalUrl: `${site.origin}/a.jpg`, contentType: 'image/jpeg', bytes: JPEG.length, wireBytes: JPEG.length,
      headers: { etag: '"1"', 'content-type': 'image/jpeg' },
      observations: [{ host: site.origin, status: 200, retryAfterMs: null }],
    })
    expect(result.ok && result.body.kind === 'inline' && Buffer.compare(result.body.bytes, JPEG)).toBe(0)
    expect(result.ok && result.headers['set-cookie']).toBeUndefined()
    expect(result.observations[0]?.latencyMs).toBeGreaterThan(0)
    expect(granted).toEqual([])
  })

  it('says who it is and which page led here', async () => {
    await grabber.visitImage(ask(`${site.origin}/a.jpg`, { referer: 'https://user:word@page.example/album?p=1#x' }))
    await grabber.visitImage(ask(`${site.origin}/a.jpg`, { referer: `${site.origin}/album` }))
    expect(requests[0]?.headers).toMatchObject({
      'user-agent': expect.stringMatching(/^gannet\/0\.1 \(\+https:/), accept: expect.stringMatching(/^image\//),
      referer: 'https://page.example/album?p=1', origin: 'https://page.example',
    })
    expect(requests[1]?.headers).toMatchObject({ referer: `${site.origin}/album` })
    expect(requests[1]?.headers.origin).toBeUndefined()
  })

  it('spools a large body to a file, whole', async () => {
    const large = Buffer.concat([JPEG, Buffer.alloc(800_000, 9)])
    routes['/large.jpg'] = send(large)
    const result = await grabber.visitImage(ask(`${site.origin}/large.jpg`))
    expect(result.ok && result.body.kind === 'spool' && result.body.size === large.length).toBe(true)
    const file = result.ok && result.body.kind === 'spool' ? result.body.path : ''
    expect(path.dirname(file)).toBe(spoolDir)
    expect(Buffer.compare(await readFile(file), large)).toBe(0)
  })

  it.each<readonly [string, number, (body: Buffer) => Route]>([
    ['just over a message', 262_145, send], ['over half a megabyte', 530_000, send], ['of several steps', 990_000, send],
    ['of no stated length', 300_000, (body) => sendPieces(body.subarray(0, 9), body.subarray(9))],
    ['in gzip', 700_000, (body) => send(gzipSync(body), { 'content-encoding': 'gzip' })],
  ])('names a body %s by the hash of what lies in its file', async (_what, bytes, serving) => {
    const noise = Buffer.concat([JPEG, randomBytes(bytes - JPEG.length)])
    routes['/noise.jpg'] = serving(noise)
    const result = await grabber.visitImage(ask(`${site.origin}/noise.jpg`))
    const body = result.ok && result.body.kind === 'spool' ? result.body : expect.fail('not spooled')
    expect(body.size).toBe(bytes)
    expect((await readFile(body.path)).equals(noise)).toBe(true)
    expect(body.sha256).toBe(sha256Of(noise))
  })

  it.each([
    ['gzip', gzipSync(JPEG)], ['x-gzip', gzipSync(JPEG)], ['br', brotliCompressSync(JPEG)],
    ['deflate', deflateSync(JPEG)], ['deflate', deflateRawSync(JPEG)], ['identity', JPEG],
  ])('decodes %s', async (encoding, body) => {
    routes['/coded.jpg'] = send(body, { 'content-encoding': encoding })
    const result = await grabber.visitImage(ask(`${site.origin}/coded.jpg`))
    expect(result).toMatchObject({ ok: true, bytes: JPEG.length, wireBytes: body.length })
    expect(result.ok && result.body.kind === 'inline' && Buffer.compare(result.body.bytes, JPEG)).toBe(0)
  })
})

describe('answers that are out of the ordinary', () => {
  it('early hints, unknown length, other successes', async () => {
    routes['/hints'] = (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
      response.writeHead(203).end(JPEG)
    }
    expect(await grabber.visitImage(ask(`${site.origin}/hints`))).toMatchObject({ ok: true, status: 203, bytes: JPEG.length })
    const url = await raw((socket) => void socket.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), JPEG])))
    expect(await grabber.visitImage(ask(url))).toMatchObject({ ok: true, bytes: JPEG.length, contentType: null })
  })
})

describe('what came is not what was asked for', () => {
  it.each<[string, Route, object]>([
    ['an HTML page called a picture', send('<!doctype html><p>log in</p>', { 'content-type': 'image/jpeg' }), { reason: 'not-an-image', detail: 'an HTML page, not a picture' }],
    ['a PDF', send('%PDF-1.7 ....', { 'content-type': 'image/png' }), { reason: 'not-an-image', detail: 'a PDF, not a picture' }],
    ['a zip archive', send('PK\u0003\u0004......', {}), { reason: 'not-an-image', detail: 'a zip archive, not a picture' }],
    ['JSON', send('{"error":1}'), { reason: 'not-an-image', detail: 'JSON, not a picture' }],
    ['an empty answer', send(''), { reason: 'not-an-image' }],
    ['no content', send('', {}, 204), { reason: 'http-status', status: 204 }],
    ['an error', send('gone', {}, 410), { reason: 'http-status', status: 410, detail: 'status 410' }],
    ['an unknown encoding', send(JPEG, { 'content-encoding': 'compress' }), { reason: 'undecodable' }],
    ['a broken encoding', send(Buffer.concat([gzipSync(JPEG).subarray(0, 10), JPEG]), { 'content-encoding': 'gzip' }), { reason: 'undecodable' }],
    ['half an encoding', send(gzipSync(JPEG).subarray(0, 20), { 'content-encoding': 'gzip' }), { reason: 'truncated' }],
    ['an opt-out', send(JPEG, { 'x-robots-tag': 'noai' }), { reason: 'opt-out', detail: 'X-Robots-Tag: noai' }],
  ])('%s', async (_what, route, expected) => {
    routes['/x'] = route
    expect(await grabber.visitImage(ask(`${site.origin}/x`))).toMatchObject({ ok: false, ...expected })
    expect(await readdir(spoolDir)).toEqual([])
  })

  it('takes a picture called text, and ignores opt-outs only when told to', async () => {
    routes['/x'] = send('<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg"/>', {
      'content-type': 'text/plain', 'x-robots-tag': 'noindex',
    })
    expect((await grabber.visitImage(ask(`${site.origin}/x`))).ok).toBe(false)
    expect((await make({ optOut: false }).visitImage(ask(`${site.origin}/x`))).ok).toBe(true)
  })

  it('tells an expired link from another refusal', async () => {
    routes['/a?Expires=1500000000&Signature=x'] = send('', {}, 403)
    routes['/a?Expires=4000000000&Signature=x'] = send('', {}, 403)
    expect(await grabber.visitImage(ask(`${site.origin}/a?Expires=1500000000&Signature=x`))).toMatchObject({ reason: 'expired-link', status: 403 })
    expect(await grabber.visitImage(ask(`${site.origin}/a?Expires=4000000000&Signature=x`))).toMatchObject({ reason: 'http-status' })
  })
})

describe('limits', () => {
  const refusal = async (url: string, using = grabber) => {
    const started = performance.now()
    const result = await using.visitImage(ask(url))
    // Far above every deadline set here, for machines that are busy.
    expect(performance.now() - started).toBeLessThan(10_000)
    return result
  }
  /** Only the total deadline is short: bytes that keep coming are no excuse. */
  const impatient = () => make({ headersTimeoutMs: 20_000, idleTimeoutMs: 20_000, totalTimeoutMs: 900 })
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n'

  it('a server that never answers', async () => {
    expect(await refusal(await raw(() => undefined))).toMatchObject({
      reason: 'timeout', status: null, detail: 'no answer within 0.3 s', observations: [{ status: null, latencyMs: null }],
    })
  })

  it('headers that drip', async () => {
    const url = await raw((socket) => {
      socket.write(head)
      const drip = setInterval(() => socket.write('X-More: 1\r\n'), 50)
      socket.once('close', () => clearInterval(drip))
    })
    expect(await refusal(url, impatient())).toMatchObject({ reason: 'timeout' })
  })

  it('a body that stops', async () => {
    const url = await raw((socket) => void socket.write(Buffer.concat([Buffer.from(`${head}Content-Length: 9000\r\n\r\n`), JPEG])))
    expect(await refusal(url)).toMatchObject({ reason: 'timeout', detail: 'no byte for 0.3 s', wireBytes: JPEG.length })
  })

  it('a body that drips', async () => {
    const url = await raw((socket) => {
      socket.write(`${head}Content-Length: 9000\r\n\r\n`)
      const drip = setInterval(() => socket.write('x'), 50)
      socket.once('close', () => clearInterval(drip))
    })
    expect(await refusal(url, impatient())).toMatchObject({ reason: 'timeout', detail: 'not complete after 0.9 s' })
  })

  it.each(['/a.jpg', '/page'])('a body without end (%s)', async (target) => {
    const url = await raw((socket) => {
      socket.write(`${head}\r\n`)
      socket.write(target === '/page' ? '<html>' : JPEG)
      const pump = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, ' ')));
      }
      socket.on('drain', pump)
      pump()
    })
    const target_ = new URL(target, url).href
    const result = target === '/page' ? (await grabber.visitPage(ask(target_))).visit : await refusal(target_)
    expect(result).toMatchObject({ ok: false, reason: 'too-large' })
    expect(result.wireBytes).toBeLessThan(2_000_000)
    expect(await readdir(spoolDir)).toEqual([])
  })

  it('an announced length over the cap is not downloaded', async () => {
    routes['/x'] = (_request, response) => {
      response.writeHead(200, { 'content-length': 5_000_000 })
      response.write(JPEG)
    }
    expect(await refusal(`${site.origin}/x`)).toMatchObject({ reason: 'too-large' })
  })

  it('a bomb: few bytes on the wire, many decoded', async () => {
    const bomb = gzipSync(Buffer.concat([JPEG, Buffer.alloc(50_000_000)]))
    routes['/x'] = send(bomb, { 'content-encoding': 'gzip' })
    const result = await refusal(`${site.origin}/x`)
    expect(result).toMatchObject({ ok: false, reason: 'too-large' })
    expect(await readdir(spoolDir)).toEqual([])
  })

  it.each([
    ['a length that is too long', `Content-Length: 9000\r\n\r\n`],
    ['chunks without the last', `Transfer-Encoding: chunked\r\n\r\n7d4\r\n`],
  ])('%s', async (_what, rest) => {
    const url = await raw((socket) => void socket.end(Buffer.concat([Buffer.from(head + rest), JPEG])))
    expect(await refusal(url)).toMatchObject({ reason: 'truncated', status: 200 })
  })

  it('closed before the first byte of the body', async () => {
    expect(await refusal(await raw((socket) => void socket.end(`${head}\r\n`)))).toMatchObject({ reason: 'truncated' })
  })

  it('reset, nonsense, nobody there, no such name', async () => {
    for (const breakOff of [(socket: net.Socket) => void socket.resetAndDestroy(), (socket: net.Socket) => void socket.end()]) {
      expect(await refusal(await raw((socket) => socket.once('data', () => breakOff(socket))))).toMatchObject({
        reason: 'truncated', status: null, detail: expect.stringContaining('closed before an answer'), observations: [{ status: null, broken: true }],
      })
    }
    expect(await refusal(await raw((socket) => void socket.end('hello, world\r\n\r\n')))).toMatchObject({
      reason: 'truncated', status: null, detail: expect.stringContaining('not HTTP'), observations: [{ broken: true }],
    })
    const gone = await serveTcp(() => undefined)
    await gone.close()
    expect(await refusal(`${gone.origin}/a.jpg`)).toMatchObject({ reason: 'unresolvable', detail: 'no connection (ECONNREFUSED)' })
    expect(await refusal('http://nowhere.invalid/a.jpg')).toMatchObject({ reason: 'unresolvable', observations: [{ status: null }] })
  })

  it('asks once more, under new leave, when a kept connection was closed under the request', async () => {
    let connections = 0
    const url = await raw((socket) => {
      const first = ++connections === 1
      let asked = 0
      socket.on('data', () => {
        if (first && ++asked === 2) return socket.resetAndDestroy()
        socket.write(Buffer.concat([Buffer.from(`${head}Content-Length: ${JPEG.length}\r\n\r\n`), JPEG]))
      })
    })
    expect((await grabber.visitImage(ask(url))).ok).toBe(true)
    // The connection is free again once the turn has ended.
    await setImmediate()
    const second = await grabber.visitImage(ask(url))
    expect(second).toMatchObject({ ok: true, observations: [{ status: 200 }] })
    expect(granted).toEqual([new URL(url).origin])
  })
})

describe('observations', () => {
  it('carry Retry-After in both forms', async () => {
    routes['/s'] = send('', { 'retry-after': '7' }, 429)
    routes['/d'] = (_request, response) =>
      void response.writeHead(503, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }).end()
    expect(await grabber.visitImage(ask(`${site.origin}/s`))).toMatchObject({
      reason: 'http-status', status: 429, observations: [{ status: 429, retryAfterMs: 7000 }],
    })
    const { observations } = await grabber.visitImage(ask(`${site.origin}/d`))
    expect(observations[0]?.retryAfterMs).toBeGreaterThan(27_000)
    expect(observations[0]?.retryAfterMs).toBeLessThanOrEqual(30_000)
  })
})

describe('redirects', () => {
  it('are followed, each hop under its own leave, with the referer of the page', async () => {
    routes['/1'] = redirectTo('/2', 301)
    routes['/2'] = redirectTo(`${other.origin}/a.jpg#x`, 307)
    const result = await grabber.visitImage(ask(`${site.origin}/1`, { referer: 'https://page.example/' }))
    expect(result).toMatchObject({ ok: true, finalUrl: `${other.origin}/a.jpg` })
    expect(granted).toEqual([site.origin, other.origin])
    expect(result.observations.map(({ host, status }) => [host, status])).toEqual([
      [site.origin, 301], [site.origin, 307], [other.origin, 200],
    ])
    expect(requests.at(-1)?.headers.referer).toBe('https://page.example/')
  })

  it('use up a grant for several visits before asking for more', async () => {
    routes['/1'] = redirectTo('/a.jpg')
    await grabber.visitImage(ask(`${site.origin}/1`, { grant: grantFor(site.origin, { count: 2 }) }))
    expect(granted).toEqual([])
  })

  it('end: in a circle, after five for a picture, nowhere, at another scheme, inside the network', async () => {
    routes['/circle'] = redirectTo('/circle2')
    routes['/circle2'] = redirectTo('/circle')
    for (let at = 0; at < 12; at++) routes[`/long${at}`] = redirectTo(`/long${at + 1}`)
    routes['/long9'] = send('<html>')
    routes['/nowhere'] = redirectTo('http://')
    routes['/bare'] = send('', {}, 302)
    routes['/scheme'] = redirectTo('file:///etc/passwd')
    routes['/inside'] = redirectTo('http://169.254.169.254/latest/meta-data')
    routes['/inside-name'] = redirectTo('http://inside.example/')
    const strict = make({ resolve: async () => [{ address: '10.0.0.1', family: 4 }] })
    const visit = (target: string) => strict.visitImage(ask(`${site.origin}${target}`))
    expect(await visit('/circle')).toMatchObject({ reason: 'http-status', detail: expect.stringContaining('circle') })
    expect(await visit('/long0')).toMatchObject({ reason: 'http-status', detail: 'redirected more than 5 times' })
    expect(requests.filter(({ path: target }) => target.startsWith('/long'))).toHaveLength(6)
    expect((await strict.visitPage(ask(`${site.origin}/long0`))).kind).toBe('page')
    expect(await visit('/nowhere')).toMatchObject({ reason: 'http-status' })
    expect(await visit('/bare')).toMatchObject({ reason: 'http-status', status: 302 })
    expect(await visit('/scheme')).toMatchObject({ reason: 'unsupported-scheme' })
    expect(await visit('/inside')).toMatchObject({ reason: 'blocked-address' })
    expect(await visit('/inside-name')).toMatchObject({ reason: 'blocked-address' })
    expect(granted).not.toContain('http://169.254.169.254')
  })
})

describe('the guard', () => {
  it('sends nothing to an address inside, in any spelling', async () => {
    const strict = make({ allowAddress: [] })
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost']) {
      expect(await strict.visitImage(ask(`http://${host}:${site.port}/a.jpg`))).toMatchObject({ reason: 'blocked-address', observations: [] })
    }
    expect(await strict.visitImage(ask('no url'))).toMatchObject({ reason: 'invalid-url' })
    expect(await strict.visitImage(ask('data:image/png;base64,AA'))).toMatchObject({ reason: 'unsupported-scheme' })
    expect(requests).toEqual([])
  })

  it('holds a name to the address that is dialled: rebinding between check and connection gains nothing', async () => {
    const answers = ['93.184.215.14', '127.0.0.1']
    const strict = make({
      allowAddress: [], dnsTtlMs: 0, resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
    })
    expect(await strict.visitImage(ask(`http://site.example:${site.port}/a.jpg`))).toMatchObject({ reason: 'blocked-address' })
    expect(requests).toEqual([])
  })
})

describe('pace', () => {
  it('waits until the grant says so, and for leave of its own elsewhere', async () => {
    const notBefore = Date.now() + 150
    await grabber.visitImage(ask(`${site.origin}/a.jpg`, { grant: grantFor(site.origin, { notBefore }) }))
    expect(requests[0]?.at).toBeGreaterThanOrEqual(notBefore)
    await grabber.visitImage(ask(`${site.origin}/a.jpg`, { grant: grantFor(other.origin) }))
    expect(granted).toEqual([site.origin])
  })

  it('keeps visits apart even when their leaves came due together', async () => {
    const waits: number[] = []
    const clock = { now: () => 1000, until: async (at: number) => void waits.push(at) }
    const grab = make({ clock })
    const grant = grantFor(site.origin, { notBefore: 900, intervalMs: 60 })
    await Promise.all([0, 1, 2].map(() => grab.visitImage(ask(`${site.origin}/a.jpg`, { grant }))))
    await grab.visitImage(ask(`${other.origin}/a.jpg`, { grant: grantFor(other.origin, { notBefore: 5000 }) }))
    expect(waits).toEqual([1060, 1120, 5000])
  })

  it('learns nothing of a host whose answer it slept over, but what the answer says', async () => {
    let sleeps = 0
    const grab = make({ sleeps: () => sleeps })
    routes['/b.jpg'] = (request, response) => {
      sleeps++
      send('', { 'retry-after': '7' }, 503)(request, response)
    }
    routes['/c.jpg'] = (request) => {
      sleeps++
      request.socket.destroy()
    }
    const [busy, broken] = [await grab.visitImage(ask(`${site.origin}/b.jpg`)), await grab.visitImage(ask(`${site.origin}/c.jpg`))]
    expect(busy.observations).toMatchObject([{ status: 503, latencyMs: null, retryAfterMs: 7_000 }])
    expect([broken.ok, broken.observations]).toEqual([false, []])
  })

  it('asks for leave anew where it missed its time, which it may miss by more the next time', async () => {
    const waits: number[] = []
    const clock = {
      time: 10_000,
      now() {
        return this.time
      },
      async until(at: number) {
        waits.push(at)
        // Each wait ends half a second late.
        this.time = at + 500
      },
    }
    const leaves: number[] = []
    const grab = make({ clock }, { ...leave, grant: async (host) => {
      leaves.push(clock.time)
      return grantFor(host, { notBefore: clock.time + 100, intervalMs: 50 })
    } })
    const visit = (notBefore: number, intervalMs = 50) => grab.visitImage(ask(`${site.origin}/a.jpg`, { grant: grantFor(site.origin, { notBefore, intervalMs, count: 3 }) }))
    // It comes too late with what it was given; the time of the next it misses by as much as it may then.
    expect(await visit(9_000)).toMatchObject({ ok: true })
    expect([leaves, waits]).toEqual([[10_000], [10_100]])
    expect(await visit(clock.time + 100)).toMatchObject({ ok: true })
    expect([leaves, waits]).toEqual([[10_000, 11_200], [10_100, 10_700, 11_300]])
    // In time for a host that wants half a minute, and for one that wants nothing.
    expect([await visit(clock.time - 20_000, 30_000), await visit(0, 0)]).toMatchObject([{ ok: true }, { ok: true }])
    expect([leaves.length, requests.length]).toEqual([2, 4])
  })
})

describe('robots.txt', () => {
  const polite = () => make({ robots: true })
  const asked = (what: string) => requests.filter(({ path: target }) => target === what).length

  it('is fetched once for many visits, under leave, and obeyed for pages and pictures', async () => {
    routes['/robots.txt'] = send('user-agent: *\ndisallow: /private\ncrawl-delay: 0.05')
    const grab = polite()
    const results = await Promise.all(['/a.jpg', '/a.jpg', '/private/a.jpg'].map((target) => grab.visitImage(ask(`${site.origin}${target}`))))
    expect(results.map((result) => (result.ok ? 'ok' : result.reason))).toEqual(['ok', 'ok', 'robots-denied'])
    expect((await grab.visitPage(ask(`${site.origin}/private/`))).visit).toMatchObject({ reason: 'robots-denied' })
    expect(asked('/robots.txt')).toBe(1)
    expect(asked('/private/a.jpg')).toBe(0)
    // The first grant was spent on robots.txt: its visit asked for another.
    expect(granted).toEqual([site.origin])
    expect(results[0]?.observations).toMatchObject([{ status: 200 }, { status: 200, crawlDelayMs: 50 }])
    expect(results[0]?.ok && results[0].wireBytes).toBe(JPEG.length)
  })

  it('outlives the grabber in the cache, for a day', async () => {
    routes['/robots.txt'] = send('user-agent: gannet\ndisallow: /')
    await polite().visitImage(ask(`${site.origin}/a.jpg`))
    expect(await polite().visitImage(ask(`${site.origin}/a.jpg`))).toMatchObject({ reason: 'robots-denied' })
    expect(asked('/robots.txt')).toBe(1)
    const tomorrow = { ...systemClock, now: () => Date.now() + 25 * 3_600_000 }
    await make({ robots: true, clock: tomorrow }).visitImage(ask(`${site.origin}/a.jpg`))
    expect(asked('/robots.txt')).toBe(2)
  })

  it('holds at the end of a redirect too', async () => {
    routes['/robots.txt'] = (request, response) =>
      void response.end(request.headers.host?.startsWith('127.0.0.2') ? 'user-agent: *\ndisallow: /' : '')
    routes['/1'] = redirectTo(`${other.origin}/a.jpg`)
    expect(await polite().visitImage(ask(`${site.origin}/1`))).toMatchObject({ reason: 'robots-denied' })
    expect(asked('/a.jpg')).toBe(0)
  })

  it.each<[string, Route, string]>([
    ['404', send('', {}, 404), 'ok'],
    ['401', send('', {}, 401), 'ok'],
    ['403', send('User-agent: *\nDisallow: /', {}, 403), 'ok'],
    ['a circle', redirectTo('/robots.txt'), 'ok'],
    ['a redirect to the rules', redirectTo('/rules'), 'robots-denied'],
    ['500', send('', {}, 500), 'http-status'],
    ['503', send('', {}, 503), 'http-status'],
    ['429', send('', {}, 429), 'http-status'],
    ['silence', () => undefined, 'timeout'],
    ['a reset', (request) => request.socket.resetAndDestroy(), 'truncated'],
    ['rules beyond 512 KiB', send(`user-agent: *\ndisallow: /a\n${'#'.repeat(600_000)}\ndisallow: /`), 'robots-denied'],
    ['rules in gzip', send(gzipSync('user-agent: *\ndisallow: /a'), { 'content-encoding': 'gzip' }), 'robots-denied'],
  ])('answered by %s', async (_what, route, expected) => {
    routes['/robots.txt'] = route
    routes['/rules'] = send('user-agent: *\ndisallow: /')
    const grab = polite()
    const result = await grab.visitImage(ask(`${site.origin}/a.jpg`))
    expect(result.ok ? 'ok' : result.reason).toBe(expected)
    const before = asked('/robots.txt')
    await grab.visitImage(ask(`${site.origin}/a.jpg`))
    expect(asked('/robots.txt')).toBe(before)
    if (!['ok', 'robots-denied'].includes(expected)) expect(remembered.size).toBe(0)
  })

  it('that errs is a failure of those who asked for it, and makes those wait who come after; asked in vain thrice, it fails them too', async () => {
    let late = 0
    const clock = { ...systemClock, now: () => Date.now() + late }
    routes['/robots.txt'] = send('', { 'retry-after': '60' }, 503)
    const grab = make({ robots: true, clock })
    const visit = () => grab.visitImage(ask(`${site.origin}/a.jpg`))
    const again = async () => {
      const result = await visit()
      return result.ok ? null : [result.reason, result.again?.counts, Math.round((result.again?.inMs ?? 0) / 10_000)]
    }
    const fails = ['http-status', true, 6]
    for (let asks = 1; asks <= 3; asks++) {
      expect(await Promise.all([again(), again()])).toEqual([fails, fails])
      expect(await again()).toEqual(['http-status', asks === 3, 6])
      expect(asked('/robots.txt')).toBe(asks)
      late += 60_001
    }
    routes['/robots.txt'] = send('', {}, 404)
    routes['/a.jpg'] = send(JPEG)
    expect(await visit()).toMatchObject({ ok: true })
  })
})

describe('a visit to a page', () => {
  it('has it read, with what its headers say', async () => {
    const html = `<!doctype html><title>x</title>${'<p>words</p>'.repeat(30_000)}`
    routes['/page'] = send(gzipSync(html), {
      'content-type': 'text/html; charset=x', 'content-encoding': 'gzip', 'x-robots-tag': 'noimageindex, nofollow',
    })
    const read: [number, object][] = []
    const grab = make({
      readPage: (bytes, about) => {
        read.push([bytes.length, about])
        return READING
      },
    })
    const result = await grab.visitPage(ask(`${site.origin}/page`, { kind: 'page' }))
    expect(result).toMatchObject({
      kind: 'page', visit: { ok: true, bytes: html.length, body: { kind: 'inline' } },
      reading: { title: 'read', optOut: { follow: false, images: false, directive: 'noimageindex' } },
    })
    expect(read).toEqual([[html.length, { url: `${site.origin}/page`, contentType: 'text/html; charset=x' }]])
    expect(await readdir(spoolDir)).toEqual([])
  })

  it.each<[string, string | Buffer, http.OutgoingHttpHeaders]>([
    ['a feed', '<?xml version="1.0"?><rss></rss>', { 'content-type': 'text/xml' }],
    ['a feed called a text', '<feed xmlns="http://www.w3.org/2005/Atom"></feed>', { 'content-type': 'text/plain' }],
    ['a JSON feed', '{"version": "https:\\/\\/jsonfeed.org\\/version\\/1.1", "items": []}', { 'content-type': 'application/json' }],
    ['a sitemap', '<urlset><url/></urlset>', { 'content-type': 'application/octet-stream' }],
    ['a list of addresses', 'https://a.example/1\nhttps://a.example/2\n', { 'content-type': 'text/plain' }],
    ['a file in gzip', gzipSync('<urlset><url/></urlset>'), { 'content-type': 'application/x-gzip' }],
    ['a file in gzip, in gzip', gzipSync(gzipSync('<urlset><url/></urlset>')), { 'content-type': 'application/gzip', 'content-encoding': 'gzip' }],
    ['a file in gzip that was unpacked', '<urlset><url/></urlset>', { 'content-type': 'application/gzip' }],
  ])('takes %s for a list of pages', async (_what, body, headers) => {
    routes['/list'] = send(body, headers)
    const read: string[] = []
    const grab = make({ readPage: (bytes) => (read.push(Buffer.from(bytes).toString()), READING) })
    const { kind, visit } = await grab.visitPage(ask(`${site.origin}/list`))
    expect([kind, visit.notes]).toEqual(['page', undefined])
    expect(read).toEqual([typeof body === 'string' ? body : '<urlset><url/></urlset>'])
  })

  it('takes a list of more than a page may have, but no bomb', async () => {
    routes['/list'] = send(`<urlset>${' '.repeat(500_000)}`)
    expect((await grabber.visitPage(ask(`${site.origin}/list`))).visit).toMatchObject({ ok: true, bytes: 500_008 })
    routes['/list'] = send(`<urlset>${' '.repeat(1_000_000)}`)
    expect((await grabber.visitPage(ask(`${site.origin}/list`))).visit).toMatchObject({ ok: false, reason: 'too-large' })
    routes['/bomb.xml.gz'] = send(gzipSync(`<urlset>${' '.repeat(30_000_000)}`))
    expect((await grabber.visitPage(ask(`${site.origin}/bomb.xml.gz`))).visit).toMatchObject({ ok: false, reason: 'too-large' })
  })

  it('names the sitemaps of robots.txt where that is asked for', async () => {
    routes['/page'] = send('<html>', { 'content-type': 'text/html' })
    routes['/robots.txt'] = send('Sitemap: https://a.example/s.xml\nUser-agent: *\nDisallow: /no')
    const grab = make({ robots: true, readPage: () => ({ ...READING, relations: { ...READING.relations, sitemaps: ['https://a.example/own.xml'] } }) })
    const named = async (sitemaps: boolean) => {
      const page = await grab.visitPage(ask(`${site.origin}/page`, { sitemaps }))
      return page.kind === 'page' ? page.reading.relations.sitemaps : null
    }
    expect(await named(false)).toEqual(['https://a.example/own.xml'])
    expect(await named(true)).toEqual(['https://a.example/own.xml', 'https://a.example/s.xml'])
  })

  it('a list that is not to be found forbids nothing that it lists', async () => {
    const grab = make({ readPage: () => ({ ...READING, document: 'sitemap' }) })
    for (const [tag, images, follow] of [['noindex, follow', true, true], ['noindex, noai', false, true], ['none', true, false]] as const) {
      routes['/s.xml'] = send('<urlset></urlset>', { 'x-robots-tag': tag })
      expect(await grab.visitPage(ask(`${site.origin}/s.xml`)), tag).toMatchObject({ reading: { optOut: { images, follow } } })
    }
  })

  it('finds a picture where a page was expected, of any size', async () => {
    routes['/p'] = send(Buffer.concat([JPEG, Buffer.alloc(600_000)]), { 'content-type': 'text/html' })
    expect(await grabber.visitPage(ask(`${site.origin}/p`, { kind: 'page' }))).toMatchObject({
      kind: 'image', visit: { ok: true, bytes: JPEG.length + 600_000, body: { kind: 'spool' } },
    })
  })

  it('holds to the opt-out of a picture found there', async () => {
    routes['/p'] = send(JPEG, { 'x-robots-tag': 'noimageai' })
    expect((await grabber.visitPage(ask(`${site.origin}/p`, { kind: 'page' }))).visit).toMatchObject({ reason: 'opt-out' })
  })

  it.each<[string, Route, object]>([
    ['a PDF', send('%PDF-1.4', { 'content-type': 'text/html' }), { reason: 'not-an-image', detail: 'a PDF, neither a page nor a picture' }],
    ['XML of another kind', send('<?xml version="1.0"?><note></note>', { 'content-type': 'text/xml' }), { reason: 'not-an-image', detail: 'an XML document, neither a page nor a picture' }],
    ['too much', send(`<html>${' '.repeat(500_000)}`, { 'content-type': 'text/html' }), { reason: 'too-large' }],
    ['an error', send('<html>', {}, 500), { reason: 'http-status', status: 500 }],
  ])('refuses %s', async (_what, route, expected) => {
    routes['/p'] = route
    expect(await grabber.visitPage(ask(`${site.origin}/p`))).toMatchObject({ kind: 'none', visit: { ok: false, ...expected } })
    expect(await readdir(spoolDir)).toEqual([])
  })
})

describe('trouble of our own', () => {
  it('is thrown: a spool that cannot be written, a closing grabber', async () => {
    routes['/large.jpg'] = send(Buffer.concat([JPEG, Buffer.alloc(800_000, 9)]))
    await expect(make({ spoolDir: path.join(spoolDir, 'absent') }).visitImage(ask(`${site.origin}/large.jpg`))).rejects.toMatchObject({ code: 'internal' })
    routes['/silent'] = () => void grabber.close()
    await expect(grabber.visitImage(ask(`${site.origin}/silent`))).rejects.toMatchObject({ code: 'drained' })
    const waiting = make()
    const grant = grantFor(site.origin, { notBefore: Date.now() + 60_000 })
    const visit = expect(waiting.visitImage(ask(`${site.origin}/a.jpg`, { grant }))).rejects.toMatchObject({ code: 'drained' })
    await waiting.close()
    await visit
    await expect(waiting.visitImage(ask(`${site.origin}/a.jpg`))).rejects.toMatchObject({ code: 'drained' })
  })

  it('keeps the number of origins with open connections bounded, and closes what it has let go', async () => {
    const small = make({ maxOrigins: 1, headersTimeoutMs: 20_000 })
    const asked = new Promise<void>((resolve) => {
      routes['/silent'] = () => resolve()
    })
    const silent = expect(small.visitImage(ask(`${site.origin}/silent`))).rejects.toMatchObject({ code: 'drained' })
    await asked
    for (const origin of [site.origin, other.origin, site.origin]) {
      expect((await small.visitImage(ask(`${origin}/a.jpg`))).ok).toBe(true)
    }
    await small.close()
    await silent
  })
})
