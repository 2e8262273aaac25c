/**
 * The `srcset` attribute, read exactly as the HTML standard says ("parse a srcset attribute"): a
 * looser or stricter reader picks another picture than browsers do. The `srcset` package differs
 * from the standard on commas, parentheses and errors, so this is our own, in one linear pass.
 */

export interface SrcsetEntry {
  /** As written. */
  readonly url: string
  /** The `w` descriptor, in pixels of the file; null without one. */
  readonly width: number | null
  /** The `h` descriptor, in pixels; only ever beside a `w`. */
  readonly height: number | null
  /** The `x` descriptor; null without one (an entry with neither is 1x). */
  readonly density: number | null
}

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c
const COMMA = 0x2c
const W = 0x77
/** Longest width read the short way. */
const MAX_DIGITS = 8

const INTEGER = /^\d+$/
const FLOAT = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** Null when the descriptors do not fit together: the standard then drops the entry. */
const describeEntry = (url: string, descriptors: readonly string[]): SrcsetEntry | null => {
  let width: number | null = null
  let height: number | null = null
  let density: number | null = null
  for (const descriptor of descriptors) {
    const text = descriptor.slice(0, -1)
    const value = Number(text)
    if (descriptor.endsWith('w')) {
      if (!INTEGER.test(text) || value === 0 || width !== null || density !== null) return null
      width = value
    } else if (descriptor.endsWith('x')) {
      if (!FLOAT.test(text) || value < 0 || width !== null || height !== null || density !== null) return null
      density = value
    } else if (descriptor.endsWith('h')) {
      if (!INTEGER.test(text) || value === 0 || height !== null || density !== null) return null
      height = value
    } else {
      return null
    }
  }
  return height !== null && width === null ? null : { url, width, height, density }
}

/**
 * The entries of a `srcset`, in order, invalid ones dropped.
 * @param maxEntries stops after so many (default: no limit)
 */
export const parseSrcset = (input: string, maxEntries = Number.POSITIVE_INFINITY): SrcsetEntry[] => {
  const entries: SrcsetEntry[] = []
  const length = input.length
  let at = 0

  /** Leaves `at` behind the comma that ends the entry, or at the end. */
  const readDescriptors = (): string[] => {
    const descriptors: string[] = []
    let start = -1
    let inParens = false
    for (; at < length; at++) {
      const code = input.charCodeAt(at)
      if (inParens) {
        if (code === 0x29) inParens = false
      } else if (code === COMMA || isSpace(code)) {
        if (start !== -1) descriptors.push(input.slice(start, at))
        start = -1
        if (code === COMMA) {
          at++
          return descriptors
        }
      } else {
        if (start === -1) start = at
        if (code === 0x28) inParens = true
      }
    }
    if (start !== -1) descriptors.push(input.slice(start))
    return descriptors
  }

  /** The width in `640w`, all the descriptors that most entries have, with `at` left behind it; 0, and nothing read, where it is not that. */
  const readWidth = (): number => {
    let end = at + 1
    let width = 0
    for (; end < length && end - at < MAX_DIGITS; end++) {
      const digit = input.charCodeAt(end) - 0x30
      if (digit < 0 || digit > 9) break
      width = 10 * width + digit
    }
    if (width === 0 || input.charCodeAt(end) !== W || (end + 1 < length && input.charCodeAt(end + 1) !== COMMA)) return 0
    at = end + 2
    return width
  }

  while (entries.length < maxEntries) {
    for (; at < length; at++) {
      const code = input.charCodeAt(at)
      if (code !== COMMA && !isSpace(code)) break
    }
    if (at >= length) break
    const start = at
    while (at < length && !isSpace(input.charCodeAt(at))) at++
    let end = at
    while (end > start && input.charCodeAt(end - 1) === COMMA) end--
    const hasDescriptors = end === at
    const url = input.slice(start, end)
    const width = hasDescriptors ? readWidth() : 0
    const entry = width > 0 ? { url, width, height: null, density: null } : describeEntry(url, hasDescriptors ? readDescriptors() : [])
    if (entry !== null) entries.push(entry)
  }
  return entries
}
