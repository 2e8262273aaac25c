/**
 * Unpacks what a list is packed in. A packing that is damaged or cut short gives everything that comes before the
 * damage and then says so: the rows that were had are kept. Memory stays bounded however far a few bytes unfold.
 */
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { createWindowWatch } from './zstd-windows.ts'

export type Packing = 'none' | 'gzip' | 'zstd'

/** Ends with the sentence that says what is wrong with the packing; null when it came to its own end. */
export type Flow = AsyncGenerator<Buffer, string | null, undefined>

/** Deflate unfolds by at most 1,032: these are at most 17 MB. */
const GZIP_SLICE = 16 * 1024
/** A zstd block of four bytes may stand for 128 KB: these are at most 32 MB. */
const ZSTD_SLICE = 1024

export const packingOf = (head: Uint8Array): Packing =>
  head[0] === 0x1f && head[1] === 0x8b ? 'gzip'
  : head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? 'zstd'
  : 'none'

async function* gunzip(packed: AsyncIterable<Buffer>): Flow {
  const inflate = createGunzip()
  let out: Buffer[] = []
  let damage: string | null = null
  inflate.on('data', (chunk: Buffer) => out.push(chunk))
  // What is being written when it fails is never answered for: its closing is.
  let go: () => void = () => undefined
  inflate.on('error', (error) => (damage = error.message))
  inflate.on('close', () => go())
  /** Everything that can be told from the slice has come out when this resolves. */
  const take = (slice: Buffer): Promise<void> =>
    new Promise((resolve) => {
      go = resolve
      inflate.write(slice, () => resolve())
    })
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length && damage === null; at += GZIP_SLICE) {
        await take(chunk.subarray(at, at + GZIP_SLICE))
        const ready = out
        out = []
        yield* ready
      }
      if (damage !== null) break
    }
    if (damage === null) {
      await new Promise<void>((resolve) => {
        go = resolve
        inflate.end()
      })
    }
    yield* out
    return damage
  } finally {
    inflate.destroy()
  }
}

async function* unzstd(packed: AsyncIterable<Buffer>): Flow {
  let out: Buffer[] = []
  // The decoder may write over what it handed out.
  const stream = new Decompress((data) => void (data.length > 0 && out.push(Buffer.from(data))))
  const windows = createWindowWatch()
  const push = (slice: Uint8Array, last: boolean): string | null => {
    const flaw = windows.pass(slice)
    if (flaw !== null) return flaw
    try {
      stream.push(slice, last)
      return null
    } catch (error) {
      return (error as Error).message
    }
  }
  const drain = (): readonly Buffer[] => {
    const ready = out
    out = []
    return ready
  }
  for await (const chunk of packed) {
    for (let at = 0; at < chunk.length; at += ZSTD_SLICE) {
      const damage = push(chunk.subarray(at, at + ZSTD_SLICE), false)
      yield* drain()
      if (damage !== null) return damage
    }
  }
  const damage = push(new Uint8Array(), true)
  yield* drain()
  return damage
}

async function* unpacked(bytes: AsyncIterable<Buffer>): Flow {
  yield* bytes
  return null
}

export const unpack = (packed: AsyncIterable<Buffer>, packing: Packing): Flow =>
  packing === 'gzip' ? gunzip(packed) : packing === 'zstd' ? unzstd(packed) : unpacked(packed)
