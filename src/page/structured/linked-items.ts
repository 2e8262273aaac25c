/**
 * JSON-LD to items, as search engines read it: no context is fetched, names are taken by their last
 * part (schema.org's own context calls `@type` also `type`). A mention by `@id` is the item that has
 * that id, wherever on the page it is written. Bounded in characters, nodes and depth; no recursion.
 */
import { addValue, createItem, localName, type DraftItem, type Item } from './item.ts'
import { parseLenientJson } from './lenient-json.ts'

/** Characters read of all scripts of a page; the largest seen on real pages have a tenth of it. */
const MAX_CHARACTERS = 2_000_000
const MAX_NODES = 100_000
/** Real data is some ten levels deep; what lies deeper is left out. */
const MAX_DEPTH = 64
const MAX_TYPES = 16

type Json = Readonly<Record<string, unknown>>

interface Step {
  readonly value: unknown
  /** The item and the property that the value belongs to; null at the top. */
  readonly owner: DraftItem | null
  readonly name: string
  readonly depth: number
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own properties only: keys come from strangers. */
const own = (object: Json, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

const typesOf = (object: Json): string[] => {
  const stated = own(object, '@type') ?? own(object, 'type')
  const names = (Array.isArray(stated) ? stated.slice(0, MAX_TYPES) : [stated]) as unknown[]
  return names.flatMap((name) => (typeof name === 'string' && name !== '' ? [localName(name)] : []))
}

const idOf = (object: Json): string | null => {
  const id = own(object, '@id') ?? own(object, 'id')
  return typeof id === 'string' && id !== '' ? id : null
}

/** Keys that say how to read an object, not what it says. */
const isKeyword = (key: string): boolean => key.startsWith('@') || key === 'id' || key === 'type'

/** Items by id, made when first named and filled when first described. */
const createItems = () => {
  const all: DraftItem[] = []
  const byId = new Map<string, DraftItem>()
  return {
    all,
    itemOf(object: Json): { readonly item: DraftItem; readonly isNew: boolean } {
      const id = idOf(object)
      const mentioned = id === null ? undefined : byId.get(id)
      const describes = Object.keys(object).some((key) => !isKeyword(key))
      // Two descriptions under one id are two items: sites give one id to all of their products.
      if (mentioned !== undefined && (!describes || mentioned.properties.size === 0)) {
        if (describes || mentioned.types.length === 0) mentioned.types = typesOf(object)
        return { item: mentioned, isNew: describes }
      }
      const item = createItem(typesOf(object), id)
      all.push(item)
      if (id !== null && mentioned === undefined) byId.set(id, item)
      return { item, isNew: true }
    },
  }
}

/** Where the contents of an object go on: lists and literals stand for themselves, the rest are items. */
const stepInto = ({ value, owner, name, depth }: Step, into: Step[], items: ReturnType<typeof createItems>): void => {
  const object = value as Json
  const next = depth + 1
  for (const key of ['@value', '@list', '@set']) {
    if (Object.hasOwn(object, key)) {
      into.push({ value: object[key], owner, name, depth: next })
      return
    }
  }
  const contents: Step[] = []
  for (const key of ['@graph', '@included']) {
    if (Object.hasOwn(object, key)) contents.push({ value: object[key], owner: null, name: '', depth: next })
  }
  const keys = Object.keys(object)
  if (contents.length === 0 || owner !== null || keys.some((key) => !isKeyword(key))) {
    const { item, isNew } = items.itemOf(object)
    if (owner !== null) addValue(owner, name, item)
    if (isNew) {
      for (const key of keys) {
        if (!isKeyword(key)) contents.push({ value: object[key], owner: item, name: localName(key), depth: next })
      }
    }
  }
  for (let at = contents.length - 1; at >= 0; at--) into.push(contents[at] as Step)
}

/**
 * The items in `scripts` (the texts of a page's JSON-LD scripts), outer before inner, in the page's order.
 * What cannot be read as JSON even leniently is left out.
 */
export const linkedItems = (scripts: Iterable<string>): Item[] => {
  const items = createItems()
  let characters = 0
  let nodes = 0
  for (const script of scripts) {
    characters += script.length
    if (characters > MAX_CHARACTERS) break
    const steps: Step[] = [{ value: parseLenientJson(script), owner: null, name: '', depth: 0 }]
    for (let step = steps.pop(); step !== undefined && nodes < MAX_NODES; step = steps.pop(), nodes++) {
      const { value, owner, name, depth } = step
      if (depth > MAX_DEPTH) continue
      if (Array.isArray(value)) {
        const room = Math.min(value.length, MAX_NODES - nodes)
        for (let at = room - 1; at >= 0; at--) steps.push({ value: value[at] as unknown, owner, name, depth: depth + 1 })
      } else if (isObject(value)) {
        stepInto(step, steps, items)
      } else if (owner !== null && name !== '' && (typeof value === 'string' || typeof value === 'number')) {
        addValue(owner, name, value)
      }
    }
  }
  return items.all
}
