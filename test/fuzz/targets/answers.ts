/** What servers say: headers each for itself, codings, and whole answers from a socket that no HTTP library wrote. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { array, constantFrom, integer, oneof, record, string, tuple, uint8Array } from 'fast-check'
import { isReason } from '../../../src/core/reasons.ts'
import { judgeStatus, parseContentRange, validatorOf } from '../../../src/fetch/answer-head.ts'
import { createDecoder } from '../../../src/fetch/content-decoding.ts'
import { createCookieJars, siteOf } from '../../../src/fetch/cookie-jars.ts'
import { httpDate } from '../../../src/fetch/http-date.ts'
import { createGrabber, looksLikeHtml, looksLikeImage, readRobotsTag } from '../../../src/fetch/index.ts'
import { waitOf } from '../../../src/fetch/retry-after.ts'
import { describeBody } from '../../../src/fetch/sniff.ts'
import { readPage } from '../../../src/page/index.ts'
import type { Grant } from '../../../src/schedule/task.ts'
import { serveTcp } from '../../local-server.ts'
import { address, damagedBytes, damagedText, mostly, words } from '../pieces.ts'
import { hold, trial, type Target } from '../target.ts'

const date = constantFrom('Wed, 01 May 2024 10:00:00 GMT', 'Wednesday, 01-May-24 10:00:00 GMT', 'Wed May  1 10:00:00 2024', '2024-05-01', '0', '-1', 'Thu, 01 Jan 1970 00:00:00 GMT', 'now', 'Wed, 99 May 2024 10:00:00 GMT', '9'.repeat(100))
const wait = oneof(date, constantFrom('120', '1.5', '-5', '+5', '30s', '5, 10', '1e9', '1714550400', '1714550400000', '', ' ', 'NaN', 'Infinity', '0x10', '9'.repeat(16)), integer().map(String))
const tagText = damagedText(oneof(constantFrom('noindex', 'gannet: noindex', 'googlebot: noai, nofollow', 'all', 'unavailable_after: 25 Jun 2010 15:00:00 GMT', 'max-snippet:-1, noimageai', 'none; nofollow', ':::', 'noindex,'.repeat(2000), 'gannet:'.repeat(500))), constantFrom(',', ':', ';', ' ', '\u0000', 'noai'))
const header = oneof(wait, tagText, words, date)
const range = oneof(constantFrom('bytes 0-9/10', 'bytes 0-9/*', 'bytes */10', 'bytes 9-0/10', 'bytes 0-99/10', 'BYTES 0-0/1', 'bytes 0-99999999999999999/99999999999999999', 'items 0-1/2', 'bytes 0-9/10, bytes 10-19/20'), string({ maxLength: 20 }))
const cookie = damagedText(tuple(constantFrom('a', 'b', '__Host-a', '__Secure-b', '', '__proto__'), words, constantFrom('', '; Domain=example.com', '; Domain=com', '; Domain=.h.example', '; Domain=other.example', '; Path=/a', '; Secure', '; Max-Age=0', '; Max-Age=99999999999999999999', '; Expires=Wed, 01 May 2224 10:00:00 GMT', '; SameSite=None', '; HttpOnly', ';'.repeat(500))).map(([name, value, rest]) => `${name}=${value}${rest}`), constantFrom(';', '=', ',', '\r\n', '\u0000', '"', ' '))
const lengthText = oneof(constantFrom('10', '10, 10', '10, 20', '-1', '0', '1e3', '9'.repeat(20), ''), string({ maxLength: 5 }))

export const headers: Target = {
  name: 'headers', what: 'headers: waits, tags, ranges, lengths, dates, cookies, and the beginnings of bodies',
  start: () => {
    const yields = { waits: 0, tags: 0, ranges: 0, cookies: 0 }
    const NOW = Date.UTC(2024, 4, 1)
    return trial({
      arbitrary: record({
        waits: array(tuple(constantFrom('retry-after', 'ratelimit', 'ratelimit-remaining', 'ratelimit-reset', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-rate-limit-remaining', 'x-rate-limit-reset'), oneof(wait, constantFrom('"a";r=0;t=30', '"a";r=1;t=5, "b";t=9;r=0'))), { maxLength: 4 }),
        tag: oneof(tagText, array(tagText, { maxLength: 3 })), agent: constantFrom('gannet', 'gannet/1.0', '', 'a b'), range, length: lengthText, status: constantFrom(200, 206, 204, 416, 301, 500, 299), date: header,
        etag: mostly(constantFrom('"a"', 'W/"a"', '""'), words), type: oneof(constantFrom('image/jpeg', 'multipart/x-mixed-replace', 'text/html'), words), cookies: array(cookie, { maxLength: 4 }), head: uint8Array({ maxLength: 40 }),
      }),
      yields,
      check: ({ waits, tag, agent, range, length, status, date, etag, type, cookies, head }) => {
        const ms = waitOf(Object.fromEntries(waits), NOW)
        hold(ms === null || (Number.isInteger(ms) && ms >= 0 && ms <= 86_400_000), `a wait of ${ms}`)
        if (ms !== null) yields.waits++
        const said = readRobotsTag(tag, agent, NOW)
        hold((said.directive === null) === (!said.images && !said.nofollow), 'a tag without its directive')
        if (said.directive !== null) yields.tags++
        const part = parseContentRange(range)
        if (part !== null) yields.ranges++
        hold(part === null || (part.from <= part.to && (part.total === null || part.to < part.total)), 'a range that cannot be')
        const given = { 'content-range': range, 'content-length': length, 'content-type': type, etag, 'last-modified': date, date }
        const judged = judgeStatus(status, given, null)
        if ('reason' in judged) hold(isReason(judged.reason) && judged.detail !== '', 'no reason')
        else hold(judged.length === null || Number.isSafeInteger(judged.length), `a length of ${judged.length}`)
        const validator = validatorOf(given)
        hold(validator === null || !/[\r\n]/.test(validator), 'a validator of two lines')
        const at = httpDate(date)
        hold(at === null || Number.isFinite(at), 'a date that is none')
        hold(!(looksLikeImage(head) && looksLikeHtml(head, null)) && describeBody(head) !== '', 'a picture and a page')
        const jars = createCookieJars()
        const url = new URL('https://www.h.example/a/b')
        jars.take(url, cookies)
        const sent = jars.header(url)
        if (sent !== null) yields.cookies++
        hold(sent === null || (sent.length <= 8192 && !/[\r\n\0]/.test(sent)), `a Cookie header ${JSON.stringify(sent)}`)
        for (const other of ['https://other.example/', 'https://example.com/', 'https://com/']) hold(siteOf(new URL(other)) !== siteOf(url) && jars.header(new URL(other)) === null, `a cookie for ${other}`)
      },
    })
  },
}

const CODED: readonly (readonly [coding: string, encode: (bytes: Uint8Array) => Uint8Array])[] = [
  ['gzip', gzipSync], ['br', brotliCompressSync], ['deflate', deflateSync], ['deflate', deflateRawSync], ['identity', (bytes) => bytes],
  // One raw block in a frame of its own: nothing at hand packs zstd, and Node learns to only later.
  ['zstd', (bytes) => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), word(bytes.length, 4), word((bytes.length << 3) | 1, 3), bytes])],
]
const word = (value: number, length: number): Buffer => {
  const made = Buffer.alloc(length)
  made.writeUIntLE(value, 0, length)
  return made
}

const decodeAll = (coding: string, parts: readonly Uint8Array[], maxBytes: number): Promise<{ readonly bytes: Buffer; readonly error: string | null }> =>
  new Promise((resolve) => {
    const decoder = createDecoder(coding, { maxBytes, onNote: () => undefined })
    if (decoder === null || decoder === 'unknown') return resolve({ bytes: Buffer.concat(parts), error: decoder })
    const chunks: Buffer[] = []
    decoder.output.on('data', (chunk: Buffer) => chunks.push(chunk))
    decoder.output.once('end', () => resolve({ bytes: Buffer.concat(chunks), error: null }))
    decoder.output.once('error', (error) => resolve({ bytes: Buffer.concat(chunks), error: error.message }))
    decoder.input.on('error', () => undefined)
    for (const part of parts) if (!decoder.input.destroyed) decoder.input.write(part)
    decoder.input.end()
  })

export const codings: Target = {
  name: 'coding', what: 'encoded bodies, whole and damaged: they end, stay below the cap, and do not depend on how they were cut',
  start: () => {
    const yields = { whole: 0, errors: 0 }
    const MAX = 100_000
    const body = oneof(uint8Array({ maxLength: 200 }), tuple(uint8Array({ minLength: 1, maxLength: 20 }), integer({ min: 1, max: 20_000 })).map(([one, times]) => Buffer.alloc(one.length * Math.min(times, 12_000), one)))
    const packed = tuple(body, integer({ min: 0, max: CODED.length - 1 })).chain(([bytes, at]) => {
      const [coding, encode] = CODED[at] as (typeof CODED)[number]
      return record({ coding: constantFrom(coding), whole: constantFrom(bytes), sent: oneof(constantFrom(Buffer.from(encode(bytes))), damagedBytes(constantFrom(encode(bytes)))) })
    })
    return trial({
      arbitrary: record({ packed, cut: integer({ min: 1, max: 5000 }), layers: constantFrom('', '', ', gzip', ', identity', ', br, gzip') }),
      yields, isAsync: true,
      check: async ({ packed: { coding, whole, sent }, cut, layers }) => {
        const parts = Array.from({ length: Math.ceil(sent.length / cut) }, (_, n) => sent.subarray(n * cut, (n + 1) * cut))
        const inOne = await decodeAll(coding + layers, [sent], MAX)
        const inParts = await decodeAll(coding + layers, parts, MAX)
        hold((inOne.error === null) === (inParts.error === null), `in one: ${inOne.error}; in parts: ${inParts.error}`)
        if (inOne.error === null) {
          hold(inOne.bytes.equals(inParts.bytes), 'other bytes when it comes in parts')
          if (layers === '' && Buffer.from(sent).equals(Buffer.from((CODED.find(([name]) => name === coding) as (typeof CODED)[number])[1](whole)))) {
            yields.whole++
            hold(inOne.bytes.equals(Buffer.from(whole)), 'not the bytes that were packed')
          }
        } else yields.errors++
        hold(coding === 'identity' || inOne.bytes.length <= MAX + 1_100_000, `${inOne.bytes.length} bytes came out`)
      },
    })
  },
}

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(400, 7)])
const statusLine = mostly(constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 203 Other', 'HTTP/1.1 200 OK', 'HTTP/1.1 206 Partial Content', 'HTTP/1.0 200 OK', 'HTTP/1.1 404 Not Found', 'HTTP/1.1 429 Slow', 'HTTP/1.1 204 No', 'HTTP/1.1 200', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK', 'HTTP/1.1 302 Found'), constantFrom('HTTP/9.9 200 OK', 'HTTP/1.1 99999 X', 'ICY 200 OK', '', 'HTTP/1.1 -1 X', 'HTTP/2 200', 'HTTP/1.1 100 Continue', 'HTTP/1.1 101 Switch'), 6)
const headerLine = oneof(
  { weight: 8, arbitrary: constantFrom('Content-Type: image/jpeg', 'Content-Length: 404', 'Connection: close', 'ETag: "a"', 'Cache-Control: no-store', 'Set-Cookie: a=b', 'Date: Wed, 01 May 2024 10:00:00 GMT') },
  { weight: 6, arbitrary: constantFrom('Content-Type: image/jpeg', 'Content-Type: text/html', 'Content-Length: 404', 'Content-Length: 5', 'Content-Length: 99999', 'Content-Length: x', 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip, chunked', 'Content-Encoding: gzip', 'Content-Encoding: br', 'Content-Encoding: zstd', 'Content-Encoding: x', 'Content-Encoding: gzip, gzip', 'Connection: close', 'Connection: keep-alive', 'Upgrade: h2c', 'X-Robots-Tag: noai', 'Content-Range: bytes 0-403/404', 'ETag: "a"', 'Trailer: X', 'Content-Disposition: attachment; filename="\u0000"', 'Link: <a>; rel=canonical', 'Location: /b.jpg', 'Location: http://127.0.0.9:1/', 'Location: http://10.0.0.1/', 'Location: ', 'Location: //', 'Location: javascript:1', 'Set-Cookie: a=b') },
  { weight: 1, arbitrary: tuple(constantFrom('Retry-After', 'X-Robots-Tag', 'Content-Range', 'Set-Cookie', 'Content-Encoding', 'Content-Length', 'Location', 'X'), header).map(([name, value]) => `${name}: ${value}`) },
  { weight: 1, arbitrary: address.map((url) => `Location: ${url}`) },
  { weight: 1, arbitrary: constantFrom(' folded', ': no name', 'no colon', `X: ${'y'.repeat(70_000)}`, '\u0000: a', 'A b: c') },
)
const bodyBytes = oneof({ weight: 3, arbitrary: constantFrom(JPEG) }, constantFrom(JPEG, Buffer.alloc(0), Buffer.from('<!doctype html><img src=a.jpg>'), Buffer.from(gzipSync(JPEG)), Buffer.from(brotliCompressSync(JPEG)), Buffer.concat([Buffer.from('194\r\n'), JPEG, Buffer.from('\r\n0\r\n\r\n')]), Buffer.from('zz\r\n'), Buffer.from('5;a=b\r\nabcde\r\n')), uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)))

export const answers: Target = {
  name: 'answers', what: 'whole answers as no HTTP library would write them, through a real grabber', weight: 2,
  start: async () => {
    const yields = { arrived: 0, refused: 0 }
    let reply: Uint8Array = new Uint8Array()
    let cut = 1
    let close = true
    const server = await serveTcp((socket) => {
      socket.once('data', () => {
        for (let at = 0; at < reply.length && !socket.destroyed; at += cut) socket.write(reply.subarray(at, at + cut))
        if (close) socket.end()
      })
    })
    const spoolDir = await mkdtemp(join(tmpdir(), 'gannet-fuzz-spool-'))
    const grantFor = (host: string): Grant => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })
    const grabber = createGrabber(
      { spoolDir, readPage: (bytes, { url, contentType }) => readPage(bytes, { url, contentType }), allowAddress: ['127.0.0.1'], connectTimeoutMs: 500, headersTimeoutMs: 120, idleTimeoutMs: 120, totalTimeoutMs: 700, maxBody: 50_000, maxPage: 50_000, robots: false, keepAliveMs: 50 },
      { grant: async (host) => grantFor(host), recall: async () => null, remember: async () => undefined },
    )
    const head = tuple(statusLine, array(headerLine, { maxLength: 5 }), constantFrom('\r\n', '\r\n', '\r\n', '\n')).map(([first, lines, end]) => `${[first, ...lines].join(end)}${end}${end}`)
    const whole = tuple(head, bodyBytes).map(([text, body]) => Buffer.concat([Buffer.from(text, 'latin1'), body]))
    return trial({
      arbitrary: record({ reply: oneof({ weight: 3, arbitrary: whole }, { weight: 2, arbitrary: damagedBytes(whole) }, { weight: 1, arbitrary: uint8Array({ maxLength: 60 }) }), cut: constantFrom(100_000, 100_000, 1, 7, 100), close: mostly(constantFrom(true), constantFrom(false), 8), kind: constantFrom('image', 'page') }),
      yields, isAsync: true, mostMs: 2000,
      check: async (input) => {
        ;({ reply, close } = input)
        cut = reply.length > 5000 ? 100_000 : input.cut
        const ask = { url: `${server.origin}/a.jpg`, kind: 'image' as const, referer: null, grant: grantFor(server.origin) }
        const result = input.kind === 'image' ? await grabber.visitImage(ask) : (await grabber.visitPage(ask)).visit
        if (result.ok) {
          yields.arrived++
          hold(result.status >= 200 && result.status < 300 && result.bytes >= 0 && result.bytes <= 50_000, `status ${result.status}, ${result.bytes} bytes`)
          hold(new URL(result.finalUrl).origin === server.origin, `arrived from ${result.finalUrl}`)
          const bytes = result.body.kind === 'inline' ? result.body.bytes : await readFile(result.body.path)
          // A page is read where it arrives, and its body goes no further.
          if (input.kind === 'image') hold(bytes.length === result.bytes, `${bytes.length} bytes, said to be ${result.bytes}`)
        } else {
          yields.refused++
          hold(isReason(result.reason) && result.detail !== '' && result.detail.length < 2000, `reason ${result.reason}, detail ${result.detail}`)
        }
        hold(result.wireBytes >= 0 && result.observations.every(({ retryAfterMs }) => retryAfterMs === null || (retryAfterMs >= 0 && retryAfterMs <= 86_400_000)), 'an observation that cannot be')
        hold((await readdir(spoolDir)).length === 0, 'a spool file is left')
      },
      close: async () => {
        await grabber.close()
        await server.close()
        await rm(spoolDir, { recursive: true, force: true })
      },
    })
  },
}
