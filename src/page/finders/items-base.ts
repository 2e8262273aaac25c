/** Where a gallery says that its items' addresses begin elsewhere than the page's do: NanoGallery2's `itemsBaseURL`. */
import type { Element } from 'domhandler'
import { createPageNote } from '../page-note.ts'
import type { Page } from '../page.ts'
import { schemeOf } from '../picture-url.ts'

interface Gallery {
  readonly element: Element
  readonly base: string
}

const MAX_GALLERIES = 50
const MAX_SETTINGS = 20_000
const MAX_BASE = 2000

const baseIn = (settings: string): string | null => {
  if (settings.length > MAX_SETTINGS || !settings.includes('itemsBaseURL')) return null
  try {
    const value: unknown = JSON.parse(settings)
    const base = typeof value === 'object' && value !== null && 'itemsBaseURL' in value ? value.itemsBaseURL : null
    return typeof base === 'string' && base !== '' && base.length <= MAX_BASE ? base : null
  } catch {
    return null
  }
}

const notes = createPageNote<readonly Gallery[]>()

const galleriesOf = (page: Page): readonly Gallery[] => {
  let known = notes.get(page)
  if (known === undefined) {
    const found: Gallery[] = []
    for (const element of page.landmarks['data-json']) {
      const base = found.length < MAX_GALLERIES ? baseIn(element.attribs['data-nanogallery2'] ?? '') : null
      if (base !== null) found.push({ element, base: base.endsWith('/') ? base : `${base}/` })
    }
    notes.set(page, (known = found))
  }
  return known
}

/** The page as an item of it reads addresses: itself, but inside a gallery that says otherwise. */
export const pageOfItem = (page: Page, item: Element): Page => {
  if (page.landmarks['data-json'].length === 0) return page
  const position = item.startIndex ?? 0
  const gallery = galleriesOf(page).find(({ element }) => (element.startIndex ?? 0) < position && (element.endIndex ?? 0) > position)
  if (gallery === undefined) return page
  const isWhole = (raw: string): boolean => raw.startsWith('/') || raw.startsWith('#') || schemeOf(raw) !== null
  return { ...page, resolve: (raw) => page.resolve(isWhole(raw) ? raw : gallery.base + raw) }
}
