/**
 * What is stored, read: the row of a picture, and bytes, of originals and renditions alike, under their own SHA-256. Bytes
 * under such an address never change, so whoever fetched them once need not ask again.
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GannetError } from '../core/errors.ts'
import type { Asset } from '../store/asset.ts'
import { HttpProblem } from './problem.ts'

/** Of the fleet's stores, wherever they are. */
export interface AssetRouteOptions {
  readonly catalogue: { get(by: 'id' | 'sha256' | 'rendition', values: readonly string[]): Promise<readonly (Asset | null)[]> }
  /** Default five seconds. */
  readonly patienceMs?: number
  readonly blobs: { slice(sha256: Asset['sha256'], offset: number, length: number): Promise<Uint8Array | null> }
}

export const blobPath = (sha256: string): string => `/v1/blobs/${sha256}`

/** Longest wait for a store of another server: it may be gone, and its place is waited for longer than anybody waits for an answer. */
const PATIENCE_MS = 5_000

/** Bytes read at a time. */
const SLICE_BYTES = 1024 * 1024
const ADDRESS = /^[0-9a-f]{64}$/

const TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', tiff: 'image/tiff', avif: 'image/avif', heic: 'image/heic',
  bmp: 'image/bmp', ico: 'image/x-icon', cur: 'image/x-icon', svg: 'image/svg+xml',
}

interface Blob {
  readonly sha256: Asset['sha256']
  readonly format: string
  readonly bytes: number
}

/** The first and last byte asked for; null for all of them, also where a header is none that is known (RFC 9110 §14.2). */
const rangeOf = (header: string | undefined, bytes: number): readonly [number, number] | 'unsatisfiable' | null => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  return from <= to ? [from, to] : 'unsatisfiable'
}

const soon = async <Answer>(answer: Promise<Answer>, patienceMs: number): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new GannetError('engine-unreachable', 'the server that keeps the pictures does not answer: ask again')), patienceMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

export const addAssetRoutes = (server: FastifyInstance, options: AssetRouteOptions): void => {
  const { patienceMs = PATIENCE_MS } = options
  const catalogue: AssetRouteOptions['catalogue'] = { get: (by, values) => soon(options.catalogue.get(by, values), patienceMs) }
  const blobs: AssetRouteOptions['blobs'] = { slice: (...ask) => soon(options.blobs.slice(...ask), patienceMs) }
  const assetOf = async (request: FastifyRequest): Promise<Asset> => {
    const { id } = request.params as { readonly id: string }
    const [asset] = await catalogue.get('id', [id])
    if (!asset) throw new HttpProblem('not-found', 'no picture is stored under this id')
    return asset
  }

  const find = async (request: FastifyRequest): Promise<Blob> => {
    const { sha256 } = request.params as { readonly sha256: Asset['sha256'] }
    const [original] = ADDRESS.test(sha256) ? await catalogue.get('sha256', [sha256]) : []
    if (original) return { sha256, format: original.format, bytes: original.bytes }
    const [owner] = ADDRESS.test(sha256) ? await catalogue.get('rendition', [sha256]) : []
    const rendition = owner?.renditions.find((one) => one.sha256 === sha256)
    if (rendition) return { sha256, format: rendition.format, bytes: rendition.bytes ?? 0 }
    throw new HttpProblem('not-found', 'no original and no rendition has this SHA-256 (64 lower-case hexadecimal digits); a better copy may have replaced it')
  }

  async function* read(sha256: Asset['sha256'], from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let offset = from; offset <= to; ) {
      const part = await blobs.slice(sha256, offset, Math.min(SLICE_BYTES, to + 1 - offset))
      // Too late for an answer: the connection is broken off, so that nobody takes a part for the whole.
      if (part === null || part.length === 0) throw new GannetError('data-missing', `the bytes of ${sha256} have gone while they were read`)
      offset += part.length
      yield part
    }
  }

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { sha256, format, bytes } = await find(request)
    const etag = `"${sha256}"`
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
    const ifRange = request.headers['if-range']
    const range = request.method === 'GET' && (ifRange === undefined || ifRange === etag) ? rangeOf(request.headers.range, bytes) : null
    const isKnown = known.includes(etag) || known.includes('*')
    const hasBody = request.method !== 'HEAD' && !isKnown && range !== 'unsatisfiable'
    // Looked for before the answer begins: what is lost is told as such.
    if (hasBody && (await blobs.slice(sha256, 0, 1)) === null) throw new HttpProblem('not-found', 'the bytes of this picture are lost: gannet store check tells which are')
    void reply.headers({
      etag, 'cache-control': 'public, max-age=31536000, immutable', 'accept-ranges': 'bytes',
      // They come from strangers: a drawing may hold scripts, and nothing is what its bytes merely look like.
      'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    })
    if (isKnown) return await reply.code(304).send()
    if (range === 'unsatisfiable') return await reply.code(416).header('content-range', `bytes */${bytes}`).send()
    const [from, to] = range ?? [0, bytes - 1]
    void reply.headers({ 'content-type': TYPES[format] ?? 'application/octet-stream', 'content-length': to + 1 - from })
    if (range) void reply.code(206).header('content-range', `bytes ${from}-${to}/${bytes}`)
    return await reply.send(hasBody ? Readable.from(read(sha256, from, to), { objectMode: false }) : undefined)
  }
  server.get('/v1/assets/:id', (request) => assetOf(request))
  server.route({ method: ['GET', 'HEAD'], url: blobPath(':sha256'), handler: answer })
}
