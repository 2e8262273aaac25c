/** What the metas of a page say of it, by name or property, read once a page; those of an item in its data say nothing of it. */
import { createPageNote } from './page-note.ts'
import type { Page } from './page.ts'
import { itemAround } from './structured/subject.ts'

/** Metas read; a page for people has a hundred. */
const MAX_METAS = 2000

const known = createPageNote<ReadonlyMap<string, readonly string[]>>()

const readMetas = (page: Page): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const meta of page.landmarks.meta.slice(0, MAX_METAS)) {
    const { attribs } = meta
    const name = (attribs['property'] ?? attribs['name'] ?? attribs['itemprop'])?.trim().toLowerCase()
    const content = attribs['content']
    if (name === undefined || content === undefined || content.trim() === '') continue
    const mayBeItems = attribs['property'] !== undefined || attribs['name'] === undefined
    if (mayBeItems && itemAround(page, meta) !== null) continue
    const contents = found.get(name)
    if (contents === undefined) found.set(name, [content])
    else contents.push(content)
  }
  return found
}

/** The contents of the metas of these names (lower-cased), the names in order, as written and not empty. */
export function* metasOf(page: Page, names: readonly string[]): Generator<string> {
  let metas = known.get(page)
  if (metas === undefined) known.set(page, (metas = readMetas(page)))
  for (const name of names) yield* metas.get(name) ?? []
}

/** The first of them. */
export const metaOf = (page: Page, names: readonly string[]): string | undefined => metasOf(page, names).next().value as string | undefined
