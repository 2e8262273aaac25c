/**
 * What the keys of a page's JSON promise, read by their words. Each key is read once: a list of a thousand products
 * has a dozen of them.
 */

export type JsonRole = 'thumb' | 'main' | 'full'

/** Part of a longer word in camel case, then hyphens only. */
const wordsOf = (key: string): string => key.slice(0, 60).replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase().replace(/[_\s.:]+/g, '-')

const word = (words: string): RegExp => new RegExp(`(?:^|-)(?:${words})(?:$|-)`)
const FULL = word('full|large|larger|original|orig|hires|highres|hi-?res|high-?res|high|zoom|big|xlarge|xl|xxl|max|master|fullsize|fullscreen|hd|download|o')
const THUMB = word('thumbs?|thumbnails?|small|preview|mini|lowres|low-?res|low|tiny|msrc|sq|square|s|t')
const MAIN = word('srcs?|srcset|images?|img|pictures?|photos?|medium|regular|display|standard|poster|cover|file|path|url|href|m')
/** Keys whose value is a picture's address even when it does not end like one. */
const SURELY = word('src|image|img|photo|picture|thumb|thumbnail')
/** Another thing's picture, or words that merely look like a file. */
const NOT = word('hover|rollover|avatar|icon|logo|flag|placeholder|blur|lqip|video|author|user|profile|swatch|name|filename|title|alt|caption|description|text|id|sku|type|page|link|html|next|prev')
const SIZES = word('sizes|srcset|resources|formats|renditions|versions|candidates|sources|thumbnails|dimensions')
const ONE = /^(?:image|img|photo|picture|media|file|src|desktop)$/

const roleOf = (words: string): JsonRole | null => {
  if (NOT.test(words)) return null
  if (THUMB.test(words)) return 'thumb'
  if (FULL.test(words)) return 'full'
  return MAIN.test(words) ? 'main' : null
}

export interface KeyMeaning {
  readonly role: JsonRole | null
  /** Names something that is no picture's address. */
  readonly isNot: boolean
  /** The value is a srcset. */
  readonly isSet: boolean
  /** The value is a picture's address even when it does not end like one. */
  readonly isSurely: boolean
  /** A list under it may be one of addresses. */
  readonly isMain: boolean
  /** Holds the files of one picture, each in a record of its own. */
  readonly isSizes: boolean
  /** An object under it is one picture. */
  readonly isOne: boolean
}

const read = (words: string): KeyMeaning => ({
  role: roleOf(words),
  isNot: NOT.test(words),
  isSet: words.endsWith('srcset'),
  isSurely: SURELY.test(words),
  isMain: MAIN.test(words),
  isSizes: SIZES.test(words),
  isOne: ONE.test(words),
})

/** For a value that stands under no key. */
export const NO_KEY = read('')

/** Reads each key once. */
export const createKeys = (): ((key: string) => KeyMeaning) => {
  const known = new Map<string, KeyMeaning>()
  return (key) => {
    let meaning = known.get(key)
    if (meaning === undefined) known.set(key, (meaning = read(wordsOf(key))))
    return meaning
  }
}
