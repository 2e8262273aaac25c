/** The addresses an element stands for when a recipe names no attribute: what a reader of the page would take it for. */
import type { Element } from 'domhandler'
import { addLazy } from '../finders/lazy-attributes.ts'
import { addPictureSources } from '../finders/picture-sources.ts'
import { addSrcset, renditionAt } from '../page-address.ts'
import type { Page } from '../page.ts'
import { looksLikeStandIn } from '../picture-url.ts'
import { MIN_THUMBNAIL_PX, type Rendition } from '../rendition.ts'

/** Where elements keep the address they are there for; in this order. */
const ADDRESS: Readonly<Record<string, readonly string[]>> = {
  img: ['src', 'data-src'], 'amp-img': ['src'], iframe: ['src'], embed: ['src'], source: ['srcset', 'src'],
  a: ['href'], area: ['href'], link: ['href', 'imagesrcset'], image: ['href', 'xlink:href'], use: ['href'],
  meta: ['content'], object: ['data'], video: ['poster', 'src'], form: ['action'],
}

export const isImg = ({ name }: Element): boolean => name === 'img' || name === 'amp-img'
export const isSrcset = (attribute: string): boolean => /srcset$/i.test(attribute)

/** The attribute with an element's address; null when its text is all there is. */
export const addressAttribute = ({ name, attribs }: Element): string | null =>
  ADDRESS[name]?.find((attribute) => (attribs[attribute] ?? '').trim() !== '') ?? null

const sharedSources = new WeakMap<Page, ReadonlySet<string>>()

/** A `src` that several pictures of the page have stands in for each of them, whatever it is called. */
const isShared = (page: Page, src: string): boolean => {
  let shared = sharedSources.get(page)
  if (shared === undefined) {
    const sources = page.landmarks.picture.map(({ attribs }) => attribs['src'] ?? '')
    const seen = new Set<string>()
    shared = new Set(sources.filter((one) => seen.size === seen.add(one).size))
    sharedSources.set(page, shared)
  }
  return shared.has(src)
}

/** All renditions of an `img`, as gannet reads it anywhere: `src`, srcset, sources, lazy attributes. */
export const renditionsOfImg = (page: Page, img: Element): Rendition[] => {
  const found: Rendition[] = []
  addSrcset(found, page, img.attribs['srcset'], 'main', 'recipe')
  addPictureSources(found, page, img)
  const before = found.length
  addLazy(found, page, img)
  const raw = img.attribs['src'] ?? ''
  const isLazy = found.length > before && (looksLikeStandIn(raw) || isShared(page, raw))
  const src = isLazy ? null : renditionAt(page, raw, 'src', 'recipe')
  if (src !== null) found.push(src)
  return found
}

const RANK: Readonly<Record<string, number>> = { src: 1, main: 2, full: 3, target: 4 }
/** Pixels where stated, else density, else what the page offers it for. Above 0 when `a` is larger. */
const compare = (a: Rendition, b: Rendition): number =>
  (a.width ?? 0) - (b.width ?? 0) || (a.density ?? 1) - (b.density ?? 1) || (RANK[a.role] ?? 0) - (RANK[b.role] ?? 0)

const first = (from: readonly Rendition[], isBetter: (a: Rendition, b: Rendition) => boolean): Rendition | null => {
  let found: Rendition | null = null
  for (const one of from) if (found === null || isBetter(one, found)) found = one
  return found
}

/** The largest; of equal ones the first. */
export const largest = (from: readonly Rendition[]): Rendition | null => first(from, (a, b) => compare(a, b) > 0)

/** The smallest that is known to show the models enough, else of those of unknown size, else the largest. */
export const smallestUsable = (from: readonly Rendition[]): Rendition | null => {
  const sized = from.filter(({ width, height }) => width !== null && Math.min(width, height ?? width) >= MIN_THUMBNAIL_PX)
  const unsized = from.filter(({ width }) => width === null)
  const smallest = first(sized.length > 0 ? sized : unsized, (a, b) => compare(a, b) < 0)
  return smallest ?? largest(from)
}
