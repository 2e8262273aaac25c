/** What data says of a product that is of use beside its pictures: number, brand, price, availability. */
import type { Fields } from '../candidate.ts'
import { cleanWords } from '../text-of.ts'
import { firstPlain, firstWords, isItem, localName, valuesOf, type Item, type Value } from './item.ts'

const MAX_FIELD = 200
/** Offers looked at of one product: shops list one a size and colour. */
const MAX_OFFERS = 200

const PLAIN_PRICE = /^\d{1,12}(?:\.\d{1,6})?$/
/** `1,299.00`, `1.299,00`, `1 299,00` with a sign before or after; where one separator could be either, no number. */
const ENGLISH_PRICE = /^\d{1,3}(?:[, ]\d{3}){0,4}\.\d{1,2}$/
const EUROPEAN_PRICE = /^\d{1,3}(?:[. ]\d{3}){0,4},\d{2}$/

/** A price as a number where it is plainly one, else as written. */
export const priceOf = (value: Value | null): number | string | null => {
  if (value === null || isItem(value)) return null
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  const words = cleanWords(value, MAX_FIELD)
  if (words === null) return null
  const bare = words.replace(/^[^\d]{0,5}/, '').replace(/[^\d]{0,5}$/, '').replace(/[\u00a0\u202f']/g, ' ')
  if (PLAIN_PRICE.test(bare)) return Number(bare)
  if (ENGLISH_PRICE.test(bare)) return Number(bare.replace(/[, ]/g, ''))
  if (EUROPEAN_PRICE.test(bare)) return Number(bare.replace(/[. ]/g, '').replace(',', '.'))
  return words
}

const itemsOf = (item: Item, name: string): Item[] => valuesOf(item, name).slice(0, MAX_OFFERS).filter(isItem)

interface Offered {
  readonly prices: readonly (number | string)[]
  readonly highest: number | string | null
  readonly currency: string | null
  readonly availability: string | null
}

const readOffers = (product: Item): Offered => {
  const direct = itemsOf(product, 'offers')
  const offers = [...direct, ...direct.flatMap((offer) => itemsOf(offer, 'offers'))].slice(0, MAX_OFFERS)
  const prices: (number | string)[] = []
  let highest: number | string | null = null
  const said = { currency: new Set<string>(), availability: new Set<string>() }
  for (const offer of [...offers, product]) {
    const specification = itemsOf(offer, 'pricespecification')
    const from = [offer, ...specification]
    for (const source of from) {
      const price = priceOf(firstPlain(source, ['lowprice', 'price', 'minprice']))
      if (price !== null) prices.push(price)
      const currency = firstWords(source, ['pricecurrency', 'currency'], 10)
      if (currency !== null) said.currency.add(currency.toUpperCase())
    }
    highest ??= priceOf(firstPlain(offer, ['highprice']))
    const availability = firstPlain(offer, ['availability'])
    if (availability !== null) said.availability.add(stateOf(String(availability)))
  }
  return { prices, highest, currency: onlyOne(said.currency), availability: onlyOne(said.availability) }
}

const onlyOne = (said: ReadonlySet<string>): string | null => (said.size === 1 ? ([...said][0] ?? null) : null)

/** `https://schema.org/InStock` is `InStock`, whatever its case. */
const stateOf = (address: string): string => {
  const trimmed = address.trim().slice(0, MAX_FIELD)
  return localName(trimmed) === '' ? trimmed : trimmed.slice(-localName(trimmed).length)
}

const PLAIN = ['sku', 'mpn', 'brand', 'model', 'color', 'material', 'size'] as const
const GTIN = ['gtin13', 'gtin', 'gtin14', 'gtin12', 'gtin8', 'isbn', 'ean']

/**
 * Fields of a product: `sku mpn gtin brand model color material size condition price highPrice currency availability`,
 * those that are known. Of several offers `price` is the lowest, `highPrice` the highest where they differ; a state
 * that they do not share is left out.
 */
export const productFields = (product: Item): Fields | null => {
  const fields = new Map<string, string | number>()
  const put = (name: string, value: string | number | null): void => {
    if (value !== null && value !== '') fields.set(name, value)
  }
  for (const name of PLAIN) put(name, firstWords(product, [name], MAX_FIELD))
  if (!fields.has('brand')) put('brand', firstWords(product, ['manufacturer'], MAX_FIELD))
  put('gtin', firstWords(product, GTIN, 20))
  const { prices, highest, currency, availability } = readOffers(product)
  const numbers = prices.filter((price): price is number => typeof price === 'number')
  const price = numbers.length === 0 ? (prices[0] ?? null) : Math.min(...numbers)
  put('price', price)
  const top = numbers.length === 0 ? highest : Math.max(...numbers, typeof highest === 'number' ? highest : 0)
  if (top !== null && top !== price && price !== null) put('highPrice', top)
  if (price !== null) put('currency', currency)
  put('availability', availability)
  const condition = firstPlain(product, ['itemcondition'])
  if (condition !== null) put('condition', stateOf(String(condition)))
  return fields.size === 0 ? null : Object.fromEntries(fields)
}
