/**
 * Bytes from outside become a small sRGB picture that everything else works on, or a reason why
 * not. Nothing is trusted: the type is sniffed, the header's size is checked before a pixel is
 * decoded, decoding is timed, and a file that can only be read with errors ignored says so.
 * Runs in vision processes only: a hostile file can crash a native decoder.
 */
import type { FailOnOptions, Metadata, Sharp } from 'sharp'
import { sha256Of, type Sha256 } from '../core/ids.ts'
import { pngFrames } from './animation-frames.ts'
import { readBitmapHeader, type BitmapHeader } from './bitmap.ts'
import { creditsIn } from './credits/credits.ts'
import { developOr, FINE_SIDE, messageOf, toWorkingSize, WORKING_SIDE, type Rgb } from './develop.ts'
import { fileBytes } from './file-bytes.ts'
import { paintFace, readIcon } from './icon.ts'
import { READABLE, READS_HEIC, sharp } from './loaders.ts'
import type { Credits, Unseen } from './look.ts'
import { paintBitmap, type Raster } from './paint-bitmap.ts'
import { sniff, type Native } from './sniff.ts'
import { weightOf } from './weight.ts'

export { FINE_SIDE, WORKING_SIDE, type Rgb } from './develop.ts'

export interface DecodeLimits {
  /** Most pixels (width × height of one page) that a header may declare. */
  readonly maxPixels: number
  /** Longest file in bytes. */
  readonly maxBytes: number
  /** Longest time in seconds that one decoding may take; a picture that takes longer is undecodable. */
  readonly maxSeconds: number
}

export const DECODE_LIMITS: DecodeLimits = {
  maxPixels: 100_000_000,
  maxBytes: 128 * 1024 * 1024,
  maxSeconds: 10,
}

/** A file that may be decoded: what its header says was found bearable. */
export interface Source {
  /** As sniffed: jpeg, png, webp, gif, tiff, avif, heic, bmp, ico, cur, svg. */
  readonly format: string
  /** In pixels, after orientation. */
  readonly width: number
  readonly height: number
  readonly orientation: number
  readonly pages: number
  readonly credits: Credits | null
  /** What is amiss with the file as far as it was read. */
  readonly warning: string | null
  /** Its first page, oriented. */
  readonly open: (failOn: FailOnOptions) => Sharp
  /** Of the first try at it; null where there is no lesser one to offer. */
  readonly strictness: FailOnOptions | null
  /** Says it better than the decoder's own words, where it can. */
  readonly explain: (failure: string) => string
}

export interface Refusal {
  readonly reason: Unseen['reason']
  readonly detail: string
}

export interface Decoded {
  readonly ok: true
  /** As sniffed: jpeg, png, webp, gif, tiff, avif, heic, bmp, ico, cur, svg. */
  readonly format: string
  /** In pixels, after orientation. */
  readonly width: number
  readonly height: number
  /** EXIF orientation, 1 to 8; 1 where there is none. */
  readonly orientation: number
  readonly pages: number
  /** Length of the file. */
  readonly bytes: number
  readonly sha256: Sha256
  /** Whether the working picture is smaller than the original. */
  readonly reduced: boolean
  /** The working picture: first page, oriented, alpha on white, fits in 512 × 512, never enlarged. */
  readonly rgb: Rgb
  /** The same within 1024 × 1024, where that was asked for and the picture has more than the working one. */
  readonly fine: Rgb | null
  readonly credits: Credits | null
  readonly warning: string | null
}

/** libjpeg calls corrupt data a warning; the other codecs warn of harmless things (a known wrong profile). */
const strictness = (format: Native): FailOnOptions | null =>
  // A renderer of text has no lesser strictness to offer, and hostile drawings are slow to fail.
  format === 'svg' ? null : format === 'jpeg' ? 'warning' : 'error'

const tooMany = (what: string, limits: DecodeLimits): Refusal =>
  ({ reason: 'too-large', detail: `declares ${what} pixels, more than ${limits.maxPixels}` })

const undecodable = (detail: string): Refusal => ({ reason: 'undecodable', detail })

/** PNG can declare sizes that its own library will not even report. */
const pngPixels = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.byteLength < 24 ? 0 : view.getUint32(16) * view.getUint32(20)
}

const nameOf = (format: Native, header: Metadata): string =>
  format !== 'heif' ? format : header.compression === 'av1' ? 'avif' : 'heic'

/** HEVC is told by its header or by the brands at the file's head; the library's own words name no remedy. */
const lacksHevc = (bytes: Uint8Array, format: Native, header: Metadata | null): boolean =>
  format === 'heif' && !READS_HEIC &&
  (header?.compression === undefined ? /he[iv][cxms]/.test(String.fromCharCode(...bytes.subarray(8, 48))) : header.compression !== 'av1')
const NO_HEVC = 'is heic, whose HEVC this decoder lacks; it is read where sharp is built against a libvips that has it'

/** Text is laid out whole before any of it is drawn, in five hundred times its bytes: a drawing's own limit. */
const MAX_DRAWING_BYTES = 1024 * 1024

/** With what the process has besides, within a gigabyte. */
const MAX_WEIGHT = 800e6

const readNative = async (bytes: Uint8Array, format: Native, limits: DecodeLimits): Promise<Source | Refusal> => {
  if (format === 'svg' && bytes.byteLength > MAX_DRAWING_BYTES) {
    return { reason: 'too-large', detail: `a drawing of ${bytes.byteLength} bytes, more than ${MAX_DRAWING_BYTES}` }
  }
  let header: Metadata
  try {
    header = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata()
  } catch (error) {
    if (lacksHevc(bytes, format, null)) return undecodable(NO_HEVC)
    const pixels = format === 'png' ? pngPixels(bytes) : 0
    return pixels > limits.maxPixels ? tooMany(String(pixels), limits) : undecodable(`${format} header: ${messageOf(error)}`)
  }
  const { width, height } = header.autoOrient
  if (width * height > limits.maxPixels) return tooMany(`${width} × ${height}`, limits)
  const weight = weightOf(format, header)
  if (weight > MAX_WEIGHT) {
    return { reason: 'too-large', detail: `${format} of ${width} × ${height} pixels would take ${Math.round(weight / 1e6)} MB to decode, more than ${MAX_WEIGHT / 1e6}` }
  }
  const { orientation = 1, pages = format === 'png' ? pngFrames(bytes) : 1 } = header
  return {
    format: nameOf(format, header), width, height, orientation, pages, credits: creditsIn(header, format === 'tiff' ? bytes : null),
    warning: null, strictness: strictness(format),
    open: (failOn) => sharp(bytes, { failOn, limitInputPixels: limits.maxPixels, sequentialRead: true, pages: 1, autoOrient: true }),
    explain: (failure) => (lacksHevc(bytes, format, header) ? NO_HEVC : `${format}: ${failure}`),
  }
}

const readBitmap = (
  format: 'bmp' | 'ico' | 'cur',
  header: BitmapHeader | string,
  paint: (header: BitmapHeader) => Raster,
  limits: DecodeLimits,
): Source | Refusal => {
  if (typeof header === 'string') return undecodable(`${format}: ${header}`)
  const { width, height } = header
  if (width * height > limits.maxPixels) return tooMany(`${width} × ${height}`, limits)
  const { data, channels, missing } = paint(header)
  if (missing >= height) return undecodable(`${format}: ends before its first row`)
  const warning = missing > 0 ? `ends ${missing} of ${height} rows too early` : null
  return {
    format, width, height, orientation: 1, pages: 1, credits: null, warning, strictness: null,
    open: () => sharp(data, { raw: { width, height, channels } }), explain: (failure) => `${format}: ${failure}`,
  }
}

const readIconFile = async (bytes: Uint8Array, limits: DecodeLimits): Promise<Source | Refusal> => {
  const icon = readIcon(bytes)
  if (typeof icon === 'string') return undecodable(`icon: ${icon}`)
  const { face, format, pages } = icon
  const source =
    face.kind === 'png' ? await readNative(face.bytes, 'png', limits)
    : readBitmap(format, face.header, (header) => paintFace(face.bytes, header), limits)
  return 'reason' in source ? source : { ...source, format, pages }
}

/**
 * Sniffs the bytes and reads their header; decodes nothing of what the native decoders read.
 * Never throws for what they are.
 */
export const sourceOf = async (bytes: Uint8Array, limits: DecodeLimits): Promise<Source | Refusal> => {
  const type = await sniff(bytes)
  if (type.kind === 'other') return { reason: 'not-an-image', detail: `is ${type.what}` }
  if (type.kind === 'foreign') return undecodable(`is ${type.format}; what is read here: ${READABLE}`)
  return type.format === 'icon' ? await readIconFile(bytes, limits)
    : type.format === 'bmp' ? readBitmap('bmp', readBitmapHeader(bytes), (header) => paintBitmap(bytes, header), limits)
    : await readNative(bytes, type.format, limits)
}

/** Of a file: its bytes, or the length of one that is too long. */
export const boundedBytes = async (input: Uint8Array | string, { maxBytes }: DecodeLimits): Promise<Uint8Array | { readonly tooLong: number }> => {
  const bytes = typeof input === 'string' ? await fileBytes(input, maxBytes) : input
  const size = bytes instanceof Uint8Array ? bytes.byteLength : bytes.size
  return bytes instanceof Uint8Array && size <= maxBytes ? bytes : { tooLong: size }
}

/** A hash that was taken as the file was written, and how many bytes it was taken of. */
export interface KnownHash {
  readonly size: number
  readonly sha256?: Sha256
}

/**
 * Decodes for looking, not for keeping: at 512 pixels a side at most.
 * @param input the file's bytes, or its path
 * @param known is believed when the file is as long as that
 * @param fine whether the picture is wanted at 1,024 pixels a side too
 * @throws GannetError `data-missing` when the path cannot be read; never for what a file contains
 */
export const decodeForLook = async (
  input: Uint8Array | string,
  limits: DecodeLimits = DECODE_LIMITS,
  known: KnownHash | null = null,
  fine = false,
): Promise<Decoded | Unseen> => {
  const bytes = await boundedBytes(input, limits)
  if ('tooLong' in bytes) {
    return { ok: false, reason: 'too-large', detail: `${bytes.tooLong} bytes, more than ${limits.maxBytes}`, bytes: bytes.tooLong, sha256: null }
  }
  const size = bytes.byteLength
  const sha256 = known?.sha256 !== undefined && known.size === size ? known.sha256 : sha256Of(bytes)
  const unseen = ({ reason, detail }: Refusal): Unseen => ({ ok: false, reason, detail, bytes: size, sha256 })

  const source = await sourceOf(bytes, limits)
  if ('reason' in source) return unseen(source)
  const developed = await developOr(source.open, source.strictness, fine ? FINE_SIDE : WORKING_SIDE, limits.maxSeconds)
  if ('failure' in developed) return unseen(undecodable(source.explain(developed.failure)))
  const { format, width, height, orientation, pages, credits } = source
  const isFine = Math.max(developed.rgb.width, developed.rgb.height) > WORKING_SIDE
  const rgb = isFine ? await toWorkingSize(developed.rgb) : developed.rgb
  return {
    ok: true, format, width, height, orientation, pages, credits, rgb, fine: isFine ? developed.rgb : null, warning: source.warning ?? developed.warning,
    bytes: size, sha256, reduced: rgb.width !== width || rgb.height !== height,
  }
}
