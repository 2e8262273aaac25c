/**
 * The text of a robots.txt as it came. The RFC says UTF-8; files are also found in UTF-16, in
 * Latin-1, with NULs in between, packed twice, cut by our own limit, or being an error page.
 */
import { gunzipSync } from 'node:zlib'
import { looksLikeHtml } from './sniff.ts'

/** RFC 9309 §2.5 asks for at least 500 KiB; what follows is not read. */
export const ROBOTS_BYTES = 512 * 1024

const HEAD_BYTES = 1024

/** Without a byte order mark: ASCII in UTF-16 has a NUL for every second octet. */
const isNulInterleaved = (head: Uint8Array, first: 0 | 1): boolean => {
  let nuls = 0
  for (let at = first; at < head.length; at += 2) if (head[at] === 0) nuls++
  return head.length >= 8 && nuls > head.length * 0.4
}

const encodingOf = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const head = bytes.subarray(0, HEAD_BYTES)
  return isNulInterleaved(head, 1) ? 'utf-16le' : isNulInterleaved(head, 0) ? 'utf-16be' : null
}

/** A rule that was cut may say something else than it did: `/p` for `/private`. */
const withoutLastLine = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(0, Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d)) + 1)

const strict = new TextDecoder('utf-8', { fatal: true })
const latin = new TextDecoder('windows-1252')

/** Line by line, because files are put together from several sources. */
const decodeMixed = (bytes: Uint8Array): string => {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at)
    const line = bytes.subarray(at, end < 0 ? bytes.length : end)
    try {
      lines.push(strict.decode(line))
    } catch {
      lines.push(latin.decode(line))
    }
    at = end < 0 ? bytes.length : end + 1
  }
  return lines.join('\n')
}

const decode = (bytes: Uint8Array): string => {
  const encoding = encodingOf(bytes)
  if (encoding) return new TextDecoder(encoding).decode(bytes)
  try {
    return strict.decode(bytes)
  } catch {
    return decodeMixed(bytes)
  }
}

/** A file served packed and not said to be; broken or too large packing counts as no rules. */
const unpacked = (bytes: Uint8Array, maxBytes: number): Uint8Array => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes })
  } catch {
    return new Uint8Array()
  }
}

/**
 * Never throws. An HTML page is no robots.txt, whatever its words: it yields ''.
 * @param maxBytes at which the body was cut; one that is so long loses its last line
 */
export const decodeRobots = (body: Uint8Array, maxBytes = ROBOTS_BYTES): string => {
  const bytes = unpacked(body, maxBytes)
  if (looksLikeHtml(bytes.subarray(0, HEAD_BYTES), null)) return ''
  return decode(bytes.length >= maxBytes ? withoutLastLine(bytes) : bytes).replaceAll('\0', '')
}
