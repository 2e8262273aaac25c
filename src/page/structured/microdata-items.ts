/**
 * Microdata (HTML standard, "Associating names with items") and RDFa Lite to items. The page is not
 * walked for it: only what lies in elements with `itemscope` or `typeof` is looked at, once, plus what
 * an `itemref` adds.
 */
import { isTag, type AnyNode, type Element } from 'domhandler'
import { addLazy } from '../finders/lazy-attributes.ts'
import { addSrcset, filePixels, renditionAt } from '../page-address.ts'
import { firstWithin } from '../page-tree.ts'
import type { Page } from '../page.ts'
import { looksLikeStandIn } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'
import { textOf } from '../text-of.ts'
import { addValue, createItem, localName, type DraftItem, type Item, type Value } from './item.ts'

/** Elements looked at in all. */
const MAX_ELEMENTS = 200_000
const MAX_ITEMS = 10_000
/** Properties read; the text of each costs a look at what lies in it. */
const MAX_VALUES = 20_000
/** Ids followed of one `itemref`. */
const MAX_REFS = 20
/** Longest list of names or types read, in UTF-16 units. */
const MAX_NAMES = 500

const ADDRESS_IN: ReadonlyMap<string, string> = new Map([
  ['a', 'href'], ['area', 'href'], ['link', 'href'], ['object', 'data'], ['audio', 'src'], ['embed', 'src'],
  ['iframe', 'src'], ['source', 'src'], ['track', 'src'], ['video', 'src'],
])
const SAID_IN: ReadonlyMap<string, string> = new Map([['data', 'value'], ['meter', 'value'], ['time', 'datetime']])

const ONE_NAME = /^[^\s]+$/
const namesIn = (list: string): string[] => {
  if (list.length > MAX_NAMES || !ONE_NAME.test(list)) return severalNames(list)
  const name = localName(list)
  return name === '' ? [] : [name]
}
const severalNames = (list: string): string[] => list.slice(0, MAX_NAMES).split(/\s+/).map(localName).filter((name) => name !== '')

const isScope = ({ attribs }: Element): boolean => attribs['itemscope'] !== undefined || attribs['typeof'] !== undefined
const typesOf = ({ attribs }: Element): string[] => namesIn(attribs['itemtype'] ?? attribs['typeof'] ?? '')
const idOf = ({ attribs }: Element): string | null => attribs['itemid'] ?? attribs['resource'] ?? attribs['href'] ?? null
const propertiesOf = ({ attribs }: Element): string | undefined => attribs['itemprop'] ?? attribs['property']

/** An `img` names files, one of which may be a stand-in until the real one loads. */
const imageItem = (page: Page, img: Element): DraftItem => {
  const { attribs } = img
  const renditions: Rendition[] = []
  addSrcset(renditions, page, attribs['srcset'], 'main', 'microdata')
  addLazy(renditions, page, img)
  const raw = attribs['src'] ?? ''
  const size = { width: filePixels(attribs['width']), height: filePixels(attribs['height']) }
  const src = renditionAt(page, raw, 'src', 'microdata', renditions.length === 0 ? size : {})
  if (src !== null && (renditions.length === 0 || !looksLikeStandIn(raw))) renditions.unshift(src)
  return { ...createItem(['imageobject']), renditions: renditions.map((r) => (r.via === 'microdata' ? r : { ...r, via: 'microdata' })) }
}

const valueOf = (page: Page, element: Element): Value => {
  const { name, attribs } = element
  if (attribs['content'] !== undefined) return attribs['content'].trim()
  if (name === 'img' || name === 'amp-img') return imageItem(page, element)
  const address = ADDRESS_IN.get(name)
  if (address !== undefined && attribs[address] !== undefined) return attribs[address].trim()
  const said = SAID_IN.get(name)
  if (said !== undefined && attribs[said] !== undefined) return attribs[said].trim()
  const text = attribs['resource'] ?? textOf(element)
  if (text !== null) return text
  // `<div itemprop="image"><img>`: by the standard it says nothing, by its author's mind it names the picture.
  const inside = firstWithin(page.landmarks.picture, element)
  return inside === null ? '' : imageItem(page, inside)
}

interface Visit {
  readonly element: Element
  readonly owner: DraftItem | null
}

/**
 * The items of a page, outer before inner, in the page's order.
 * @param byId finds the elements that an `itemref` names
 */
export const microdataItems = (page: Page, byId: (id: string) => Element | null): Item[] => {
  const items = new Map<Element, DraftItem>()
  let left = MAX_ELEMENTS
  let values = 0

  /** What an element adds to its owner; and the item it opens, where it does and it is new. */
  const read = (element: Element, owner: DraftItem | null): { readonly within: DraftItem | null; readonly isKnown: boolean } => {
    const names = propertiesOf(element)
    const opens = isScope(element)
    const known = opens ? items.get(element) : undefined
    let item = known
    if (opens && item === undefined && items.size < MAX_ITEMS) items.set(element, (item = createItem(typesOf(element), idOf(element))))
    if (names !== undefined && owner !== null && owner !== item && (!opens || item !== undefined) && values++ < MAX_VALUES) {
      const value = item ?? valueOf(page, element)
      if (value !== '') for (const name of namesIn(names)) addValue(owner, name, value)
    }
    return { within: opens ? (item ?? null) : owner, isKnown: known !== undefined }
  }

  const walk = (start: Visit): void => {
    const visits: Visit[] = [start]
    for (let visit = visits.pop(); visit !== undefined && left > 0; visit = visits.pop()) {
      left--
      const { element, owner } = visit
      const { within, isKnown } = read(element, owner)
      if (isKnown) continue
      const refs = isScope(element) && within !== null ? element.attribs['itemref'] : undefined
      if (refs !== undefined) {
        for (const id of new Set(refs.slice(0, MAX_NAMES).trim().split(/\s+/, MAX_REFS))) {
          const other = byId(id)
          // An element that refers to one it lies in would hold itself.
          if (other !== null && other !== element && !holds(other, element)) visits.push({ element: other, owner: within })
        }
      }
      for (let child: AnyNode | null = element.lastChild; child !== null; child = child.prev) {
        if (isTag(child)) visits.push({ element: child, owner: within })
      }
    }
  }

  for (const element of page.landmarks.item) {
    if (left <= 0) break
    if (!items.has(element)) walk({ element, owner: null })
  }
  return [...items.values()]
}

const holds = (outer: Element, inner: Element): boolean =>
  (outer.startIndex ?? 0) < (inner.startIndex ?? 0) && (inner.endIndex ?? 0) <= (outer.endIndex ?? 0)
