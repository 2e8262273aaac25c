/**
 * One form for what pages say in data, whether written as JSON-LD, microdata or RDFa: items of some
 * types with named values. Names are lower-cased and without their vocabulary, as pages mix
 * `http://schema.org/image`, `schema:image` and `Image` freely. Items may refer to each other in circles.
 */
import { markupText } from '../markup-text.ts'
import type { Rendition } from '../rendition.ts'

export type Value = string | number | Item

export interface Item {
  /** `@id`, `itemid` or `resource` as written: often the address of what the item is about. */
  readonly id: string | null
  /** Lower-cased local names, `imageobject`; empty when the page names none. */
  readonly types: readonly string[]
  /** Not empty; values in the page's order. */
  readonly properties: ReadonlyMap<string, readonly Value[]>
  /** Files that an `img` element itself names; then there are no properties for them. */
  readonly renditions?: readonly Rendition[]
}

export interface DraftItem extends Item {
  types: readonly string[]
  readonly properties: Map<string, Value[]>
}

export const createItem = (types: readonly string[] = [], id: string | null = null): DraftItem => ({ id, types, properties: new Map() })

export const addValue = (item: DraftItem, name: string, value: Value): void => {
  const values = item.properties.get(name)
  if (values === undefined) item.properties.set(name, [value])
  else values.push(value)
}

/** Longest name of a type or property that is looked at. */
const MAX_NAME = 200
const BARE_NAME = /^[a-z]+$/

/** `https://schema.org/Product`, `schema:Product` and `product` are all `product`. */
export const localName = (name: string): string => {
  if (name.length > MAX_NAME) return ''
  if (BARE_NAME.test(name)) return name
  const trimmed = name.trim().toLowerCase()
  const at = Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('#'), trimmed.lastIndexOf(':'))
  return trimmed.slice(at + 1)
}

export const isItem = (value: Value): value is Item => typeof value === 'object'

const NONE: readonly Value[] = []
/** All values of a property, in the page's order. */
export const valuesOf = (item: Item, name: string): readonly Value[] => item.properties.get(name) ?? NONE

export const hasType = (item: Item, types: ReadonlySet<string>): boolean => item.types.some((type) => types.has(type))

/** What stands for a value in words: itself, or its name. */
export const wordsOfValue = (value: Value, max?: number): string | null => {
  if (!isItem(value)) return markupText(String(value), max)
  for (const name of ['name', 'alternatename']) {
    const [first] = valuesOf(value, name)
    if (first !== undefined && !isItem(first)) return markupText(String(first), max)
  }
  return null
}

/** The words of the first of the properties that has any. */
export const firstWords = (item: Item, names: readonly string[], max?: number): string | null => {
  for (const name of names) {
    for (const value of valuesOf(item, name)) {
      const words = wordsOfValue(value, max)
      if (words !== null) return words
    }
  }
  return null
}

/** The first plain value among the properties, as written. */
export const firstPlain = (item: Item, names: readonly string[]): string | number | null => {
  for (const name of names) {
    for (const value of valuesOf(item, name)) {
      if (!isItem(value) && value !== '') return value
    }
  }
  return null
}
