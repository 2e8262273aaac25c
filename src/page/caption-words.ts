/**
 * The words that stand by a picture as its caption, by the ways that galleries, content systems and lightboxes are
 * made: figures, definition lists, rows of a table, attributes that a script shows, else the nearest text.
 */
import { isTag, type AnyNode, type Element, type ParentNode } from 'domhandler'
import { hasData } from './has-data.ts'
import type { IdLookup } from './id-lookup.ts'
import { markupText } from './markup-text.ts'
import { ancestors, countWithin } from './page-tree.ts'
import type { Finding, Page } from './page.ts'
import { cleanWords, textOf } from './text-of.ts'

/** A caption is short; a longer text is the article. */
export const MAX_CAPTION = 300
/** Nearest text, and attributes that a lightbox shows, are looked for this far out. */
const CAPTION_LEVELS = 4
const LIGHTBOX_LEVELS = 3
/** Children of a figure looked at from either end. */
const FIGURE_EDGE = 8
/** A figure that groups others is looked for this far out. */
const FIGURE_LEVELS = 6
/** Ids followed of one `aria-labelledby`. */
const MAX_IDS = 5
const MAX_CELLS = 100

const HEADING = /^h[1-6]$/
const CAPTION_CLASS = /(?:^|[\s_-])(?:captions?|legend|cutline|bildunterschrift|legende|pie-de-foto)(?:$|[\s_-])/i

/** fancyBox, lightGallery, GLightbox, Jetpack, SimpleLightbox, PhotoSwipe, Ekko, Featherlight and their kin. */
const CAPTION_ATTRIBUTES = [
  'data-caption', 'data-lightbox-caption', 'data-fancybox-caption', 'data-image-caption', 'data-description',
  'data-image-description', 'data-pswp-caption', 'data-cap', 'data-desc', 'data-footer', 'data-img-caption',
  'data-slide-caption', 'data-lcl-txt', 'data-ngdesc',
]
const TITLE_ATTRIBUTES = [
  'title', 'data-title', 'data-lightbox-title', 'data-image-title', 'data-fancybox-title', 'data-img-title',
  'data-lcl-title',
]

/** An attribute's words, on the picture, the link round it, or the item that a gallery's script knows. */
const attributeWords = (holders: readonly Element[], names: readonly string[]): string | null => {
  for (const { attribs } of holders) {
    for (const name of names) {
      const words = attribs[name] === undefined ? null : markupText(attribs[name])
      if (words !== null) return words
    }
  }
  return null
}

/** `.caption` and `#caption1`, which lightGallery looks up; all else is the caption itself. */
const SELECTOR = /^\s*([.#])([\w-]{1,100})\s*$/

const subHtml = (holders: readonly Element[], byId: IdLookup): string | null => {
  for (const holder of holders) {
    const value = holder.attribs['data-sub-html']
    if (value === undefined) continue
    const [, kind, name = ''] = SELECTOR.exec(value.slice(0, 200)) ?? []
    const named = kind === '#' ? byId(name) : kind === '.' ? childOfClass(holder, name) : null
    const words = kind === undefined ? markupText(value) : named === null ? null : textOf(named)
    if (words !== null) return words
  }
  return null
}

const childOfClass = ({ children }: Element, name: string): Element | null => {
  const isOfClass = (node: AnyNode): node is Element =>
    isTag(node) && (node.attribs['class'] ?? '').slice(0, 500).split(/\s+/).includes(name)
  return children.slice(0, MAX_CELLS).find(isOfClass) ?? null
}

/** `title: …; description: …`, GLightbox's way. */
const gLightbox = (holders: readonly Element[], part: 'title' | 'description'): string | null => {
  for (const { attribs } of holders) {
    const pairs = attribs['data-glightbox']?.slice(0, 2000).split(';') ?? []
    const pair = pairs.find((one) => one.trimStart().toLowerCase().startsWith(`${part}:`))
    const words = markupText(pair?.slice(pair.indexOf(':') + 1))
    if (words !== null) return words
  }
  return null
}

/** The elements whose `data-` attributes may hold a caption; those without any are left out. */
const holdersOf = ({ element, link, round: { levels } }: Finding): Element[] => {
  const holders: Element[] = []
  if (hasData(element.attribs)) holders.push(element)
  if (link !== null && hasData(link.attribs)) holders.push(link)
  for (let level = 0; level < Math.min(levels.length, LIGHTBOX_LEVELS); level++) {
    const near = levels[level] as Element
    if (near !== link && hasData(near.attribs)) holders.push(near)
  }
  return holders
}

/** What the attributes say for a title; only those of the picture and its link are known for it. */
export const titleAttribute = (finding: Finding): string | null => {
  const { element, link } = finding
  const own = link === null ? [element] : [element, link]
  return attributeWords(own, TITLE_ATTRIBUTES) ?? gLightbox(own, 'title')
}

/** The words of the elements that an attribute names, `aria-describedby`, `aria-labelledby`. */
export const wordsOfIds = (ids: string | undefined, byId: IdLookup): string | null => {
  if (ids === undefined) return null
  const named = ids.slice(0, 1000).trim().split(/\s+/, MAX_IDS).map((id) => (id === '' ? null : byId(id)))
  return cleanWords(named.flatMap((element) => (element === null ? [] : (textOf(element) ?? []))).join(' '))
}

/** The caption that a figure has for itself, not one that a figure inside it has. */
const ownCaption = (figure: Element): Element | null => {
  let [first, last]: [AnyNode | null, AnyNode | null] = [figure.firstChild, figure.lastChild]
  for (let steps = 0; steps < FIGURE_EDGE && (first !== null || last !== null); steps++) {
    for (const node of [last, first]) if (node !== null && isTag(node) && node.name === 'figcaption') return node
    first = first?.next ?? null
    last = last?.prev ?? null
  }
  return null
}

/** The caption of the figure, of one round it that groups several, or one that a wrapper parts from its figure. */
const figureCaption = (page: Page, figure: Element | null): string | null => {
  if (figure === null) return null
  let at: ParentNode | null = figure
  for (let level = 0; level <= FIGURE_LEVELS && at !== null && isTag(at); level++, at = at.parent) {
    const caption = at.name === 'figure' ? ownCaption(at) : null
    if (caption !== null) return textOf(caption)
  }
  const { figcaption } = page.landmarks
  if (figcaption.length === 0 || countWithin(figcaption, figure) !== 1) return null
  const [only] = figcaption.filter((one) => [...ancestors(one, FIGURE_LEVELS)].find(({ name }) => name === 'figure') === figure).slice(0, 1)
  return only === undefined ? null : textOf(only)
}

const nextElement = (node: Element): Element | null => {
  let at: AnyNode | null = node.next
  for (let steps = 0; at !== null && steps < 5; steps++, at = at.next) if (isTag(at)) return at
  return null
}

const isCell = (node: AnyNode): node is Element => isTag(node) && (node.name === 'td' || node.name === 'th')
const cellsOf = (row: Element): Element[] => row.children.slice(0, 2 * MAX_CELLS).filter(isCell)

/** The cell under a picture's in a table that has a row of pictures and a row of words for them. */
const cellBelow = (page: Page, cell: Element): Element | null => {
  const row = cell.parent
  if (row === null || !isTag(row) || row.name !== 'tr') return null
  const below = nextElement(row)
  if (below?.name !== 'tr' || countWithin(page.landmarks.picture, below) > 0) return null
  const [cells, others] = [cellsOf(row), cellsOf(below)]
  return cells.length > 1 && cells.length === others.length ? (others[cells.indexOf(cell)] ?? null) : null
}

/** Words that stand right behind the picture's item, in lists that put picture and words side by side. */
const captionBehind = (page: Page, levels: readonly Element[]): string | null => {
  const outermost = levels.at(-1)
  if (outermost === undefined) return null
  let behind: Element | null = null
  if (outermost.name === 'dt') behind = nextElement(outermost)
  else if (outermost.name === 'td' || outermost.name === 'th') behind = cellBelow(page, outermost)
  else {
    const next = nextElement(outermost)
    if (next !== null && CAPTION_CLASS.test((next.attribs['class'] ?? '').slice(0, 500))) behind = next
  }
  if (behind === null || (outermost.name === 'dt' && behind.name !== 'dd') || countWithin(page.landmarks.picture, behind) > 0) return null
  return textOf(behind, MAX_CAPTION)
}

/** The nearest text in the item, without what is known to be something else. */
const nearbyText = (levels: readonly Element[], credit: Element | null): string | null => {
  const besides = (element: Element): boolean => element === credit || element.name === 'time' || HEADING.test(element.name)
  for (let level = 0; level < Math.min(levels.length, CAPTION_LEVELS); level++) {
    const text = textOf(levels[level] as Element, MAX_CAPTION + 1, besides)
    if (text !== null && text.length >= 3) return text.length <= MAX_CAPTION ? text : null
  }
  return null
}

/**
 * The caption of a shown picture; null when there is none.
 * @param title what is known for its title: the same words are no caption
 * @param credit the element that names who made the picture
 */
export const captionOf = (page: Page, finding: Finding, title: string | null, credit: Element | null, byId: IdLookup): string | null => {
  const { element, round: { levels, figure } } = finding
  const holders = holdersOf(finding)
  const stated =
    figureCaption(page, figure) ??
    wordsOfIds(element.attribs['aria-describedby'], byId) ??
    attributeWords(holders, CAPTION_ATTRIBUTES) ??
    subHtml(holders, byId) ??
    gLightbox(holders, 'description')
  if (stated !== null) return stated
  const nearest = nearbyText(levels, credit) ?? captionBehind(page, levels)
  return nearest === title ? null : nearest
}
