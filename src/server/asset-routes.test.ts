/** Rows and bytes over HTTP, from a real blob store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Of, type RequestId } from '../core/ids.ts'
import { openFsBlobStore } from '../store/adapters/fs.ts'
import { entryOf, idOf, renditionOf } from '../store/asset.contract.ts'
import { createCatalogueModel } from '../store/catalogue-model.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { addAssetRoutes, blobPath } from './asset-routes.ts'
import { createHttpServer } from './http-server.ts'

/** Of more than two slices. */
const ORIGINAL = Buffer.alloc(2_500_000, 'original ')
const RENDITION = Buffer.from('a rendition')
const LOST = sha256Of('lost')

describe('the assets of a task server', () => {
  let dir: string
  let server: FastifyInstance
  let blobs: BlobStore
  let asked: number[]
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-assets-'))
    blobs = await openFsBlobStore({ dir })
    const catalogue = createCatalogueModel()
    const sha256 = sha256Of(ORIGINAL)
    for (const bytes of [ORIGINAL, RENDITION]) await blobs.put(sha256Of(bytes), { kind: 'inline', bytes })
    const made = renditionOf(1, { format: 'webp', sha256: sha256Of(RENDITION), bytes: RENDITION.length })
    await catalogue.commit([
      entryOf(1, { asset: { sha256, bytes: ORIGINAL.length, format: 'svg' }, fingerprint: { sha256 } }),
      entryOf(2, { asset: { sha256: LOST, bytes: 4 }, fingerprint: { sha256: LOST } }),
    ])
    await catalogue.addRenditions([{ asset: idOf(1), request: 'r9' as RequestId, renditions: [made] }])
    asked = []
    server = createHttpServer({ onTrouble: () => undefined })
    addAssetRoutes(server, {
      catalogue,
      blobs: {
        slice: (of, offset, length) => {
          asked.push(length)
          return blobs.slice(of, offset, length)
        },
      },
    })
  })
  afterAll(async () => {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  })

  test('of a store that does not answer are not waited for', async () => {
    const alone = createHttpServer({ onTrouble: () => undefined })
    addAssetRoutes(alone, { patienceMs: 20, catalogue: { get: () => new Promise(() => undefined) }, blobs: { slice: async () => null } })
    const answer = await alone.inject(path)
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().code]).toEqual([503, '5', 'engine-unreachable'])
    await alone.close()
  })

  const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => server.inject({ method, url, headers })
  const path = blobPath(sha256Of(ORIGINAL))

  test('tells the row of a picture, or that there is none', async () => {
    expect((await get(`/v1/assets/${idOf(1)}`)).json()).toMatchObject({ id: idOf(1), bytes: ORIGINAL.length, renditions: [{ name: 'small', format: 'webp' }], requestIds: ['r1', 'r9'] })
    const none = await get('/v1/assets/nothing')
    expect([none.statusCode, none.json().code, none.headers['content-type']]).toEqual([404, 'not-found', 'application/problem+json'])
  })

  test('gives bytes of originals and renditions, as what they are, for ever, and piece by piece', async () => {
    const whole = await get(path)
    expect([whole.statusCode, sha256Of(whole.rawPayload)]).toEqual([200, sha256Of(ORIGINAL)])
    expect(whole.headers).toMatchObject({
      'content-type': 'image/svg+xml', 'content-length': String(ORIGINAL.length), etag: `"${sha256Of(ORIGINAL)}"`,
      'cache-control': 'public, max-age=31536000, immutable', 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    })
    expect(Math.max(...asked)).toBeLessThanOrEqual(1024 * 1024)
    const rendition = await get(blobPath(sha256Of(RENDITION)))
    expect([rendition.headers['content-type'], rendition.body]).toEqual(['image/webp', 'a rendition'])
  })

  test('sends nothing again to who has it, and no bytes to who asks for the head', async () => {
    const etag = `"${sha256Of(ORIGINAL)}"`
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) expect((await get(path, { 'if-none-match': tag })).statusCode).toBe(304)
    expect((await get(path, { 'if-none-match': '"other"' })).statusCode).toBe(200)
    const head = await get(path, {}, 'HEAD')
    expect([head.statusCode, head.headers['content-length'], head.rawPayload.length]).toEqual([200, String(ORIGINAL.length), 0])
    expect((await get(path, { 'if-none-match': etag }, 'HEAD')).statusCode).toBe(304)
  })

  test.each([
    ['bytes=0-9', 206, `bytes 0-9/${ORIGINAL.length}`, ORIGINAL.subarray(0, 10)],
    ['bytes=2499990-', 206, `bytes 2499990-2499999/${ORIGINAL.length}`, ORIGINAL.subarray(-10)],
    ['bytes=-10', 206, `bytes 2499990-2499999/${ORIGINAL.length}`, ORIGINAL.subarray(-10)],
    ['bytes=1000000-2100000', 206, `bytes 1000000-2100000/${ORIGINAL.length}`, ORIGINAL.subarray(1_000_000, 2_100_001)],
    ['bytes=0-99999999', 206, `bytes 0-2499999/${ORIGINAL.length}`, ORIGINAL],
    ['bytes=2500000-', 416, `bytes */${ORIGINAL.length}`, null],
    ['bytes=9-3', 200, undefined, ORIGINAL],
    ['bytes=-', 200, undefined, ORIGINAL],
    ['bytes=0-1,5-6', 200, undefined, ORIGINAL],
    ['rows=1-2', 200, undefined, ORIGINAL],
  ])('answers the range %s with %i', async (range, status, contentRange, bytes) => {
    const answer = await get(path, { range })
    expect([answer.statusCode, answer.headers['content-range']]).toEqual([status, contentRange])
    if (bytes) expect(sha256Of(answer.rawPayload)).toBe(sha256Of(bytes))
  })

  test('gives a range only of what the asker has the rest of', async () => {
    const etag = `"${sha256Of(ORIGINAL)}"`
    expect((await get(path, { range: 'bytes=0-1', 'if-range': etag })).statusCode).toBe(206)
    expect((await get(path, { range: 'bytes=0-1', 'if-range': '"old"' })).statusCode).toBe(200)
  })

  test.each([
    blobPath('0'.repeat(64)), blobPath(sha256Of(ORIGINAL).toUpperCase()), blobPath('short'), blobPath('..%2F..%2Fcatalogue.db'), blobPath(`${sha256Of(ORIGINAL)}%00`), blobPath(LOST),
  ])('has nothing at %s, and says so', async (url) => {
    const answer = await get(url)
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
    expect(answer.headers['cache-control'] ?? '').not.toContain('immutable')
  })
})
