/** The addresses an element stands for when a recipe names no attribute: what a reader of the page would take it for. */
import type { Element } from 'domhandler'
import { addLazy } from '../finders/lazy-attributes.ts'
import { addPictureSources } from '../finders/picture-sources.ts'
import { addSrcset, renditionAt } from '../page-address.ts'
import type { Page } from '../page.ts'
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

/** All renditions of an `img`, as gannet reads it anywhere: srcset, sources, lazy attributes, `src`. */
export const renditionsOfImg = (page: Page, img: Element): Rendition[] => {
  const found: Rendition[] = []
  addSrcset(found, page, img.attribs['srcset'], 'main', 'recipe')
  addPictureSources(found, page, img)
  const before = found.length
  addLazy(found, page, img)
  // While a lazy attribute holds the picture, `src` holds a stand-in.
  const isLazy = found.some(({ role }, at) => at >= before && role === 'main')
  const src = isLazy ? null : renditionAt(page, img.attribs['src'] ?? '', 'src', 'recipe')
  if (src !== null) found.push(src)
  return found
}

/** What a rendition promises: pixels where stated, else its density. */
const size = ({ width, density }: Rendition): number => width ?? density ?? 1
const best = (from: readonly Rendition[], isBetter: (a: Rendition, b: Rendition) => boolean): Rendition | null => {
  let found: Rendition | null = null
  for (const one of from) if (found === null || isBetter(one, found)) found = one
  return found
}

/** The largest, of equal ones the first. */
export const largest = (from: readonly Rendition[]): Rendition | null => best(from, (a, b) => size(a) > size(b))

/** The smallest that the models can see something in, else the largest. */
export const smallestUsable = (from: readonly Rendition[]): Rendition | null => {
  const short = ({ width, height }: Rendition): number => Math.min(width ?? Number.POSITIVE_INFINITY, height ?? Number.POSITIVE_INFINITY)
  const usable = from.filter((one) => short(one) >= MIN_THUMBNAIL_PX)
  return usable.length > 0 ? best(usable, (a, b) => size(a) < size(b)) : largest(from)
}
