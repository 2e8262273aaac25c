/** `<img>` with all that belongs to it: srcset, picture sources, lazy attributes, its noscript copy, the link round it. */
import { isTag, type AnyNode, type Element } from 'domhandler'
import type { Finder, Finding, Found, Page } from '../page.ts'
import { pixels, renditionAt, renditionsOf, unusable } from '../page-address.ts'
import { looksLikeStandIn } from '../picture-url.ts'
import { firstWithin, countWithin } from '../page-tree.ts'
import type { Rendition } from '../rendition.ts'
import { wrappingLink } from './image-link.ts'
import { lazyRenditions } from './lazy-attributes.ts'
import { pictureSources } from './picture-sources.ts'

/** Loaders that first show a blurred copy of the picture itself say so in the class. */
const BLURRED_FIRST = /blur|lqip|placeholder/i

/** A tracking pixel says of itself that there is nothing to see. */
const MAX_TRACKER_PX = 2

const shownSize = (img: Element): Finding['shown'] => ({
  width: pixels(img.attribs['width']),
  height: pixels(img.attribs['height']),
})

/** What the element itself names: `src` first. */
const ownRenditions = (page: Page, img: Element): { src: Rendition | null; rest: Rendition[]; lazy: Rendition[] } => ({
  src: renditionAt(page, img.attribs['src'] ?? '', { role: 'src', via: 'img' }),
  rest: [
    ...renditionsOf(page, img.attribs['srcset'] ?? '', { role: 'main', via: 'srcset' }),
    ...pictureSources(page, img),
  ],
  lazy: lazyRenditions(page, img),
})

const neighbour = (node: Element, step: 'prev' | 'next'): Element | null => {
  let at: AnyNode | null = node[step]
  for (let steps = 0; at !== null && steps < 3; steps++) {
    if (isTag(at)) return at
    at = at[step]
  }
  return null
}

/** The one picture of a `noscript` right beside the element (or inside it, as AMP has it). */
const noscriptCopy = (page: Page, img: Element): Element | null => {
  const beside = [neighbour(img, 'next'), neighbour(img, 'prev'), ...(img.children.length > 0 ? [firstWithin(page.landmarks.noscript, img)] : [])]
  for (const noscript of beside) {
    if (noscript?.name !== 'noscript' || countWithin(page.landmarks['noscript-picture'], noscript) !== 1) continue
    const copy = firstWithin(page.landmarks['noscript-picture'], noscript)
    if (copy !== null && !page.claimed.has(copy)) return copy
  }
  return null
}

const readCopy = (page: Page, copy: Element): Rendition[] => {
  const { src, rest, lazy } = ownRenditions(page, copy)
  const all = src === null ? [...rest, ...lazy] : [...rest, ...lazy, src]
  return all.map((rendition) => ({ ...rendition, role: rendition.role === 'full' ? 'full' : 'main', via: 'noscript' }))
}

/** A `src` that several lazy pictures share stands in for each of them, whatever it is called. */
const sharedSources = (imgs: readonly Element[]): ReadonlySet<string> => {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const { attribs } of imgs) {
    const src = attribs['src']
    if (src === undefined || src.length > 2000) continue
    if (seen.has(src)) shared.add(src)
    seen.add(src)
  }
  return shared
}

function* readImg(page: Page, img: Element, shared: ReadonlySet<string>): Generator<Found> {
  const raw = img.attribs['src'] ?? ''
  const { src, rest, lazy } = ownRenditions(page, img)
  const isLazy = lazy.some((rendition) => rendition.role === 'main')
  const copy = isLazy || src === null || looksLikeStandIn(raw) ? noscriptCopy(page, img) : null
  const copied = copy === null ? [] : readCopy(page, copy)
  if (copy !== null) page.claimed.add(copy)

  const real = [...rest, ...lazy, ...copied]
  const standsIn =
    (isLazy || copied.length > 0) &&
    (looksLikeStandIn(raw) || shared.has(raw) || BLURRED_FIRST.test((img.attribs['class'] ?? '').slice(0, 500)))
  if (src !== null && !(standsIn && real.length > 0)) real.unshift(src)

  const shown = shownSize(img)
  const { link, target } = wrappingLink(page, img)
  const tracker = (shown.width ?? 99) <= MAX_TRACKER_PX && (shown.height ?? 99) <= MAX_TRACKER_PX
  if (tracker && target === null && real.length === (src === null ? 0 : 1)) {
    yield { kind: 'unusable', url: (src?.url ?? raw).slice(0, 80), reason: 'incomplete' }
    return
  }
  if (target !== null) {
    real.push(target)
    if (link !== null) page.claimed.add(link)
  }
  if (real.length === 0) yield { kind: 'unusable', ...unusable(raw) }
  else yield { kind: 'picture', element: img, link, renditions: real, shown, onlyIfNew: false }
}

export const findImgElements: Finder = function* (page) {
  const shared = sharedSources(page.landmarks.picture)
  for (const img of page.landmarks.picture) yield* readImg(page, img, shared)
}

/** Pictures that only a `noscript` shows: those that are no copy of an `img` beside it. */
export const findNoscriptPictures: Finder = function* (page) {
  const none: ReadonlySet<string> = new Set()
  for (const img of page.landmarks['noscript-picture']) {
    if (page.claimed.has(img)) continue
    for (const found of readImg(page, img, none)) {
      if (found.kind === 'unusable') yield found
      else yield { ...found, renditions: found.renditions.map((r) => (r.via === 'link' ? r : { ...r, via: 'noscript' })) }
    }
  }
}
