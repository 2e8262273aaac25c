/**
 * What a body is, by its first bytes: servers call error pages `image/jpeg` and pictures
 * `text/plain`, so the content type is a hint at most. A table of our own and not file-type,
 * because it must answer at once, in the middle of a download, and knows SVG and HTML apart.
 */
import { firstElement, listKind } from '../core/document-kind.ts'

const ascii = (head: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...head.subarray(from, to))

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean =>
  head.length >= bytes.length && bytes.every((byte, at) => head[at] === byte)

/** ISO base media brands of still pictures (AVIF, HEIF). */
const PICTURE_BRAND = /^(?:avif|avis|mif1|msf1|mif2|heic|heix|heim|heis|hevc|hevx|jxl )$/

const SIGNATURES: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff], // JPEG
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], // PNG
  [0x47, 0x49, 0x46, 0x38], // GIF
  [0x49, 0x49, 0x2a, 0x00], [0x4d, 0x4d, 0x00, 0x2a], [0x49, 0x49, 0x2b, 0x00], [0x4d, 0x4d, 0x00, 0x2b], // TIFF
  [0x00, 0x00, 0x01, 0x00], [0x00, 0x00, 0x02, 0x00], // ICO, CUR
  [0xff, 0x0a], [0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58, 0x4c, 0x20], // JPEG XL
  [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20], // JPEG 2000
]

const encodingOf = (head: Uint8Array): 'utf-8' | 'utf-16be' | 'utf-16le' =>
  startsWith(head, [0xfe, 0xff]) || startsWith(head, [0x00, 0x3c]) ? 'utf-16be'
  : startsWith(head, [0xff, 0xfe]) || startsWith(head, [0x3c, 0x00]) ? 'utf-16le'
  : 'utf-8'

const decodeHead = (head: Uint8Array): string => new TextDecoder(encodingOf(head)).decode(head)

const isText = (head: Uint8Array): boolean => encodingOf(head) !== 'utf-8' || !head.includes(0)

const isBitmapOrContainer = (head: Uint8Array): boolean =>
  SIGNATURES.some((signature) => startsWith(head, signature)) ||
  (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP') ||
  (ascii(head, 4, 8) === 'ftyp' && PICTURE_BRAND.test(ascii(head, 8, 12))) ||
  // BMP: two letters are too weak a sign; the reserved bytes are nought and a known header size follows.
  (ascii(head, 0, 2) === 'BM' && startsWith(head.subarray(6), [0, 0, 0, 0]) && (head[14] ?? 0) >= 12)

/** True for the raster formats told by signature, and SVG. */
export const looksLikeImage = (head: Uint8Array): boolean =>
  isBitmapOrContainer(head) || (head.length > 4 && firstElement(decodeHead(head)) === 'svg')

/** Elements that a document served without a doctype may begin with. */
const HTML_START = new Set([
  'html', 'head', 'body', 'title', 'meta', 'link', 'script', 'style', 'base', 'div', 'p', 'a', 'h1', 'h2', 'table',
  'img', 'br', 'span', 'ul', 'ol', 'main', 'header', 'article', 'section', 'center', 'font', 'frameset', 'iframe',
  'noscript', 'picture', 'figure', 'nav', 'form',
])

const HTML_TYPE = /^(?:text\/html|application\/xhtml\+xml)\b/i

/**
 * A page: what is declared HTML and is text, or what begins like HTML whatever it is declared.
 * @param contentType as the server says
 */
export const looksLikeHtml = (head: Uint8Array, contentType: string | null): boolean => {
  if (head.length === 0 || !isText(head) || startsWith(head, [0x25, 0x50, 0x44, 0x46])) return false
  const element = firstElement(decodeHead(head))
  if (element !== null && HTML_START.has(element)) return true
  return HTML_TYPE.test(contentType ?? '') && element !== 'svg'
}

/**
 * A feed or a sitemap, for a page's visit: lists of pages, which are read in place of one.
 * @param contentType as the server says
 */
export const looksLikeList = (head: Uint8Array, contentType: string | null): boolean =>
  head.length > 0 && isText(head) && listKind(decodeHead(head), contentType) !== null

const NAMED: readonly (readonly [string, string])[] = [
  ['%PDF', 'a PDF'],
  ['PK\u0003\u0004', 'a zip archive'],
  ['\u001f\u008b', 'a gzip archive'],
  ['Rar!', 'a rar archive'],
  ['ftyp', 'a video'],
  ['\u001aE\u00df\u00a3', 'a video'],
  ['OggS', 'an Ogg stream'],
  ['ID3', 'a sound'],
  ['wOF', 'a font'],
  ['RIFF', 'a sound or video'],
]

/** "an HTML page", "a PDF", "text", "unknown bytes": for the detail of a refusal. */
export const describeBody = (head: Uint8Array): string => {
  if (head.length === 0) return 'nothing at all'
  if (looksLikeHtml(head, null)) return 'an HTML page'
  if (looksLikeImage(head)) return 'a picture'
  const beginning = ascii(head, 0, 12)
  const known = NAMED.find(([mark]) => beginning.includes(mark))
  if (known) return known[1]
  if (!isText(head)) return 'unknown bytes'
  const first = decodeHead(head).trimStart()[0]
  return first === '{' || first === '[' ? 'JSON' : first === '<' ? 'an XML document' : 'text'
}
