/** What the page says of itself, which holds for its pictures where nothing nearer does. */
import { isTag, type AnyNode, type Element } from 'domhandler'
import { isoTime } from './iso-time.ts'
import { firstFrom } from './page-tree.ts'
import type { Page } from './page.ts'
import { licenceAmong } from './picture-words.ts'
import { cleanWords, textOf } from './text-of.ts'

export interface PageWords {
  readonly title: string | null
  readonly category: string | null
  readonly publishedAt: string | null
  readonly licence: string | null
}

const PUBLISHED = ['article:published_time', 'og:published_time', 'datepublished', 'date', 'dc.date', 'dc.date.issued', 'pubdate', 'publishdate']
const SECTION = ['article:section', 'og:article:section', 'section']

/** Names and properties of the metas, lower-cased; the first of a name counts. */
const readMetas = (metas: readonly Element[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const { attribs } of metas) {
    const name = (attribs['property'] ?? attribs['name'] ?? attribs['itemprop'])?.trim().toLowerCase()
    const content = attribs['content']
    if (name !== undefined && content !== undefined && !found.has(name)) found.set(name, content)
  }
  return found
}

const firstOf = (metas: ReadonlyMap<string, string>, names: readonly string[]): string | undefined => {
  for (const name of names) if (metas.has(name)) return metas.get(name)
  return undefined
}

/** The deepest crumb that is a link (the last one is often the page itself), but not the way home. */
const crumbCategory = (page: Page): string | null => {
  const [crumbs] = page.landmarks.breadcrumb
  if (crumbs === undefined) return null
  const { link: links } = page.landmarks
  const inside = links.slice(firstFrom(links, crumbs.startIndex ?? 0), firstFrom(links, crumbs.endIndex ?? 0)).slice(0, 20)
  const [home, ...rest] = inside.map((link) => textOf(link, 100))
  return rest.at(-1) ?? (page.resolve(inside[0]?.attribs['href'] ?? '/') === page.resolve('/') ? null : (home ?? null))
}

export const pageWords = (page: Page): PageWords => {
  const metas = readMetas(page.landmarks.meta)
  const title = page.landmarks.title.find(({ parent }) => parent === null || !('name' in parent) || parent.name !== 'svg')
  const { 'head-link': headLinks, link } = page.landmarks
  return {
    title: (title === undefined ? null : textOf(title, 300)) ?? cleanWords(metas.get('og:title'), 300),
    category: cleanWords(firstOf(metas, SECTION), 200) ?? crumbCategory(page),
    publishedAt: isoTime(firstOf(metas, PUBLISHED)),
    licence: licenceAmong(page, headLinks) ?? licenceAmong(page, link),
  }
}

/** Finds elements by id; the page is walked once, when the first one is asked for. */
export const createIdLookup = (page: Page): ((id: string) => Element | null) => {
  let ids: Map<string, Element> | null = null
  const index = (): Map<string, Element> => {
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
  return (id) => (ids ??= index()).get(id) ?? null
}
