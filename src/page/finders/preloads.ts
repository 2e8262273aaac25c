/** `<link rel=preload as=image>`: the picture that a page wants first is one it shows; also `rel=prefetch` of pictures. */
import { NO_SIZE, NOWHERE, type Finder } from '../page.ts'
import { addSrcset, renditionAt } from '../page-address.ts'
import { relsOf } from '../page-relations.ts'
import type { Rendition } from '../rendition.ts'
import { isDress } from './backgrounds.ts'

/** Each is compared with every picture of the page. */
const MAX_PRELOADS = 64

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
