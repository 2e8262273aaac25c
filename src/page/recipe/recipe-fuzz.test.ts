/** Recipes by chance: torn YAML, and good recipes with parts exchanged. They are refused in words, or they read pages. */
import { array, assert, constantFrom, dictionary, integer, oneof, property, record, string, tuple, type Arbitrary } from 'fast-check'
import { expect, it } from 'vitest'
import { GannetError } from '../../core/errors.ts'
import { readPage } from '../index.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Recipe } from './recipe.ts'

const url = 'https://h.example/dir/page.html'
const PAGE = `<title>T</title><ul>${`<li class=p data-id="7"><a href="/b.jpg"><img src=a.jpg srcset="c.jpg 100w, d.jpg 800w"></a><h2>A <i>b</i></h2><b>1,5</b><p>3. 4. 2024</p>`.repeat(3)}</ul><a rel=next href="?p=2">x</a>`

/** Mostly what is right, so that something comes of the whole. */
const mostly = <Of>(right: Arbitrary<Of>, wrong: Arbitrary<Of>): Arbitrary<Of> => oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: wrong })

const selector = mostly(
  constantFrom(
    'img', 'a@href', 'h2', '> b', ':scope', '@data-id', 'li', '*', 'li:has(img)', 'p, b', ':not(a)', 'a ~ b', '//img', './/a/@href', 'xpath: count(.//*)',
    '//*/ancestor::*', 'xpath: 1 to 5', '//li[position() = 2]', 'xpath: ..', 'li:nth-child(2n+1)', 'b@constructor', './/@*', 'xpath: string(//b)', 'xpath: //a ! 1',
  ),
  constantFrom('//', '(', '::', '@', 'a@', '', ':is()', '\u0000', '*|*', '[data-id]@class@x', '//li['),
)
const pattern = mostly(constantFrom('(a+)+$', '.', '(\\d+)', '^$', '(?<n>.)', '.*.*.*x', '(.)\\1'), constantFrom('[', '(?=x', '*'))
const transform: Arbitrary<unknown> = mostly<unknown>(
  oneof(
    constantFrom<unknown>('trim', 'lower', 'number', 'date', 'url'),
    tuple(pattern, constantFrom('', '$1', '$&$&')).map((regex) => ({ regex })),
    record({ match: pattern, group: constantFrom(0, 1, 'n', 99) }),
    record({ template: constantFrom('x{value}', 'https://h.example/{+value}', '{+url}', '{', '{{value}}') }),
    record({ date: constantFrom('D. M. YYYY', 'DD/MM/YY HH:mm A') }),
    record({ map: dictionary(string({ maxLength: 3 }), string({ maxLength: 3 }), { maxKeys: 2 }) }),
  ),
  constantFrom<unknown>('none', { template: '{nothing}' }, { date: 'YYYY' }, { map: 1 }, {}),
)
const value: Arbitrary<unknown> = mostly<unknown>(
  oneof(
    selector,
    record({ css: selector.filter((one) => !/[@/:]/.test(one)), attribute: constantFrom('src', 'href', 'CLASS', 'x'), all: constantFrom(true, false), transform: array(transform, { maxLength: 2 }) }, { requiredKeys: ['css'] }),
    record({ xpath: constantFrom('.//img', '//a/@href', 'string(.)', '//text()'), transform, from: constantFrom('page', 'item') }, { requiredKeys: ['xpath'] }),
    record({ default: constantFrom(1, 'a', ''), transform }, { requiredKeys: ['default'] }),
    array(selector, { minLength: 1, maxLength: 3 }),
  ),
  constantFrom<unknown>(1, null, {}, [[]], true, { css: 'a', xpath: '//a' }, { from: 'all', css: 'a' }),
)
const recipe = record(
  {
    name: mostly(constantFrom('n'), constantFrom('')), item: selector.filter((one) => !one.includes('@')), thumbnail: value, full: value, title: value, time: value, licence: value, width: value, next: value, links: value,
    fields: dictionary(mostly(constantFrom('it', 'a', 'constructor'), constantFrom('__proto__', 'title')), value, { maxKeys: 2 }),
    match: mostly(constantFrom('**', 'h.example'), constantFrom('*', '')), also: mostly(constantFrom('general'), constantFrom('x')),
  },
  { requiredKeys: ['name', 'thumbnail'] },
)

const isAddress = (text: string): boolean => /^https?:\/\//.test(text) && new URL(text).href === text

let good = 0
let found = 0
const holds = (make: () => Recipe): void => {
  const start = process.cpuUsage()
  try {
    const made = make()
    good++
    const { candidates, links, relations } = readPage(PAGE, { url, recipe: made, maxMs: 200 })
    found += candidates.length
    for (const { thumbnailUrl, fullUrl, title, fields, width, publishedAt } of candidates) {
      expect(isAddress(thumbnailUrl) && isAddress(fullUrl)).toBe(true)
      expect(title === null || (title !== '' && title.length <= 1000)).toBe(true)
      expect(width === null || (Number.isInteger(width) && width > 0)).toBe(true)
      expect(publishedAt === null || new Date(publishedAt).toISOString() === publishedAt).toBe(true)
      expect(Object.values(fields ?? {}).every((one) => typeof one === 'string' || Number.isFinite(one))).toBe(true)
    }
    expect([...links, ...relations.next].every(isAddress)).toBe(true)
  } catch (error) {
    if (!GannetError.is(error, 'recipe-invalid')) throw error
    expect(error.message).toMatch(/^r\.yaml(?::\d+:\d+)?: ./)
  }
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1000).toBeLessThan(1000)
}

it('recipes of chance are refused in words or read pages', () => {
  assert(property(recipe, (given) => holds(() => parseRecipe(JSON.stringify(given), 'r.yaml'))), { seed: 11, numRuns: 400 })
  // A generator that makes nothing that works would prove nothing.
  expect(good).toBeGreaterThan(20)
  expect(found).toBeGreaterThan(50)
})

const GOOD = `name: g
match: [h.example/**]
item: li.p
let: { id: '@data-id' }
thumbnail: img
full:
  css: a
  attribute: href
  transform:
    - regex: ['/b', '/full']
    - url
title: [h3, h2]
fields: { price: { css: b, transform: { number: { decimal: ',' } } } }
time: { css: p, transform: { date: 'D. M. YYYY' } }
next: a[rel=next]
`

it('a good recipe torn anywhere is refused in words or reads pages', () => {
  const before = good
  const piece = oneof(constantFrom(': ', '\n', '- ', '{', '}', '[', ']', '&a ', '*a', '!!x ', '"', "'", '|\n', '---\n', '#', '\t', '%YAML 1.1\n', '<<: ', '? ', '\u0000', '  '), string({ maxLength: 3 }))
  const tear = tuple(integer({ min: 0, max: GOOD.length }), integer({ min: 0, max: 12 }), piece)
  assert(property(array(tear, { minLength: 1, maxLength: 2 }), (tears) => {
    let text = GOOD
    for (const [at, length, put] of tears) text = text.slice(0, at) + put + text.slice(at + length)
    holds(() => parseRecipe(text, 'r.yaml'))
  }), { seed: 12, numRuns: 1000 })
  expect(good - before).toBeGreaterThan(10)
})
