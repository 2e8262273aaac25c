/**
 * Galleries, shops and page builders hand their scripts JSON: lists of addresses, objects with one file a key, maps
 * from address to size. There is no standard for it, so keys are read by their words ("thumb", "zoom_image",
 * "full_src"; json-keys.ts), values by whether they look like a picture's address, and what could be either is left alone.
 */
import { sameFile } from './file-stem.ts'
import { createKeys, NO_KEY, type JsonRole, type KeyMeaning } from './json-keys.ts'
import { looksLikeAddress, looksLikePicture } from './picture-url.ts'
import { cleanWords } from './text-of.ts'

export interface JsonFile {
  /** As written; a srcset where `isSet`. */
  readonly url: string
  readonly isSet: boolean
  readonly role: JsonRole
  /** Pixels of the file; null where unsaid. */
  readonly width: number | null
  readonly height: number | null
}

export interface JsonPicture {
  /** At least one. */
  readonly files: readonly JsonFile[]
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
}

type Json = Readonly<Record<string, unknown>>

/** Longest JSON read, in UTF-16 units: a shop's largest product has some hundred thousand. */
const MAX_JSON = 1_000_000
/** Values looked at in one JSON. */
const MAX_VALUES = 20_000
const MAX_PICTURES = 1000
/** Deeper values are not looked at; so recursion stays shallow whatever comes. */
const MAX_DEPTH = 12
const MAX_ADDRESS = 4000
const MAX_SET = 65_536

const SMELLS = /\.(?:jpe?g|png|webp|avif|gif)\b|(?:src|image|img|photo|thumb)[^"]{0,20}"\s*:/i

const NO_PICTURE = /\.(?:html?|php|aspx?|jsp|js|css|json|svg|ico|pdf|mp[34]|webm|mov|m3u8|zip)(?:[?#]|$)/i

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const pixelCount = (value: unknown): number | null => {
  const n = typeof value === 'string' && /^\d{1,5}(?:px)?$/.test(value) ? Number.parseInt(value, 10) : value
  return typeof n === 'number' && Number.isInteger(n) && n > 0 && n < 100_000 ? n : null
}

const firstPixels = (object: Json, keys: readonly string[]): number | null => {
  for (const key of keys) {
    const n = Object.hasOwn(object, key) ? pixelCount(object[key]) : null
    if (n !== null) return n
  }
  return null
}

/** The size said of one key's file: `full_src_w`, `thumbWidth`, `width_o` beside `url_o`. */
const ownSize = (object: Json, key: string): Pick<JsonFile, 'width' | 'height'> => {
  const bare = key.replace(/_?(?:url|src)$/i, '')
  const swapped = (side: string): string[] => (key.includes('url') ? [key.replace('url', side)] : [])
  return {
    width: firstPixels(object, [`${key}_w`, `${key}_width`, `${key}Width`, `${bare}Width`, `${bare}_width`, ...swapped('width')]),
    height: firstPixels(object, [`${key}_h`, `${key}_height`, `${key}Height`, `${bare}Height`, `${bare}_height`, ...swapped('height')]),
  }
}

const objectSize = (object: Json): Pick<JsonFile, 'width' | 'height'> => ({
  width: firstPixels(object, ['width', 'w', 'naturalWidth', 'originalWidth', 'config_width', 'imageWidth']),
  height: firstPixels(object, ['height', 'h', 'naturalHeight', 'originalHeight', 'config_height', 'imageHeight']),
})

const isRooted = (address: string): boolean => /^(?:https?:)?\/\/?[^/]/i.test(address)

/** A dot or a slash: words that are no address seldom have either. */
const MAY_BE_ADDRESS = /[./]/

const fileAt = (raw: string, key: KeyMeaning, role: JsonRole | null): Omit<JsonFile, 'width' | 'height'> | null => {
  if (key.isSet) return raw.length <= MAX_SET && raw.includes(' ') && role !== null ? { url: raw, isSet: true, role } : null
  if (key.isNot || raw.length > MAX_ADDRESS || raw.length < 5 || !MAY_BE_ADDRESS.test(raw)) return null
  const address = raw.trim()
  if (!looksLikeAddress(address) || NO_PICTURE.test(address)) return null
  const isPicture = looksLikePicture(address) ? role !== null || address.includes('/') : key.isSurely && isRooted(address)
  return isPicture ? { url: address, isSet: false, role: role ?? 'main' } : null
}

const mayNameFile = (key: string): boolean => key.length <= MAX_ADDRESS && (looksLikePicture(key) || /^https?:\/\//i.test(key))

const NO_FILES: readonly JsonFile[] = []

/** `{"https://…/a.jpg": [1200, 800], …}`: the sizes of one picture. */
const mapOfSizes = (object: Json): readonly JsonFile[] => {
  // The first key settles most objects.
  for (const key in object) {
    if (!mayNameFile(key)) return NO_FILES
    break
  }
  const files: JsonFile[] = []
  for (const [key, value] of Object.entries(object).slice(0, 100)) {
    if (!mayNameFile(key)) return NO_FILES
    const [width, height] = Array.isArray(value) ? value : [value, null]
    files.push({ url: key, isSet: false, role: 'main', width: pixelCount(width), height: pixelCount(height) })
  }
  return files
}

/** Most sizes that one picture is listed in. */
const MAX_LISTED = 30

/** `[{"size": 320, "url": "…/320.jpg"}, …]`: the sizes of one picture, as each address says itself; not sizes in bytes. */
const listOfSizes = (list: readonly unknown[]): readonly JsonFile[] => {
  if (list.length < 2 || list.length > MAX_LISTED) return NO_FILES
  const files: JsonFile[] = []
  let pattern: string | null = null
  for (const item of list) {
    if (!isObject(item)) return NO_FILES
    const url = item['url'] ?? item['src']
    const width = pixelCount(item['size'])
    if (typeof url !== 'string' || width === null || url.length > MAX_ADDRESS || !looksLikePicture(url)) return NO_FILES
    const parts = url.split(String(width))
    const own = parts.join('*')
    if (parts.length === 1 || (pattern !== null && pattern !== own)) return NO_FILES
    pattern = own
    files.push({ url, isSet: false, role: 'main', width, height: null })
  }
  return files
}

const PROMISE = { thumb: 0, main: 1, full: 2 } as const

/** An object's own size is that of the file that promises most. */
const withObjectSize = (files: readonly JsonFile[], object: Json): readonly JsonFile[] => {
  if (files.length === 0 || files.some(({ width }) => width !== null)) return files
  const size = objectSize(object)
  if (size.width === null) return files
  let best = 0
  for (const [index, file] of files.entries()) if (PROMISE[file.role] > PROMISE[files[best]?.role ?? 'thumb']) best = index
  return files.map((file, index) => (index === best && !file.isSet ? { ...file, ...size } : file))
}

const createWalk = () => {
  const pictures: JsonPicture[] = []
  const meaning = createKeys()
  let left = MAX_VALUES

  const emit = (files: readonly JsonFile[], of: Json | null): void => {
    if (files.length === 0 || pictures.length >= MAX_PICTURES) return
    const text = (...keys: string[]): string | null => {
      const found = of === null ? undefined : keys.map((key) => (Object.hasOwn(of, key) ? of[key] : undefined)).find((value) => typeof value === 'string')
      return typeof found !== 'string' || found.includes('<') ? null : cleanWords(found)
    }
    pictures.push({ files, alt: text('alt', 'altText', 'alt_text'), title: text('title'), caption: text('caption', 'description') })
  }

  /** Collects the files of one picture out of a record that holds nothing else. */
  const readRecord = (value: unknown, role: JsonRole | null, key: KeyMeaning, files: JsonFile[], depth: number): void => {
    if (left-- <= 0 || depth > MAX_DEPTH) return
    if (typeof value === 'string') {
      const file = fileAt(value, key, role ?? 'main')
      if (file !== null) files.push({ ...file, width: null, height: null })
    } else if (Array.isArray(value)) {
      const sizes = listOfSizes(value)
      if (sizes.length > 0) files.push(...sizes)
      else for (const item of value.slice(0, 100)) readRecord(item, role, key, files, depth + 1)
    } else if (isObject(value)) {
      const own: JsonFile[] = []
      for (const [name, inner] of Object.entries(value).slice(0, 100)) {
        const named = meaning(name)
        const inherited = role === null || role === 'main' ? (named.role ?? role) : role
        if (typeof inner !== 'string' || named.role !== null) readRecord(inner, inherited, named, own, depth + 1)
      }
      files.push(...withObjectSize(own, value))
    }
  }

  const readObject = (object: Json, depth: number): void => {
    const sizes = mapOfSizes(object)
    if (sizes.length > 0) return emit(sizes, null)
    const files: JsonFile[] = []
    const isVideo = Object.hasOwn(object, 'type') && /video/i.test(String(object['type']).slice(0, 40))
    for (const key of Object.keys(object)) {
      if (left <= 0) break
      const value = object[key]
      if (typeof value === 'string') {
        left--
        const named = meaning(key)
        const { role } = named
        const file = fileAt(value, named, role)
        if (file === null || (isVideo && role !== 'thumb')) continue
        const sized = { ...file, ...(role === null ? { width: null, height: null } : ownSize(object, key)) }
        const main = files.find((one) => one.role === 'main')
        const isOther = role === null || (role === 'main' && !file.isSet && main !== undefined && !main.isSet && !sameFile(main.url, file.url))
        if (isOther) emit([sized], null)
        else files.push(sized)
      } else if (typeof value === 'object' && value !== null) {
        const named = meaning(key)
        const { role } = named
        const isRecord = named.isSizes || (isObject(value) && ((role !== null && role !== 'main') || named.isOne))
        if (isRecord) readRecord(value, role, named, files, depth + 1)
        else visit(value, named, depth + 1)
      }
    }
    emit(withObjectSize(files, object), object)
  }

  const visit = (value: unknown, key: KeyMeaning, depth: number): void => {
    if (left-- <= 0 || depth > MAX_DEPTH) return
    if (Array.isArray(value)) {
      const sizes = listOfSizes(value)
      if (sizes.length > 0) return emit(sizes, null)
      for (const item of value) {
        if (left <= 0) return
        if (typeof item !== 'string') visit(item, key, depth + 1)
        else {
          left--
          const file = fileAt(item, key, depth === 0 || key.isMain ? 'main' : null)
          if (file !== null) emit([{ ...file, role: 'main', width: null, height: null }], null)
        }
      }
    } else if (isObject(value)) readObject(value, depth)
  }

  return { visit, pictures }
}

/** Encoded once more than attributes are, as templates do by mistake. */
const unwrap = (text: string): string => {
  if (/^\s*[[{]+\s*&(?:quot|#0?34|#x22);/i.test(text.slice(0, 40))) return text.replace(/&(?:quot|#0?34|#x22);/gi, '"').replace(/&amp;/g, '&')
  if (!/^%(?:7b|5b)/i.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Whether an attribute's value may be JSON at all: cheap, for every attribute of a page. */
export const startsLikeJson = (value: string): boolean => {
  if (value.length < 12) return false
  const first = value.charCodeAt(0)
  if (first === 0x7b || first === 0x5b) return true
  return first === 0x25 || first <= 0x20 ? /^(?:\s*[[{]|%7b|%5b)/i.test(value.slice(0, 40)) : false
}

/** The pictures that a JSON text names, in its order; none when it is no JSON or names none. */
export const picturesInJson = (text: string): JsonPicture[] => {
  if (text.length > MAX_JSON) return []
  const json = unwrap(text)
  if (!SMELLS.test(json)) return []
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return []
  }
  const walk = createWalk()
  walk.visit(value, NO_KEY, 0)
  return walk.pictures
}
