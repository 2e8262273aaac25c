/**
 * What an XMP packet (ISO 16684-1) says of a picture's maker, rights and origin. Properties are known by the
 * address of their namespace, as elements or as attributes, whatever the packet's writer called its prefixes.
 * What it says of other pictures, that went into this one, is passed over.
 */
import { Parser } from 'htmlparser2'

/** Names that this reader gives to the properties it takes. */
export type XmpName =
  | 'creator' | 'rights' | 'title' | 'caption' | 'credit' | 'createdAt' | 'takenAt' | 'webStatement' | 'usageTerms'
  | 'licence' | 'licensorUrl' | 'imageCreator' | 'dataMining' | 'reservation' | 'source'

const DC = 'http://purl.org/dc/elements/1.1/'
const PHOTOSHOP = 'http://ns.adobe.com/photoshop/1.0/'
const RIGHTS = 'http://ns.adobe.com/xap/1.0/rights/'
const PLUS = 'http://ns.useplus.org/ldf/xmp/1.0/'
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const HISTORY = 'http://ns.adobe.com/xap/1.0/mm/'

const PROPERTIES: ReadonlyMap<string, XmpName> = new Map<string, XmpName>([
  [`${DC}creator`, 'creator'], [`${DC}rights`, 'rights'], [`${DC}title`, 'title'], [`${DC}description`, 'caption'],
  [`${PHOTOSHOP}Credit`, 'credit'], [`${PHOTOSHOP}DateCreated`, 'createdAt'],
  ['http://ns.adobe.com/exif/1.0/DateTimeOriginal', 'takenAt'],
  [`${RIGHTS}WebStatement`, 'webStatement'], [`${RIGHTS}UsageTerms`, 'usageTerms'],
  ['http://creativecommons.org/ns#license', 'licence'],
  [`${PLUS}LicensorURL`, 'licensorUrl'], [`${PLUS}ImageCreatorName`, 'imageCreator'], [`${PLUS}DataMining`, 'dataMining'],
  ['http://www.w3.org/ns/tdmrep/reservation', 'reservation'],
  ['http://iptc.org/std/Iptc4xmpExt/2008-02-29/DigitalSourceType', 'source'],
])
/** Pictures that this one was made of. */
const OTHERS = new Set(['Pantry', 'Ingredients', 'DerivedFrom'].map((name) => HISTORY + name))

const MAX_BYTES = 256 * 1024
const MAX_TEXT = 4_000
const MAX_ITEMS = 20
const MAX_DEPTH = 100
const CHUNK = 8 * 1024
/** No writer declares more than a few dozen. */
const MAX_PREFIXES = 500

const textOf = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  const encoding =
    first === 0xfe || (first === 0 && second === 0x3c) ? 'utf-16be'
    : first === 0xff || (first === 0x3c && second === 0) ? 'utf-16le'
    : 'utf-8'
  return new TextDecoder(encoding).decode(bytes.subarray(0, MAX_BYTES))
}

interface Open {
  readonly name: XmpName
  readonly depth: number
  text: string
  /** Items of its list; of languages, the default one comes first. */
  readonly items: string[]
  item: { text: string; readonly first: boolean } | null
}

/** @returns the first value of each property; of a list of makers all, with commas between them */
export const readXmp = (packet: Uint8Array): ReadonlyMap<XmpName, string> => {
  const found = new Map<XmpName, string>()
  const prefixes = new Map<string, string>()
  let depth = 0
  let open: Open | null = null
  /** Depth of an element about another picture; 0 outside one. */
  let others = 0

  const resolve = (name: string): string | null => {
    const colon = name.indexOf(':')
    const space = prefixes.get(colon < 0 ? '' : name.slice(0, colon))
    return space === undefined ? null : space + name.slice(colon + 1)
  }
  const keep = (name: XmpName, value: string): void => {
    const text = value.trim()
    if (text !== '' && !found.has(name)) found.set(name, text.slice(0, MAX_TEXT))
  }

  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        depth++
        const given = Object.entries(attributes)
        for (const [name, value] of given) {
          if (prefixes.size < MAX_PREFIXES && name.startsWith('xmlns')) prefixes.set(name.slice(6), value)
        }
        if (others > 0) return
        const element = resolve(tag)
        if (element !== null && OTHERS.has(element)) {
          others = depth
          return
        }
        const property = element === null ? undefined : PROPERTIES.get(element)
        if (property !== undefined) open = { name: property, depth, text: '', items: [], item: null }
        else if (open !== null && element === `${RDF}li`) {
          open.item = { text: '', first: attributes['xml:lang'] === 'x-default' }
        }
        for (const [name, value] of given) {
          const known = resolve(name)
          const stated = known === null || !name.includes(':') ? undefined : PROPERTIES.get(known)
          if (stated !== undefined) keep(stated, value)
          if (open !== null && known === `${RDF}resource`) open.text += value.slice(0, MAX_TEXT)
        }
      },
      ontext(data) {
        const into = open?.item ?? open
        if (into && into.text.length < MAX_TEXT) into.text += data
      },
      onclosetag() {
        if (depth === others) others = 0
        if (open !== null && depth === open.depth) {
          const { name, items, text } = open
          const values = items.filter((item) => item.trim() !== '').map((item) => item.trim())
          keep(name, values.length === 0 ? text : name === 'creator' ? values.join(', ') : (values[0] as string))
          open = null
        } else if (open?.item) {
          const { text, first } = open.item
          if (open.items.length < MAX_ITEMS) open.items[first ? 'unshift' : 'push'](text)
          open.item = null
        }
        depth--
      },
    },
    { xmlMode: true },
  )
  const text = textOf(packet)
  // The parser's own stack is slow when it is deep, and no packet is.
  for (let at = 0; at < text.length && depth < MAX_DEPTH; at += CHUNK) parser.write(text.slice(at, at + CHUNK))
  return found
}
