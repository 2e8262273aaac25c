/**
 * What the bytes are, whatever the server or the file name called them. Only what this says is a
 * picture that can be read ever reaches the native decoders, so that an archive, a page of HTML or
 * a PDF is told apart from a broken picture, and no decoder guesses.
 */
import { fileTypeFromBuffer } from 'file-type'
import { firstElement } from '../core/document-kind.ts'
import { isBitmap } from './bitmap.ts'
import { isIcon } from './icon.ts'

/** Formats the native decoder opens. `heif` is what AVIF and HEIC share; which of them shows on opening. */
export type Native = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'heif' | 'svg'
/** All that is opened: `icon` is ICO and CUR. */
export type Decodable = Native | 'bmp' | 'icon'

export type Sniffed =
  | { readonly kind: 'decodable'; readonly format: Decodable }
  /** A picture, but of a format that is not opened here. */
  | { readonly kind: 'foreign'; readonly format: string }
  | { readonly kind: 'other'; readonly what: string }

const HEIF = new Set(['avif', 'avis', 'mif1', 'msf1', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'])

/** Bytes looked at for the root element of an SVG; a long licence comment may stand before it. */
const SVG_HEAD_BYTES = 16 * 1024

const HTML = new Set(['html', 'head', 'body', 'script', 'meta', 'title'])

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to))

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte)

const isTiff = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0x49, 0x49, 0x2a, 0) || startsWith(bytes, 0x4d, 0x4d, 0, 0x2a)

const textHead = (bytes: Uint8Array): string => {
  const encoding =
    startsWith(bytes, 0xff, 0xfe) ? 'utf-16le'
    : startsWith(bytes, 0xfe, 0xff) ? 'utf-16be'
    : 'utf-8'
  return new TextDecoder(encoding).decode(bytes.subarray(0, SVG_HEAD_BYTES))
}

const sniffCommon = (bytes: Uint8Array): Decodable | null => {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'jpeg'
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png'
  const head = ascii(bytes, 0, 12)
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp'
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif'
  if (head.slice(4, 8) === 'ftyp' && HEIF.has(head.slice(8))) return 'heif'
  if (isBitmap(bytes)) return 'bmp'
  if (isIcon(bytes)) return 'icon'
  return null
}

const typeOf = async (bytes: Uint8Array): Promise<{ readonly ext: string; readonly mime: string } | undefined> => {
  try {
    return await fileTypeFromBuffer(bytes)
  } catch {
    // Its parsers read on past the magic and stumble over hostile or cut files: then it is unknown.
    return undefined
  }
}

/** Never throws. Cheap (microseconds) for the common formats. */
export const sniff = async (bytes: Uint8Array): Promise<Sniffed> => {
  if (bytes.byteLength === 0) return { kind: 'other', what: 'empty' }
  const common = sniffCommon(bytes)
  if (common !== null) return { kind: 'decodable', format: common }
  const root = firstElement(textHead(bytes))
  if (root === 'svg') return { kind: 'decodable', format: 'svg' }
  if (root !== null && HTML.has(root)) return { kind: 'other', what: 'a page of HTML' }
  const type = await typeOf(bytes)
  if (type === undefined) return isTiff(bytes) ? { kind: 'decodable', format: 'tiff' } : { kind: 'other', what: 'of no known type' }
  // Camera formats begin as TIFF does; told apart, or else their thumbnails would pass for them.
  if (type.mime === 'image/tiff') return { kind: 'decodable', format: 'tiff' }
  if (type.mime.startsWith('image/')) return { kind: 'foreign', format: type.ext }
  return { kind: 'other', what: `${type.ext} (${type.mime})` }
}
