/** A page's data as items, read once however many ask: finders for pictures, the page's words for its date and category. */
import { isText, type Element } from 'domhandler'
import { createIdLookup } from '../id-lookup.ts'
import { createPageNote } from '../page-note.ts'
import type { Page } from '../page.ts'
import type { Item } from './item.ts'
import { linkedItems } from './linked-items.ts'
import { microdataItems } from './microdata-items.ts'

export interface ItemsOnPage {
  /** From JSON-LD. */
  readonly linked: readonly Item[]
  /** From microdata and RDFa. */
  readonly marked: readonly Item[]
}

const NOTHING: ItemsOnPage = { linked: [], marked: [] }
const notes = createPageNote<ItemsOnPage>()

function* textsOf(scripts: readonly Element[]): Generator<string> {
  for (const { children } of scripts) yield children.map((node) => (isText(node) ? node.data : '')).join('')
}

export const itemsOnPage = (page: Page): ItemsOnPage => {
  const { 'linked-data': scripts, item } = page.landmarks
  if (scripts.length === 0 && item.length === 0) return NOTHING
  let items = notes.get(page)
  if (items === undefined) {
    items = { linked: linkedItems(textsOf(scripts)), marked: item.length === 0 ? [] : microdataItems(page, createIdLookup(page)) }
    notes.set(page, items)
  }
  return items
}
