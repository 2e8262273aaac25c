/**
 * The page's words about one picture. They come from the nearest level of its item (see
 * surroundings.ts) that has them, so one picture's words do not end up on its neighbour.
 */
import type { Element } from 'domhandler'
import type { Fields } from './candidate.ts'
import { captionOf, MAX_CAPTION, titleAttribute, wordsOfIds } from './caption-words.ts'
import { calledWithin, creatorOf, isCredit, licenceWithin } from './credit-words.ts'
import type { IdLookup } from './id-lookup.ts'
import { pictureCategory } from './page-category.ts'
import { createPageNote } from './page-note.ts'
import { lastBefore } from './page-tree.ts'
import type { Finding, Page } from './page.ts'
import { timeBeside } from './shown-time.ts'
import { speaksOfAnother } from './structured/subject.ts'
import { nearestInItem } from './surroundings.ts'
import { cleanWords, textOf } from './text-of.ts'

export interface PictureWords {
  readonly alt: string | null
  readonly title: string | null
  readonly caption: string | null
  readonly publishedAt: string | null
  /** An address, or the statement of rights where the page gives none. */
  readonly licence: string | null
  readonly creator: string | null
  readonly category: string | null
  readonly fields: Fields | null
}

const NO_WORDS: PictureWords = {
  alt: null, title: null, caption: null, publishedAt: null, licence: null, creator: null, category: null, fields: null,
}

const wordsOf = (element: Element | null, max?: number): string | null => (element === null ? null : textOf(element, max))

const headings = createPageNote<Map<Element, string | null>>()

/** The words of a heading, which stands over many pictures. */
const headingWords = (page: Page, heading: Element | null): string | null => {
  if (heading === null) return null
  let known = headings.get(page)
  if (known === undefined) headings.set(page, (known = new Map()))
  let words = known.get(heading)
  if (words === undefined) known.set(heading, (words = textOf(heading, MAX_CAPTION)))
  return words
}

/** Words that came with the finding are better than those found round it. */
const withOwn = (found: PictureWords, own: Finding['words']): PictureWords => {
  if (own === undefined) return found
  return {
    alt: own.alt ?? found.alt,
    title: own.title ?? found.title,
    caption: own.caption ?? found.caption,
    publishedAt: own.publishedAt ?? found.publishedAt,
    licence: own.licence ?? found.licence,
    creator: own.creator ?? found.creator,
    category: own.category ?? found.category,
    fields: own.fields ?? found.fields,
  }
}

/** A picture that is only linked to, or named in the head, has no place of its own on the page. */
const placelessWords = (link: Element | null): PictureWords => ({
  ...NO_WORDS,
  title: cleanWords(link?.attribs['title']) ?? wordsOf(link, MAX_CAPTION),
})

/** What the picture shows, for those who do not see it. */
const altOf = ({ element: { attribs }, link }: Finding, byId: IdLookup): string | null =>
  cleanWords(attribs['alt']) ??
  cleanWords(attribs['data-alt']) ??
  cleanWords(attribs['aria-label']) ??
  wordsOfIds(attribs['aria-labelledby'], byId) ??
  cleanWords(link?.attribs['aria-label'])

const shownWords = (page: Page, finding: Finding, byId: IdLookup): PictureWords => {
  const { element, link, round: { levels, figure } } = finding
  const { heading } = page.landmarks
  const title =
    titleAttribute(finding) ??
    headingWords(page, nearestInItem(heading, element, levels) ?? lastBefore(heading, element))

  const item = levels.at(-1) ?? null
  const scope = figure ?? item
  const called = calledWithin(item)
  const isOwnCredit = (one: Element): boolean => isCredit(one) && !speaksOfAnother(page, one, element)
  const credit = (scope === item ? called : calledWithin(scope)).find(isOwnCredit) ?? null
  const caption = captionOf(page, finding, title, credit, byId)
  return {
    alt: altOf(finding, byId),
    title,
    caption,
    publishedAt: timeBeside(page, element, levels, called),
    licence: scope === null ? null : licenceWithin(page, scope, element),
    creator: creatorOf(link === null ? [element] : [element, link], credit, caption),
    category: pictureCategory(page, element, levels, called),
    fields: null,
  }
}

/** @param byId finds the elements that `aria-describedby` and its kin name */
export const pictureWords = (page: Page, finding: Finding, byId: IdLookup): PictureWords => {
  const { element, link, presence, words } = finding
  if (presence === 'described') return withOwn(NO_WORDS, words)
  const isPlaceless = element === link || element.name === 'meta' || element.name === 'link'
  return withOwn(isPlaceless ? placelessWords(link) : shownWords(page, finding, byId), words)
}
