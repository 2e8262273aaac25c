/**
 * The page's words about one picture. They come from the nearest level of its item (see
 * surroundings.ts) that has them, so one picture's words do not end up on its neighbour.
 */
import { isTag, type Element } from 'domhandler'
import type { Fields } from './candidate.ts'
import { isoTime } from './iso-time.ts'
import { countWithin, firstFrom, firstWithin, lastBefore } from './page-tree.ts'
import type { Finding, Page } from './page.ts'
import { articleAround, nearestInItem } from './surroundings.ts'
import { cleanWords, textOf } from './text-of.ts'

export interface PictureWords {
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
  readonly publishedAt: string | null
  readonly licence: string | null
  readonly creator: string | null
  readonly category: string | null
  readonly fields: Fields | null
}

/** A caption is short; a longer text is the article. */
const MAX_CAPTION = 300
/** Nearest text is looked for this far out. */
const CAPTION_LEVELS = 4
/** Elements looked at inside a figure or card for a credit. */
const MAX_CREDIT_ELEMENTS = 60

const HEADING = /^h[1-6]$/
const CREDIT_CLASS = /(?:^|[\s_-])(?:credits?|photographer|photo-?by|photo-?credit|copyright)(?:$|[\s_-])/i
const CREDIT_ITEMPROP = new Set(['creator', 'author', 'copyrightholder', 'credittext', 'contributor'])
const CREDIT_LEAD = /^(?:(?:photo(?:graph)?|image|picture|foto|bild|credit|copyright|©)s?\s*(?:credit|by|courtesy of|:|©|\/)*\s*:?\s*)+/i

const isCredit = ({ attribs }: Element): boolean => {
  const { class: names, itemprop, rel } = attribs
  return (
    (names !== undefined && names.length < 500 && CREDIT_CLASS.test(names)) ||
    (itemprop !== undefined && CREDIT_ITEMPROP.has(itemprop.toLowerCase())) ||
    rel === 'author'
  )
}

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

const nearbyText = (levels: readonly Element[], credit: Element | null): string | null => {
  const besides = (element: Element): boolean => element === credit || element.name === 'time' || HEADING.test(element.name)
  for (let level = 0; level < Math.min(levels.length, CAPTION_LEVELS); level++) {
    const text = textOf(levels[level] as Element, MAX_CAPTION + 1, besides)
    if (text !== null && text.length >= 3) return text.length <= MAX_CAPTION ? text : null
  }
  return null
}

/** Links looked at inside one item for its licence. */
const MAX_LICENCE_LINKS = 20

const isLicence = ({ attribs: { rel } }: Element): boolean => rel !== undefined && rel.length < 200 && /\blicen[cs]e\b/i.test(rel)

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

const wordsOf = (element: Element | null, max?: number): string | null => (element === null ? null : textOf(element, max))

/** A picture that is only linked to, or named in the head, has no place of its own on the page. */
const placelessWords = (link: Element | null): PictureWords => ({
  alt: null,
  title: cleanWords(link?.attribs['title']) ?? wordsOf(link, MAX_CAPTION),
  caption: null,
  publishedAt: null,
  licence: null,
  creator: null,
  category: null,
  fields: null,
})

/** @param byId finds the element that an `aria-describedby` names */
export const pictureWords = (
  page: Page,
  { element, link, round: { levels, figure } }: Finding,
  byId: (id: string) => Element | null,
): PictureWords => {
  if (element === link || element.name === 'meta' || element.name === 'link') return placelessWords(link)
  const { attribs } = element
  const { heading: headings, figcaption, time: times } = page.landmarks
  const own = (name: string): string | null => cleanWords(attribs[name]) ?? cleanWords(link?.attribs[name])

  const title =
    own('title') ??
    own('data-title') ??
    wordsOf(nearestInItem(headings, element, levels) ?? lastBefore(headings, element), MAX_CAPTION)

  const scope = figure ?? levels.at(-1) ?? null
  const credit = scope === null ? null : lookFor(scope, isCredit)
  const described = attribs['aria-describedby']?.trim().split(/\s+/, 1)[0]
  let caption =
    wordsOf(figure === null ? null : firstWithin(figcaption, figure)) ??
    wordsOf(described === undefined ? null : byId(described)) ??
    own('data-caption')
  if (caption === null) {
    const nearest = nearbyText(levels, credit)
    caption = nearest === title ? null : nearest
  }

  let time: Element | null = null
  if (times.length > 0) {
    time = nearestInItem(times, element, levels)
    const article = time === null ? articleAround(element) : null
    if (article !== null) time = firstWithin(times, article)
  }
  return {
    alt: cleanWords(attribs['alt']) ?? cleanWords(attribs['data-alt']),
    title,
    caption,
    publishedAt: isoTime(time?.attribs['datetime']),
    licence: scope === null ? null : licenceWithin(page, scope),
    creator: cleanWords(wordsOf(credit, 200)?.replace(CREDIT_LEAD, '')),
    category: null,
    fields: null,
  }
}
