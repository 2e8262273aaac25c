/**
 * From an original to one rendition: oriented, cropped, scaled, encoded. Runs in vision processes only, under the same
 * limits as every decoding. Metadata is left behind, colours become sRGB with 8 bits, of an animation or a document the
 * first page is shown: a rendition is for screens, and the original is kept beside it as it came.
 */
import type { OverlayOptions, Sharp } from 'sharp'
import type { Reason } from '../core/reasons.ts'
import type { Crop, Rendition, VeiledRendition } from '../core/rendition.ts'
import { boundedBytes, DECODE_LIMITS, sourceOf, type DecodeLimits, type Source } from './decode.ts'
import { messageOf } from './develop.ts'
import { sharp } from './loaders.ts'

export interface Rendered {
  readonly ok: true
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
}

/** Why it cannot be made, now or ever. */
export interface Unrendered {
  readonly ok: false
  readonly reason: Extract<Reason, 'crop-outside' | 'not-an-image' | 'undecodable' | 'too-large' | 'truncated'>
  readonly detail: string
}

/** Longest rendition, in bytes: it goes to its store in one piece. */
export const MOST_RENDITION_BYTES = 64 * 1024 * 1024

const WHITE = { r: 255, g: 255, b: 255 }
/** The library's own are for experts: these are what its authors call a good default, told here because users are told. */
const QUALITY = { jpeg: 80, webp: 80, avif: 50 } as const
/** AVIF's search for the smallest file takes seconds for each megapixel at the library's own 4. */
const AVIF_EFFORT = 2

const refuse = (reason: Unrendered['reason'], detail: string): Unrendered => ({ ok: false, reason, detail })

const scale = (picture: Sharp, { width, height, fit, format }: Rendition): Sharp => {
  if (width === null && height === null) return picture
  const isExact = fit !== 'inside' && width !== null && height !== null
  return picture.resize({
    ...(width === null ? {} : { width }), ...(height === null ? {} : { height }),
    fit: isExact ? fit : 'inside', withoutEnlargement: !isExact,
    background: format === 'jpeg' ? WHITE : { ...WHITE, alpha: 0 },
  })
}

const encode = (picture: Sharp, { format, quality }: Rendition): Sharp => {
  switch (format) {
    case 'jpeg':
      return picture.flatten({ background: WHITE }).jpeg({ quality: quality ?? QUALITY.jpeg })
    case 'png':
      return picture.png()
    case 'webp':
      return picture.webp({ quality: quality ?? QUALITY.webp })
    case 'avif':
      return picture.avif({ quality: quality ?? QUALITY.avif, effort: AVIF_EFFORT })
    default:
      throw new TypeError(`unknown format ${String(format satisfies never)}`)
  }
}

const outside = ({ crop }: Rendition, { width, height }: Source): string | null => {
  if (crop === null || (crop.x + crop.width <= width && crop.y + crop.height <= height)) return null
  return `${crop.width} × ${crop.height} pixels from ${crop.x}, ${crop.y} on do not lie within ${width} × ${height}`
}

/** Blocks across a veiled place: too few for anybody to be known by. */
const VEIL_BLOCKS = 6
/** A face's box ends at brow and chin: the veil goes on by so much of its size. */
const VEIL_MARGIN = 0.15

const veilPlace = ({ x, y, width, height }: Crop, source: Source): { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null => {
  const [dx, dy] = [width * VEIL_MARGIN, height * VEIL_MARGIN]
  const [left, top] = [Math.max(0, Math.floor(x - dx)), Math.max(0, Math.floor(y - dy))]
  const [right, bottom] = [Math.min(source.width, Math.ceil(x + width + dx)), Math.min(source.height, Math.ceil(y + height + dy))]
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null
}

/** A blur alone can be undone: the place is cut down to a few blocks first, which are then drawn large and smooth. */
const veilOver = async (whole: Sharp, place: NonNullable<ReturnType<typeof veilPlace>>): Promise<OverlayOptions> => {
  const { data, info } = await whole.clone().extract(place).flatten({ background: WHITE }).resize(VEIL_BLOCKS, VEIL_BLOCKS, { fit: 'fill', kernel: 'linear' }).raw().toBuffer({ resolveWithObject: true })
  const input = await sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
    .resize(place.width, place.height, { fit: 'fill', kernel: 'cubic' }).png({ compressionLevel: 1 }).toBuffer()
  return { input, left: place.left, top: place.top }
}

/** The source, oriented, with its places veiled: decoded whole once, so that they are cut from and laid on the same pixels. */
const veiled = async (source: Source, veils: readonly Crop[], maxSeconds: number): Promise<Sharp> => {
  const opened = source.open('none')
  const places = veils.flatMap((veil) => veilPlace(veil, source) ?? [])
  if (places.length === 0) return opened
  const { data, info } = await opened.timeout({ seconds: Math.ceil(maxSeconds) }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const whole = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
  const overlays: OverlayOptions[] = []
  for (const place of places) overlays.push(await veilOver(whole, place))
  const { data: covered, info: shape } = await whole.clone().composite(overlays).raw().toBuffer({ resolveWithObject: true })
  return sharp(covered, { raw: { width: shape.width, height: shape.height, channels: shape.channels } })
}

/**
 * @param input the original's bytes, or its path
 * @param maxSeconds for decoding and encoding together
 * @throws GannetError `data-missing` when the path cannot be read; never for what a file contains
 */
export const renderPicture = async (
  input: Uint8Array | string, rendition: VeiledRendition, maxSeconds: number, limits: DecodeLimits = DECODE_LIMITS,
): Promise<Rendered | Unrendered> => {
  const bytes = await boundedBytes(input, limits)
  if ('tooLong' in bytes) return refuse('too-large', `${bytes.tooLong} bytes, more than ${limits.maxBytes}`)
  const source = await sourceOf(bytes, limits)
  if ('reason' in source) return refuse(source.reason, source.detail)
  const beyond = outside(rendition, source)
  if (beyond !== null) return refuse('crop-outside', beyond)
  try {
    const { crop } = rendition
    // What was good enough to be kept is good enough to be shown: damage that the look made allowances for is not told again.
    const opened = (await veiled(source, rendition.veils ?? [], maxSeconds)).timeout({ seconds: Math.ceil(maxSeconds) })
    const cropped = crop === null ? opened : opened.extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
    const { data, info } = await encode(scale(cropped, rendition).toColourspace('srgb'), rendition).toBuffer({ resolveWithObject: true })
    if (data.byteLength > MOST_RENDITION_BYTES) return refuse('too-large', `comes to ${data.byteLength} bytes, more than ${MOST_RENDITION_BYTES}`)
    return { ok: true, bytes: data, width: info.width, height: info.height }
  } catch (error) {
    const failure = messageOf(error)
    if (/^timeout/i.test(failure)) return refuse('undecodable', `took longer than ${maxSeconds} s to make`)
    return /too large for the/.test(failure) ? refuse('too-large', failure) : refuse('undecodable', source.explain(failure))
  }
}
