/** The `<source>` elements of the `<picture>` that holds an `img`. */
import { isTag, type Element } from 'domhandler'
import type { Page } from '../page.ts'
import { addSrcset } from '../page-address.ts'
import type { Rendition } from '../rendition.ts'
import { addLazy } from './lazy-attributes.ts'

/** Formats the image room decodes. An absent type is the img's own kind. */
const USABLE = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/tiff', 'image/apng'])
/** Conditions under which another picture is shown, not another size of the same. */
const OTHER_PICTURE = /orientation|prefers-|print|aspect-ratio/i
const MAX_SOURCES = 32

/** Viewport pixels a media query speaks of, for ordering; 0 when none. */
const viewportOf = (media: string): number => Number(/(?:min|max)-width\s*:\s*(\d{1,5})/i.exec(media)?.[1] ?? 0)

/** Adds the renditions of the sources to `into`; those for other pictures (portrait crops, dark schemes) are left out. */
export const addPictureSources = (into: Rendition[], page: Page, img: Element): void => {
  const picture = img.parent
  if (picture === null || !isTag(picture) || picture.name !== 'picture' || page.claimed.has(picture)) return
  // Only the first img: others in one picture are a mistake, and would read its sources over and over.
  page.claimed.add(picture)
  let left = MAX_SOURCES
  for (const node of picture.children) {
    if (!isTag(node) || node.name !== 'source' || left-- <= 0) continue
    const type = node.attribs['type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    const media = (node.attribs['media'] ?? '').slice(0, 500)
    if ((type !== '' && !USABLE.has(type)) || OTHER_PICTURE.test(media)) continue
    const viewportPx = viewportOf(media)
    addSrcset(into, page, node.attribs['srcset'], 'main', 'picture', viewportPx)
    addLazy(into, page, node, viewportPx)
  }
}
