/** The language a page declares, which decides how its dates in figures are read. */
import { isTag } from 'domhandler'
import { createPageNote } from './page-note.ts'
import type { PageTree } from './page-tree.ts'

const known = createPageNote<string | null>()

const declared = ({ root, landmarks: { meta } }: PageTree): string | null => {
  const html = root.children.slice(0, 20).find((node) => isTag(node) && node.name === 'html')
  const lang = html !== undefined && isTag(html) ? (html.attribs['lang'] ?? html.attribs['xml:lang']) : undefined
  const header = meta.slice(0, 100).find(({ attribs }) => attribs['http-equiv']?.toLowerCase() === 'content-language')
  const language = (lang ?? header?.attribs['content'])?.trim().toLowerCase().replace('_', '-').slice(0, 20)
  return language === undefined || language === '' ? null : language
}

/** Lower-cased, `en-us`; null when the page does not say. */
export const pageLanguage = (page: PageTree): string | null => {
  const found = known.get(page)
  if (found !== undefined) return found
  const language = declared(page)
  known.set(page, language)
  return language
}
