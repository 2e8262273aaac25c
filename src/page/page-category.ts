/**
 * What kind of thing a page or a part of it shows. In order of trust: what the page says of itself in a meta, its
 * breadcrumbs in data, the category in data, its breadcrumbs as shown, a folder called a category in its address;
 * then the heading over a group of pictures; last the folder that the page lies in. What a picture's own card says
 * comes before all of it.
 */
import type { Element } from 'domhandler'
import { sectionAt } from './heading-sections.ts'
import { hasData } from './has-data.ts'
import { metaOf } from './page-metas.ts'
import { createPageNote } from './page-note.ts'
import { firstFrom, firstWithin } from './page-tree.ts'
import type { Page } from './page.ts'
import { deepestCategory } from './structured/item-words.ts'
import { pageFacts } from './structured/page-facts.ts'
import { articleAround } from './surroundings.ts'
import { cleanWords, textOf } from './text-of.ts'

const SECTION = [
  'article:section', 'og:article:section', 'section', 'article.section', 'category', 'parsely-section',
  'cxenseparse:category',
]
const MAX_CATEGORY = 200
/** A longer heading is a sentence. */
const MAX_HEADING = 60
const MAX_CRUMB_LINKS = 20
/** A longer name of a folder is the title of a text. */
const MAX_FOLDER = 30

/** The deepest crumb that is a link (the last one is often the page itself), but not the way home. */
const shownCrumb = (page: Page): string | null => {
  const [crumbs] = page.landmarks.breadcrumb
  if (crumbs === undefined) return null
  const { link: links } = page.landmarks
  const [from, to] = [firstFrom(links, crumbs.startIndex ?? 0), firstFrom(links, crumbs.endIndex ?? 0)]
  const isItself = ({ attribs }: Element): boolean => page.url !== null && page.resolve(attribs['href']?.trim() ?? '') === page.url
  const inside = links.slice(from, Math.min(to, from + MAX_CRUMB_LINKS)).filter((link) => !isItself(link))
  const [home, ...rest] = inside.map((link) => textOf(link, 100))
  return rest.at(-1) ?? (page.resolve(inside[0]?.attribs['href'] ?? '/') === page.resolve('/') ? null : (home ?? null))
}

const CATEGORY_FOLDERS = new Set(`
  category categories product-category cat kategorie kategorien kategoria categoria categorias categorie catégorie
  catégories rubrik rubrique rubriques section sections topic topics collection collections department departments
  gallery-category portfolio-category tag tags album albums genre genres
`.trim().split(/\s+/))
const CATEGORY_PARAMETERS = [
  'category', 'cat', 'kategorie', 'categoria', 'categorie', 'section', 'topic', 'album', 'tag',
]
/** Three letters, or one of a script that writes words in one. */
const HAS_WORD = /\p{L}{3}|\p{Lo}/u
/** Folders that tell how a site is built, not what it shows. */
const PLAIN_FOLDERS = new Set(`
  image images img pic pics picture pictures photo photos media upload uploads file files assets static content
  wp-content public gallery galleries blog blogs post posts article articles news stories story page pages product
  products item items shop store catalog catalogue html htm index archive archives user users people member
  members author authors profile profiles wiki view show detail details watch search browse tag tags category
  categories collection collections album albums home main site web www app api cgi-bin test tests tmp data doc
  docs about feed rss amp mobile forum thread threads topic topics question questions comment comments event
  events listing listings work works project projects portfolio
`.trim().split(/\s+/))
const PAGE_NUMBER = /^(?:page|p|seite|pagina)?[-_]?\d*$/i

const isStructure = (segment: string): boolean => {
  const name = segment.toLowerCase()
  return name === '' || PLAIN_FOLDERS.has(name) || CATEGORY_FOLDERS.has(name)
}

const folderWords = (segment: string | undefined): string | null => {
  if (segment === undefined || segment.length > 200) return null
  let words: string
  try {
    words = decodeURIComponent(segment.replaceAll('+', ' '))
  } catch {
    return null
  }
  const clean = cleanWords(words.replace(/\.(?:html?|php|aspx?|jsp)$/i, '').replace(/[-_]+/g, ' '), MAX_CATEGORY)
  return clean !== null && HAS_WORD.test(clean) ? clean : null
}

const segmentsOf = (page: Page): { readonly segments: string[]; readonly query: URLSearchParams } | null => {
  if (page.url === null) return null
  const { pathname, searchParams } = new URL(page.url)
  return { segments: pathname.slice(1).split('/').slice(0, 30), query: searchParams }
}

/** `cats` of `/category/cats/`, of `/category/animals/cats/page/2`, of `?category=cats`. */
const namedFolder = (page: Page): string | null => {
  const address = segmentsOf(page)
  if (address === null) return null
  const { segments, query } = address
  const at = segments.findIndex((segment) => CATEGORY_FOLDERS.has(segment.toLowerCase()))
  if (at !== -1) {
    const inside = segments.slice(at + 1)
    // In `/collections/hats/products/red-hat` the category ends where other things begin.
    const end = inside.findIndex((segment) => PAGE_NUMBER.test(segment) || isStructure(segment))
    const words = folderWords(inside.slice(0, end === -1 ? inside.length : end).at(-1))
    if (words !== null) return words
  }
  for (const name of CATEGORY_PARAMETERS) {
    const words = folderWords(query.get(name) ?? undefined)
    if (words !== null) return words
  }
  return null
}

/** `cats` of `/animals/cats/12.html`: words, and not how the site is built. */
const ownFolder = (page: Page): string | null => {
  const folder = segmentsOf(page)?.segments.slice(0, -1).at(-1)
  if (folder === undefined || PLAIN_FOLDERS.has(folder.toLowerCase())) return null
  const words = folderWords(folder)
  return words === null || /\d/.test(words) || words.length > MAX_FOLDER ? null : words
}

const stated = createPageNote<{ readonly category: string | null }>()

/** What the page says of itself; null where it says nothing. */
const statedCategory = (page: Page): string | null => {
  let known = stated.get(page)
  if (known === undefined) {
    const said = cleanWords(metaOf(page, SECTION), MAX_CATEGORY) ?? pageFacts(page).category
    const category = said ?? shownCrumb(page) ?? namedFolder(page)
    stated.set(page, (known = { category }))
  }
  return known.category
}

const headingWords = createPageNote<Map<Element, string | null>>()

const shortHeading = (page: Page, heading: Element): string | null => {
  let known = headingWords.get(page)
  if (known === undefined) headingWords.set(page, (known = new Map()))
  const found = known.get(heading)
  if (found !== undefined) return found
  const text = textOf(heading, MAX_HEADING + 1)
  const words = text !== null && text.length <= MAX_HEADING ? text : null
  known.set(heading, words)
  return words
}

/** Whether the page is one text: its headings are chapters. */
const isArticle = (page: Page): boolean =>
  pageFacts(page).isArticle || metaOf(page, ['og:type'])?.trim().toLowerCase() === 'article'

/** The heading over a picture and others, where the page states nothing; one's own title is none. */
const headingCategory = (page: Page, element: Element, levels: readonly Element[]): string | null => {
  const { heading: headings, picture: pictures } = page.landmarks
  if (headings.length === 0 || statedCategory(page) !== null || isArticle(page)) return null
  const item = levels.at(-1) ?? element
  const own = levels.length === 0 ? null : firstWithin(headings, item)
  const section = sectionAt(page, item.startIndex ?? 0, own === null ? 7 : Number(own.name.slice(1)))
  if (section === null) return null
  const from = section.heading.startIndex ?? 0
  const count = firstFrom(pictures, section.end) - firstFrom(pictures, from)
  if (count < 2) return null
  // Several pictures of one article illustrate its chapters.
  const article = articleAround(element)
  const isOfArticle = article !== null && (article.startIndex ?? 0) < from && from < (article.endIndex ?? 0)
  return isOfArticle ? null : shortHeading(page, section.heading)
}

const CATEGORY_CLASS = /(?:^|[\s_-])(?:category|cat-links?|categories)(?:$|[\s_-])/i
const ATTRIBUTES = ['data-category', 'data-cat', 'data-category-name']

/** A link that says so (`rel="category tag"`), or an element called a category. */
const isCategory = ({ attribs: { rel, class: names } }: Element): boolean =>
  (rel !== undefined && rel.length < 100 && /\b(?:category|tag)\b/i.test(rel)) ||
  (names !== undefined && names.length < 500 && CATEGORY_CLASS.test(names))

/** What a picture's own card says of its category, as galleries with filters and lists of posts do. */
const ownCategory = (element: Element, levels: readonly Element[], called: readonly Element[]): string | null => {
  for (let level = -1; level < levels.length; level++) {
    const { attribs } = level === -1 ? element : (levels[level] as Element)
    if (!hasData(attribs)) continue
    for (const name of ATTRIBUTES) {
      const words = attribs[name] === undefined ? null : deepestCategory(cleanWords(attribs[name], MAX_CATEGORY))
      if (words !== null && HAS_WORD.test(words)) return words
    }
  }
  const category = called.find(isCategory)
  const words = category === undefined ? null : textOf(category, MAX_HEADING + 1)
  return words !== null && words.length <= MAX_HEADING ? words : null
}

/**
 * The category of one shown picture, where it can be told apart from its page's.
 * @param called the elements of its item that are called something
 */
export const pictureCategory = (page: Page, element: Element, levels: readonly Element[], called: readonly Element[]): string | null =>
  ownCategory(element, levels, called) ?? headingCategory(page, element, levels)

/** The category that holds for all of the page's pictures that have none of their own. */
export const pageCategory = (page: Page): string | null => statedCategory(page) ?? ownFolder(page)
