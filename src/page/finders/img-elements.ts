/** `<img>` with all that belongs to it: srcset, picture sources, lazy attributes, its noscript copy, the link round it. */
import { isTag, type AnyNode, type Element } from 'domhandler'
import type { Finder, Finding, Found, Page } from '../page.ts'
import { addSrcset, pixels, renditionAt, unusable } from '../page-address.ts'
import { looksLikeStandIn } from '../picture-url.ts'
import { firstWithin, countWithin } from '../page-tree.ts'
import type { Rendition } from '../rendition.ts'
import { isSign } from '../sign.ts'
import { surroundingsOf } from '../surroundings.ts'
import { addItemFiles } from './item-files.ts'
import { addLazy, addLoose } from './lazy-attributes.ts'
import { addPictureSources } from './picture-sources.ts'
import { addTwin } from './twin-pictures.ts'

/** Loaders that first show a blurred copy of the picture itself say so in the class. */
const BLURRED_FIRST = /blur|lqip|placeholder/i

/** A tracking pixel says of itself that there is nothing to see. */
const MAX_TRACKER_PX = 2

const shownSize = (img: Element): Finding['shown'] => ({
  width: pixels(img.attribs['width']),
  height: pixels(img.attribs['height']),
})

/** All that the element itself names, but for `src`; whether a lazy attribute names what is shown. */
const ownRenditions = (page: Page, img: Element): { renditions: Rendition[]; isLazy: boolean } => {
  const renditions: Rendition[] = []
  addSrcset(renditions, page, img.attribs['srcset'], 'main', 'srcset')
  addPictureSources(renditions, page, img)
  const before = renditions.length
  addLazy(renditions, page, img)
  return { renditions, isLazy: renditions.some(({ role }, index) => index >= before && role === 'main') }
}

const srcOf = (page: Page, img: Element): Rendition | null => renditionAt(page, img.attribs['src'] ?? '', 'src', 'img')

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
  const { renditions } = ownRenditions(page, copy)
  const src = srcOf(page, copy)
  if (src !== null) renditions.push({ ...src, role: 'main' })
  return renditions.map((rendition) => ({ ...rendition, via: 'noscript' }))
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

/** Seldom a picture, often one pixel, when the real one comes later and is none. */
const GIF = /\.gif(?:[?#]|$)/i

const standsIn = (img: Element, shared: ReadonlySet<string>, renditions: readonly Rendition[]): boolean => {
  const raw = img.attribs['src'] ?? ''
  return looksLikeStandIn(raw) || (GIF.test(raw.slice(-200)) && !renditions.some(({ url }) => GIF.test(url.slice(-200)))) || shared.has(raw) || BLURRED_FIRST.test((img.attribs['class'] ?? '').slice(0, 500))
}

const readImg = (page: Page, img: Element, shared: ReadonlySet<string>): Found => {
  const raw = img.attribs['src'] ?? ''
  const src = srcOf(page, img)
  const own = ownRenditions(page, img)
  const { renditions } = own
  let { isLazy } = own
  if ((src === null || looksLikeStandIn(raw) || shared.has(raw)) && renditions.every(({ role }) => role === 'thumb')) {
    const known = renditions.length
    addLoose(renditions, page, img)
    isLazy ||= renditions.length > known
  }
  const mayHaveCopy = page.landmarks['noscript-picture'].length > 0 && (isLazy || src === null || looksLikeStandIn(raw))
  const copy = mayHaveCopy ? noscriptCopy(page, img) : null
  if (copy !== null) {
    renditions.push(...readCopy(page, copy))
    page.claimed.add(copy)
  }
  const real = renditions.length > 0
  if (src !== null && !(real && (isLazy || copy !== null) && standsIn(img, shared, renditions))) renditions.unshift(src)

  const round = surroundingsOf(page, img)
  const shown = shownSize(img)
  const before = renditions.length
  let link: Element | null = null
  if (real || !isSign(raw, shown.width, shown.height)) {
    link = addItemFiles(renditions, page, img, round, renditions.slice(), { src: src?.url ?? null })
    if (renditions.length === 1) addTwin(renditions, page, img)
  }
  const isTracker = !real && renditions.length === before && (shown.width ?? 99) <= MAX_TRACKER_PX && (shown.height ?? 99) <= MAX_TRACKER_PX
  if (isTracker && src !== null) return { kind: 'unusable', url: src.url, reason: 'incomplete' }
  if (renditions.length === 0) return { kind: 'unusable', ...unusable(raw) }
  return { kind: 'picture', element: img, link, round, renditions, shown, presence: 'shown' }
}

export const findImgElements: Finder = function* (page) {
  const shared = sharedSources(page.landmarks.picture)
  for (const img of page.landmarks.picture) yield readImg(page, img, shared)
}

/** Pictures that only a `noscript` shows: those that are no copy of an `img` beside it. */
export const findNoscriptPictures: Finder = function* (page) {
  const none: ReadonlySet<string> = new Set()
  for (const img of page.landmarks['noscript-picture']) {
    if (page.claimed.has(img)) continue
    const found = readImg(page, img, none)
    if (found.kind === 'unusable') yield found
    else yield { ...found, renditions: found.renditions.map((r) => (r.via === 'link' ? r : { ...r, via: 'noscript' })) }
  }
}
