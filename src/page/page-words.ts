/** What the page says of itself, which holds for its pictures where nothing nearer does. */
import type { Element } from 'domhandler'
import { isLicence } from './credit-words.ts'
import { licenceIn } from './licence.ts'
import { pageCategory } from './page-category.ts'
import { pageLanguage } from './page-language.ts'
import { metaOf, metasOf } from './page-metas.ts'
import { ancestors, countWithin } from './page-tree.ts'
import type { Page } from './page.ts'
import { publishedTime } from './published-time.ts'
import { shownDate } from './shown-date.ts'
import { timeOf } from './shown-time.ts'
import { pageFacts } from './structured/page-facts.ts'
import { isPartOfPage, itemAround, speaksOfPicture } from './structured/subject.ts'
import { cleanWords, textOf } from './text-of.ts'

export interface PageWords {
  readonly title: string | null
  readonly category: string | null
  readonly publishedAt: string | null
  readonly licence: string | null
}

/** Open Graph, Dublin Core, and what content systems and news services have added. */
const PUBLISHED = [
  'article:published_time', 'og:published_time', 'og:article:published_time', 'article:published', 'datepublished',
  'date', 'dc.date', 'dc.date.issued', 'dcterms.issued', 'dcterms.created', 'dcterms.date', 'dc.date.created',
  'dc.created', 'pubdate', 'publishdate', 'publish_date', 'publish-date', 'published_date', 'publication_date',
  'publication-date', 'published_at', 'article.published', 'article.created', 'sailthru.date', 'parsely-pub-date',
  'cxenseparse:recs:publishtime', 'bt:pubdate', 'citation_publication_date', 'citation_date', 'rnews:datepublished',
  'originalpublicationdate', 'displaydate', 'created', 'og:release_date', 'uploaddate', 'datecreated',
]
const RIGHTS = [
  'dcterms.license', 'dc.license', 'license', 'dcterms.rights', 'dc.rights', 'dcterms.accessrights', 'copyright',
  'rights', 'dc.rights.license',
]
const PUBLISHED_CLASS = /(?:^|[\s_-])(?:published|pubdate|entry-date|dt-published|post-date|date-published)(?:$|[\s_-])/i
const MAX_TIMES = 50
const MAX_CARD_LEVELS = 8
/** Round a page's only picture these are no card of it. */
const WIDE = new Set(['html', 'body', 'main', 'article'])

/** `/2024/05/01/` in the address: the day, where nothing else is said. */
const DATED_PATH = /\/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/_.-]|$)/

/** A `<time>` that is called the page's date, or the only one there is. */
const shownTime = (page: Page): string | null => {
  const times = page.landmarks.time.slice(0, MAX_TIMES)
  const isPublished = ({ attribs }: Element): boolean =>
    attribs['pubdate'] !== undefined ||
    attribs['itemprop']?.toLowerCase() === 'datepublished' ||
    PUBLISHED_CLASS.test((attribs['class'] ?? '').slice(0, 500))
  const called = times.filter(isPublished)
  const [time, another] = called.length > 0 ? called : times
  return time === undefined || another !== undefined || isOfOnePicture(page, time) ? null : timeOf(page, time)
}

const dateOf = (page: Page): string | null => {
  for (const stated of metasOf(page, PUBLISHED)) {
    const time = publishedTime(stated, pageLanguage(page))
    if (time !== null) return time
  }
  const [, year = '', month = '', day = ''] = DATED_PATH.exec(page.url?.slice(0, 2000) ?? '') ?? []
  return (
    pageFacts(page).publishedAt ??
    shownTime(page) ??
    publishedTime(`${year}/${month}/${day}`) ??
    shownDate(page, (element) => isOfOnePicture(page, element))
  )
}

/** The nearest element round another that holds pictures; null where none does within a card's depth. */
const withPictures = (page: Page, element: Element): Element | null => {
  for (const outer of ancestors(element, MAX_CARD_LEVELS)) if (countWithin(page.landmarks.picture, outer) > 0) return outer
  return null
}

/** Whether an element lies in the card, figure or item of one picture among others, and so speaks of that one. */
const isOfOnePicture = (page: Page, element: Element): boolean => {
  const { picture: pictures } = page.landmarks
  const outer = withPictures(page, element)
  if (outer !== null && (outer.name === 'figure' || (pictures.length > 1 && countWithin(pictures, outer) === 1))) return true
  return speaksOfPicture(page, element)
}

/**
 * Whether a link to a licence speaks for all of the page. Where it stands with the only `img`, that has it from there;
 * what the page names besides (a preview, a background) may be somebody else's.
 */
const isOfPage = (page: Page, link: Element): boolean => {
  if (isOfOnePicture(page, link)) return false
  const item = itemAround(page, link)
  const { rel, itemprop, property } = link.attribs
  if (item !== null && (!isPartOfPage(page, item) || (rel === undefined && (itemprop ?? property) !== undefined))) return false
  const outer = withPictures(page, link)
  const isAlone = outer !== null && countWithin(page.landmarks.picture, outer) === 1 && !WIDE.has(outer.name)
  return !isAlone || [...ancestors(link, MAX_CARD_LEVELS)].some(({ name }) => name === 'footer')
}

const licenceOf = (page: Page): string | null => {
  const { 'head-link': headLinks, link: links } = page.landmarks
  const speaks = (link: Element): boolean => isLicence(link) && isOfPage(page, link)
  const link = headLinks.find(speaks) ?? links.find(speaks)
  const linked = link === undefined ? null : page.resolve(link.attribs['href']?.trim() ?? '')
  return linked ?? licenceIn(page, metaOf(page, RIGHTS))
}

export const pageWords = (page: Page): PageWords => {
  const title = page.landmarks.title.find(({ parent }) => parent === null || !('name' in parent) || parent.name !== 'svg')
  return {
    title: (title === undefined ? null : textOf(title, 300)) ?? cleanWords(metaOf(page, ['og:title']), 300),
    category: pageCategory(page),
    publishedAt: dateOf(page),
    licence: licenceOf(page),
  }
}
