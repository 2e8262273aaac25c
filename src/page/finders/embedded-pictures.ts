/** Elements made for other things that may show a picture: a video's poster, `object`, `embed`, a form's button, `image` in SVG. */
import type { Element } from 'domhandler'
import { NO_SIZE, type Finder, type Finding, type Page } from '../page.ts'
import { pixels, renditionAt } from '../page-address.ts'
import { looksLikePicture } from '../picture-url.ts'
import type { Rendition } from '../rendition.ts'
import { surroundingsOf } from '../surroundings.ts'

const findingOf = (page: Page, element: Element, rendition: Rendition | null, shown = NO_SIZE): Finding | null =>
  rendition === null
    ? null
    : { kind: 'picture', element, link: null, round: surroundingsOf(page, element), renditions: [rendition], shown, presence: 'shown' }

export const findVideoPosters: Finder = function* (page) {
  for (const video of page.landmarks.video) {
    const raw = video.attribs['poster'] ?? video.attribs['data-poster'] ?? video.attribs['data-lazy-poster']
    const found = raw === undefined ? null : findingOf(page, video, renditionAt(page, raw, 'main', 'video'))
    if (found !== null) yield found
  }
}

const RASTER = /^\s*image\/(?!svg)/i

const addressOf = ({ name, attribs }: Element): string | null => {
  if (name === 'image') return attribs['href'] ?? attribs['xlink:href'] ?? null
  if (name === 'input') return attribs['type']?.trim().toLowerCase() === 'image' ? (attribs['src'] ?? null) : null
  const raw = name === 'object' ? attribs['data'] : attribs['src']
  if (raw === undefined) return null
  const type = attribs['type']
  return type === undefined ? (looksLikePicture(raw) ? raw : null) : RASTER.test(type) ? raw : null
}

export const findEmbeddedPictures: Finder = function* (page) {
  for (const element of page.landmarks.embedded) {
    const raw = addressOf(element)
    if (raw === null || page.claimed.has(element)) continue
    const size = { width: pixels(element.attribs['width']), height: pixels(element.attribs['height']) }
    const found = findingOf(page, element, renditionAt(page, raw, 'main', 'object'), size)
    if (found !== null) yield found
  }
}
