/**
 * A page's tree, built within bounds: bytes, time, nodes and depth. Elements that finders ask for
 * are listed as they open, in document order, and each knows its place and the place of its last
 * descendant (`startIndex`, `endIndex`: ordinal numbers here, not offsets). So "the headings inside
 * this card" is a binary search, and no question costs a walk over the page.
 */
import { DomHandler, Element, type Document, type ParentNode } from 'domhandler'
import { Parser } from 'htmlparser2'
import { startsLikeJson } from './json-pictures.ts'
import { pictureAttribute } from './picture-attributes.ts'
import { looksLikePicture } from './picture-url.ts'
import { INLINE } from './text-of.ts'

const LANDMARKS = {
  img: 'picture', 'amp-img': 'picture', 'amp-anim': 'picture', 'mip-img': 'picture', 'ion-img': 'picture',
  video: 'video', 'amp-video': 'video',
  object: 'embedded', embed: 'embedded', input: 'embedded', image: 'embedded',
  a: 'link', area: 'link',
  h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading', h5: 'heading', h6: 'heading',
  figcaption: 'figcaption', time: 'time', 'relative-time': 'time', 'time-ago': 'time', noscript: 'noscript',
  meta: 'meta', link: 'head-link', base: 'base', title: 'title',
} as const

/** Tags that mean something here, so that one look-up settles each of the many others. */
type Meaning = (typeof LANDMARKS)[keyof typeof LANDMARKS] | 'code' | 'may-be-breadcrumb'

const MEANING_OF: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...Object.entries(LANDMARKS),
  // Their text is code, not words.
  ['script', 'code'], ['style', 'code'],
  ['nav', 'may-be-breadcrumb'], ['ol', 'may-be-breadcrumb'], ['ul', 'may-be-breadcrumb'], ['div', 'may-be-breadcrumb'],
  ['section', 'may-be-breadcrumb'], ['p', 'may-be-breadcrumb'],
])

/**
 * `picture` leaves out those in a `noscript`, which are copies: they are `noscript-picture`. `linked-data` are
 * scripts of JSON-LD, `item` the elements with `itemscope` (microdata) or `typeof` (RDFa), `data-script` scripts of
 * other JSON. `drawn` may show a picture by CSS or by a script, as an inline `style` or a `data-` attribute says;
 * `data-json` have JSON in such an attribute. `embedded` are those that need an attribute to show a picture.
 */
export type Landmark =
  | (typeof LANDMARKS)[keyof typeof LANDMARKS] | 'noscript-picture' | 'breadcrumb' | 'linked-data' | 'item'
  | 'data-script' | 'style-sheet' | 'drawn' | 'data-json'

export interface PageTree {
  readonly root: Document
  readonly landmarks: Readonly<Record<Landmark, readonly Element[]>>
  readonly cut: 'bytes' | 'time' | null
  /** What is worked out once and asked for often (see page-note.ts). */
  readonly notes: Map<symbol, unknown>
}

export interface TreeLimits {
  /** Longest text read, in UTF-16 units. */
  readonly maxLength: number
  /** Time on `now`'s clock after which reading stops. */
  readonly deadline: number
  readonly now: () => number
}

/** Deeper elements become siblings, as in browsers (Blink: 512). htmlparser2's stack is linear in depth. */
const MAX_DEPTH = 512
/** About 250 bytes of memory each; a large real page has some tens of thousands. */
const MAX_NODES = 400_000
/**
 * Characters between two looks at the clock: some milliseconds. Most pages are no longer, and are then read as the
 * one string they are: a piece of a string is looked up in the whole for each of its characters.
 */
const CHUNK = 262_144

/** With parameters too: `application/ld+json; charset=utf-8`. */
const LINKED_DATA = /^\s*application\/ld\+json\s*(?:;|$)/i
const JSON_DATA = /^\s*(?:application\/json|text\/x-magento-init|text\/json)\s*(?:;|$)/i
/** With or without a capital. */
const CRUMBS = 'readcrumb'
const emptyLandmarks = (): Record<Landmark, Element[]> => ({
  picture: [], 'noscript-picture': [], link: [], heading: [], figcaption: [], time: [], noscript: [],
  meta: [], 'head-link': [], base: [], title: [], breadcrumb: [], 'linked-data': [], item: [],
  'data-script': [], 'style-sheet': [], drawn: [], 'data-json': [], video: [], embedded: [],
})

const NAMES_PICTURE = /url\(|image-set\(/i
const B = 0x62
const D = 0x64
const S = 0x73
const HYPHEN = 0x2d

class LandmarkHandler extends DomHandler {
  readonly landmarks = emptyLandmarks()
  nodes = 0
  private noscriptDepth = 0
  private crumbsDepth = 0
  private inCode = false

  get depth(): number {
    return this.tagStack.length
  }

  override onopentag(name: string, attribs: Record<string, string>): void {
    const element = new Element(name, attribs)
    element.startIndex = this.nodes++
    this.addNode(element)
    this.tagStack.push(element)
    this.inCode = false
    const meaning = MEANING_OF.get(name)
    if (meaning !== undefined) this.note(element, meaning)
    const isCustom = meaning === undefined && name.includes('-')
    for (const attribute in attribs) {
      const first = attribute.charCodeAt(0)
      if ((first === D && attribute.charCodeAt(4) === HYPHEN) || (first === S && attribute === 'style') || (first === B && attribute === 'background')) {
        this.noteData(element, attribute, attribs[attribute] as string, meaning)
      } else if (isCustom && looksLikePicture(attribs[attribute] as string)) this.noteDrawn(element)
    }
    if (attribs['itemscope'] !== undefined || attribs['typeof'] !== undefined) this.landmarks.item.push(element)
  }

  override onclosetag(): void {
    this.lastNode = null
    this.inCode = false
    const element = this.tagStack.pop() as Element
    element.endIndex = this.nodes
    if (element.name === 'noscript') this.noscriptDepth--
  }

  override ontext(data: string): void {
    if (this.inCode || (data.charCodeAt(0) <= 0x20 && this.isBlankBetweenBlocks(data))) return
    this.nodes++
    super.ontext(data)
  }

  /** White space beside a block is not shown; half the texts of a page are such, and none is kept. */
  private isBlankBetweenBlocks(data: string): boolean {
    if (this.lastNode !== null || data.trim() !== '') return false
    const siblings = (this.tagStack[this.tagStack.length - 1] as ParentNode).children
    const before = siblings[siblings.length - 1]
    return before === undefined || ('name' in before && !INLINE.has(before.name))
  }

  override oncomment(): void {}
  override onprocessinginstruction(): void {}

  private noteData(element: Element, name: string, value: string, meaning: Meaning | undefined): void {
    const kind = name !== 'style' && startsLikeJson(value) ? 'data-json' : 'drawn'
    if (kind === 'drawn') {
      if (value.length < 5 || meaning === 'picture' || meaning === 'code') return
      if (name === 'style' ? !value.includes('(') || !NAMES_PICTURE.test(value) : pictureAttribute(name) === null) return
    }
    if (kind === 'drawn') return this.noteDrawn(element)
    const landmarks = this.landmarks[kind]
    if (landmarks[landmarks.length - 1] !== element) landmarks.push(element)
  }

  private noteDrawn(element: Element): void {
    const { drawn } = this.landmarks
    if (drawn[drawn.length - 1] !== element) drawn.push(element)
  }

  private noteCode(element: Element): void {
    const type = element.attribs['type']?.slice(0, 100)
    let kind: Landmark | null = null
    if (element.name === 'style') kind = 'style-sheet'
    else if (type !== undefined && LINKED_DATA.test(type)) kind = 'linked-data'
    else if (type !== undefined && JSON_DATA.test(type)) kind = 'data-script'
    this.inCode = kind === null
    if (kind !== null) this.landmarks[kind].push(element)
  }

  private note(element: Element, meaning: Meaning): void {
    const { attribs } = element
    if (meaning === 'code') {
      this.noteCode(element)
    } else if (meaning === 'may-be-breadcrumb') {
      if (attribs['class']?.includes(CRUMBS) || attribs['aria-label']?.includes(CRUMBS)) this.noteBreadcrumb(element)
    } else {
      if (meaning === 'noscript') this.noscriptDepth++
      this.landmarks[meaning === 'picture' && this.noscriptDepth > 0 ? 'noscript-picture' : meaning].push(element)
    }
  }

  /** Not one inside another: the list in a breadcrumb is often called so too. */
  private noteBreadcrumb(element: Element): void {
    const { breadcrumb } = this.landmarks
    if (this.crumbsDepth > 0 && this.tagStack[this.crumbsDepth - 1] === breadcrumb.at(-1)) return
    breadcrumb.push(element)
    this.crumbsDepth = this.tagStack.length
  }
}

/** Past the greatest depth every element is void: its end tag is met as one without a start. */
class FlatParser extends Parser {
  private readonly handler: LandmarkHandler
  private flat = false

  constructor(handler: LandmarkHandler) {
    super(handler)
    this.handler = handler
  }

  override onopentagname(start: number, endIndex: number): void {
    this.flat = this.handler.depth >= MAX_DEPTH
    super.onopentagname(start, endIndex)
  }

  override onclosetag(start: number, endIndex: number): void {
    this.flat = false
    super.onclosetag(start, endIndex)
  }

  protected override isVoidElement(name: string): boolean {
    // A form inside a form is no element at all: the parser calls it by the empty name.
    return (this.flat && name !== '') || super.isVoidElement(name)
  }
}

/** Parses as much of the page as the limits allow; never throws on what a page contains. */
export const parsePage = (html: string, limits: TreeLimits): PageTree => {
  const handler = new LandmarkHandler()
  const parser = new FlatParser(handler)
  const length = Math.min(html.length, limits.maxLength)
  let cut: PageTree['cut'] = html.length > length ? 'bytes' : null
  for (let at = 0; at < length; at += CHUNK) {
    parser.write(html.slice(at, Math.min(at + CHUNK, length)))
    if (at + CHUNK >= length) break
    if (handler.nodes > MAX_NODES) cut = 'bytes'
    else if (limits.now() > limits.deadline) cut = 'time'
    else continue
    break
  }
  parser.end()
  return { root: handler.root, landmarks: handler.landmarks, cut, notes: new Map() }
}

/** Index of the first of `elements` that starts at `position` or later. */
export const firstFrom = (elements: readonly Element[], position: number): number => {
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((elements[middle]?.startIndex ?? 0) < position) low = middle + 1
    else high = middle
  }
  return low
}

const startOf = (element: Element): number => element.startIndex ?? 0

/** How many of `elements` (in document order) lie inside `scope`. */
export const countWithin = (elements: readonly Element[], scope: Element): number =>
  firstFrom(elements, scope.endIndex ?? 0) - firstFrom(elements, startOf(scope) + 1)

/** The first of `elements` inside `scope`. */
export const firstWithin = (elements: readonly Element[], scope: Element): Element | null => {
  const found = elements[firstFrom(elements, startOf(scope) + 1)]
  return found !== undefined && startOf(found) < (scope.endIndex ?? 0) ? found : null
}

/** The last of `elements` that starts before `element`. */
export const lastBefore = (elements: readonly Element[], element: Element): Element | null =>
  elements[firstFrom(elements, startOf(element)) - 1] ?? null

const isElement = (node: ParentNode | null): node is Element => node !== null && 'attribs' in node

/** The ancestors of an element, nearest first, `max` of them at most. */
export function* ancestors(element: Element, max: number): Generator<Element> {
  let at = element.parent
  for (let steps = 0; steps < max && isElement(at); steps++) {
    yield at
    at = at.parent
  }
}
