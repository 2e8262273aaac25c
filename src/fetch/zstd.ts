/**
 * Zstandard (RFC 8878) as a content coding. The decoder at hand moves its whole window for every
 * block and trusts the sizes in the frame's header, so that a few kilobytes could hold it busy for
 * minutes. A frame is therefore walked first, which costs next to nothing, and decoded only when
 * its window, its blocks and what they cost together stay within reason.
 */
import { Transform } from 'node:stream'
import { Decompress } from 'fzstd'
import { CodingError } from './coding-error.ts'

/** RFC 9659 §3: no larger window is to be used for a content coding. */
const MAX_WINDOW = 8 * 1024 * 1024
/** RFC 8878 §3.1.1.2.4. */
const MAX_BLOCK = 128 * 1024
/** Half a gigabyte of full blocks, and enough for a server that flushes every few kilobytes. */
const MAX_BLOCKS = 4096
/** Window bytes moved for all blocks together: about a second. */
const MAX_MOVED = 8 * 1024 * 1024 * 1024
const MAX_FRAMES = 1024
const MAGIC = 0xfd2fb528

const broken = (what: string): CodingError => new CodingError('broken', `zstd: ${what}`)
const cutShort = (): CodingError => new CodingError('cut', 'zstd: it ends in the middle')

export const isZstd = (head: Buffer): boolean =>
  head.length >= 4 && (head.readUInt32LE(0) === MAGIC || (head.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50)

interface Frame {
  readonly end: number
  readonly window: number
  readonly blocks: number
}

/** RFC 8878 §3.1.1.1. */
const headerOf = (data: Buffer, at: number): { readonly blocksAt: number; readonly window: number; readonly checksum: boolean } => {
  if (at + 6 > data.length) throw cutShort()
  const flags = data[at + 4] as number
  if (flags & 8) throw broken('a reserved bit is set')
  const single = (flags & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number
  const sizeBytes = flags >> 6 === 0 ? (single ? 1 : 0) : 1 << (flags >> 6)
  const sizeAt = at + 5 + (single ? 0 : 1) + dictionaryBytes
  const blocksAt = sizeAt + sizeBytes
  if (blocksAt > data.length) throw cutShort()
  if (data.subarray(sizeAt - dictionaryBytes, sizeAt).some((byte) => byte !== 0)) throw broken('it needs a dictionary')
  const descriptor = data[at + 5] as number
  const base = 2 ** (10 + (descriptor >> 3))
  const size = sizeBytes === 8 ? Number(data.readBigUInt64LE(sizeAt))
    : sizeBytes === 0 ? 0
    : data.readUIntLE(sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
  return { blocksAt, window: single ? size : base + (base / 8) * (descriptor & 7), checksum: (flags & 4) !== 0 }
}

const walkFrame = (data: Buffer, start: number): Frame => {
  const { blocksAt, window, checksum } = headerOf(data, start)
  if (window > MAX_WINDOW) throw broken(`a window of ${window} bytes`)
  let blocks = 0
  for (let at = blocksAt; ; ) {
    if (at + 3 > data.length) throw cutShort()
    if (++blocks > MAX_BLOCKS) throw broken(`more than ${MAX_BLOCKS} blocks`)
    const header = data.readUIntLE(at, 3)
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type === 3 || size > MAX_BLOCK) throw broken('a block that cannot be')
    at += 3 + (type === 1 ? 1 : size)
    if (at > data.length) throw cutShort()
    if ((header & 1) === 0) continue
    const end = at + (checksum ? 4 : 0)
    if (end > data.length) throw cutShort()
    return { end, window, blocks }
  }
}

/** @param onData called for each block; what it throws ends the decoding */
const decodeFrames = (data: Buffer, onData: (block: Uint8Array) => void): void => {
  let moved = 0
  let blocks = 0
  let frames = 0
  for (let at = 0; at < data.length; ) {
    if (at + 8 > data.length) throw cutShort()
    if (++frames > MAX_FRAMES) throw broken(`more than ${MAX_FRAMES} frames`)
    const magic = data.readUInt32LE(at)
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + data.readUInt32LE(at + 4)
      continue
    }
    // What follows the last frame is no part of the body, as with gzip.
    if (magic !== MAGIC && at > 0) return
    if (magic !== MAGIC) throw broken('no frame begins here')
    const frame = walkFrame(data, at)
    moved += frame.window * frame.blocks
    blocks += frame.blocks
    if (moved > MAX_MOVED || blocks > MAX_BLOCKS) throw broken('too many blocks for its window')
    try {
      new Decompress((block) => {
        if (block.length > 0) onData(block)
      }).push(data.subarray(at, frame.end), true)
    } catch (error) {
      throw error instanceof CodingError ? error : broken((error as Error).message)
    }
    at = frame.end
  }
}

/**
 * Collects what is encoded and decodes it at its end; pages are small enough for that.
 * @param maxBytes of the body, encoded and decoded
 */
export const createZstdDecoder = (maxBytes: number): Transform => {
  const chunks: Buffer[] = []
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      size += chunk.length
      done(size > maxBytes ? new CodingError('large', `more than ${maxBytes} bytes`) : null)
    },
    flush(done) {
      let decoded = 0
      try {
        decodeFrames(Buffer.concat(chunks), (block) => {
          decoded += block.length
          if (decoded > maxBytes) throw new CodingError('large', `more than ${maxBytes} bytes`)
          this.push(block)
        })
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
