/**
 * Bytes from outside become a small sRGB picture that everything else works on, or a reason why
 * not. Nothing is trusted: the type is sniffed, the header's size is checked before a pixel is
 * decoded, decoding is timed, and a file that can only be read with errors ignored says so.
 * Runs in vision processes only: a hostile file can crash a native decoder.
 */
import { readFile, stat } from 'node:fs/promises'
import type { Metadata, FailOnOptions } from 'sharp'
import { GannetError } from '../core/errors.ts'
import { sha256Of, type Sha256 } from '../core/ids.ts'
import { READABLE, sharp } from './loaders.ts'
import type { Unseen } from './look.ts'
import { sniff, type Decodable } from './sniff.ts'

/** An sRGB picture, 8 bits a channel, interleaved RGB, rows from the top without padding. */
export interface Rgb {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

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
  maxSeconds: 20,
}

/** Sides of the square, in pixels, that the working picture fits in. PDQ's own size. */
export const WORKING_SIDE = 512

export interface Decoded {
  readonly ok: true
  /** As sniffed: jpeg, png, webp, gif, tiff, avif, heic, svg. */
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
  readonly warning: string | null
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, ' ').slice(0, 300)

const bytesOf = async (input: Uint8Array | string, limits: DecodeLimits): Promise<Uint8Array | { readonly size: number }> => {
  if (typeof input !== 'string') return input.byteLength > limits.maxBytes ? { size: input.byteLength } : input
  try {
    const { size } = await stat(input)
    return size > limits.maxBytes ? { size } : await readFile(input)
  } catch (error) {
    throw new GannetError('data-missing', `cannot read ${input}: check that the file is there and may be read`, {
      cause: error,
    })
  }
}

const options = (failOn: FailOnOptions, limits: DecodeLimits) =>
  ({ failOn, limitInputPixels: limits.maxPixels, sequentialRead: true, pages: 1, autoOrient: true }) as const

/** Resize before anything else, so that JPEG and WebP shrink while they decode. */
const develop = async (bytes: Uint8Array, failOn: FailOnOptions, limits: DecodeLimits): Promise<Rgb> => {
  const { data, info } = await sharp(bytes, options(failOn, limits))
    .timeout({ seconds: limits.maxSeconds })
    .resize(WORKING_SIDE, WORKING_SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.channels !== 3) {
    throw new GannetError('internal', `a decoded picture has ${info.channels} channels, not 3: report this file`)
  }
  return { data, width: info.width, height: info.height }
}

/** libjpeg calls corrupt data a warning; the other codecs warn of harmless things (a known wrong profile). */
const strictness = (format: Decodable): FailOnOptions => (format === 'jpeg' ? 'warning' : 'error')

/** Rows at the bottom that are one single colour: what a decoder leaves of a file that was cut short. */
const flatRows = ({ data, width, height }: Rgb): number => {
  const last = data.subarray(data.length - 3)
  for (let at = data.length - 3; at >= 0; at -= 3) {
    if (data[at] !== last[0] || data[at + 1] !== last[1] || data[at + 2] !== last[2]) {
      return height - 1 - Math.floor(at / (3 * width))
    }
  }
  return height
}

const isTimeout = (message: string): boolean => /^timeout/i.test(message)

interface Developed {
  readonly rgb: Rgb
  readonly warning: string | null
}

/** Strictly first; what fails is tried again with errors ignored, and bears the first error as its warning. */
const developOr = async (
  bytes: Uint8Array,
  format: Decodable,
  limits: DecodeLimits,
): Promise<Developed | { readonly failure: string }> => {
  let warning: string
  try {
    return { rgb: await develop(bytes, strictness(format), limits), warning: null }
  } catch (error) {
    if (GannetError.is(error)) throw error
    warning = messageOf(error)
    if (isTimeout(warning)) return { failure: `took longer than ${limits.maxSeconds} s to decode` }
    // A renderer of text has no lesser strictness to offer, and hostile drawings are slow to fail.
    if (format === 'svg') return { failure: warning }
  }
  try {
    const rgb = await develop(bytes, 'none', limits)
    const flat = flatRows(rgb) / rgb.height
    if (flat === 1) return { failure: warning }
    return { rgb, warning: flat < 0.01 ? warning : `${warning}; the lower ${Math.round(flat * 100)} % is flat` }
  } catch (error) {
    if (GannetError.is(error)) throw error
    return { failure: messageOf(error) }
  }
}

/** PNG can declare sizes that its own library will not even report. */
const pngPixels = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.byteLength < 24 ? 0 : view.getUint32(16) * view.getUint32(20)
}

const nameOf = (format: Decodable, header: Metadata): string =>
  format !== 'heif' ? format : header.compression === 'av1' ? 'avif' : 'heic'

/**
 * Decodes for looking, not for keeping: at 512 pixels a side at most.
 * @param input the file's bytes, or its path
 * @throws GannetError `data-missing` when the path cannot be read; never for what a file contains
 */
export const decodeForLook = async (
  input: Uint8Array | string,
  limits: DecodeLimits = DECODE_LIMITS,
): Promise<Decoded | Unseen> => {
  const bytes = await bytesOf(input, limits)
  if (!(bytes instanceof Uint8Array)) {
    const detail = `${bytes.size} bytes, more than ${limits.maxBytes}`
    return { ok: false, reason: 'too-large', detail, bytes: bytes.size, sha256: null }
  }
  const sha256 = sha256Of(bytes)
  const unseen = (reason: Unseen['reason'], detail: string): Unseen =>
    ({ ok: false, reason, detail, bytes: bytes.byteLength, sha256 })

  const type = await sniff(bytes)
  if (type.kind === 'other') return unseen('not-an-image', `is ${type.what}`)
  if (type.kind === 'foreign') return unseen('undecodable', `is ${type.format}; what is read here: ${READABLE}`)

  let header: Metadata
  try {
    header = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata()
  } catch (error) {
    if (type.format === 'png' && pngPixels(bytes) > limits.maxPixels) {
      return unseen('too-large', `declares ${pngPixels(bytes)} pixels, more than ${limits.maxPixels}`)
    }
    return unseen('undecodable', `${type.format} header: ${messageOf(error)}`)
  }
  const { width, height } = header.autoOrient
  if (width * height > limits.maxPixels) {
    return unseen('too-large', `declares ${width} × ${height} pixels, more than ${limits.maxPixels}`)
  }
  const developed = await developOr(bytes, type.format, limits)
  if ('failure' in developed) return unseen('undecodable', `${type.format}: ${developed.failure}`)
  const { rgb, warning } = developed
  return {
    ok: true,
    format: nameOf(type.format, header),
    width,
    height,
    orientation: header.orientation ?? 1,
    pages: header.pages ?? 1,
    bytes: bytes.byteLength,
    sha256,
    reduced: rgb.width !== width || rgb.height !== height,
    rgb,
    warning,
  }
}
