/** The time that stands by a picture, or in the article it is part of. */
import type { Element } from 'domhandler'
import { pageLanguage } from './page-language.ts'
import { firstWithin } from './page-tree.ts'
import type { Page } from './page.ts'
import { publishedTime } from './published-time.ts'
import { speaksOfAnother } from './structured/subject.ts'
import { articleAround, nearestInItem } from './surroundings.ts'
import { textOf } from './text-of.ts'

const MAX_TEXT = 120
const STATED = ['datetime', 'data-datetime', 'data-timestamp', 'data-time', 'data-utime', 'data-date', 'data-published', 'content', 'title']
const TIME_CLASS = /(?:^|[\s_-])(?:date|datetime|published|pubdate|timestamp|posted(?:-on)?)(?:$|[\s_-])/i

/** What an element says of a point in time: in an attribute, else in words. */
export const timeOf = (page: Page, element: Element): string | null => {
  for (const name of STATED) {
    const value = element.attribs[name]
    const time = value === undefined ? null : publishedTime(value, pageLanguage(page))
    if (time !== null) return time
  }
  return publishedTime(textOf(element, MAX_TEXT), pageLanguage(page))
}

const isDated = ({ name, attribs }: Element): boolean =>
  name !== 'img' && attribs['class'] !== undefined && attribs['class'].length < 500 && TIME_CLASS.test(attribs['class'])

/**
 * Of the item's `<time>`, else of an element in it that is called a date, else of the article's first `<time>`.
 * @param called the elements of the item that are called something
 */
export const timeBeside = (page: Page, element: Element, levels: readonly Element[], called: readonly Element[]): string | null => {
  const { time: times } = page.landmarks
  const own = times.length === 0 ? null : nearestInItem(times, element, levels)
  if (own !== null && !speaksOfAnother(page, own, element)) return timeOf(page, own)
  const dated = called.find((one) => isDated(one) && !speaksOfAnother(page, one, element))
  const said = dated === undefined ? null : timeOf(page, dated)
  if (said !== null || times.length === 0) return said
  const article = articleAround(element)
  const first = article === null ? null : firstWithin(times, article)
  return first === null || speaksOfAnother(page, first, element) ? null : timeOf(page, first)
}
