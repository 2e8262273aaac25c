/** What an item's data says in words of its pictures: of the picture itself, or of the thing it shows. */
import type { Page } from '../page.ts'
import type { PictureWords } from '../picture-words.ts'
import { nameIn } from '../credit-words.ts'
import { licenceIn } from '../licence.ts'
import { publishedTime } from '../published-time.ts'
import { cleanWords } from '../text-of.ts'
import { firstPlain, firstWords, hasType, isItem, valuesOf, wordsOfValue, type Item } from './item.ts'
import { productFields } from './product-fields.ts'

const MAX_NAME = 300
const MAX_CREATORS = 5
const DATES = ['datepublished', 'uploaddate', 'datecreated', 'dateposted']

const PRODUCTS = new Set([
  'product', 'productgroup', 'productmodel', 'individualproduct', 'someproducts', 'vehicle', 'car', 'book',
])
/** They speak of the page, which speaks for itself. */
const PAGES = new Set([
  'webpage', 'itempage', 'collectionpage', 'aboutpage', 'faqpage', 'profilepage', 'searchresultspage', 'website',
])

/** Products also by what they have: pages forget the type more often than the price. */
export const isProduct = (item: Item): boolean =>
  hasType(item, PRODUCTS) || (item.types.length === 0 && valuesOf(item, 'offers').length > 0)

/** The deepest of `Clothes > Hats`; null for the number of a taxonomy or an address. */
export const deepestCategory = (text: string | null): string | null => {
  const deepest = cleanWords(text?.split(/\s*(?:>|»|›|::|\s\/\s|\s\|\s)\s*/).at(-1), 200)
  return deepest === null || /^\d+$|^https?:/i.test(deepest) ? null : deepest
}

export const itemTime = (item: Item): string | null => {
  for (const name of DATES) {
    const [first] = valuesOf(item, name)
    const time = first === undefined || isItem(first) ? null : publishedTime(String(first))
    if (time !== null) return time
  }
  return null
}

const creatorOf = (image: Item): string | null => {
  for (const name of ['creator', 'author', 'credittext', 'copyrightholder', 'contributor']) {
    const words = valuesOf(image, name).slice(0, MAX_CREATORS).flatMap((value) => wordsOfValue(value, MAX_NAME) ?? [])
    // A credit line is written for readers, and says more than the name.
    const names = name === 'credittext' ? words.flatMap((line) => nameIn(line) ?? []) : words
    const said = names.filter((words) => !/^https?:/i.test(words))
    if (said.length > 0) return cleanWords([...new Set(said)].join(', '), MAX_NAME)
  }
  return null
}

/** What an `ImageObject` says of itself. */
export const imageWords = (page: Page, image: Item): Partial<PictureWords> => {
  const licence = firstPlain(image, ['license', 'licence', 'usageinfo', 'acquirelicensepage'])
  const named = valuesOf(image, 'license').find(isItem)
  const caption = firstWords(image, ['caption', 'description'])
  const title = firstWords(image, ['name', 'headline'], MAX_NAME)
  const keywords = firstWords(image, ['category', 'genre'], MAX_NAME)
  return {
    alt: firstWords(image, ['alternatename', 'accessibilitysummary', 'alttext']),
    title: title !== null && /^https?:/i.test(title) ? null : title,
    caption,
    publishedAt: itemTime(image),
    licence: licenceIn(page, licence === null ? firstPlainOf(named) : String(licence)),
    creator: creatorOf(image),
    category: deepestCategory(keywords),
  }
}

const firstPlainOf = (item: Item | undefined): string | null => {
  const said = item === undefined ? null : firstPlain(item, ['url', 'name'])
  return said === null ? null : String(said)
}

/** What an item says of the thing that its images show. Its author is not theirs. */
export const ownerWords = (owner: Item): Partial<PictureWords> => {
  const publishedAt = itemTime(owner)
  if (hasType(owner, PAGES)) return { publishedAt }
  const category = firstWords(owner, ['category', 'articlesection', 'recipecategory', 'genre'], MAX_NAME)
  return {
    title: firstWords(owner, ['headline', 'name'], MAX_NAME),
    publishedAt,
    category: deepestCategory(category),
    fields: isProduct(owner) ? productFields(owner) : null,
  }
}
