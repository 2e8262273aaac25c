/**
 * Of what an element speaks: of the page, or of one thing that the page's data mark out (microdata, RDFa). What is said
 * of one picture must not be taken for the page's word on all of them: a licence would be given to whoever did not
 * give it.
 */
import type { Element } from 'domhandler'
import { createPageNote } from '../page-note.ts'
import { ancestors } from '../page-tree.ts'
import type { Page } from '../page.ts'
import { localName } from './item.ts'

/** How far out an item is looked for. */
const MAX_LEVELS = 100
/** Longest list of types or ids read, in UTF-16 units. */
const MAX_LIST = 500

/** Their element is the page, whatever it is called. */
const WHOLE = new Set(['html', 'head', 'body'])
const PAGES = new Set(['webpage', 'itempage', 'collectionpage', 'aboutpage', 'profilepage', 'website', 'document'])
/** Parts of a page, and texts that one is made of: what links in them say, they say for the page. */
const PARTS = new Set([
  'article', 'newsarticle', 'blogposting', 'techarticle', 'scholarlyarticle', 'creativework', 'blog', 'recipe', 'howto',
  'webpageelement', 'wpfooter', 'wpheader', 'wpsidebar', 'sitenavigationelement', 'imagegallery', 'mediagallery', 'organization', 'person', 'item',
])
const PICTURES = new Set(['imageobject', 'imageobjectsnapshot', 'barcode', 'mediaobject', 'photograph', 'visualartwork', 'stillimage', 'image'])

const wordsIn = (list: string | undefined): readonly string[] => list?.slice(0, MAX_LIST).trim().split(/\s+/) ?? []

const typesOf = ({ attribs }: Element): readonly string[] => wordsIn(attribs['itemtype'] ?? attribs['typeof']).map(localName)

const opensItem = ({ attribs }: Element): boolean => attribs['itemscope'] !== undefined || attribs['typeof'] !== undefined

interface Known {
  /** How many items the page has of each type. */
  readonly counts: ReadonlyMap<string, number>
  /** Ids of elements that an item elsewhere takes for its own, by `itemref`. */
  readonly referred: ReadonlyMap<string, Element>
}

const notes = createPageNote<Known>()

const knownOf = (page: Page): Known => {
  const known = notes.get(page)
  if (known !== undefined) return known
  const counts = new Map<string, number>()
  const referred = new Map<string, Element>()
  for (const item of page.landmarks.item) {
    for (const type of typesOf(item)) counts.set(type, (counts.get(type) ?? 0) + 1)
    for (const id of wordsIn(item.attribs['itemref'])) referred.set(id, item)
  }
  const found = { counts, referred }
  notes.set(page, found)
  return found
}

const isPage = (page: Page, item: Element): boolean => {
  if (WHOLE.has(item.name)) return true
  if (opensItem(item)) return typesOf(item).some((type) => PAGES.has(type))
  const about = item.attribs['about']?.trim() ?? ''
  return about === '' || page.resolve(about) === page.url
}

/** The element of the item that another speaks of; null where it speaks of the page. */
export const itemAround = (page: Page, element: Element): Element | null => {
  const { referred } = knownOf(page)
  if (element.attribs['about'] !== undefined) return isPage(page, element) ? null : element
  const id = element.attribs['id']
  const owner = id === undefined ? undefined : referred.get(id)
  if (owner !== undefined) return isPage(page, owner) ? null : owner
  for (const outer of ancestors(element, MAX_LEVELS)) {
    const referrer = outer.attribs['id'] === undefined ? undefined : referred.get(outer.attribs['id'])
    const item = opensItem(outer) || outer.attribs['about'] !== undefined ? outer : referrer
    if (item !== undefined) return isPage(page, item) ? null : item
  }
  return null
}

/** Whether a link in the item speaks for the page: it is the page's text, or a part of its frame, not one of several. */
export const isPartOfPage = (page: Page, item: Element): boolean => {
  const { counts } = knownOf(page)
  return typesOf(item).some((type) => PARTS.has(type) && counts.get(type) === 1)
}

/** Whether the item is a picture, or a file that somebody speaks about. */
const isPictureItem = (item: Element): boolean =>
  opensItem(item) ? typesOf(item).some((type) => PICTURES.has(type)) : item.attribs['about'] !== undefined

/** Whether an element speaks of one picture alone, as the data round it have it. */
export const speaksOfPicture = (page: Page, element: Element): boolean => {
  const item = itemAround(page, element)
  return item !== null && isPictureItem(item)
}

/** Whether an element speaks of one picture alone that is not `picture`. */
export const speaksOfAnother = (page: Page, element: Element, picture: Element): boolean => {
  const item = itemAround(page, element)
  if (item === null || !isPictureItem(item)) return false
  return !((item.startIndex ?? 0) <= (picture.startIndex ?? 0) && (picture.startIndex ?? 0) <= (item.endIndex ?? 0))
}
