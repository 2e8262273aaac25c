/** `<link rel=preload as=image>`: the picture that a page wants first is one it shows; also `rel=prefetch` of pictures. */
import { NO_SIZE, NOWHERE, type Finder } from '../page.ts'
import { addSrcset, renditionAt } from '../page-address.ts'
import { relsOf } from '../page-relations.ts'
import type { Rendition } from '../rendition.ts'
import { isCalledDress } from './backgrounds.ts'

/** Each is compared with every picture of the page. */
const MAX_PRELOADS = 64

/** What is drawn for a page is seldom a JPEG, whatever it is called: `stars.jpg` is a photograph. */
const PHOTOGRAPH = /\.jpe?g(?:[?#]|$)/i

/** Nothing comes later in the place of what is asked for first, so no name makes it a stand-in. */
const isDress = (url: string): boolean => isCalledDress(url) && !PHOTOGRAPH.test(url)

export const findPreloads: Finder = function* (page) {
  let left = MAX_PRELOADS
  for (const element of page.landmarks['head-link']) {
    const { attribs } = element
    if (attribs['as']?.trim().toLowerCase() !== 'image' || !relsOf(element).some((rel) => rel === 'preload' || rel === 'prefetch')) continue
    if (left-- <= 0) break
    const renditions: Rendition[] = []
    addSrcset(renditions, page, attribs['imagesrcset'], 'main', 'preload')
    const plain = renditionAt(page, attribs['href'] ?? '', 'src', 'preload')
    if (plain !== null) renditions.push(plain)
    if (renditions.every(({ url }) => isDress(url))) continue
    yield { kind: 'picture', element, link: null, round: NOWHERE, renditions, shown: NO_SIZE, presence: 'offered' }
  }
}
