/** Elements by their id, for the attributes that name others: `aria-describedby`, `itemref`, captions of lightboxes. */
import { isTag, type AnyNode, type Element } from 'domhandler'
import { createPageNote } from './page-note.ts'
import type { PageTree } from './page-tree.ts'

export type IdLookup = (id: string) => Element | null

const indexOf = (page: PageTree): ReadonlyMap<string, Element> => {
  const found = new Map<string, Element>()
  let node: AnyNode | null = page.root.children[0] ?? null
  while (node !== null) {
    if (isTag(node)) {
      const id = node.attribs['id']
      if (id !== undefined && !found.has(id)) found.set(id, node)
      const first: AnyNode | undefined = node.children[0]
      if (first !== undefined) {
        node = first
        continue
      }
    }
    while (node !== null && node.next === null) node = node.parent
    node = node?.next ?? null
  }
  return found
}

const indexes = createPageNote<ReadonlyMap<string, Element>>()

/** The page is walked once, when the first element is asked for; whoever asks later shares the index. */
export const createIdLookup = (page: PageTree): IdLookup => (id) => {
  let index = indexes.get(page)
  if (index === undefined) indexes.set(page, (index = indexOf(page)))
  return index.get(id) ?? null
}
