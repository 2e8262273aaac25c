/**
 * What data says of those who made a page or a thing: logos, faces of authors, marks of shops. Their pictures are
 * not what the page shows, even where the page calls a logo its image for want of another.
 */
import type { Page } from '../page.ts'
import { IMAGES, mayBeFile, THUMBNAILS } from './image-files.ts'
import { firstPlain, hasType, isItem, valuesOf, type Item, type Value } from './item.ts'

/** What these hold is about the item, not part of what it shows. */
const ASIDE = new Set([
  'logo', 'author', 'creator', 'publisher', 'copyrightholder', 'contributor', 'editor', 'brand', 'manufacturer',
  'provider', 'seller', 'sponsor', 'sourceorganization', 'funder', 'hiringorganization', 'parentorganization',
  'reviewedby', 'offeredby', 'accountableperson',
])
/** Their image is a logo, wherever they stand. */
const LOGO_BEARERS = new Set([
  'organization', 'newsmediaorganization', 'corporation', 'onlinestore', 'onlinebusiness', 'website', 'brand',
])
const LOGO = ['logo']
const PICTURES = [...LOGO, ...IMAGES, ...THUMBNAILS]

export interface Asides {
  readonly items: ReadonlySet<Item>
  /** Canonical addresses of their pictures. */
  readonly urls: ReadonlySet<string>
}

const addressesOf = (page: Page, value: Value): string[] => {
  if (isItem(value) && value.renditions !== undefined) return value.renditions.map(({ url }) => url)
  const address = isItem(value) ? firstPlain(value, ['contenturl', 'url']) : value
  const url = address === null || !mayBeFile(String(address).trim()) ? null : page.resolve(String(address).trim())
  return url === null ? [] : [url]
}

export const setAside = (page: Page, all: readonly Item[]): Asides => {
  const items = new Set<Item>()
  const urls = new Set<string>()
  for (const item of all) {
    if (hasType(item, LOGO_BEARERS)) items.add(item)
    for (const [name, values] of item.properties) if (ASIDE.has(name)) for (const value of values) if (isItem(value)) items.add(value)
  }
  for (const item of all) {
    for (const name of items.has(item) ? PICTURES : LOGO) {
      for (const value of valuesOf(item, name)) {
        if (isItem(value)) items.add(value)
        for (const url of addressesOf(page, value)) urls.add(url)
      }
    }
  }
  return { items, urls }
}
