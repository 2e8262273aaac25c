/**
 * The page's words about one picture. A picture's *item* is the widest element round it, within a
 * few levels, that holds no other picture: a card, a list entry, a figure. Words come from the
 * nearest level of the item that has them, so one picture's words do not end up on its neighbour.
 */
import { isTag, type Element } from 'domhandler'
import { isoTime } from './iso-time.ts'
import { ancestors, countWithin, firstFrom, firstWithin, lastBefore } from './page-tree.ts'
import type { Finding, Page } from './page.ts'
import { cleanWords, textOf } from './text-of.ts'

export interface PictureWords {
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
  readonly publishedAt: string | null
  readonly licence: string | null
  readonly creator: string | null
}

const MAX_LEVELS = 8
/** A caption is short; a longer text is the article. */
const MAX_CAPTION = 300
/** Nearest text is looked for this far out. */
const CAPTION_LEVELS = 4
/** Elements looked at inside a figure or card for a credit. */
const MAX_CREDIT_ELEMENTS = 60

const WIDE = new Set(['body', 'main', 'html'])
const HEADING = /^h[1-6]$/
const CREDIT_CLASS = /(?:^|[\s_-])(?:credits?|photographer|photo-?by|photo-?credit|copyright)(?:$|[\s_-])/i
const CREDIT_ITEMPROP = new Set(['creator', 'author', 'copyrightholder', 'credittext', 'contributor'])
const CREDIT_LEAD = /^(?:(?:photo(?:graph)?|image|picture|foto|bild|credit|copyright|©)s?\s*(?:credit|by|courtesy of|:|©|\/)*\s*:?\s*)+/i

/** Levels of the item, innermost first. */
const itemLevels = (page: Page, element: Element): Element[] => {
  const levels: Element[] = []
  for (const outer of ancestors(element, MAX_LEVELS)) {
    if (WIDE.has(outer.name) || countWithin(page.landmarks.picture, outer) > 1) break
    levels.push(outer)
  }
  return levels
}

const isCredit = ({ attribs }: Element): boolean =>
  CREDIT_CLASS.test((attribs['class'] ?? '').slice(0, 500)) ||
  CREDIT_ITEMPROP.has(attribs['itemprop']?.toLowerCase() ?? '') ||
  attribs['rel'] === 'author'

/** First element inside `scope` that a bounded look finds. */
const lookFor = (scope: Element, wanted: (element: Element) => boolean): Element | null => {
  const queue: Element[] = [scope]
  for (let at = 0; at < queue.length; at++) {
    const element = queue[at] as Element
    if (at > 0 && wanted(element)) return element
    for (const child of element.children) {
      if (queue.length >= MAX_CREDIT_ELEMENTS) break
      if (isTag(child)) queue.push(child)
    }
  }
  return null
}

const nearbyText = (levels: readonly Element[]): string | null => {
  const besides = (element: Element): boolean => HEADING.test(element.name) || element.name === 'time' || isCredit(element)
  for (const level of levels) {
    const text = textOf(level, MAX_CAPTION + 1, besides)
    if (text !== null && text.length >= 3) return text.length <= MAX_CAPTION ? text : null
  }
  return null
}

/** Links looked at inside one item for its licence. */
const MAX_LICENCE_LINKS = 20

const isLicence = ({ attribs }: Element): boolean => /\blicen[cs]e\b/i.test((attribs['rel'] ?? '').slice(0, 200))

/** The address of the first `rel=license` link among `links`. */
export const licenceAmong = (page: Page, links: readonly Element[]): string | null => {
  const link = links.find(isLicence)
  return link === undefined ? null : page.resolve(link.attribs['href'] ?? '')
}

const licenceWithin = (page: Page, scope: Element): string | null => {
  const { link: links } = page.landmarks
  const from = firstFrom(links, (scope.startIndex ?? 0) + 1)
  return licenceAmong(page, links.slice(from, from + Math.min(countWithin(links, scope), MAX_LICENCE_LINKS)))
}

/** @param byId finds the element that an `aria-describedby` names */
export const pictureWords = (
  page: Page,
  { element, link }: Finding,
  byId: (id: string) => Element | null,
): PictureWords => {
  const { attribs } = element
  const own = (name: string): string | null => cleanWords(attribs[name]) ?? cleanWords(link?.attribs[name])
  const isPicture = element !== link && element.name !== 'meta' && element.name !== 'link'
  const alt = isPicture ? (cleanWords(attribs['alt']) ?? cleanWords(attribs['data-alt'])) : null
  if (!isPicture) {
    const title = link === null ? null : (cleanWords(attribs['title']) ?? textOf(link, MAX_CAPTION))
    return { alt, title, caption: null, publishedAt: null, licence: null, creator: null }
  }

  const levels = itemLevels(page, element)
  const { heading: headings, figcaption, time: times } = page.landmarks
  const inItem = (of: readonly Element[]): Element | null => {
    for (const level of levels) {
      const found = firstWithin(of, level)
      if (found !== null) return found
    }
    return null
  }

  let figure: Element | null = null
  let article: Element | null = null
  for (const outer of ancestors(element, 32)) {
    if (outer.name === 'figure') figure ??= outer
    if (outer.name === 'article') article ??= outer
  }

  const heading = inItem(headings) ?? lastBefore(headings, element)
  const title = own('title') ?? own('data-title') ?? (heading === null ? null : textOf(heading, MAX_CAPTION))

  const figureCaption = figure === null ? null : firstWithin(figcaption, figure)
  const described = attribs['aria-describedby']?.trim().split(/\s+/, 1)[0]
  const describing = described === undefined ? null : byId(described)
  const nearest = nearbyText(levels.slice(0, CAPTION_LEVELS))
  const caption =
    (figureCaption === null ? null : textOf(figureCaption)) ??
    (describing === null ? null : textOf(describing)) ??
    own('data-caption') ??
    (nearest === title ? null : nearest)

  const time = inItem(times) ?? (article === null ? null : firstWithin(times, article))
  const scope = figure ?? levels.at(-1) ?? null
  const credit = scope === null ? null : lookFor(scope, isCredit)
  const creator = credit === null ? null : (textOf(credit, 200)?.replace(CREDIT_LEAD, '') ?? '')

  return {
    alt,
    title,
    caption,
    publishedAt: time === null ? null : isoTime(time.attribs['datetime']),
    licence: scope === null ? null : licenceWithin(page, scope),
    creator: creator === '' ? null : creator,
  }
}
