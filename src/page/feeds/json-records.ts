/**
 * A JSON feed as a stream of records: its own words, and its items one at a time. Parsed whole, 50 MB of brackets or of
 * empty objects cost gigabytes; here only one item is ever parsed, and a feed that breaks off is read to where it does.
 */

export type JsonObject = Readonly<Record<string, unknown>>

export type JsonRecord =
  /** A string among the feed's own members. */
  | { readonly kind: 'word'; readonly name: string; readonly value: string }
  | { readonly kind: 'item'; readonly item: JsonObject }

/** Of one item, in UTF-16 units: a long article. Longer ones are passed over. */
const MAX_ITEM = 2_000_000
/** Objects and arrays inside one another, in an item; the format has five. */
const MAX_DEPTH = 64
const MAX_WORD = 20_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

/** Index behind the string that begins at `start`. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  return text.length
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const stringIn = (text: string, from: number, to: number): string | null => {
  const value = to - from > MAX_WORD ? undefined : parsed(text.slice(from, to))
  return typeof value === 'string' ? value : null
}

/** Linear in the text. What is no JSON between the records goes unnoticed; a record that is none is passed over. */
export function* readJsonRecords(text: string): Generator<JsonRecord> {
  let depth = 0
  let name: string | null = null
  let isValue = false
  let inItems = false
  let itemFrom = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (depth === 1) {
        const value = stringIn(text, at, end)
        if (!isValue) name = value
        else if (name !== null && value !== null) yield { kind: 'word', name, value }
      }
      at = end - 1
    } else if (isOpening(code)) {
      depth++
      deepest = Math.max(deepest, depth)
      if (depth === 2) inItems = name === 'items' && code === 0x5b
      else if (depth === 3) {
        itemFrom = at
        deepest = depth
      }
    } else if (isClosing(code)) {
      if (depth === 3 && inItems && deepest - 3 <= MAX_DEPTH && at - itemFrom <= MAX_ITEM) {
        const item = parsed(text.slice(itemFrom, at + 1))
        if (typeof item === 'object' && item !== null && !Array.isArray(item)) yield { kind: 'item', item: item as JsonObject }
      }
      depth--
    } else if (depth === 1 && code === COLON) isValue = true
    else if (depth === 1 && code === COMMA) {
      isValue = false
      name = null
    }
  }
}
