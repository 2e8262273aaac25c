/** Content-Encoding (RFC 9110 §8.4): gzip, deflate in both of its forms, and brotli, as streams. */
import { Transform, type Duplex, type TransformCallback } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

/** "deflate" ought to mean zlib, but some servers send it raw: the first byte tells. */
const createAnyInflate = (): Duplex => {
  let inner: Duplex | null = null
  const begin = (stream: Transform, first: number): Duplex => {
    const made: Duplex = (first & 0x0f) === 0x08 ? createInflate() : createInflateRaw()
    made.on('data', (chunk: Buffer) => void stream.push(chunk))
    made.on('error', (error) => stream.destroy(error))
    return made
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      inner ??= begin(this, chunk[0] ?? 0)
      inner.write(chunk, () => done())
    },
    flush(done) {
      if (!inner) return done()
      inner.once('end', () => done())
      inner.end()
    },
    destroy(error, done) {
      inner?.destroy()
      done(error)
    },
  })
}

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createAnyInflate,
  br: createBrotliDecompress,
}

/** @returns null when nothing is to be decoded, 'unknown' when it cannot be: layered codings are a trick, not a need */
export const createDecoder = (contentEncoding: string | null): Duplex | null | 'unknown' => {
  if (contentEncoding === null) return null
  const codings = contentEncoding
    .toLowerCase().split(',').map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const [coding] = codings
  if (coding === undefined) return null
  const create = codings.length === 1 && Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined
  return create ? create() : 'unknown'
}
