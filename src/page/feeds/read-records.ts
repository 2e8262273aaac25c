/**
 * XML as a stream of records: an `item`, an `entry`, a `url` at a time, each a small tree that is dropped when it has
 * been read. So a feed of 50 MB costs the memory of its largest entry. The parser is lenient (most broken feeds are
 * broken in small ways) and knows no document type: entities that a document defines stay as they are written, and
 * nothing expands.
 */
import { Parser, type Handler } from 'htmlparser2'
import { canonicalUrl } from '../canonical-url.ts'
import { bind, knownName, type Bindings } from './xml-names.ts'

export interface XmlNode {
  /** As `knownName` has it. */
  readonly name: string
  /** Names lower-cased, with their prefixes. */
  readonly attribs: ReadonlyMap<string, string>
  /** The text directly inside it, entities resolved, CDATA unwrapped. */
  readonly text: string
  readonly children: readonly XmlNode[]
  /** Address that those in it are relative to, by `xml:base`. */
  readonly base: string
  /** What is written between its tags. */
  readonly source: string
}

export interface RecordLimits {
  /** Longest text read, in UTF-16 units. */
  readonly maxLength: number
  /** Asked about once a millisecond of work: whether there is time for more. */
  readonly goOn: () => boolean
}

/** An element that is still open. */
interface Open {
  readonly name: string
  readonly bindings: Bindings | null
  readonly base: string
  readonly node: Draft | null
}

interface Draft {
  readonly name: string
  readonly attribs: ReadonlyMap<string, string>
  readonly base: string
  readonly children: Draft[]
  readonly from: number
  text: string
  source: string
}

/** Deeper elements become siblings; the parser's stack is linear in depth. */
const MAX_DEPTH = 256
/** Of one record; more of it is passed over. */
const MAX_NODES = 5_000
const MAX_ATTRIBUTES = 64
/** Longest text kept of one element, in UTF-16 units: a long article with all its markup. */
const MAX_TEXT = 1_000_000
const MAX_ATTRIBUTE = 20_000
const CHUNK = 65_536

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

const attributesOf = (attribs: Readonly<Record<string, string>>): ReadonlyMap<string, string> => {
  let kept: Map<string, string> | null = null
  for (const name in attribs) {
    kept ??= new Map()
    if (kept.size >= MAX_ATTRIBUTES) break
    kept.set(name.toLowerCase(), (attribs[name] ?? '').slice(0, MAX_ATTRIBUTE))
  }
  return kept ?? NO_ATTRIBUTES
}

/** Past the greatest depth every element is void: its end tag is met as one without a start. */
class ShallowParser extends Parser {
  private readonly depth: () => number
  private flat = false

  constructor(handler: Partial<Handler>, depth: () => number) {
    super(handler, { xmlMode: true })
    this.depth = depth
  }

  override onopentagname(start: number, endIndex: number): void {
    this.flat = this.depth() >= MAX_DEPTH
    super.onopentagname(start, endIndex)
  }

  override onclosetag(start: number, endIndex: number): void {
    this.flat = false
    super.onclosetag(start, endIndex)
  }

  protected override isVoidElement(name: string): boolean {
    return this.flat || super.isVoidElement(name)
  }
}

/**
 * Reads XML as far as the limits allow; never throws on what it contains.
 * @param url of the document
 * @param isRecord whether an element that lies in no record is one, by its known name
 * @param onRecord told of each when it ends; false stops the reading
 * @returns where it was cut; null when it was read whole, or stopped
 */
export const readRecords = (
  text: string, url: string, isRecord: (name: string) => boolean, onRecord: (record: XmlNode) => boolean, { maxLength, goOn }: RecordLimits,
): 'bytes' | 'time' | null => {
  const stack: Open[] = []
  let nodes = 0
  /** Place in the stack of the record that is open. */
  let record = -1
  let stopped = false
  /** The prefix that the document's own elements are known by, which goes without saying in it. */
  let own = ''

  const parser: ShallowParser = new ShallowParser({
    onopentag(name, attribs) {
      const outer = stack.at(-1)
      const bindings = bind(attribs, outer?.bindings ?? null)
      const ownBase = attribs['xml:base']
      const outerBase = outer?.base ?? url
      const base = ownBase === undefined ? outerBase : (canonicalUrl(ownBase.trim(), outerBase) ?? outerBase)
      const full = knownName(name, bindings)
      if (stack.length === 0 && own === '') own = full.slice(0, full.indexOf(':') + 1)
      const known = own !== '' && full.startsWith(own) ? full.slice(own.length) : full
      const isFirst = record < 0 && !stopped && isRecord(known)
      let node: Draft | null = null
      if (isFirst) {
        record = stack.length
        nodes = 0
      }
      if (isFirst || (outer?.node && nodes < MAX_NODES)) {
        nodes++
        node = { name: known, attribs: attributesOf(attribs), base, children: [], from: parser.endIndex + 1, text: '', source: '' }
        outer?.node?.children.push(node)
      }
      stack.push({ name, bindings, base, node })
    },
    ontext(data) {
      const node = stack.at(-1)?.node
      if (node && node.text.length < MAX_TEXT) node.text += data.length > MAX_TEXT ? data.slice(0, MAX_TEXT) : data
    },
    onclosetag() {
      const closed = stack.pop()
      // The source is of use only where it holds markup.
      if (closed?.node && closed.node.children.length > 0) closed.node.source = text.slice(closed.node.from, Math.min(parser.startIndex, closed.node.from + MAX_TEXT))
      if (stack.length !== record) return
      record = -1
      if (closed?.node && !stopped && !onRecord(closed.node)) stopped = true
    },
  }, () => stack.length)

  const length = Math.min(text.length, maxLength)
  let cut: 'bytes' | 'time' | null = text.length > length ? 'bytes' : null
  for (let at = 0; at < length && !stopped; at += CHUNK) {
    parser.write(text.slice(at, Math.min(at + CHUNK, length)))
    if (at + CHUNK < length && !stopped && !goOn()) {
      cut = 'time'
      break
    }
  }
  // What was open is read as far as it came.
  if (!stopped) parser.end()
  return stopped ? null : cut
}

/** The first child of any of these names, in the order of the names. */
export const childOf = (node: XmlNode, ...names: readonly string[]): XmlNode | null => {
  for (const name of names) {
    const found = node.children.find((child) => child.name === name)
    if (found !== undefined) return found
  }
  return null
}

export const childrenOf = (node: XmlNode, name: string): readonly XmlNode[] => node.children.filter((child) => child.name === name)

/** The text of the first child of these names that has one, trimmed. */
export const textIn = (node: XmlNode, ...names: readonly string[]): string | null => {
  for (const name of names) {
    for (const child of node.children) {
      if (child.name !== name) continue
      const text = child.text.trim()
      if (text !== '') return text
    }
  }
  return null
}
