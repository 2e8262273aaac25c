import http from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveHttp, serveTcp, type LocalServer } from '../../test/local-server.ts'
import { JPEG, localVisits } from '../../test/local-visits.ts'

const visits = localVisits()
let site: LocalServer
let answer: http.RequestListener
beforeAll(async () => {
  site = await serveHttp((request, response) => answer(request, response))
})
afterAll(() => site.close())

const visit = (listener: http.RequestListener, settings = {}) => {
  answer = listener
  return visits.make(settings).visitImage(visits.ask(`${site.origin}/a.jpg`))
}
const send = (status: number, headers: http.OutgoingHttpHeaders = {}, body: Buffer | string = JPEG): http.RequestListener =>
  (_request, response) => void response.writeHead(status, headers).end(body)
/** Bytes as no HTTP library would send them. */
const raw = async (bytes: readonly (string | Buffer)[], settings = {}) => {
  const server = await serveTcp((socket) => {
    for (const part of bytes) socket.write(part)
    socket.end()
  })
  visits.open.push(server)
  return visits.make(settings).visitImage(visits.ask(`${server.origin}/a.jpg`))
}
const OK = 'HTTP/1.1 200 OK\r\n'

describe('every success', () => {
  it.each([200, 201, 202, 203, 207, 226, 299])('brings a picture when there is one: %i', async (status) => {
    expect(await visit(send(status))).toMatchObject({ ok: true, status, bytes: JPEG.length })
    expect(await visit(send(status, {}, '<!doctype html><p>soon</p>'))).toMatchObject({ ok: false, reason: 'not-an-image' })
  })

  it('a part that is the whole is one, another part is not', async () => {
    const whole = { 'content-range': `bytes 0-${JPEG.length - 1}/${JPEG.length}` }
    expect(await visit(send(206, whole))).toMatchObject({ ok: true, status: 206 })
    for (const range of [undefined, `bytes 1-${JPEG.length}/${JPEG.length + 1}`, 'bytes 0-9/100', `bytes 0-${JPEG.length - 1}/*`, 'bytes x']) {
      expect(await visit(send(206, range === undefined ? {} : { 'content-range': range }))).toMatchObject({ ok: false, reason: 'http-status', status: 206 })
    }
  })

  it.each([[204, 'http-status'], [205, 'http-status'], [304, 'http-status'], [300, 'http-status']])('%i brings nothing: %s', async (status, reason) => {
    expect(await visit(send(status, {}, ''))).toMatchObject({ ok: false, reason, status })
  })

  it('says what a stream of pictures is', async () => {
    expect(await visit((_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' })
      response.write('--frame\r\nContent-Type: image/jpeg\r\n\r\n')
    })).toMatchObject({ reason: 'not-an-image', detail: expect.stringContaining('webcam') })
  })

  it('tells later stages what its headers say of the file', async () => {
    const headers = { 'content-disposition': 'attachment; filename="a.jpg"', 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT', etag: 'W/"a"', link: '<https://site.test/a>; rel="canonical"' }
    expect(await visit(send(200, { ...headers, 'set-cookie': 'a=1', 'x-other': '1' }))).toMatchObject({ ok: true, headers })
  })
})

describe('bodies that are not as announced', () => {
  it('too short, too long, of two lengths, of none', async () => {
    expect(await raw([`${OK}Content-Length: 9000\r\n\r\n`, JPEG])).toMatchObject({ ok: false, reason: 'truncated' })
    const long = await raw([`${OK}Content-Length: ${JPEG.length}\r\n\r\n`, JPEG, Buffer.alloc(5_000, 1)])
    expect(long).toMatchObject({ ok: true, bytes: JPEG.length })
    const garbled = { ok: false, reason: 'truncated', status: null, detail: expect.stringContaining('not HTTP') }
    for (const lengths of ['Content-Length: 10\r\nContent-Length: 20', `Content-Length: ${JPEG.length}\r\nContent-Length: 20`, 'Content-Length: -1']) {
      expect(await raw([`${OK}${lengths}\r\n\r\n`, JPEG])).toMatchObject(garbled)
      // The same where the connection stays open.
      const server = await serveTcp((socket) => void socket.write(`${OK}${lengths}\r\n\r\n`))
      visits.open.push(server)
      expect(await visits.make().visitImage(visits.ask(`${server.origin}/a.jpg`))).toMatchObject(garbled)
    }
    expect(await raw([`${OK}\r\n`, JPEG])).toMatchObject({ ok: true, bytes: JPEG.length })
  })

  it('chunks that are broken, or smuggled beside a length', async () => {
    const chunk = Buffer.concat([Buffer.from(`${JPEG.length.toString(16)}\r\n`), JPEG, Buffer.from('\r\n')])
    expect(await raw([`${OK}Transfer-Encoding: chunked\r\n\r\n`, chunk, '0\r\n\r\n'])).toMatchObject({ ok: true, bytes: JPEG.length })
    expect(await raw([`${OK}Transfer-Encoding: chunked\r\n\r\n`, chunk, 'zz\r\n'])).toMatchObject({ ok: false, reason: 'truncated' })
    expect(await raw([`${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n`, chunk, '0\r\n\r\n'])).toMatchObject({
      ok: false, reason: 'truncated', status: null, detail: expect.stringContaining('not HTTP'),
    })
  })

  it('an unwanted body is known by its beginning, and not downloaded to its end', async () => {
    const result = await visit((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg' })
      response.write(`<!doctype html>${' '.repeat(20_000)}`)
      const more = setInterval(() => response.write(' '.repeat(20_000)), 20)
      response.once('close', () => clearInterval(more))
    })
    expect(result).toMatchObject({ ok: false, reason: 'not-an-image', detail: 'an HTML page, not a picture' })
    expect(result.wireBytes).toBeLessThan(100_000)
  })
})

describe('headers that are no headers', () => {
  it('too many of them, none at all, and bytes that are none', async () => {
    expect(await raw([OK, ...Array.from({ length: 2_000 }, (_, at) => `X-${at}: ${'y'.repeat(50)}\r\n`), '\r\n', JPEG])).toMatchObject({ ok: false, reason: 'too-large' })
    expect(await raw([OK, `X: ${'y'.repeat(200_000)}\r\n\r\n`, JPEG])).toMatchObject({ ok: false, reason: 'too-large' })
    expect(await raw([JPEG])).toMatchObject({ ok: false, reason: 'truncated', status: null })
    expect(await raw(['HTTP/9.9 200 OK\r\n\r\n', JPEG])).toMatchObject({ ok: false })
    expect(await raw(['HTTP/1.1 99999 Odd\r\n\r\n', JPEG])).toMatchObject({ ok: false })
    expect(await raw([`${OK}\u0000bad\u0001: x\r\n\r\n`, JPEG])).toMatchObject({ ok: false })
  })

  it('informational answers without end', async () => {
    const server = await serveTcp((socket) => {
      const pump = () => {
        while (!socket.destroyed && socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(100)));
      }
      socket.on('drain', pump)
      pump()
    })
    visits.open.push(server)
    const grabber = visits.make({ totalTimeoutMs: 700, headersTimeoutMs: 600 })
    expect(await grabber.visitImage(visits.ask(`${server.origin}/a.jpg`))).toMatchObject({ ok: false, reason: 'timeout', observations: [{ status: null, mute: true }] })
  })
})

describe('time', () => {
  /** So many bytes every 20 ms. */
  const drip = (bytes: number, count: number): http.RequestListener => (_request, response) => {
    response.writeHead(200, { 'content-length': JPEG.length + bytes * count })
    response.write(JPEG)
    let left = count
    const timer = setInterval(() => {
      response.write(Buffer.alloc(bytes))
      if (--left > 0) return
      clearInterval(timer)
      response.end()
    }, 20)
    response.once('close', () => clearInterval(timer))
  }

  it('is given to a body that keeps up its speed, and not to one that drips', async () => {
    const settings = { totalTimeoutMs: 300, minSpeed: 10_000 }
    expect(await visit(drip(5_000, 40), settings)).toMatchObject({ ok: true, bytes: JPEG.length + 200_000 })
    expect(await visit(drip(10, 500), settings)).toMatchObject({ ok: false, reason: 'timeout' })
  })
})
