/** The words inside an element, bounded: hostile or huge subtrees cost no more than the limits. */
import { isTag, isText, type AnyNode, type Element } from 'domhandler'

/** Longest text kept of any one field, in UTF-16 units. */
export const MAX_WORDS = 1000
const MAX_NODES = 300

/** Elements that do not part words. */
export const INLINE: ReadonlySet<string> = new Set([
  'a', 'abbr', 'b', 'bdi', 'bdo', 'cite', 'code', 'data', 'dfn', 'em', 'font', 'i', 'kbd', 'mark', 'q', 's', 'samp',
  'small', 'span', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr',
])
/** Never words about a picture. */
const SILENT: ReadonlySet<string> = new Set([
  'script', 'style', 'noscript', 'template', 'iframe', 'object', 'svg', 'button', 'select', 'textarea', 'title', 'nav', 'form',
])

/** All white space but a single blank, and control characters. */
const BLANKS = /(?:[^\S ]|[\p{Cc}\u200b])[\s\p{Cc}\u200b]*| [\s\p{Cc}\u200b]+/gu
/** Found in text that may need cleaning; cheaper to look for than to clean. */
const UNCLEAN = /[^ -~\u00a1-\u167f\u2070-\u2fff\u3001-\ud7ff\ue000-\ufefe]|  /
const HALF_CHARACTER = /[\ud800-\udbff]$/
/** JSON can escape one half of a pair; no UTF-8 can hold it. */
const LONE_HALF = /\p{Cs}/gu

/** White space and control characters folded, cut at `max`; null when nothing is left. */
export const cleanWords = (text: string | undefined | null, max = MAX_WORDS): string | null => {
  if (text === undefined || text === null || text === '') return null
  const start = text.length > max * 2 ? text.slice(0, max * 2) : text
  const clean = (UNCLEAN.test(start) ? start.replace(BLANKS, ' ').replace(LONE_HALF, '\ufffd') : start).trim()
  if (clean === '') return null
  return clean.length <= max ? clean : clean.slice(0, max).replace(HALF_CHARACTER, '').trimEnd()
}

const nextOutside = (node: AnyNode, scope: Element): AnyNode | null => {
  let at: AnyNode | null = node
  while (at !== null && at !== scope) {
    if (at.next !== null) return at.next
    at = at.parent
  }
  return null
}

/**
 * Text of `scope` in document order, at most `max` characters of it.
 * @param skip elements left out besides code and controls
 */
export const textOf = (scope: Element, max = MAX_WORDS, skip?: (element: Element) => boolean): string | null => {
  let text = ''
  /** A blank is due, and written before the next text: blanks in a row would have to be folded again. */
  let parted = false
  let node: AnyNode | null = scope.children[0] ?? null
  for (let seen = 0; node !== null && seen < MAX_NODES && text.length <= max * 2; seen++) {
    if (isText(node)) {
      if (parted && text !== '') text += ' '
      parted = false
      text += node.data.length > max * 2 ? node.data.slice(0, max * 2) : node.data
    } else if (isTag(node)) {
      parted ||= !INLINE.has(node.name)
      const first: AnyNode | undefined = node.children[0]
      if (first !== undefined && !SILENT.has(node.name) && skip?.(node) !== true) {
        node = first
        continue
      }
    }
    const next: AnyNode | null = nextOutside(node, scope)
    parted ||= next !== node.next
    node = next
  }
  return cleanWords(text, max)
}
