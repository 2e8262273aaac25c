import type http from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../../core/ids.ts'
import { serveHttp, type LocalServer } from '../../../test/local-server.ts'
import { JPEG, localVisits } from '../../../test/local-visits.ts'

const LARGE = Buffer.concat([JPEG, Buffer.from(Array.from({ length: 400_000 }, (_, at) => String(at % 10)).join('').repeat(8))])
const CUT = 1_500_000

const visits = localVisits()
let site: LocalServer
let answer: http.RequestListener
let ranges: (string | undefined)[] = []

beforeAll(async () => {
  site = await serveHttp((request, response) => {
    ranges.push(request.headers.range)
    answer(request, response)
  })
})
afterAll(() => site.close())
beforeEach(() => {
  ranges = []
})

interface File {
  readonly etag?: string
  readonly headers?: http.OutgoingHttpHeaders
  /** Bytes sent of each answer before the connection is cut; none are cut beyond this list. */
  readonly cuts: readonly number[]
  readonly body?: Buffer
}

/** Serves parts as RFC 9110 asks, and breaks off as told. */
const serve = ({ etag, headers = {}, cuts, body = LARGE }: File): http.RequestListener => {
  let asked = 0
  return (request, response) => {
    const cut = cuts[asked++]
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN)
    const partial = !Number.isNaN(from) && (request.headers['if-range'] === etag || etag === undefined)
    const rest = partial ? body.subarray(from) : body
    response.writeHead(partial ? 206 : 200, {
      'content-length': rest.length, 'accept-ranges': 'bytes', ...(etag && { etag }), ...headers,
      ...(partial && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
    })
    if (cut === undefined) response.end(rest)
    else response.write(rest.subarray(0, cut), () => setImmediate(() => response.destroy()))
  }
}

const visit = () => visits.make({ idleTimeoutMs: 500 }).visitImage(visits.ask(`${site.origin}/large.jpg`))

describe('a large picture that breaks off', () => {
  it('is carried on where it stopped, under leave of its own, again if need be', async () => {
    answer = serve({ etag: '"a"', cuts: [CUT, 500_000] })
    const result = await visit()
    expect(result).toMatchObject({ ok: true, status: 200, bytes: LARGE.length, wireBytes: LARGE.length })
    expect(Buffer.compare(await visits.bytesOf(result), LARGE)).toBe(0)
    expect(result).toMatchObject({ body: { sha256: sha256Of(LARGE) } })
    expect(ranges).toEqual([undefined, `bytes=${CUT}-`, `bytes=${CUT + 500_000}-`])
    expect(visits.granted).toEqual([site.origin, site.origin])
    expect(await visits.spooled()).toHaveLength(1)
  })

  it('comes in the end from a host that breaks off again and again, as long as each time brings something', async () => {
    answer = serve({ etag: '"a"', cuts: [300_000, ...Array<number>(9).fill(300_000)] })
    expect(await visit()).toMatchObject({ ok: true, bytes: LARGE.length, wireBytes: LARGE.length })
    expect(ranges).toHaveLength(11)
  })

  it('is carried on by its date where it has no tag, and after silence', async () => {
    const date = { 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }
    let first = true
    const whole = serve({ headers: date, cuts: [] })
    answer = (request, response) => {
      if (!first) return whole(request, response)
      first = false
      response.writeHead(200, { 'content-length': LARGE.length, 'accept-ranges': 'bytes', ...date })
      response.write(LARGE.subarray(0, CUT))
    }
    expect(Buffer.compare(await visits.bytesOf(await visit()), LARGE)).toBe(0)
    expect(ranges).toEqual([undefined, `bytes=${CUT}-`])
  })

  it.each<[string, Partial<File>]>([
    ['has no validator', {}],
    ['has a weak one', { etag: 'W/"a"' }],
    ['has changed just now', { headers: { 'last-modified': new Date().toUTCString() } }],
    ['does not come in parts', { etag: '"a"', headers: { 'accept-ranges': 'none' } }],
    ['has barely begun', { etag: '"a"', cuts: [10_000] }],
  ])('is left to a later visit when it %s', async (_what, file) => {
    answer = serve({ cuts: [CUT], ...file })
    expect(await visit()).toMatchObject({ ok: false, reason: 'truncated' })
    expect(ranges).toEqual([undefined])
    expect(await visits.spooled()).toEqual([])
  })

  it('is fetched anew, whole, when it has changed meanwhile', async () => {
    const other = Buffer.concat([LARGE, Buffer.from('!')])
    const old = serve({ etag: '"a"', cuts: [CUT] })
    const now = serve({ etag: '"b"', cuts: [], body: other })
    answer = (request, response) => (ranges.length === 1 ? old : now)(request, response)
    const result = await visit()
    expect(Buffer.compare(await visits.bytesOf(result), other)).toBe(0)
    expect(ranges).toEqual([undefined, `bytes=${CUT}-`])
  })

  it.each<[string, number, http.OutgoingHttpHeaders]>([
    ['another place', 206, { 'content-range': `bytes 7-${LARGE.length - 1}/${LARGE.length}` }],
    ['a file of another length', 206, { 'content-range': `bytes ${CUT}-${LARGE.length}/${LARGE.length + 1}` }],
    ['nowhere', 206, {}],
    ['another version', 206, { 'content-range': `bytes ${CUT}-${LARGE.length - 1}/${LARGE.length}`, etag: '"b"' }],
    ['several parts', 206, { 'content-type': 'multipart/byteranges; boundary=x' }],
    ['beyond the end', 416, { 'content-range': 'bytes */10' }],
  ])('is never joined with a part from %s', async (_what, status, headers) => {
    const file = serve({ etag: '"a"', cuts: [CUT] })
    answer = (request, response) => {
      if (ranges.length !== 2) return file(request, response)
      response.writeHead(status, headers).end(LARGE.subarray(CUT))
    }
    const result = await visit()
    expect(Buffer.compare(await visits.bytesOf(result), LARGE)).toBe(0)
    expect(ranges).toEqual([undefined, `bytes=${CUT}-`, undefined])
  })

  it('is given up when it breaks off for ever, and leaves nothing behind', async () => {
    answer = serve({ etag: '"a"', cuts: [CUT, 1, 1, 1, 1, 1] })
    expect(await visit()).toMatchObject({ ok: false, reason: 'truncated' })
    expect(ranges).toHaveLength(4)
    expect(await visits.spooled()).toEqual([])
  })

  it('is let go when the host has had enough', async () => {
    const file = serve({ etag: '"a"', cuts: [CUT] })
    answer = (request, response) => (ranges.length === 1 ? file(request, response) : void response.writeHead(503).end())
    expect(await visit()).toMatchObject({ ok: false, reason: 'http-status', status: 503 })
    expect(await visits.spooled()).toEqual([])
  })

  it('leaves nothing behind when the grabber closes in between', async () => {
    const grabber = visits.make()
    const file = serve({ etag: '"a"', cuts: [CUT] })
    answer = (request, response) => (ranges.length === 1 ? file(request, response) : void grabber.close())
    await expect(grabber.visitImage(visits.ask(`${site.origin}/large.jpg`))).rejects.toMatchObject({ code: 'drained' })
    expect(await visits.spooled()).toEqual([])
  })
})
