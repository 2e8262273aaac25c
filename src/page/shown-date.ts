/**
 * The day a page says in words that it was published: in an element that is called its date, or after "Posted".
 * Asked for only where the page states it in no better way, and so looked for by a walk of its own.
 */
import { isTag, isText, type AnyNode, type Element } from 'domhandler'
import { pageLanguage } from './page-language.ts'
import type { Page } from './page.ts'
import { publishedTime } from './published-time.ts'
import { timeOf } from './shown-time.ts'
import { textOf } from './text-of.ts'

/** Nodes looked at; a text's date stands above it. */
const MAX_NODES = 6000
/** Elements read for a date; more are a list of texts. */
const MAX_READ = 40
const MAX_TEXT = 120

const DATE_CLASS =
  /(?:^|[\s_-])(?:published|pubdate|posted(?:-?on)?|(?:entry|post|article|publish|publication|story|news)-?date|date|datetime|timestamp|dateline|byline)(?:$|[\s_])/i
const LABEL =
  /^\s*(?:(?:first |date |originally )?(?:posted|published)|publication date|veröffentlicht|erschienen|publié|publicado|publicada|pubblicato|gepubliceerd|geplaatst|publicerad|udgivet|opublikowano|опубликовано)(?![\p{L}-])/iu
/** What follows is the day of another deed. */
const LATER = /\b(?:updated|modified|edited|aktualisiert|mis à jour|actualizado|aggiornato)\b/i
/** Others speak there, or of other things. */
const ASIDE = /(?:^|[\s_-])(?:comments?|repl(?:y|ies)|sidebar|related|widget|footer|copyright|events?|modified|updated)(?:$|[\s_-])/i
const CODE_OR_ASIDE = new Set(['script', 'style', 'noscript', 'template', 'aside', 'footer', 'nav', 'form', 'select', 'svg'])

const isAside = ({ name, attribs }: Element): boolean =>
  CODE_OR_ASIDE.has(name) || ASIDE.test((attribs['class'] ?? '').slice(0, 300)) || ASIDE.test((attribs['id'] ?? '').slice(0, 100))

const isCalledDate = ({ attribs }: Element): boolean => attribs['class'] !== undefined && DATE_CLASS.test(attribs['class'].slice(0, 300))

/** The day in the text of an element that begins with the label. */
const labelled = (page: Page, element: Element): string | null => {
  const text = textOf(element, MAX_TEXT) ?? ''
  const later = text.search(LATER)
  return LABEL.test(text) ? publishedTime(later === -1 ? text : text.slice(0, later), pageLanguage(page)) : null
}

/**
 * ISO 8601 in UTC; null where no day is said, or several.
 * @param isOther whether an element speaks of something else than the page
 */
export const shownDate = (page: Page, isOther: (element: Element) => boolean): string | null => {
  const times = new Set<string>()
  const stack: AnyNode[] = [...page.root.children].reverse()
  for (let looked = 0, read = 0; stack.length > 0 && looked < MAX_NODES && read < MAX_READ; looked++) {
    const node = stack.pop() as AnyNode
    if (isText(node)) {
      const { parent } = node
      if (parent === null || !isTag(parent) || !LABEL.test(node.data.slice(0, 60)) || isOther(parent)) continue
      read++
      const time = labelled(page, parent)
      if (time !== null) times.add(time)
    } else if (isTag(node) && !isAside(node)) {
      const isDate = isCalledDate(node) && !isOther(node)
      const time = isDate ? timeOf(page, node) : null
      if (isDate) read++
      if (time !== null) times.add(time)
      else {
        for (let at = node.children.length - 1; at >= 0; at--) stack.push(node.children[at] as AnyNode)
      }
    }
  }
  const [only, another] = times
  return another === undefined ? (only ?? null) : null
}
