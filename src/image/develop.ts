/**
 * From a decoder to the working picture: strictly at first, then with errors ignored, and then with a word of
 * how much is missing. Every format goes this way, so that a look means the same whatever the file was.
 */
import type { FailOnOptions, Sharp } from 'sharp'
import { GannetError } from '../core/errors.ts'
import { sharp } from './loaders.ts'

/** An sRGB picture, 8 bits a channel, interleaved RGB, rows from the top without padding. */
export interface Rgb {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** Sides of the square, in pixels, that the working picture fits in. PDQ's own size. */
export const WORKING_SIDE = 512
/** Of the square that a picture fits in for models that ask for more. */
export const FINE_SIDE = 1024

/** Of a picture that is decoded already: it takes milliseconds. */
const WORKING_SECONDS = 10

/** How the reader of HEIF feels its way to the end of a file; what is wrong comes after a dozen of them. */
const FEELING = /source: bad seek to \d{1,20}\s?/g
const MAX_MESSAGE = 8_000

export const messageOf = (error: unknown): string => {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE)
  const told = message.replaceAll(FEELING, '')
  return (told.trim() === '' ? message : told).trim().replaceAll(/\s+/g, ' ').slice(0, 300)
}

/** Resize before anything else, so that JPEG and WebP shrink while they decode. @param side of the square that it is to fit in */
const develop = async (source: Sharp, side: number, maxSeconds: number): Promise<Rgb> => {
  const { data, info } = await source
    .timeout({ seconds: Math.ceil(maxSeconds) })
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.channels !== 3) {
    throw new GannetError('internal', `a decoded picture has ${info.channels} channels, not 3: report this file`)
  }
  return { data, width: info.width, height: info.height }
}

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

export interface Developed {
  readonly rgb: Rgb
  readonly warning: string | null
}

/**
 * What fails is tried again with errors ignored, and bears the first error as its warning.
 * @param open the source, at a strictness
 * @param strictness of the first try; null where there is no lesser one to offer
 * @param side of the square, in pixels, that the picture is to fit in
 */
export const developOr = async (
  open: (failOn: FailOnOptions) => Sharp,
  strictness: FailOnOptions | null,
  side: number,
  maxSeconds: number,
): Promise<Developed | { readonly failure: string }> => {
  let warning: string
  try {
    return { rgb: await develop(open(strictness ?? 'error'), side, maxSeconds), warning: null }
  } catch (error) {
    if (GannetError.is(error)) throw error
    warning = messageOf(error)
    if (isTimeout(warning)) return { failure: `took longer than ${maxSeconds} s to decode` }
    if (strictness === null) return { failure: warning }
  }
  try {
    const rgb = await develop(open('none'), side, maxSeconds)
    const flat = flatRows(rgb) / rgb.height
    if (flat === 1) return { failure: warning }
    return { rgb, warning: flat < 0.01 ? warning : `${warning}; the lower ${Math.round(flat * 100)} % is flat` }
  } catch (error) {
    if (GannetError.is(error)) throw error
    return { failure: messageOf(error) }
  }
}

/** The working picture of one that was developed to more. */
export const toWorkingSize = (fine: Rgb): Promise<Rgb> =>
  develop(sharp(fine.data, { raw: { width: fine.width, height: fine.height, channels: 3 } }), WORKING_SIDE, WORKING_SECONDS)
