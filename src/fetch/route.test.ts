import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import tls from 'node:tls'
import { once } from 'node:events'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { makeCertificate, type Certificate } from '../../test/local-certificates.ts'
import { serveHttp } from '../../test/local-server.ts'
import { JPEG, localVisits } from '../../test/local-visits.ts'

const visits = localVisits()
let own: Certificate | null
let expired: Certificate | null

beforeAll(async () => {
  own = await makeCertificate(['IP:127.0.0.1', 'site.test'])
  expired = await makeCertificate(['IP:127.0.0.1'], -1)
})

/** Without openssl there is nothing to be shown here. */
const needed = (certificate: Certificate | null, context: TestContext): Certificate => {
  if (certificate) return certificate
  console.warn('openssl is not installed: TLS is not tested')
  return context.skip()
}

const listen = async (server: Server, host = '127.0.0.1'): Promise<number> => {
  const sockets = new Set<{ destroy(): void }>()
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (socket: tls.TLSSocket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    })
  }
  server.listen(0, host)
  await once(server, 'listening')
  visits.open.push({
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  return (server.address() as AddressInfo).port
}

describe('TLS', () => {
  const secure = (certificate: Certificate) => listen(https.createServer({ ...certificate }, (_request, response) => void response.end(JPEG)))

  it('is verified, and what is wrong is said', async (context) => {
    const grabber = visits.make()
    const visit = async (certificate: Certificate, host = '127.0.0.1') => grabber.visitImage(visits.ask(`https://${host}:${await secure(certificate)}/a.jpg`))
    expect(await visit(needed(own, context))).toMatchObject({ reason: 'bad-certificate', detail: 'it is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT)' })
    expect(await visit(needed(expired, context))).toMatchObject({ reason: 'bad-certificate', detail: expect.stringMatching(/^it (is signed by itself|has expired) \(\w+\)$/) })
    const plain = await serveHttp((_request, response) => void response.end(JPEG))
    visits.open.push(plain)
    expect(await grabber.visitImage(visits.ask(`https://127.0.0.1:${plain.port}/a.jpg`))).toMatchObject({ reason: 'unresolvable' })
  })

  it('is wrong for robots.txt as well, and said once', async (context) => {
    const port = await secure(needed(own, context))
    const result = await visits.make({ robots: true }).visitImage(visits.ask(`https://127.0.0.1:${port}/a.jpg`))
    expect(result).toMatchObject({ reason: 'bad-certificate', detail: 'it is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT)' })
    expect(result).not.toHaveProperty('again')
  })

  it('is let be for a host that was named, and each use is noted', async (context) => {
    const port = await secure(needed(own, context))
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const trusting = visits.make({ insecureHost: ['127.0.0.1'], resolve })
    for (const path of ['a.jpg', 'b.jpg']) {
      expect(await trusting.visitImage(visits.ask(`https://127.0.0.1:${port}/${path}`))).toMatchObject({
        ok: true, notes: [`the certificate of 127.0.0.1:${port} was not verified (DEPTH_ZERO_SELF_SIGNED_CERT), as --insecure-host says`],
      })
    }
    expect(await trusting.visitImage(visits.ask(`https://site.test:${port}/a.jpg`))).toMatchObject({ reason: 'bad-certificate' })
  })

  it.each(['https://site.test', 'site.test:8080', 'a b', 'site.test/x'])('takes no exception but by host: %s', (entry) => {
    expect(() => visits.make({ insecureHost: [entry] })).toThrow(/insecure-host/)
  })
})

describe('HTTP/2', () => {
  type OnStream = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void
  const serve = (certificate: Certificate, onStream: OnStream, settings: http2.SecureServerOptions = {}) => {
    const server = http2.createSecureServer({ ...certificate, allowHTTP1: true, ...settings })
    server.on('stream', (stream, headers) => {
      stream.on('error', () => stream.destroy())
      onStream(stream, headers)
    })
    server.on('sessionError', () => undefined)
    server.on('request', (request, response) => {
      if (request.httpVersionMajor < 2) response.end(Buffer.concat([JPEG, Buffer.from('one')]))
    })
    return listen(server as unknown as Server)
  }
  const polite = (settings = {}) => visits.make({ insecureHost: ['127.0.0.1'], ...settings })
  const at = (port: number) => visits.ask(`https://127.0.0.1:${port}/a.jpg`)

  it('is spoken with hosts that offer it, and can be switched off', async (context) => {
    let seen: http2.IncomingHttpHeaders = {}
    const port = await serve(needed(own, context), (stream, headers) => {
      seen = headers
      stream.respond({ ':status': 200, etag: '"1"' })
      stream.end(JPEG)
    })
    expect(await polite().visitImage(at(port))).toMatchObject({ ok: true, bytes: JPEG.length, headers: { etag: '"1"' }, observations: [{ status: 200 }] })
    expect(seen).toMatchObject({ ':authority': `127.0.0.1:${port}`, 'user-agent': expect.stringContaining('gannet') })
    expect(await polite({ http2: false }).visitImage(at(port))).toMatchObject({ ok: true, bytes: JPEG.length + 3 })
  })

  it('carries large bodies, many at a time', async (context) => {
    const large = Buffer.concat([JPEG, Buffer.alloc(2_000_000, 5)])
    const port = await serve(needed(own, context), (stream) => {
      stream.respond({ ':status': 200, 'content-length': large.length })
      stream.end(large)
    })
    const grabber = polite()
    const results = await Promise.all(Array.from({ length: 20 }, () => grabber.visitImage(at(port))))
    expect(results.every((result) => result.ok && result.bytes === large.length)).toBe(true)
  })

  it.each<[string, OnStream, object]>([
    ['silence', () => undefined, { reason: 'timeout' }],
    ['a body that stops', (stream) => { stream.respond({ ':status': 200 }); stream.write(JPEG) }, { reason: 'timeout' }],
    ['a reset before the answer', (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), { reason: 'truncated' }],
    ['a refused stream', (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM), { reason: 'truncated' }],
    ['a reset in the middle', (stream) => {
      stream.respond({ ':status': 200, 'content-length': 9_000 })
      stream.write(JPEG, () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR))
    }, { reason: 'truncated' }],
    ['a connection cut in the middle', (stream) => {
      stream.respond({ ':status': 200, 'content-length': 9_000 })
      stream.write(JPEG, () => stream.session?.destroy())
    }, { reason: 'truncated' }],
    ['a goodbye instead of an answer', (stream) => stream.session?.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM), { ok: false }],
    ['a goodbye in the middle', (stream) => {
      stream.respond({ ':status': 200, 'content-length': 9_000 })
      stream.write(JPEG, () => stream.session?.goaway(http2.constants.NGHTTP2_PROTOCOL_ERROR))
    }, { ok: false }],
    ['too short a body', (stream) => {
      stream.respond({ ':status': 200, 'content-length': 9_000 })
      stream.end(JPEG)
    }, { reason: 'truncated' }],
    ['an endless body', (stream) => {
      stream.respond({ ':status': 200 })
      stream.write(JPEG)
      const pump = () => { while (!stream.destroyed && stream.write(Buffer.alloc(65_536))); }
      stream.on('drain', pump)
      pump()
    }, { reason: 'too-large' }],
    ['an error', (stream) => { stream.respond({ ':status': 503, 'retry-after': '7' }); stream.end() }, { reason: 'http-status', status: 503, observations: [{ retryAfterMs: 7_000 }] }],
  ])('meets %s as HTTP/1.1 does', async (_what, onStream, expected) => {
    if (!own) return console.warn('openssl is not installed: HTTP/2 is not tested')
    let streams = 0
    const port = await serve(own, (stream, headers) => {
      streams++
      onStream(stream, headers)
    })
    const grabber = polite({ headersTimeoutMs: 500, idleTimeoutMs: 500, maxBody: 1_000_000, totalTimeoutMs: 5_000 })
    const result = await grabber.visitImage(at(port))
    expect(result).toMatchObject({ ok: false, ...expected })
    // Nothing is sent twice without leave.
    expect(streams).toBeLessThanOrEqual(1 + visits.granted.length)
    expect(await visits.spooled()).toEqual([])
  })

  it('survives a host that offers it and speaks something else', async (context) => {
    const certificate = needed(own, context)
    for (const noise of ['HTTP/1.1 200 OK\r\n\r\nhello', Buffer.alloc(5_000, 0xff), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])]) {
      const port = await listen(tls.createServer({ ...certificate, ALPNProtocols: ['h2'] }, (socket) => void socket.end(noise)))
      expect(await polite({ headersTimeoutMs: 1_000 }).visitImage(at(port))).toMatchObject({ ok: false })
    }
  })
})

describe('addresses', () => {
  it('of both families race, and what was dialled is known', async () => {
    const site = await serveHttp((_request, response) => void response.end(JPEG))
    visits.open.push(site)
    // Nobody listens at the first.
    const resolve = async () => [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]
    const result = await visits.make({ resolve }).visitImage(visits.ask(`http://site.test:${site.port}/a.jpg`))
    expect(result).toMatchObject({ ok: true, observations: [{ address: '127.0.0.1' }] })
  })

  it('may be IPv6 literals, and names in any script', async (context) => {
    const site = await serveHttp((request, response) => void response.end(Buffer.concat([JPEG, Buffer.from(request.headers.host ?? '')])), '::1').catch(() => null)
    if (!site) {
      console.warn('this machine has no IPv6: literals are not tested')
      return context.skip()
    }
    visits.open.push(site)
    const grabber = visits.make({ resolve: async () => [{ address: '::1', family: 6 }] })
    expect(await grabber.visitImage(visits.ask(`http://[::1]:${site.port}/a.jpg`))).toMatchObject({ ok: true, observations: [{ address: '::1' }] })
    const named = await grabber.visitImage(visits.ask(`http://bücher.example:${site.port}/a.jpg`))
    expect((await visits.bytesOf(named)).toString('latin1')).toContain('xn--bcher-kva.example')
  })
})
