/** Addresses in attributes to renditions, or to the reason why there is none. */
import type { CandidateVia, PageReading } from './candidate.ts'
import type { Page } from './page.ts'
import { schemeOf } from './picture-url.ts'
import type { Rendition } from './rendition.ts'
import { parseSrcset } from './srcset.ts'

/** Entries read of one `srcset`; real ones have a dozen. */
const MAX_ENTRIES = 128
/** Longest `srcset` read, in UTF-16 units. */
const MAX_SRCSET = 65_536
/** Characters of an unusable address that are worth showing to a person. */
const SHOWN = 80

type Unusable = PageReading['unusable'][number]

/** What is known of a rendition besides its address. */
export interface Stated {
  readonly width?: number | null
  readonly height?: number | null
  readonly density?: number | null
  readonly viewportPx?: number
}

const NOTHING: Stated = {}

/** The rendition at an address, or null when it cannot be fetched. */
export const renditionAt = (
  page: Page,
  raw: string,
  role: Rendition['role'],
  via: CandidateVia,
  stated: Stated = NOTHING,
): Rendition | null => {
  const address = raw.trim()
  const url = address === '' ? null : page.resolve(address)
  if (url === null) return null
  const { width = null, height = null, density = null, viewportPx = 0 } = stated
  return { url, width, height, density, role, viewportPx, via }
}

/** A descriptor may hold any number, and a picture not so many pixels: null past what an attribute is believed. */
const believable = (side: number | null): number | null => (side !== null && side < 1_000_000 ? side : null)

/** The renditions of a `srcset`, as browsers read it, added to `into`. */
export const addSrcset = (
  into: Rendition[],
  page: Page,
  srcset: string | undefined,
  role: Rendition['role'],
  via: CandidateVia,
  viewportPx = 0,
): void => {
  if (srcset === undefined || srcset === '') return
  const text = srcset.length > MAX_SRCSET ? srcset.slice(0, MAX_SRCSET) : srcset
  for (const { url: raw, width, height, density } of parseSrcset(text, MAX_ENTRIES)) {
    const url = page.resolve(raw)
    if (url !== null) {
      const size = { width: believable(width), height: believable(height) }
      into.push({ url, ...size, density: width === null ? (density ?? 1) : null, role, viewportPx, via })
    }
  }
}

/** Why an address that gave no rendition can never be fetched. */
export const unusable = (raw: string): Unusable => {
  const url = raw.trim().slice(0, SHOWN)
  if (url === '') return { url, reason: 'incomplete' }
  const scheme = schemeOf(url)
  const foreign = scheme !== null && scheme !== 'http' && scheme !== 'https'
  return { url, reason: foreign ? 'unsupported-scheme' : 'invalid-url' }
}

/** The number that up to six digits and nothing else write; null for all else. */
const plainNumber = (value: string): number | null => {
  if (value.length > 6) return null
  let number = 0
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return null
    number = 10 * number + digit
  }
  return number
}

/** Pixels of a `width` or `height` attribute; null for percentages and nonsense. */
export const pixels = (value: string | undefined): number | null => {
  if (value === undefined || value === '') return null
  const plain = plainNumber(value)
  if (plain !== null) return plain
  const digits = /^\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$/i.exec(value)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Same for a file's size, where 0 means unknown. */
export const filePixels = (value: string | undefined): number | null => pixels(value) || null

const TWO_SIDES = /^\s*(\d{1,5})\s*[x×,*-]\s*(\d{1,5})\s*$/i
/** Attributes with the size of what another attribute names, by that one's name: one with both sides, or two. */
const SIZE_NAMES: Readonly<Record<string, readonly string[]>> = {
  'data-large_image': ['data-large_image_width', 'data-large_image_height'],
  'data-orig-file': ['data-orig-size'],
  'data-src': ['data-image-dimensions'],
  'data-image': ['data-image-dimensions'],
  'data-big-photo': ['data-big-photo-width', 'data-big-photo-height'],
}
/** Sizes of what a link or a gallery's item leads to. */
const TARGET_SIZES: readonly (readonly string[])[] = [
  ['data-pswp-width', 'data-pswp-height'], ['data-lbwps-width', 'data-lbwps-height'], ['data-width', 'data-height'],
  ['data-size'], ['data-lg-size'], ['data-pswp-size'], ['data-dimensions'], ['data-big-photo-width', 'data-big-photo-height'],
  ['data-large_image_width', 'data-large_image_height'], ['data-original-width', 'data-original-height'],
]

type Attributes = Readonly<Record<string, string>>

const sizeIn = (attribs: Attributes, [one = '', other]: readonly string[]): Pick<Stated, 'width' | 'height'> | null => {
  const value = attribs[one]
  if (value === undefined) return null
  const [, width, height] = other === undefined ? (TWO_SIDES.exec(value.slice(0, 40)) ?? []) : [null, value, attribs[other]]
  const size = { width: filePixels(width), height: filePixels(height) }
  return size.width === null ? null : size
}

/** The size of the file that attribute `name` names, where another states it. */
export const sizeBeside = (attribs: Attributes, name: string): Pick<Stated, 'width' | 'height'> => {
  const names = Object.hasOwn(SIZE_NAMES, name) ? SIZE_NAMES[name] : undefined
  return (names === undefined ? null : sizeIn(attribs, names)) ?? NOTHING
}

/** The size that a link or a gallery's item states of the file it leads to: `data-pswp-width`, `data-size="1200x800"`. */
export const targetSize = (attribs: Attributes): Pick<Stated, 'width' | 'height'> => {
  for (const names of TARGET_SIZES) {
    const size = sizeIn(attribs, names)
    if (size !== null) return size
  }
  return NOTHING
}
