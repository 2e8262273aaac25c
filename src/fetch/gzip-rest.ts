/**
 * A gzip body with something behind it (a cache's comment, a script's trailing newline): browsers
 * pass over it, zlib's streams refuse the whole. Here its members are decoded one by one up to
 * where the foreign bytes begin. RFC 1952 §2.2 and §2.3.
 */
import { inflateRawSync, type InflateRaw } from 'node:zlib'

/** Encoded bytes that are remembered in case they are needed: pages are smaller, nearly always. */
export const REST_MAX = 256 * 1024

/** Where the deflated bytes of the member at `at` begin; null when no member begins there. */
const deflatedAt = (data: Buffer, at: number): number | null => {
  if (data[at] !== 0x1f || data[at + 1] !== 0x8b || data[at + 2] !== 8) return null
  const flags = data[at + 3] ?? 0
  let next = at + 10
  if (flags & 4) next += 2 + (next + 2 <= data.length ? data.readUInt16LE(next) : 0)
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    const end = data.indexOf(0, next)
    if (end < 0) return null
    next = end + 1
  }
  if (flags & 2) next += 2
  return next < data.length ? next : null
}

/** @returns what the members before the foreign bytes hold; null when they are broken themselves, or hold more than `maxBytes` */
export const decodeMembers = (data: Buffer, maxBytes: number): Buffer | null => {
  const parts: Buffer[] = []
  let room = maxBytes
  for (let at = deflatedAt(data, 0); at !== null; ) {
    try {
      const { buffer, engine } = inflateRawSync(data.subarray(at), { info: true, maxOutputLength: Math.max(1, room) }) as unknown as
        { readonly buffer: Buffer; readonly engine: InflateRaw }
      const trailer = at + engine.bytesWritten
      if (trailer + 8 > data.length || data.readUInt32LE(trailer + 4) !== buffer.length) return null
      parts.push(buffer)
      room -= buffer.length
      at = deflatedAt(data, trailer + 8)
    } catch {
      return null
    }
  }
  return parts.length === 0 ? null : Buffer.concat(parts)
}
