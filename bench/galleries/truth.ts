/**
 * What a page of a gallery shows, as people who looked at its markup wrote it down in selectors. Nothing here comes
 * from the product: selectors run over htmlparser2's tree, addresses are resolved by the platform's `URL`.
 */
import { selectAll, selectOne } from 'css-select'
import type { AnyNode, Document, Element } from 'domhandler'
import { parseDocument } from 'htmlparser2'

/**
 * An address: `css@attribute` below the item, `@attribute` of the item itself, `/css@attribute` anywhere on the page.
 * `:min` or `:max` takes the address of the smallest (of at least 160 units) or largest descriptor of a list. `a || b`
 * is the first that is there; `a | b` is either, where the page does not say which is smaller.
 */
export interface PairRule {
  readonly each: string
  readonly thumbnail: string
  readonly full: string
  /** Sizes between, if the page names them. */
  readonly also?: string
}

export interface Truth {
  /** `also`: further files that the page has of the picture, neither too small nor too large to be named beside it. */
  readonly pairs: readonly { readonly thumbnails: readonly string[]; readonly full: string; readonly also: readonly string[] }[]
  /** Pictures that the page has one file of. */
  readonly singles: readonly string[]
  /** Files of one picture each, of which the page does not say enough to ask for a pair. */
  readonly loose: readonly (readonly string[])[]
}

export interface PageRules {
  readonly pairs?: readonly PairRule[]
  /** Addresses of all pictures else, each on its own. */
  readonly singles?: readonly string[]
  readonly loose?: readonly { readonly each: string; readonly files: string }[]
}

/** Sizes below which a file is not the thumbnail asked for, in the units of its descriptor. */
const LEAST = 160

const ofList = (list: string, which: 'min' | 'max'): string | null => {
  const entries = list.split(/,\s+/).map((entry) => {
    const [url = '', descriptor = '1x'] = entry.trim().split(/\s+/)
    const size = Number.parseFloat(descriptor)
    return { url, size, known: !descriptor.endsWith('x') }
  }).filter(({ url }) => url !== '')
  const sorted = entries.toSorted((a, b) => a.size - b.size)
  return which === 'max' ? (sorted.at(-1)?.url ?? null) : ((sorted.find(({ size, known }) => !known || size >= LEAST) ?? sorted.at(-1))?.url ?? null)
}

const valueAt = (document: Document, item: Element, place: string): string | null => {
  const [, css = '', attribute = '', which] = /^(.*)@([\w-]+)(?::(min|max))?$/.exec(place.trim()) ?? []
  const from = css.startsWith('/') ? document : item
  const selector = css.replace(/^\//, '').trim()
  const element = selector === '' ? item : selectOne<AnyNode, Element>(selector, from)
  const value = element?.attribs[attribute]?.trim()
  if (!value) return null
  return which === 'min' || which === 'max' ? ofList(value, which) : value
}

const canonical = (address: string, base: string): string | null => {
  if (!URL.canParse(address, base)) return null
  const url = new URL(address, base)
  url.hash = ''
  return url.protocol.startsWith('http') ? url.href : null
}

interface Pair { thumbnails: string[]; full: string; also: string[] }

/** Pictures met twice are one: by their full file. */
const addPair = (pairs: Map<string, Pair>, thumbnails: readonly string[], full: string, also: readonly string[]): void => {
  const known = pairs.get(full)
  if (known === undefined) return void pairs.set(full, { thumbnails: [...thumbnails], full, also: [...also] })
  known.thumbnails.push(...thumbnails.filter((one) => !known.thumbnails.includes(one)))
  known.also.push(...also)
}

/** Pairs whose only thumbnail is that of others too: a stand-in, of which nobody can say whose it is. */
const sharing = (pairs: ReadonlyMap<string, Pair>): readonly Pair[] => {
  const uses = new Map<string, number>()
  for (const { thumbnails } of pairs.values()) for (const one of thumbnails) uses.set(one, (uses.get(one) ?? 0) + 1)
  return [...pairs.values()].filter(({ thumbnails }) => thumbnails.every((one) => (uses.get(one) ?? 0) > 1))
}

export const truthOf = (html: string, url: string, rules: PageRules): Truth => {
  const document = parseDocument(html)
  const declared = selectOne<AnyNode, Element>('base[href]', document)
  const base = declared === null ? url : new URL(declared.attribs['href'] ?? '', url).href
  const all = (selector: string): readonly Element[] => selectAll<AnyNode, Element>(selector, document)
  const read = (item: Element, places: string): string[] => {
    for (const either of places.split('||')) {
      const found = either.split(/\s\|\s/).map((place) => valueAt(document, item, place)).map((value) => (value === null ? null : canonical(value, base)))
      const known = found.filter((one) => one !== null)
      if (known.length > 0) return known
    }
    return []
  }
  const pairs = new Map<string, Pair>()
  const singles = new Set<string>()
  for (const { each, thumbnail, full, also } of rules.pairs ?? []) {
    for (const item of all(each)) {
      const [large] = read(item, full)
      const shown = read(item, thumbnail)
      if (large === undefined || shown.length === 0) continue
      const small = shown.filter((one) => one !== large)
      if (small.length === 0) singles.add(large)
      else addPair(pairs, small, large, also === undefined ? [] : also.split(' | ').flatMap((place) => read(item, place)))
    }
  }
  for (const place of rules.singles ?? []) {
    const at = place.lastIndexOf('@')
    for (const item of all(place.slice(0, at))) {
      const [only] = read(item, place.slice(at))
      if (only !== undefined) singles.add(only)
    }
  }
  const loose = (rules.loose ?? []).flatMap(({ each, files }) => all(each).map((item) => files.split(' | ').flatMap((file) => read(item, file))))
  for (const pair of sharing(pairs)) {
    pairs.delete(pair.full)
    loose.push([...pair.thumbnails, pair.full])
  }
  const paired = new Set([...pairs.values()].flatMap(({ thumbnails, full }) => [...thumbnails, full]))
  return { pairs: [...pairs.values()], singles: [...singles].filter((one) => !paired.has(one)), loose }
}
