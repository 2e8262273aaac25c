/** Links that lead to a picture: by the end of their address, or because a lightbox opens them. */
import type { Element } from 'domhandler'
import { NO_SIZE, NOWHERE, type Finder, type Page } from '../page.ts'
import { filePixels, renditionAt, type Stated } from '../page-address.ts'
import { looksLikePicture } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'
import type { Surroundings } from '../surroundings.ts'

/** How far out a gallery's item that is no link is looked for. */
const ITEM_LEVELS = 3

/** Attributes in which lightboxes keep the picture when `href` is a page or `#`. */
const SOURCES = new Set([
  'data-pswp-src', 'data-mfp-src', 'data-src', 'data-full', 'data-full-src', 'data-large', 'data-zoom-image', 'data-image',
  'data-fancybox-href', 'data-lightbox-src', 'data-original', 'data-highres',
])
const LIGHTBOX_ATTRIBUTES = new Set([
  'data-lightbox', 'data-fancybox', 'data-fancybox-group', 'data-pswp-width', 'data-glightbox', 'data-gallery',
])
const LIGHTBOX_NAME = /\b(?:light-?box|glightbox|fancybox|pretty-?photo|colorbox|swipebox|thickbox|magnific|photoswipe|venobox|shadowbox|highslide)/i
const OTHER_FILE = /\.(?:html?|php|aspx?|jsp|pdf|mp[34]|webm|mov|zip|svg|txt|docx?|xlsx?)$/i
const VIDEO_HOST = /(?:^|\.)(?:youtube\.com|youtu\.be|vimeo\.com|dailymotion\.com)$/i

const isMarked = (attribs: Record<string, string>): boolean => {
  for (const name in attribs) {
    if (LIGHTBOX_ATTRIBUTES.has(name)) return true
    if ((name === 'rel' || name === 'class') && LIGHTBOX_NAME.test((attribs[name] ?? '').slice(0, 500))) return true
  }
  return false
}

const opensInLightbox = (attribs: Record<string, string>): boolean =>
  isMarked(attribs) &&
  (attribs['data-type'] ?? attribs['data-fancybox-type'] ?? 'image') === 'image' &&
  attribs['data-iframe'] === undefined

const mayBePicture = (page: Page, href: string): boolean => {
  if (href === '' || href.startsWith('#')) return false
  const url = page.resolve(href)
  if (url === null || url === page.url) return false
  const { hostname, pathname } = new URL(url)
  return pathname !== '/' && !OTHER_FILE.test(pathname) && !VIDEO_HOST.test(hostname)
}

/** The file's size as galleries state it on the link: `data-pswp-width`, `data-width`, `data-size="1200x800"`. */
const statedSize = (attribs: Record<string, string>): Stated => {
  const size = /^(\d{2,5})x(\d{2,5})$/.exec(attribs['data-size'] ?? attribs['data-lg-size'] ?? '') ?? []
  return {
    width: filePixels(attribs['data-pswp-width'] ?? attribs['data-width'] ?? size[1]),
    height: filePixels(attribs['data-pswp-height'] ?? attribs['data-height'] ?? size[2]),
  }
}

/** The address in the first of `SOURCES` that holds a picture's. */
const namedSource = (attribs: Record<string, string>): string | null => {
  for (const name in attribs) {
    if (SOURCES.has(name) && looksLikePicture(attribs[name] ?? '')) return attribs[name] ?? null
  }
  return null
}

/** The picture a link (or a gallery's item) leads to, or null when it leads to a page. */
export const linkTarget = (page: Page, { attribs }: Element): Rendition | null => {
  let raw = namedSource(attribs)
  const href = attribs['href']
  if (raw === null && href !== undefined) {
    if (looksLikePicture(href) || (opensInLightbox(attribs) && mayBePicture(page, href.trim()))) raw = href
  }
  return raw === null ? null : renditionAt(page, raw, 'target', 'link', statedSize(attribs))
}

/**
 * The link wrapped round a picture and no other, and the picture it leads to. A link round several
 * pictures belongs to none of them.
 */
export const wrappingLink = (page: Page, round: Surroundings): { link: Element | null; target: Rendition | null } => {
  let link: Element | null = null
  for (const [level, outer] of round.levels.entries()) {
    const isLink = outer.name === 'a' && link === null
    if (isLink) link = outer
    const target = isLink || level < ITEM_LEVELS ? linkTarget(page, outer) : null
    if (target !== null) return { link, target }
  }
  return { link, target: null }
}

/** Links to pictures with no thumbnail of their own: a directory listing, a "download" link. */
export const findImageLinks: Finder = function* (page) {
  for (const link of page.landmarks.link) {
    if (page.claimed.has(link)) continue
    const target = linkTarget(page, link)
    if (target === null) continue
    yield { kind: 'picture', element: link, link, round: NOWHERE, renditions: [target], shown: NO_SIZE, presence: 'shown' }
  }
}
