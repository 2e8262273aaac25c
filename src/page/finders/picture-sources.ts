/** The `<source>` elements of the `<picture>` that holds an `img`. */
import { isTag, type Element } from 'domhandler'
import type { Page } from '../page.ts'
import { renditionsOf } from '../page-address.ts'
import type { Rendition } from '../rendition.ts'
import { lazyRenditions } from './lazy-attributes.ts'

/** Formats the image room decodes. An absent type is the img's own kind. */
const USABLE = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/tiff', 'image/apng'])
/** Conditions under which another picture is shown, not another size of the same. */
const OTHER_PICTURE = /orientation|prefers-|print|aspect-ratio/i
const MAX_SOURCES = 32

/** Viewport pixels a media query speaks of, for ordering; 0 when none. */
const viewportOf = (media: string): number => Number(/(?:min|max)-width\s*:\s*(\d{1,5})/i.exec(media)?.[1] ?? 0)

/** Renditions of the sources; those for other pictures (portrait crops, dark schemes) are left out. */
export const pictureSources = (page: Page, img: Element): Rendition[] => {
  const picture = img.parent
  if (picture === null || !isTag(picture) || picture.name !== 'picture' || page.claimed.has(picture)) return []
  // Only the first img: others in one picture are a mistake, and would read its sources over and over.
  page.claimed.add(picture)
  const renditions: Rendition[] = []
  let left = MAX_SOURCES
  for (const node of picture.children) {
    if (!isTag(node) || node.name !== 'source' || left-- <= 0) continue
    const type = node.attribs['type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    const media = (node.attribs['media'] ?? '').slice(0, 500)
    if ((type !== '' && !USABLE.has(type)) || OTHER_PICTURE.test(media)) continue
    const viewportPx = viewportOf(media)
    const plain = renditionsOf(page, node.attribs['srcset'] ?? '', { role: 'main', via: 'picture', viewportPx })
    const lazy = lazyRenditions(page, node).map((rendition) => ({ ...rendition, viewportPx }))
    renditions.push(...plain, ...lazy)
  }
  return renditions
}
