import type http from 'node:http'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveHttp, type LocalServer } from '../../test/local-server.ts'
import { JPEG, localVisits } from '../../test/local-visits.ts'
import { createDecoder } from './content-decoding.ts'

/** RFC 8878 by hand: raw and run-length blocks need no compressor. */
const zstdFrame = (blocks: readonly (readonly [type: 'raw' | 'run', bytes: Buffer, count?: number])[], window = 0x38): Buffer =>
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]),
    ...blocks.map(([type, bytes, count = bytes.length], at) => {
      const header = Buffer.alloc(3)
      header.writeUIntLE((count << 3) | (type === 'run' ? 2 : 0) | (at === blocks.length - 1 ? 1 : 0), 0, 3)
      return Buffer.concat([header, bytes])
    }),
  ])
const zstd = (body: Buffer): Buffer => zstdFrame([['raw', body]])

const visits = localVisits()
let site: LocalServer
let body = JPEG as Buffer
let headers: http.OutgoingHttpHeaders = {}
beforeAll(async () => {
  site = await serveHttp((_request, response) => void response.writeHead(200, headers).end(body))
})
afterAll(() => site.close())

const visit = (coding: string, bytes: Buffer) => {
  body = bytes
  headers = { 'content-encoding': coding }
  return visits.make().visitImage(visits.ask(`${site.origin}/a.jpg`))
}

describe('a body that is encoded', () => {
  it.each<[string, Buffer]>([
    ['gzip', gzipSync(JPEG)],
    ['X-GZIP', gzipSync(JPEG)],
    ['deflate', deflateSync(JPEG)],
    ['deflate', deflateRawSync(JPEG)],
    ['br', brotliCompressSync(JPEG)],
    ['zstd', zstd(JPEG)],
    ['zstd', Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]), zstd(JPEG.subarray(0, 9)), zstd(JPEG.subarray(9))])],
    ['gzip, br', brotliCompressSync(gzipSync(JPEG))],
    ['deflate, gzip, zstd', zstd(gzipSync(deflateSync(JPEG)))],
    ['identity', JPEG],
    ['none', JPEG],
    ['', JPEG],
    ['gzip', Buffer.concat([gzipSync(JPEG.subarray(0, 500)), gzipSync(JPEG.subarray(500))])],
    ['gzip', Buffer.concat([gzipSync(JPEG), Buffer.alloc(512)])],
  ])('is decoded: %s', async (coding, bytes) => {
    const result = await visit(coding, bytes)
    expect(Buffer.compare(await visits.bytesOf(result), JPEG)).toBe(0)
    expect(result.notes).toBeUndefined()
  })

  it.each(['gzip', 'br', 'deflate', 'zstd'])('is taken as it is when it is not encoded as %s after all, and that is noted', async (coding) => {
    const result = await visit(coding, JPEG)
    expect(Buffer.compare(await visits.bytesOf(result), JPEG)).toBe(0)
    expect(result.notes).toEqual([`said to be encoded as ${coding}, which it is not`])
  })

  it.each<[string, readonly Buffer[]]>([
    ['one member', [gzipSync(JPEG)]], ['two', [gzipSync(JPEG.subarray(0, 900)), gzipSync(JPEG.subarray(900))]],
  ])('may have something behind it, which is passed over and noted: %s', async (_what, members) => {
    const result = await visit('gzip', Buffer.concat([...members, Buffer.from('<!-- served by a cache -->')]))
    expect(Buffer.compare(await visits.bytesOf(result), JPEG)).toBe(0)
    expect(result.notes).toEqual([expect.stringContaining('behind the end')])
  })

  it.each(['gzip', 'br', 'deflate', 'zstd'])('may be empty: %s', async (coding) => {
    expect(await visit(coding, Buffer.alloc(0))).toMatchObject({ reason: 'not-an-image', detail: 'the answer is empty' })
  })

  it('may be a single byte that stands for nothing', async () => {
    const packed = brotliCompressSync(Buffer.alloc(0))
    expect(packed).toHaveLength(1)
    expect(await visit('br', packed)).toMatchObject({ reason: 'not-an-image', detail: 'the answer is empty' })
  })

  it.each<[string, Buffer]>([
    ['gzip', gzipSync(JPEG).subarray(0, 20)], ['deflate', deflateSync(JPEG).subarray(0, 12)],
    ['br', brotliCompressSync(Buffer.concat([JPEG, Buffer.from('abcdefghijklmnopqrstuvwxyz')])).subarray(0, 20)],
    ['zstd', zstd(JPEG).subarray(0, 100)], ['gzip, zstd', zstd(gzipSync(JPEG).subarray(0, 20))],
  ])('that ends too soon is truncated: %s', async (coding, bytes) => {
    expect(await visit(coding, bytes)).toMatchObject({ reason: 'truncated' })
  })

  it.each<[string, Buffer]>([
    ['compress', JPEG], ['gzip, gzip, gzip, gzip', JPEG], ['gzip, unheard-of', JPEG],
    ['gzip', Buffer.concat([gzipSync(JPEG).subarray(0, 10), JPEG])],
    // A window of 2 GB, a dictionary, a reserved bit, an impossible block.
    ['zstd', zstdFrame([['raw', JPEG]], 0xa8)],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x38, 7, 1, 0, 0, 0])],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x08, 0x38, 1, 0, 0, 0, 0])],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38, 7, 0, 0, 0, 0])],
  ])('that cannot be read is undecodable: %s', async (coding, bytes) => {
    expect(await visit(coding, bytes)).toMatchObject({ reason: 'undecodable' })
  })

  it.each<[string, () => Buffer]>([
    ['gzip', () => gzipSync(Buffer.concat([JPEG, Buffer.alloc(50_000_000)]))],
    ['br', () => brotliCompressSync(Buffer.concat([JPEG, Buffer.alloc(50_000_000)]))],
    ['gzip, gzip', () => gzipSync(gzipSync(Buffer.concat([JPEG, Buffer.alloc(50_000_000)])))],
    // The layer in between swells, the last one yields nothing.
    ['gzip, br', () => brotliCompressSync(Buffer.alloc(20_000_000, gzipSync('')))],
    ['zstd', () => zstdFrame([['raw', JPEG], ...Array.from({ length: 2_000 }, () => ['run', Buffer.from([0]), 131_072] as const)])],
  ])('that swells is too large: %s', async (coding, make) => {
    expect(await visit(coding, make())).toMatchObject({ reason: 'too-large' })
    expect(await visits.spooled()).toEqual([])
  })

  it('is not worked on for long: a zstd frame of a hundred thousand blocks', async () => {
    const started = process.cpuUsage()
    const idle = Array.from({ length: 100_000 }, () => ['raw', Buffer.alloc(0)] as const)
    expect(await visit('zstd', zstdFrame([['raw', JPEG], ...idle], 0x68))).toMatchObject({ reason: 'undecodable' })
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(3_000)
  })
})

describe('a decoder', () => {
  const decode = (coding: string, chunks: readonly Buffer[]): Promise<Buffer | 'error'> =>
    new Promise((resolve) => {
      const decoder = createDecoder(coding, { maxBytes: 1_000_000, onNote: () => undefined })
      if (decoder === null || decoder === 'unknown') return resolve('error')
      const parts: Buffer[] = []
      decoder.output.on('data', (part: Buffer) => void parts.push(part))
      decoder.output.once('end', () => resolve(Buffer.concat(parts)))
      decoder.output.once('error', () => resolve('error'))
      for (const chunk of chunks) decoder.input.write(chunk)
      decoder.input.end()
    })

  it('gives the same however the bytes come in', async () => {
    const encoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
      gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd,
    }
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 3_000 }), fc.constantFrom(...Object.keys(encoders)), fc.integer({ min: 1, max: 200 }),
        async (bytes, coding, size) => {
          const encoded = encoders[coding]?.(Buffer.from(bytes)) ?? Buffer.alloc(0)
          const chunks = Array.from({ length: Math.ceil(encoded.length / size) }, (_, at) => encoded.subarray(at * size, (at + 1) * size))
          expect(Buffer.compare((await decode(coding, chunks)) as Buffer, Buffer.from(bytes))).toBe(0)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('comes to an end whatever the bytes are', async () => {
    const magic = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.from([0x1f, 0x8b, 8]), Buffer.from([0x78, 0x9c]), Buffer.alloc(0)]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'gzip, zstd', 'br, deflate, gzip'), fc.constantFrom(...magic), fc.uint8Array({ maxLength: 400 }),
        async (coding, start, rest) => {
          const result = await decode(coding, [Buffer.concat([start, rest])])
          expect(result === 'error' || Buffer.isBuffer(result)).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})
