/**
 * Looks ahead of the zstd decoder at the windows its frames ask for (RFC 8878 §3.1.1). The decoder at hand allocates
 * what a frame's header says and moves all of it for every block: thirty bytes of a list could take gigabytes, and
 * hold the crawl up for seconds a block. So frames are walked as they pass, header by header, before they are decoded.
 */

/** In bytes. What RFC 8878 §3.1.1.1.2 recommends that every decoder bears, and all that `zstd -19` uses. */
const MAX_WINDOW = 8 * 1024 * 1024
const MAGIC = 0xfd2fb528
/** Frames of other data, of any of sixteen kinds (§3.1.2). */
const SKIPPED = 0x184d2a50
/** The longest header: magic, descriptor, window, dictionary, size. */
const MAX_HEADER = 4 + 1 + 1 + 4 + 8

export interface WindowWatch {
  /** @returns what is wrong with the bytes, in words; null when they may be decoded, or the decoder will say so itself */
  pass(bytes: Uint8Array): string | null
}

export const createWindowWatch = (): WindowWatch => {
  const held = Buffer.alloc(MAX_HEADER)
  let filled = 0
  /** Bytes to pass over: blocks, checksums, and what is between frames. */
  let skip = 0
  let place: 'frame' | 'block' | 'checksum' | 'nonsense' = 'frame'
  let hasChecksum = false

  const next = (where: typeof place, bytes = 0): null => {
    place = where
    skip = bytes
    filled = 0
    return null
  }

  /** Bytes of the header that is being read, as far as it tells by now. */
  const needed = (): number => {
    if (place === 'block') return 3
    if (filled < 5) return 5
    const magic = held.readUInt32LE(0)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPED) return 8
    const flags = held[4] as number
    const single = (flags & 0x20) !== 0
    return 5 + (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] as number) + (flags >> 6 === 0 ? (single ? 1 : 0) : 1 << (flags >> 6))
  }

  const onFrame = (length: number): string | null => {
    const magic = held.readUInt32LE(0)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPED) return next('frame', held.readUInt32LE(4))
    if (magic !== MAGIC) return next('nonsense')
    const flags = held[4] as number
    const single = (flags & 0x20) !== 0
    const sizeBytes = flags >> 6 === 0 ? 1 : 1 << (flags >> 6)
    const sizeAt = length - sizeBytes
    const base = 2 ** (10 + ((held[5] as number) >> 3))
    const window = !single ? base + (base / 8) * ((held[5] as number) & 7)
      : sizeBytes === 8 ? Number(held.readBigUInt64LE(sizeAt))
      : held.readUIntLE(sizeAt, sizeBytes)
    if (window > MAX_WINDOW) {
      return `it asks for a window of ${Math.ceil(window / 1024 / 1024).toLocaleString('en-US')} MB, more than ${MAX_WINDOW / 1024 / 1024}: unpack it first (zstd -d --long=31)`
    }
    hasChecksum = (flags & 4) !== 0
    return next('block')
  }

  const onBlock = (): null => {
    const header = held.readUIntLE(0, 3)
    const size = ((header >> 1) & 3) === 1 ? 1 : header >> 3
    const isLast = (header & 1) === 1
    return next(isLast ? (hasChecksum ? 'checksum' : 'frame') : 'block', size)
  }

  return {
    pass(bytes) {
      for (let at = 0; at < bytes.length && place !== 'nonsense'; ) {
        if (skip > 0) {
          const passed = Math.min(skip, bytes.length - at)
          skip -= passed
          at += passed
          continue
        }
        if (place === 'checksum') {
          next('frame', 4)
          continue
        }
        held[filled++] = bytes[at++] as number
        const length = needed()
        if (filled < length) continue
        const flaw = place === 'block' ? onBlock() : onFrame(length)
        if (flaw !== null) return flaw
      }
      return null
    },
  }
}
