/** Links that lead to a picture: by the end of their address, or because a lightbox opens them. */
import type { Element } from 'domhandler'
import { NO_SIZE, NOWHERE, type Finder, type Page } from '../page.ts'
import { renditionAt, targetSize } from '../page-address.ts'
import { createPageNote } from '../page-note.ts'
import { pictureAttribute } from '../picture-attributes.ts'
import { looksLikeAddress, looksLikePicture } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'
import { pageOfItem } from './items-base.ts'
import { addNamed } from './lazy-attributes.ts'

const LIGHTBOX_ATTRIBUTES = new Set([
  'data-lightbox', 'data-fancybox', 'data-fancybox-group', 'data-pswp-width', 'data-glightbox', 'data-gallery', 'data-lg-size',
  'data-fslightbox', 'data-lity', 'data-gall', 'data-envirabox', 'data-elementor-lightbox-slideshow', 'data-imagelightbox',
  'data-lbwps-width', 'data-rl_title', 'data-slb-active', 'data-simplelightbox', 'data-spotlight', 'data-nanogallery2',
])
const LIGHTBOX_NAME =
  /\b(?:(?:nivo|simple|image|js)?-?light-?box|glightbox|fancybox|pretty-?photo|colorbox|swipebox|thickbox|magnific|photoswipe|venobox|shadowbox|highslide|featherlight|baguette-?box|imagelightbox|foobox|chocolat|magiczoom|cloud-?zoom|jqzoom|rsimg|spotlight|lbimage|easyzoom|fluidbox|lg-item|ngg-fancybox|image-popup)/i
const OTHER_FILE = /\.(?:html?|php|aspx?|jsp|pdf|mp[34]|webm|mov|zip|svg|txt|docx?|xlsx?)$/i
const VIDEO_HOST = /(?:^|\.)(?:youtube\.com|youtu\.be|youtube-nocookie\.com|vimeo\.com|dailymotion\.com)$/i
const NAMES_LIGHTBOX = new Set(['rel', 'class', 'data-rel', 'data-featherlight', 'data-toggle', 'data-bs-toggle'])

const isMarked = (attribs: Record<string, string>): boolean => {
  for (const name in attribs) {
    if (LIGHTBOX_ATTRIBUTES.has(name) || (name.startsWith('data-') && LIGHTBOX_NAME.test(name.slice(0, 60)))) return true
    if (NAMES_LIGHTBOX.has(name) && LIGHTBOX_NAME.test((attribs[name] ?? '').slice(0, 500))) return true
  }
  return attribs['data-featherlight'] === 'image' || attribs['data-elementor-open-lightbox'] === 'yes'
}

const opensPicture = (attribs: Record<string, string>): boolean =>
  (attribs['data-type'] ?? attribs['data-fancybox-type'] ?? attribs['data-vbtype'] ?? 'image') === 'image' &&
  attribs['data-iframe'] === undefined

const opensInLightbox = (attribs: Record<string, string>): boolean => isMarked(attribs) && opensPicture(attribs)

/** `image.php?id=5`: a script called after what it gives. */
const PICTURE_SCRIPT = /(?:^|\/)(?:(?:get|show|display|load)[-_]?)?(?:image|img|picture|pic|photo|thumb|attachment)s?\.(?:php|aspx?|ashx|jsp)$/i

const mayBePicture = (page: Page, href: string): boolean => {
  if (href === '' || href.startsWith('#')) return false
  const url = page.resolve(href)
  if (url === null || url === page.url) return false
  const { hostname, pathname, search } = new URL(url)
  if (pathname === '/' || VIDEO_HOST.test(hostname)) return false
  return !OTHER_FILE.test(pathname) || (search !== '' && PICTURE_SCRIPT.test(pathname.slice(-60)))
}

/** Parameters of a query; a semicolon parts them too, as some forums have it. */
const MAX_PARAMETERS = 20

/**
 * `file.php?id=12` and `file.php?id=12&t=1`: a script that gave one picture gives the other. They share an
 * identifier, and each parameter that both have.
 */
const isSameScript = (a: string, b: string): boolean => {
  const [at, to] = [a.indexOf('?'), b.indexOf('?')]
  if (at === -1 || to === -1 || a === b || a.slice(0, at) !== b.slice(0, to)) return false
  const ours = new Map<string, string>()
  for (const pair of a.slice(at + 1).split(/[&;]/, MAX_PARAMETERS)) {
    const [name = '', value = ''] = pair.split('=', 2)
    ours.set(name, value)
  }
  let shared = false
  for (const pair of b.slice(to + 1).split(/[&;]/, MAX_PARAMETERS)) {
    const [name = '', value = ''] = pair.split('=', 2)
    if (!ours.has(name) || /^(?:w|h|width|height|size|s|q|quality|mode|type|t|thumb)$/i.test(name)) continue
    if (ours.get(name) !== value) return false
    shared ||= /\d/.test(value)
  }
  return shared
}

const NUMBERS = /\d{1,12}/g
const MAX_ADDRESS = 4000
/** Longest address compared, in UTF-16 units. */
const MAX_COMPARED = 500

/**
 * `images.example/7/200/300` and `images.example/7/800/1200`: a service whose addresses do not end like a picture's
 * serves pictures at all that differ in numbers alone.
 */
const isSameService = (a: string, b: string): boolean =>
  a !== b && a.length <= MAX_COMPARED && b.length <= MAX_COMPARED && !looksLikePicture(a) && a.replace(NUMBERS, '0') === b.replace(NUMBERS, '0')

/** What is round a picture, and the picture's own address when known. */
export interface Wrapped {
  readonly src: string | null
}

const SIZED = ['data-pswp-width', 'data-lg-size', 'data-size']

const mayLead = (page: Page, { attribs }: Element, href: string, wrapped: Wrapped | null): boolean => {
  if (looksLikePicture(href)) return true
  const mayBeMarked = wrapped !== null || SIZED.some((name) => attribs[name] !== undefined)
  if (mayBeMarked && opensInLightbox(attribs) && mayBePicture(page, href)) return true
  if (wrapped?.src == null || href === '' || href.startsWith('#') || (!href.includes('?') && looksLikePicture(wrapped.src))) return false
  const target = page.resolve(href) ?? ''
  return isSameService(wrapped.src, target) || (href.includes('?') && isSameScript(wrapped.src, target))
}

/**
 * `data-src` of a link without an address of its own, or of a gallery's item: where a lightbox finds the picture,
 * whatever its address ends like.
 */
const scriptedTarget = (page: Page, { name, attribs }: Element, { src }: Wrapped): Rendition | null => {
  const raw = attribs['data-src']?.trim()
  if (raw === undefined || raw.length > MAX_ADDRESS || looksLikePicture(raw) || !looksLikeAddress(raw) || !opensPicture(attribs) || !mayBePicture(page, raw)) return null
  const target = renditionAt(page, raw, 'target', 'link')
  if (target === null) return null
  const isMeant = name === 'a' || isMarked(attribs) || attribs['data-lg-size'] !== undefined
  const isSame = isMeant || (src !== null && (isSameService(src, target.url) || isSameScript(src, target.url)))
  return isSame ? target : null
}

/**
 * Adds what a link (or a gallery's item) leads to; nothing when it leads to a page.
 * @param wrapped the picture it is wrapped round, whose presence makes a lightbox's address a picture's
 */
export const addTargets = (into: Rendition[], on: Page, element: Element, wrapped: Wrapped | null): void => {
  const { attribs } = element
  const page = pageOfItem(on, element)
  const before = into.length
  addNamed(into, page, element, 'round')
  if (into.length === before && wrapped !== null && attribs['data-src'] !== undefined) {
    const target = scriptedTarget(page, element, wrapped)
    if (target !== null) into.push(target)
  }
  const href = attribs['href']?.trim()
  const isLink = href !== undefined && href !== '' && mayLead(page, element, href, wrapped)
  if (into.length === before && !isLink) return
  const stated = targetSize(attribs)
  let hasTarget = false
  for (let index = before; index < into.length; index++) {
    const named = into[index] as Rendition
    if (named.role === 'target') hasTarget = true
    if (named.role !== 'thumb' && named.width === null) into[index] = { ...named, ...stated }
  }
  if (!isLink) return
  // An attribute that says "full" was written beside the address for those without scripts.
  const target = renditionAt(page, href, hasTarget ? 'full' : 'target', 'link', hasTarget ? {} : stated)
  if (target === null) return
  // A set beside the address that has it among its files is the set of what the link leads to.
  if (into.slice(before).some(({ url }) => url === target.url)) {
    for (let index = before; index < into.length; index++) {
      const named = into[index] as Rendition
      if (named.role === 'full') into[index] = { ...named, role: 'target' }
    }
  }
  into.push(target)
}

/** Whether a link may lead to a picture, whatever it is wrapped round: most do not, and two looks tell. */
const mayName = (attribs: Readonly<Record<string, string>>): boolean => {
  for (const name in attribs) if (name.startsWith('data-') || pictureAttribute(name) !== null) return true
  const href = attribs['href']
  return href !== undefined && looksLikePicture(href.trim())
}

interface PictureLinks {
  readonly links: readonly Element[]
  readonly of: ReadonlyMap<Element, readonly Rendition[]>
}

const linksOf = createPageNote<PictureLinks>()

/** The links of a page that lead to a picture whatever they are wrapped round, in document order. */
export const pictureLinks = (page: Page): PictureLinks => {
  const known = linksOf.get(page)
  if (known !== undefined) return known
  const of = new Map<Element, readonly Rendition[]>()
  for (const link of page.landmarks.link) {
    if (!mayName(link.attribs)) continue
    const renditions: Rendition[] = []
    addTargets(renditions, page, link, null)
    if (renditions.some(({ role }) => role === 'target' || role === 'full')) of.set(link, renditions)
  }
  const found = { links: [...of.keys()], of }
  linksOf.set(page, found)
  return found
}

/** Links to pictures with no thumbnail of their own element: a directory listing, a "download" link. */
export const findImageLinks: Finder = function* (page) {
  for (const [link, renditions] of pictureLinks(page).of) {
    if (page.claimed.has(link)) continue
    yield { kind: 'picture', element: link, link, round: NOWHERE, renditions, shown: NO_SIZE, presence: 'shown' }
  }
}
