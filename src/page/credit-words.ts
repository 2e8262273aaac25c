/** Who made a picture, as a credit line beside it says, and under what licence; never the author of the text. */
import { isTag, type AnyNode, type Element } from 'domhandler'
import { hasData } from './has-data.ts'
import { isCommonsLicence } from './licence.ts'
import { firstFrom } from './page-tree.ts'
import type { Page } from './page.ts'
import { speaksOfAnother } from './structured/subject.ts'
import { cleanWords, textOf } from './text-of.ts'

/** Elements looked at inside a figure or card. */
const MAX_ELEMENTS = 60
/** Links looked at inside one item for its licence. */
const MAX_LICENCE_LINKS = 20
const MAX_CREATOR = 200
/** Longest credit line looked at, in UTF-16 units. */
const MAX_CREDIT = 500

const CREDIT_CLASS = new RegExp(
  String.raw`(?:^|[\s_-])(?:credits?|photographer|photo-?by|(?:photo|img|image)-?credit|copyright|attribution` +
    String.raw`|byline-photo|bildnachweis|urheber|fotograf)(?:$|[\s_-])`,
  'i',
)
const CREDIT_ITEMPROP = new Set(['creator', 'author', 'copyrightholder', 'credittext', 'contributor'])
const CREDIT_ATTRIBUTES = [
  'data-credit', 'data-photographer', 'data-copyright', 'data-image-credit', 'data-attribution',
]

const NOUN = 'photo(?:graph)?|image|picture|pic|foto(?:grafie)?|bild|illustration|fotos|crédit photo|photographie'
const LEAD_WORD = String.raw`credits?|by|courtesy of|courtesy|von|par|por|di|:|©|\/`
const LEAD = new RegExp(String.raw`^(?:(?:${NOUN}|credits?|copyright|©|\(c\))s?\s?(?:(?:${LEAD_WORD})\s?)*)+`, 'i')
/** A credit at the end of a caption, or in brackets: `Diving. Photo: Ann Smith`, `(© 2024 Ann Smith)`. */
const IN_CAPTION = new RegExp(
  String.raw`(?:^|[\s(\[|.,;–—-])(?:(?:${NOUN})(?:\s(?:credits?|by|courtesy of|von|par)\s?:?|\s?[:©\/])` +
    String.raw`|copyright\s?:?|©|\(c\))\s?([^()\[\]|;]{2,80})`,
  'iu',
)
const LEADING_YEAR = /^(?:(?:19|20)\d{2}(?:\s?[-–]\s?(?:19|20)?\d{2})?)[\s,]+(?:by\s)?/
/** What follows a name: the licence, where it was shown, when it was taken, whose the rights are. */
const BEHIND_NAME = new RegExp(
  String.raw`(?:[\s,;/|·–—(-])(?:cc[\s-]?(?:by|0|zero)\b|creative commons\b|(?:public domain|gfdl|gnu free)\b|licen[cs]ed?\b|under (?:a |the )?(?:cc|creative|gfdl|gnu|licen)` +
    String.raw`|via\s|©|\(c\)|on (?:\d|unsplash|pexels|pixabay|flickr|instagram|500px|wikimedia|behance|shutterstock|freepik` +
    String.raw`|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d))`,
  'i',
)
const TRAILING_MARKS = /[\s,;/|·–—(-]{1,10}$/
const ALL_RIGHTS = /[.,]?\s*all rights reserved\.?$/i

export const isCredit = ({ attribs }: Element): boolean => {
  const { class: names, itemprop, rel } = attribs
  return (
    (names !== undefined && names.length < 500 && CREDIT_CLASS.test(names)) ||
    (itemprop !== undefined && CREDIT_ITEMPROP.has(itemprop.toLowerCase())) ||
    rel === 'author'
  )
}

const NONE: readonly Element[] = []

/**
 * The elements inside `scope` that a bounded look finds and that are called something (by class, `itemprop` or
 * `rel`), outer before inner: among these are sought a credit, a date and a category.
 */
export const calledWithin = (scope: Element | null): readonly Element[] => {
  if (scope === null) return NONE
  const called: Element[] = []
  const queue: Element[] = [scope]
  for (let at = 0; at < queue.length; at++) {
    const element = queue[at] as Element
    const { attribs, children } = element
    if (at > 0 && (attribs['class'] !== undefined || attribs['itemprop'] !== undefined || attribs['rel'] !== undefined)) called.push(element)
    for (let index = 0; index < children.length && queue.length < MAX_ELEMENTS; index++) {
      const child = children[index] as AnyNode
      if (isTag(child)) queue.push(child)
    }
  }
  return called
}

/** "A photo by the sea" names nobody: names begin with a capital, where there are any. */
const NAME = /^[\p{Lu}\p{Lt}\p{Lo}@]/u
const MAX_NAME_WORDS = 8

const beforeLicence = (text: string | undefined): string | undefined => {
  const at = text?.search(BEHIND_NAME) ?? -1
  return at > 0 ? text?.slice(0, at).replace(TRAILING_MARKS, '') : text
}

/** A name without what leads up to it and what follows it; null where no letter is left. */
export const nameIn = (text: string | null | undefined): string | null => {
  const said = text?.slice(0, MAX_CREDIT).replace(LEAD, '').replace(LEADING_YEAR, '').replace(ALL_RIGHTS, '')
  const name = cleanWords(beforeLicence(said), MAX_CREATOR)
  return name !== null && /\p{L}/u.test(name) ? name : null
}

/** The name after "Photo:" or "©" in a caption. */
const inCaption = (caption: string | null): string | null => {
  const [, name] = caption === null ? [] : (IN_CAPTION.exec(caption.slice(0, 1000)) ?? [])
  // The credit is a phrase: it ends where a sentence does, but not at an initial.
  const said = name === undefined ? null : nameIn(name.split(/(?<=\p{Ll}{2})\.(?:\s|$)/u, 1)[0])
  return said !== null && NAME.test(said) && said.split(' ').length <= MAX_NAME_WORDS ? said : null
}

/** @param credit the element of the item that `isCredit` */
export const creatorOf = (holders: readonly Element[], credit: Element | null, caption: string | null): string | null => {
  const inElement = credit === null ? null : nameIn(textOf(credit, MAX_CREATOR))
  if (inElement !== null) return inElement
  for (const { attribs } of holders) {
    if (!hasData(attribs)) continue
    for (const name of CREDIT_ATTRIBUTES) {
      const said = attribs[name] === undefined ? null : nameIn(cleanWords(attribs[name], MAX_CREATOR))
      if (said !== null) return said
    }
  }
  return inCaption(caption)
}

const LICENCE = /\blicen[cs]e\b/i

/** Whether a link says of itself that it leads to the licence. */
export const isLicence = ({ attribs: { rel, href } }: Element): boolean =>
  (rel !== undefined && rel.length < 200 && LICENCE.test(rel)) || (href !== undefined && isCommonsLicence(href))

/** The address of the first link inside `scope` to a licence of `picture`. */
export const licenceWithin = (page: Page, scope: Element, picture: Element): string | null => {
  const { link: links } = page.landmarks
  const from = firstFrom(links, (scope.startIndex ?? 0) + 1)
  const end = scope.endIndex ?? 0
  for (let at = from; at < from + MAX_LICENCE_LINKS; at++) {
    const link = links[at]
    if (link === undefined || (link.startIndex ?? 0) >= end) return null
    if (isLicence(link) && !speaksOfAnother(page, link, picture)) return page.resolve(link.attribs['href']?.trim() ?? '')
  }
  return null
}
