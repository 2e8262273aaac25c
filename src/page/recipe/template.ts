/** `https://h/{sku}/{+path}.jpg`: other values put into a text (RFC 6570, level 2, as far as `{name}` and `{+name}`). */

export type Lookup = (name: string) => string | number | null

const HOLE = /\{(\+?)([A-Za-z][\w-]{0,63})\}/g

/** What RFC 3986 lets stand in an address as it is. */
const NOT_RESERVED = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g
const MAX_LENGTH = 8192

/** encodeURIComponent throws on half a character. */
const encode = (text: string): string => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, ''))
const encodeSimply = (text: string): string => encode(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const encodeLoosely = (text: string): string => text.replace(NOT_RESERVED, encode)

/** Names that a template asks for. */
export const namesIn = (template: string): string[] => [...template.matchAll(HOLE)].map((hole) => hole[2] as string)

/** Null when one of its values is not known: half an address is none. */
export const fillTemplate = (template: string, lookup: Lookup, isAddress: boolean): string | null => {
  let isWhole = true
  const filled = template.replace(HOLE, (_hole, plus: string, name: string) => {
    const value = lookup(name)
    if (value === null || value === '') isWhole = false
    const text = String(value).slice(0, MAX_LENGTH)
    return !isAddress ? text : plus === '+' ? encodeLoosely(text) : encodeSimply(text)
  })
  return isWhole ? filled.slice(0, MAX_LENGTH) : null
}
