/** The picture a page shows of itself to others: Open Graph, Twitter cards, `<link rel="image_src">`. */
import type { Element } from 'domhandler'
import { NO_SIZE, NOWHERE, type Finder, type Finding, type Page } from '../page.ts'
import { filePixels, renditionAt, unusable } from '../page-address.ts'
import { looksLikeAddress } from '../picture-url.ts'
import { relsOf } from '../page-relations.ts'
import type { Rendition } from '../rendition.ts'
import { cleanWords } from '../text-of.ts'

const IMAGE = new Set(['og:image', 'og:image:url', 'og:image:secure_url', 'twitter:image', 'twitter:image:src'])
const ALT = new Set(['og:image:alt', 'twitter:image:alt'])
/** Said of other things too: what they hold must look like an address. */
const VAGUE = new Set(['image', 'thumbnail', 'thumbnailurl', 'sailthru.image.full', 'parsely-image-url'])

/** Each is compared with every picture of the page. */
const MAX_IMAGES = 32

const nameOf = ({ attribs }: Element): string => (attribs['property'] ?? attribs['name'] ?? attribs['itemprop'] ?? '').trim().toLowerCase()

interface Shown {
  readonly element: Element
  readonly rendition: Rendition
  readonly alt: string | null
}

const findingOf = ({ element, rendition, alt }: Shown): Finding => {
  const finding = { kind: 'picture', element, link: null, round: NOWHERE, renditions: [rendition], shown: NO_SIZE, presence: 'offered' } as const
  return alt === null ? finding : { ...finding, words: { alt } }
}

const metaImage = (page: Page, raw: string, element: Element): Shown | null => {
  const rendition = renditionAt(page, raw, 'main', 'meta')
  return rendition === null ? null : { element, rendition, alt: null }
}

export const findMetaImages: Finder = function* (page) {
  // Open Graph's width, height and alt speak of the image before them, which therefore waits.
  let waiting: Shown | null = null
  let named = 0
  for (const element of page.landmarks.meta) {
    const name = nameOf(element)
    const content = element.attribs['content'] ?? ''
    if (IMAGE.has(name) || (VAGUE.has(name) && looksLikeAddress(content))) {
      if (named++ >= MAX_IMAGES) break
      const shown = metaImage(page, content, element)
      if (shown === null) yield { kind: 'unusable', ...unusable(content) }
      else if (shown.rendition.url !== waiting?.rendition.url) {
        if (waiting !== null) yield findingOf(waiting)
        waiting = shown
      }
    } else if (waiting !== null && (name === 'og:image:width' || name === 'og:image:height')) {
      const size = name === 'og:image:width' ? { width: filePixels(content) } : { height: filePixels(content) }
      const shown: Shown = waiting
      waiting = { ...shown, rendition: { ...shown.rendition, ...size } }
    } else if (waiting !== null && ALT.has(name)) {
      const shown: Shown = waiting
      waiting = { ...shown, alt: shown.alt ?? cleanWords(content) }
    }
  }
  if (waiting !== null) yield findingOf(waiting)
  for (const element of page.landmarks['head-link']) {
    if (!relsOf(element).includes('image_src')) continue
    if (named++ >= MAX_IMAGES) break
    const shown = metaImage(page, element.attribs['href'] ?? '', element)
    if (shown !== null) yield findingOf(shown)
  }
}
