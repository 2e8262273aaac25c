/**
 * Content-Encoding (RFC 9110 §8.4): gzip, deflate in both of its forms, brotli and zstd, one upon
 * another up to three times. What a server says is held against the first bytes: some name a
 * coding that they did not apply, and browsers' users never notice because a cache in between did.
 */
import { Duplex, pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { CodingError } from './coding-error.ts'
import { decodeMembers, REST_MAX } from './gzip-rest.ts'
import { looksLikeHtml, looksLikeImage } from './sniff.ts'
import { createZstdDecoder, isZstd } from './zstd.ts'

export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd'

/** More layers than any server has a use for are a trick. */
const MAX_LAYERS = 3
/** Enough of the body to tell whether it is encoded as it says. */
const PEEK_BYTES = 64
/** Gzip cannot swell more than 1,032 times, and no page or picture comes near a half of that. */
const MAX_RATIO = 500
const RATIO_FROM_BYTES = 1024 * 1024

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['gzip', 'gzip'], ['x-gzip', 'gzip'], ['deflate', 'deflate'], ['br', 'br'], ['zstd', 'zstd'],
])

const isPlain = (head: Buffer): boolean => looksLikeImage(head) || looksLikeHtml(head, null)

/** Null when the bytes are not encoded like this after all. */
const decoderFor = (coding: Coding, head: Buffer, maxBytes: number): Duplex | null => {
  switch (coding) {
    case 'gzip': return head[0] === 0x1f && head[1] === 0x8b ? createGunzip() : null
    case 'zstd': return isZstd(head) ? createZstdDecoder(maxBytes) : null
    // Neither has a signature: they are believed unless the body is plainly something else.
    case 'br': return isPlain(head) ? null : createBrotliDecompress()
    // "deflate" ought to mean zlib, but some servers send it raw: the header's checksum tells.
    case 'deflate': return isPlain(head) ? null
      : ((head[0] ?? 0) & 0x0f) === 8 && head.readUInt16BE(0) % 31 === 0 ? createInflate() : createInflateRaw()
    default: return coding satisfies never
  }
}

export interface DecodingLimits {
  /** Largest body, decoded and at every layer in between. */
  readonly maxBytes: number
  /** Called with words for a person when the body is not encoded as it says. */
  readonly onNote: (note: string) => void
  /** The file itself may be one in gzip (`sitemap.xml.gz`), below whatever coding the answer names. */
  readonly mayBeGzip?: boolean
}

/** One layer: decides on its decoder when it has seen the first bytes. An empty body decodes to nothing. */
class CodingLayer extends Duplex {
  readonly #coding: Coding
  readonly #limits: DecodingLimits
  #held: Buffer[] = []
  #heldBytes = 0
  #decided = false
  #inner: Duplex | null = null
  /** Gzip only, and only as much as may be decoded once more: null when that is past. */
  #encoded: Buffer[] | null = []
  /** What follows is no part of the body. */
  #over = false
  #taken = 0
  #given = 0

  constructor(coding: Coding, limits: DecodingLimits) {
    super()
    this.#coding = coding
    this.#limits = limits
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#taken += chunk.length
    if (this.#over) return done()
    if (this.#taken > REST_MAX || this.#coding !== 'gzip') this.#encoded = null
    this.#encoded?.push(chunk)
    if (this.#decided) return this.#pass(chunk, done)
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    if (this.#heldBytes < PEEK_BYTES) return done()
    this.#decide(done)
  }

  override _final(done: (error?: Error | null) => void): void {
    const finish = (error?: Error | null): void => {
      if (error) return done(error)
      if (this.#over) return done()
      if (this.#inner) this.#inner.end()
      else this.push(null)
      done()
    }
    if (this.#decided || this.#heldBytes === 0) finish()
    else this.#decide(finish)
  }

  override _read(): void {
    this.#inner?.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner?.destroy()
    done(error)
  }

  #decide(done: (error?: Error | null) => void): void {
    const head = Buffer.concat(this.#held)
    this.#held = []
    this.#decided = true
    // Only brotli packs anything, the empty body, into a single byte.
    const inner = head.length < 2 && this.#coding !== 'br' ? null : decoderFor(this.#coding, head, this.#limits.maxBytes)
    this.#inner = inner
    if (inner) {
      inner.on('data', (chunk: Buffer) => this.#give(chunk))
      inner.once('end', () => this.push(null))
      inner.once('error', (error) => {
        if (!this.#endBefore(error)) this.destroy(error)
      })
    } else this.#limits.onNote(`said to be encoded as ${this.#coding}, which it is not`)
    this.#pass(head, done)
  }

  #pass(chunk: Buffer, done: (error?: Error | null) => void): void {
    const inner = this.#inner
    if (inner) {
      inner.write(chunk, (error) => (error && this.#endBefore(inner.errored ?? error) ? done() : done(error)))
    } else {
      this.push(chunk)
      done()
    }
  }

  /** True when the body had come to its end before the bytes that were found wrong. */
  #endBefore({ message }: Error): boolean {
    if (this.#over) return true
    if (message !== 'incorrect header check' || !this.#encoded) return false
    const members = decodeMembers(Buffer.concat(this.#encoded), this.#limits.maxBytes)
    if (!members || members.length < this.#given) return false
    this.#over = true
    this.#limits.onNote('there are bytes behind the end of its gzip encoding, which were passed over')
    this.push(members.subarray(this.#given))
    this.push(null)
    return true
  }

  #give(chunk: Buffer): void {
    this.#given += chunk.length
    const { maxBytes } = this.#limits
    if (this.#given > maxBytes) return void this.destroy(new CodingError('large', `more than ${maxBytes} bytes`))
    if (this.#given > RATIO_FROM_BYTES && this.#given > this.#taken * MAX_RATIO) {
      return void this.destroy(new CodingError('large', `more than ${MAX_RATIO} times its size on the wire`))
    }
    if (!this.push(chunk)) this.#inner?.pause()
  }
}

/** Encoded bytes go in at `write`, decoded ones come out of `output`, which also carries the error of any layer. */
export interface Decoder {
  readonly input: Duplex
  readonly output: Duplex
}

/** @returns null when nothing is to be decoded, 'unknown' when it cannot be */
export const createDecoder = (contentEncoding: string | null, limits: DecodingLimits): Decoder | null | 'unknown' => {
  const { mayBeGzip = false } = limits
  if (contentEncoding === null && !mayBeGzip) return null
  const names = (contentEncoding ?? '').slice(0, 200)
    .toLowerCase().split(',').map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity' && name !== 'none')
  if (names.length === 0 && !mayBeGzip) return null
  const codings = names.flatMap((name) => CODINGS.get(name) ?? [])
  if (codings.length !== names.length || codings.length > MAX_LAYERS) return 'unknown'
  // Codings are listed in the order in which they were applied.
  const layers = codings.toReversed().map((coding) => new CodingLayer(coding, limits))
  // Servers send the file as it lies there, or name the gzip as a coding, or unpack it: only its bytes tell.
  if (mayBeGzip) layers.push(new CodingLayer('gzip', { ...limits, onNote: () => undefined }))
  const input = layers[0] as CodingLayer
  const output = layers.at(-1) as CodingLayer
  if (layers.length > 1) {
    pipeline(layers, (error) => {
      if (error) output.destroy(error)
    })
  }
  return { input, output }
}
