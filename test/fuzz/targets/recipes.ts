/** Recipes: forms with parts exchanged, good ones torn, over pages that match them and pages of chance. */
import { array, constantFrom, dictionary, integer, oneof, record, string, tuple, type Arbitrary } from 'fast-check'
import { GannetError } from '../../../src/core/errors.ts'
import { parseRecipe, readPage } from '../../../src/page/index.ts'
import { HOME } from '../gallery.ts'
import { page } from '../markup.ts'
import { damagedText, mostly } from '../pieces.ts'
import { holdReading } from '../reading.ts'
import { hold, trial, type Target } from '../target.ts'

const PAGE = `<title>T</title><ul>${'<li class=p data-id="7"><a href="/b.jpg"><img src=a.jpg srcset="c.jpg 100w, d.jpg 800w"></a><h2>A <i>b</i></h2><b>1,5</b><p>3. 4. 2024</p>'.repeat(3)}</ul><a rel=next href="?p=2">x</a>`

const selector = mostly(
  constantFrom('img', 'a@href', 'h2', '> b', ':scope', '@data-id', 'li', '*', 'li:has(img)', 'p, b', ':not(a)', 'a ~ b', '//img', './/a/@href', 'xpath: count(.//*)', '//*/ancestor::*', 'xpath: 1 to 5', '//li[position() = 2]', 'xpath: ..', 'li:nth-child(2n+1)', 'b@constructor', './/@*', 'xpath: string(//b)', 'xpath: //a ! 1', '* * *', ':is(:is(:is(a)))'),
  oneof(constantFrom('xpath: 1 to 1000000000', 'xpath: string-join((1 to 1000000) ! "a")', '//*//*//*//*', '//', '(', '::', '@', 'a@', '', ':is()', '\u0000', '*|*', '[data-id]@class@x', '//li[', 'xpath:', 'xpath: doc("file:///etc/passwd")', 'xpath: unparsed-text("http://h.example/")', ':host', 'a:visited', ':has(:has(a))'), string({ maxLength: 8 })), 20,
)
const pattern = mostly(constantFrom('(a+)+$', '.', '(\\d+)', '^$', '(?<n>.)', '.*.*.*x', '(.)\\1', '(\\w+\\s?)*$'), constantFrom('[', '(?=x', '*'), 20)
const transform: Arbitrary<unknown> = mostly<unknown>(
  oneof(
    constantFrom<unknown>('trim', 'lower', 'upper', 'number', 'date', 'url'), tuple(pattern, constantFrom('', '$1', '$&$&', '$`$\''), constantFrom('', 'g', 'u')).map((regex) => ({ regex })), record({ match: pattern, group: constantFrom(0, 1, 'n', 99) }),
    record({ template: constantFrom('x{value}', 'https://h.example/{+value}', '{+url}', '{', '{{value}}', '{title}') }), record({ date: constantFrom('D. M. YYYY', 'DD/MM/YY HH:mm A') }), record({ map: dictionary(string({ maxLength: 3 }), string({ maxLength: 3 }), { maxKeys: 2 }) }),
  ),
  constantFrom<unknown>('none', { template: '{nothing}' }, { date: 'YYYY' }, { map: 1 }, {}), 20,
)
const value: Arbitrary<unknown> = mostly<unknown>(
  oneof(
    selector, record({ css: selector.filter((one) => !/[@/:]/.test(one)), attribute: constantFrom('src', 'href', 'CLASS', 'x'), all: constantFrom(true, false), transform: array(transform, { maxLength: 2 }) }, { requiredKeys: ['css'] }),
    record({ xpath: constantFrom('.//img', '//a/@href', 'string(.)', '//text()'), transform, from: constantFrom('page', 'item') }, { requiredKeys: ['xpath'] }), record({ default: constantFrom(1, 'a', ''), transform }, { requiredKeys: ['default'] }),
    array(selector, { minLength: 1, maxLength: 3 }),
  ),
  constantFrom<unknown>(1, null, {}, [[]], true, { css: 'a', xpath: '//a' }, { from: 'all', css: 'a' }), 20,
)
const form = record(
  {
    name: mostly(constantFrom('n'), constantFrom('')), item: selector.filter((one) => !one.includes('@')), thumbnail: value, full: value, title: value, alt: value, time: value, licence: value, width: value, next: value, links: value, let: dictionary(constantFrom('id', 'a'), value, { maxKeys: 2 }),
    fields: dictionary(mostly(constantFrom('it', 'a', 'constructor'), constantFrom('__proto__', 'title')), value, { maxKeys: 2 }), match: mostly(constantFrom('**', 'h.example/**'), constantFrom('*', '')), also: mostly(constantFrom('general'), constantFrom('x')),
  },
  { requiredKeys: ['name', 'thumbnail'] },
).map((one) => JSON.stringify(one))

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
examples:
  - url: https://h.example/
    html: '<li class=p><img src=a.jpg></li>'
    items: [{ thumbnail: a.jpg }]
`
const yaml = damagedText(constantFrom(GOOD), oneof(constantFrom(': ', '\n', '- ', '{', '}', '[', ']', '&a ', '*a', '!!x ', '"', "'", '|\n', '---\n', '#', '\t', '%YAML 1.1\n', '<<: ', '? ', '\u0000', '  ', '!!js/function ', '&a [*a]', '&a {a: *a}'), string({ maxLength: 3 })), 3)
const bomb = integer({ min: 1, max: 40 }).map((n) => `a0: &a0 [x, x]\n${Array.from({ length: n }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}]\n`).join('')}`)
const deep = tuple(constantFrom('[', '{a: ', '- ', '"'), integer({ min: 1, max: 30_000 })).map(([one, times]) => one.repeat(times))

export const recipes: Target = {
  name: 'recipe', what: 'recipes: refused in words, or they read pages', weight: 2,
  start: () => {
    const yields = { good: 0, candidates: 0 }
    return trial({
      arbitrary: record({ text: oneof({ weight: 8, arbitrary: form }, { weight: 6, arbitrary: yaml }, { weight: 1, arbitrary: bomb }, { weight: 1, arbitrary: deep }), html: oneof(constantFrom(PAGE), page) }),
      yields,
      // Checked twice, two seconds at most each (as text, and as an object where the page is read), and then read by.
      mostMs: 5000,
      check: ({ text, html }) => {
        try {
          const recipe = parseRecipe(text, 'r.yaml')
          yields.good++
          const reading = readPage(html, { url: HOME, recipe, maxMs: 80 })
          holdReading(reading)
          yields.candidates += reading.candidates.length
        } catch (error) {
          if (!GannetError.is(error, 'recipe-invalid')) throw error
          // What was just within the time of the check may be beyond it the second time, as an object with a name.
          hold(/^(?:r\.yaml(?::\d+:\d+)?|recipe n): ./.test(error.message), `refused without a place: ${error.message}`)
        }
      },
    })
  },
}
