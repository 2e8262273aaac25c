/** `<img>` with all that belongs to it: srcset, picture sources, lazy attributes, its noscript copy, the link round it. */
import { isTag, type AnyNode, type Element } from 'domhandler'
import type { Finder, Finding, Found, Page } from '../page.ts'
import { fileAddress } from '../file-address/file-address.ts'
import { fileStem } from '../file-stem.ts'
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

const readCopy = (page: Page, copy: Element): Rendition[] => {
  const { renditions } = ownRenditions(page, copy)
  const src = srcOf(page, copy)
  if (src !== null) renditions.push({ ...src, role: 'main' })
  return renditions.map((rendition) => ({ ...rendition, via: 'noscript' }))
}

/** What a copy names itself; its sources are left to whoever takes it. */
const addressesIn = (page: Page, copy: Element): Rendition[] => {
  const renditions: Rendition[] = []
  addSrcset(renditions, page, copy.attribs['srcset'], 'main', 'noscript')
  addLazy(renditions, page, copy)
  const src = srcOf(page, copy)
  if (src !== null) renditions.push(src)
  return renditions
}

/** Whether two pictures' files are the same, as far as their addresses tell. */
const likeness = (own: readonly Rendition[], other: readonly Rendition[]): 'same-address' | 'same-name' | 'unknown' | 'other' => {
  if (own.length === 0 || other.length === 0) return 'unknown'
  const keys = new Set(own.map(({ url }) => fileAddress(url).key))
  if (other.some(({ url }) => keys.has(fileAddress(url).key))) return 'same-address'
  const stems = new Set(own.map(({ url }) => fileStem(url)))
  const isSame = other.some(({ url }) => {
    const stem = fileStem(url)
    return stem !== null && stems.has(stem)
  })
  return isSame ? 'same-name' : 'other'
}

/** A `noscript` that shows one picture which nobody has claimed, and that picture. */
interface Copy {
  readonly noscript: Element
  readonly img: Element
}

const isTracker = ({ width, height }: Finding['shown']): boolean => (width ?? 99) <= MAX_TRACKER_PX && (height ?? 99) <= MAX_TRACKER_PX

const copyIn = (page: Page, noscript: Element | null): Copy | null => {
  if (noscript?.name !== 'noscript' || countWithin(page.landmarks['noscript-picture'], noscript) !== 1) return null
  const img = firstWithin(page.landmarks['noscript-picture'], noscript)
  return img === null || page.claimed.has(img) || isTracker(shownSize(img)) ? null : { noscript, img }
}

/**
 * The copy of a picture for readers without scripts: in a `noscript` right beside it (or inside it, as AMP has it).
 * One that names the same file is it; one that names another is taken for another picture, as a copy found twice costs
 * less than a picture lost. Where the element names nothing, the place decides: a `noscript` between two pictures may
 * be either's, so one at which no other picture stands goes first.
 */
const noscriptCopy = (page: Page, img: Element, own: readonly Rendition[]): Element | null => {
  const { noscript: all } = page.landmarks
  const beside = [neighbour(img, 'next'), neighbour(img, 'prev'), ...(img.children.length > 0 ? [firstWithin(all, img)] : [])]
  const copies = beside.flatMap((noscript) => copyIn(page, noscript) ?? [])
  const names = copies.map((copy) => likeness(own, addressesIn(page, copy.img)))
  const exact = names.indexOf('same-address')
  const same = exact === -1 ? names.indexOf('same-name') : exact
  if (same !== -1) return copies[same]?.img ?? null
  const unsure = copies.filter((_, at) => names[at] === 'unknown')
  const isBetween = ({ noscript }: Copy): boolean =>
    [neighbour(noscript, 'prev'), neighbour(noscript, 'next')].some((other) => other !== null && other !== img && other.name === img.name)
  return (unsure.find((copy) => !isBetween(copy)) ?? unsure[0])?.img ?? null
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
  const copy = mayHaveCopy ? noscriptCopy(page, img, renditions) : null
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
  if (src !== null && !real && renditions.length === before && isTracker(shown)) return { kind: 'unusable', url: src.url, reason: 'incomplete' }
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
