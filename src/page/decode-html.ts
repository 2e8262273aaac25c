/** Bytes of a page to text, by the encoding a browser would take (the HTML standard's sniffing algorithm). */
import { isUtf8 } from 'node:buffer'
import { decodeBuffer, getEncoding } from 'encoding-sniffer'

const CHARSET = /;\s*charset\s*=\s*["']?([^\s;"']+)/i

const DEFAULT = 'windows-1252'
const utf8 = new TextDecoder()

/** Whether it is UTF-8, a character cut at the very end forgiven. */
const isUtf8Text = (bytes: Uint8Array): boolean => {
  let end = bytes.length
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--
  if (end > 0 && (bytes[end - 1] ?? 0) >= 0xc0 && bytes.length - end < 3) end--
  return isUtf8(bytes.subarray(0, end)) || isUtf8(bytes)
}

/**
 * The page's text. Order of trust: byte order mark, Content-Type, `<meta charset>`; a page that
 * declares nothing is UTF-8 where it is valid UTF-8, else windows-1252.
 * @param contentType value of the Content-Type header
 */
export const decodeHtml = (bytes: Uint8Array, contentType?: string | null): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const label = CHARSET.exec(contentType ?? '')?.[1]
  const options = label === undefined ? {} : { transportLayerEncodingLabel: label }
  const encoding = getEncoding(buffer, { ...options, defaultEncoding: DEFAULT })
  // The default may be meant or fallen back on: only then does another default change the answer.
  const declared =
    encoding.toLowerCase() !== DEFAULT || encoding === getEncoding(buffer, { ...options, defaultEncoding: 'utf-8' })
  const isUtf8Page = declared ? encoding.toLowerCase() === 'utf-8' : isUtf8Text(buffer)
  // Node's own decoder is the faster one, and right for UTF-8; for the rest the library's is.
  return isUtf8Page ? utf8.decode(buffer) : decodeBuffer(buffer, options)
}
