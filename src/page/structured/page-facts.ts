/** What a page's data says of the page as a whole: its date, and the category that its trail of breadcrumbs gives. */
import { createPageNote } from '../page-note.ts'
import type { Page } from '../page.ts'
import { firstPlain, firstWords, hasType, isItem, valuesOf, type Item } from './item.ts'
import { deepestCategory, isProduct, itemTime } from './item-words.ts'
import { itemsOnPage, type ItemsOnPage } from './items-on-page.ts'

export interface PageFacts {
  readonly publishedAt: string | null
  readonly category: string | null
  /** Whether the page is one text, whose headings are its own and no categories. */
  readonly isArticle: boolean
}

const NOTHING: PageFacts = { publishedAt: null, category: null, isArticle: false }

const ARTICLES = new Set([
  'article', 'newsarticle', 'blogposting', 'reportagenewsarticle', 'analysisnewsarticle', 'opinionnewsarticle',
  'techarticle', 'scholarlyarticle', 'advertisercontentarticle', 'reviewnewsarticle', 'liveblogposting',
  'socialmediaposting', 'discussionforumposting', 'recipe', 'howto',
])
const WEB_PAGES = new Set([
  'webpage', 'itempage', 'collectionpage', 'aboutpage', 'imagegallery', 'mediagallery', 'videogallery', 'profilepage',
])
/** No pictures, whose dates are their own. */
const OTHER_WORKS = new Set(['videoobject', 'creativework', 'event', 'medicalwebpage'])
const LISTINGS = new Set(['collectionpage', 'imagegallery', 'mediagallery', 'offercatalog'])
/** What these hold is one of several, or about something else than the page. */
const OTHERS = new Set([
  'itemlistelement', 'haspart', 'isrelatedto', 'issimilarto', 'isaccessoryorsparepartfor', 'blogpost', 'blogposts',
  'review', 'reviews', 'comment', 'mentions', 'citation', 'relatedlink', 'hasvariant', 'item', 'subjectof', 'video',
  'associatedmedia', 'workexample', 'image', 'thumbnail',
])
const HOMES = new Set([
  'home', 'homepage', 'home page', 'start', 'startseite', 'accueil', 'inicio', 'início', 'strona główna', 'главная', 'hem',
  'forside', 'hjem', 'etusivu', '首页', '首頁', '主页', 'ホーム', 'トップ', '홈',
])
const MAX_CRUMBS = 50

/** Items that are about the page itself. */
const mainItems = (items: readonly Item[]): Item[] => {
  const others = new Set<Item>()
  for (const item of items) {
    for (const [name, values] of item.properties) if (OTHERS.has(name)) for (const value of values) if (isItem(value)) others.add(value)
  }
  return items.filter((item) => !others.has(item))
}

const onlyOne = <Fact>(facts: readonly (Fact | null)[]): Fact | null => {
  const known = new Set(facts.filter((fact) => fact !== null))
  return known.size === 1 ? ([...known][0] ?? null) : null
}

/** The date that all articles agree on, else that of the page's own entry, else of another work. */
const dateOf = (main: readonly Item[]): string | null => {
  for (const types of [ARTICLES, WEB_PAGES, OTHER_WORKS]) {
    const date = onlyOne(main.filter((item) => hasType(item, types)).map(itemTime))
    if (date !== null) return date
  }
  return null
}

interface Crumb {
  readonly name: string
  readonly url: string | null
  readonly position: number
}

const crumbOf = (page: Page, entry: Item, index: number): Crumb | null => {
  const [target] = valuesOf(entry, 'item')
  const thing = target !== undefined && isItem(target) ? target : null
  const name = firstWords(entry, ['name'], 200) ?? (thing === null ? null : firstWords(thing, ['name', 'title'], 200))
  if (name === null) return null
  const address = thing === null ? (target ?? firstPlain(entry, ['url', 'id'])) : (firstPlain(thing, ['url']) ?? thing.id)
  const position = Number(firstPlain(entry, ['position']) ?? Number.NaN)
  const url = address === null ? null : page.resolve(String(address).trim())
  return { name, url, position: Number.isNaN(position) ? index : position }
}

const isHome = (page: Page, { name, url }: Crumb): boolean => HOMES.has(name.toLowerCase()) || (url !== null && url === page.resolve('/'))

/** The deepest crumb that is not the page itself; of a listing, the page itself. */
const crumbCategory = (page: Page, items: readonly Item[], isListing: boolean): string | null => {
  const trail = items.find((item) => item.types.includes('breadcrumblist'))
  if (trail === undefined) return null
  const entries = valuesOf(trail, 'itemlistelement').slice(0, MAX_CRUMBS)
  const crumbs = entries
    .flatMap((entry, index) => (isItem(entry) ? (crumbOf(page, entry, index) ?? []) : []))
    .toSorted((a, b) => a.position - b.position)
  if (crumbs[0] !== undefined && isHome(page, crumbs[0])) crumbs.shift()
  const last = crumbs.at(-1)
  const isItself = last !== undefined && (last.url === null || last.url === page.url)
  if (isItself && !isListing) crumbs.pop()
  return crumbs.at(-1)?.name ?? null
}

const statedCategory = (item: Item): string | null => {
  if (hasType(item, ARTICLES)) return deepestCategory(firstWords(item, ['articlesection', 'recipecategory', 'genre'], 300))
  return isProduct(item) ? deepestCategory(firstWords(item, ['category'], 300)) : null
}

const readFacts = (page: Page, { linked, marked }: ItemsOnPage): PageFacts => {
  let facts = NOTHING
  for (const items of [linked, marked]) {
    const main = mainItems(items)
    const isListing = main.some((item) => hasType(item, LISTINGS))
    facts = {
      publishedAt: facts.publishedAt ?? dateOf(main),
      category: facts.category ?? crumbCategory(page, items, isListing) ?? onlyOne(main.map(statedCategory)),
      isArticle: facts.isArticle || (!isListing && main.filter((item) => hasType(item, ARTICLES)).length === 1),
    }
  }
  return facts
}

const notes = createPageNote<PageFacts>()

/** Breadcrumbs come first: they are what the site shows; a category of data may be of a foreign taxonomy. */
export const pageFacts = (page: Page): PageFacts => {
  const items = itemsOnPage(page)
  if (items.linked.length + items.marked.length === 0) return NOTHING
  let facts = notes.get(page)
  if (facts === undefined) notes.set(page, (facts = readFacts(page, items)))
  return facts
}
