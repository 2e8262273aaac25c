/** Addresses in attributes to renditions, or to the reason why there is none. */
import type { PageReading } from './candidate.ts'
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

/** A rendition without stated size, or null when the address cannot be fetched. */
export const renditionAt = (
  page: Page,
  raw: string,
  rest: Pick<Rendition, 'role' | 'via'> & Partial<Rendition>,
): Rendition | null => {
  if (raw === '' || raw.trim() === '') return null
  const url = page.resolve(raw.trim())
  return url === null ? null : { width: null, height: null, density: null, viewportPx: 0, ...rest, url }
}

/** The renditions of a `srcset`, as browsers read it. */
export const renditionsOf = (
  page: Page,
  srcset: string,
  rest: Pick<Rendition, 'role' | 'via'> & Partial<Rendition>,
): Rendition[] => {
  if (srcset.length > MAX_SRCSET) srcset = srcset.slice(0, MAX_SRCSET)
  const renditions: Rendition[] = []
  for (const { url, width, height, density } of parseSrcset(srcset, MAX_ENTRIES)) {
    const rendition = renditionAt(page, url, { ...rest, width, height, density: width === null ? (density ?? 1) : null })
    if (rendition !== null) renditions.push(rendition)
  }
  return renditions
}

/** Why an address that gave no rendition can never be fetched. */
export const unusable = (raw: string): Unusable => {
  const url = raw.trim().slice(0, SHOWN)
  if (url === '') return { url, reason: 'incomplete' }
  const scheme = schemeOf(url)
  const foreign = scheme !== null && scheme !== 'http' && scheme !== 'https'
  return { url, reason: foreign ? 'unsupported-scheme' : 'invalid-url' }
}

/** Pixels of a `width` or `height` attribute; null for percentages and nonsense. */
export const pixels = (value: string | undefined): number | null => {
  const digits = value === undefined ? null : /^\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$/i.exec(value)?.[1]
  return digits === undefined || digits === null ? null : Number(digits)
}

/** Same for a file's size, where 0 means unknown. */
export const filePixels = (value: string | undefined): number | null => pixels(value) || null
