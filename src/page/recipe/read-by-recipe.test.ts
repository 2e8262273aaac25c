/** Pages read by recipes: what a recipe says holds, and a page that fights it costs no more than its time. */
import { describe, expect, it } from 'vitest'
import { readPage } from '../index.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Recipe, RecipeTransform, RecipeValue } from './recipe.ts'

const url = 'https://shop.example/list/all?page=1'
const read = (html: string, recipe: Recipe, at = url) => readPage(html, { url: at, recipe })
/** What a value finds in one item. */
const field = (html: string, value: RecipeValue): string | number | null =>
  read(`<div class=item><img src=a.jpg>${html}</div>`, { name: 'one', item: '.item', thumbnail: 'img', fields: { it: value } }).candidates[0]?.fields?.['it'] ?? null
const after = (text: string, ...transform: RecipeTransform[]): string | number | null => field(`<b>${text}</b>`, { css: 'b', transform })

const SHOP = `
<title>All shoes</title><div class=breadcrumb><a href=/>Home</a> <a href=/shoes>Shoes</a></div>
<ul>
  <li class=p data-id="A 1"><a href="/big/1.jpg"><img data-src="/t/1.jpg" src="spacer.gif"></a><h3> Red\n shoe </h3><b>€ 1.234,50</b></li>
  <li class=p data-id=B2><a href="/big/2.jpg"><img srcset="/t/2s.jpg 90w, /t/2m.jpg 300w, /t/2l.jpg 900w"></a><h3></h3></li>
  <li class=p data-id=C3><h3>Sold out</h3></li>
</ul>
<img src="/banner.jpg"><a rel=next href="?page=99">›</a><a class=more href="?page=2">More</a><a href="/about">About</a>`

const shop = parseRecipe(`
name: shop
match: [shop.example/list/*]
item: li.p
thumbnail: img
full: a@href
title: h3
fields:
  sku: '@data-id'
  price: { css: b, transform: { number: { decimal: ',' } } }
next: a.more
`)

describe('a list', () => {
  it('gives its items, their words, and nothing else of the page', () => {
    const { candidates, unusable, relations, links } = read(SHOP, shop)
    expect(candidates).toEqual([
      expect.objectContaining({
        via: 'recipe', thumbnailUrl: 'https://shop.example/t/1.jpg', fullUrl: 'https://shop.example/big/1.jpg',
        title: 'Red shoe', category: 'Shoes', pageUrl: url, fields: { sku: 'A 1', price: 1234.5 },
      }),
      expect.objectContaining({
        thumbnailUrl: 'https://shop.example/t/2m.jpg', fullUrl: 'https://shop.example/big/2.jpg',
        title: 'All shoes', fields: { sku: 'B2' },
      }),
    ])
    expect(unusable).toEqual([{ url: '', reason: 'incomplete' }])
    expect(relations.next).toEqual(['https://shop.example/list/all?page=2'])
    expect(links[0]).toBe('https://shop.example/list/all?page=2')
    expect(links).toContain('https://shop.example/about')
  })

  it('follows only the links it names', () => {
    expect(read(SHOP, { ...shop, links: [] }).links).toEqual(['https://shop.example/list/all?page=2'])
    expect(read(SHOP, { ...shop, links: '.breadcrumb a' }).links).toEqual([
      'https://shop.example/list/all?page=2', 'https://shop.example/', 'https://shop.example/shoes',
    ])
  })

  it('leaves pages that it is not for to the general finders, and asks them as well when told to', () => {
    const elsewhere = read(SHOP, shop, 'https://shop.example/cart').candidates
    expect(elsewhere.map(({ fullUrl }) => fullUrl)).toContain('https://shop.example/banner.jpg')
    expect(elsewhere.every(({ via }) => via !== 'recipe')).toBe(true)
    const both = read(SHOP, { ...shop, also: 'general' }).candidates
    expect(both.map(({ fullUrl }) => fullUrl)).toContain('https://shop.example/banner.jpg')
    expect(both.find(({ fullUrl }) => fullUrl.endsWith('/big/1.jpg'))).toMatchObject({ via: 'recipe', title: 'Red shoe' })
    expect(both.filter(({ fullUrl }) => fullUrl.endsWith('/big/1.jpg'))).toHaveLength(1)
  })

  it('items stay apart, however their addresses resemble each other', () => {
    const html = '<li><a href=/b-600x600.jpg><img src=/a-300x300.jpg></a></li><li><a href=/a-600x600.jpg><img src=/b-600x600.jpg></a></li>'
    const recipe: Recipe = { name: 'apart', item: 'li', thumbnail: 'img@src', full: 'a@href' }
    expect(read(html, recipe, 'https://shop.example/').candidates.map(({ thumbnailUrl, fullUrl }) => [thumbnailUrl, fullUrl])).toEqual([
      ['https://shop.example/a-300x300.jpg', 'https://shop.example/b-600x600.jpg'],
      ['https://shop.example/b-600x600.jpg', 'https://shop.example/a-600x600.jpg'],
    ])
  })

  it('the first recipe that matches reads the page', () => {
    const recipes: Recipe[] = [{ name: 'a', match: 'other.example', thumbnail: 'img' }, { name: 'b', thumbnail: 'img', title: { default: 'second' } }, shop]
    expect(readPage(SHOP, { url, recipe: recipes }).candidates[0]?.title).toBe('second')
  })
})

it.each<[html: string, thumbnail: string, full: string]>([
  ['<img src=a.jpg>', 'a.jpg', 'a.jpg'],
  ['<img src=s.jpg data-src=l.jpg>', 's.jpg', 'l.jpg'],
  ['<img src=spacer.gif data-src=l.jpg>', 'l.jpg', 'l.jpg'],
  ['<img src=grey.svg data-src=l.jpg><img src=grey.svg>', 'l.jpg', 'l.jpg'],
  ['<img src=a.jpg srcset="a.jpg 1x, b.jpg 2x">', 'a.jpg', 'b.jpg'],
  ['<img src=a.jpg srcset="c.jpg 90w, d.jpg 300w, e.jpg 900w">', 'd.jpg', 'e.jpg'],
  ['<img srcset="c.jpg 90w, d.jpg 120w">', 'd.jpg', 'd.jpg'],
  ['<picture><source srcset="w.webp 400w, x.webp 800w"><img src=a.jpg></picture>', 'w.webp', 'x.webp'],
])('%s as a whole is %s and %s', (html, thumbnail, full) => {
  const { candidates } = read(html, { name: 'i', item: 'img:first-of-type', thumbnail: ':scope', full: ':scope' })
  expect(candidates[0]).toMatchObject({ thumbnailUrl: `https://shop.example/list/${thumbnail}`, fullUrl: `https://shop.example/list/${full}` })
})

it('a page without items is one item', () => {
  const { candidates } = read('<title>P</title><h1>Gannet</h1><p><img src=s.jpg><a id=dl href=l.jpg>Download</a> 4000 × 3000', {
    name: 'detail', thumbnail: 'img', full: '#dl', title: 'h1',
    width: { css: 'p', transform: { match: String.raw`(\d+) ×` } }, height: { css: 'p', transform: { match: String.raw`× (\d+)` } },
  })
  expect(candidates).toEqual([expect.objectContaining({ title: 'Gannet', width: 4000, height: 3000, thumbnailUrl: 'https://shop.example/list/s.jpg', fullUrl: 'https://shop.example/list/l.jpg' })])
})

describe('values', () => {
  it.each<[html: string, value: RecipeValue, found: string | number | null]>([
    ['<h2> a\n b </h2>', 'h2', 'a b'],
    ['<a href="/x?a=1">t</a>', 'a@href', '/x?a=1'],
    ['<p class=n>n</p><h2>t</h2>', ['h3', 'p.missing', 'h2'], 't'],
    ['<i>1</i><i>2</i>', { css: 'i', all: true }, '1, 2'],
    ['<i>1</i><i>2</i>', { css: 'i', all: true, join: ' / ' }, '1 / 2'],
    ['<i>1</i><i>2</i>', 'i', '1'],
    ['', { css: 'i', default: 'none' }, 'none'],
    ['', { default: 7 }, 7],
    ['<p><i>deep</i></p><i>own</i>', '> i', 'own'],
    ['<i>1</i>', ':scope > i', '1'],
    ['<i>1</i>', './i', '1'],
    ['<i data-x=5>1</i>', './/i/@data-x', '5'],
    ['<i>1</i><i>2</i>', 'xpath: count(.//i)', '2'],
    ['<i>1</i><i>2</i>', { xpath: './/i/text()', all: true, join: '+' }, '1+2'],
    ['<i>1</i><i>2</i>', "xpath: string-join(.//i, '-')", '1-2'],
    ['<i>1</i>', { xpath: './/i', attribute: 'id' }, null],
    ['<input value=v>', 'input', 'v'],
    ['<meta name=a content=c>', 'meta', 'c'],
    ['<script>var a = 1</script>', 'script', null],
  ])('%s by %j is %j', (html, value, found) => {
    expect(field(html, value)).toBe(found)
  })

  it('from the page, once for all items', () => {
    const html = '<h1>Show</h1><p><img src=1.jpg></p><p><img src=2.jpg></p>'
    const { candidates } = read(html, { name: 'a', item: 'p', thumbnail: 'img', category: { css: 'h1', from: 'page' } })
    expect(candidates.map(({ category }) => category)).toEqual(['Show', 'Show'])
  })

  it('XPath that does not fit the page is told, not thrown', () => {
    const problems: string[] = []
    const recipe: Recipe = { name: 'a', thumbnail: 'img', title: 'xpath: string(//i)' }
    const { candidates } = readPage('<img src=a.jpg><i>1</i><i>2</i>', { url, recipe, onProblem: (problem) => problems.push(problem) })
    expect(candidates).toHaveLength(1)
    expect(problems).toEqual([expect.stringContaining('XPTY0004')])
  })
})

describe('transforms', () => {
  it.each<[text: string, transforms: RecipeTransform[], result: string | number | null]>([
    ['1,234.50 €', ['number'], 1234.5],
    ['1.234,50 €', [{ number: { decimal: ',' } }], 1234.5],
    ['−5', ['number'], -5],
    ['1 234', ['number'], 1234],
    ['none', ['number'], null],
    ['ABC', ['lower'], 'abc'],
    ['b.jpg', ['url'], 'https://shop.example/list/b.jpg'],
    ['img_300x200.jpg', [{ regex: [String.raw`_\d+x\d+`, ''] }], 'img.jpg'],
    ['a-b-c', [{ regex: ['(\\w)-', '$1+'] }], 'a+b+c'],
    ['SKU: 77-x', [{ match: String.raw`SKU: (\S+)` }], '77-x'],
    ['SKU: 77-x', [{ match: String.raw`(?<n>\d+)-(?<l>\w)`, group: 'l' }], 'x'],
    ['SKU: 77-x', [{ match: 'EAN' }], null],
    ['New', [{ map: { New: 'new', Used: 'used' } }], 'new'],
    ['Other', [{ map: { New: 'new' } }], null],
    ['77', [{ template: 'no. {value} of {url}' }], `no. 77 of ${url}`],
    ['2024-02-03', ['date'], '2024-02-03T00:00:00.000Z'],
    ['03/04/2024', [{ date: 'DD/MM/YYYY' }], '2024-04-03T00:00:00.000Z'],
    ['03/04/2024', [{ date: 'MM/DD/YYYY' }], '2024-03-04T00:00:00.000Z'],
    ['31/02/2024', [{ date: 'DD/MM/YYYY' }], null],
    ['3. März 2024, 14:05 Uhr', [{ date: { format: 'D. MMMM YYYY, HH:mm', locale: 'de', zone: '+01:00' } }], '2024-03-03T13:05:00.000Z'],
    ['le 3 févr. 2024', [{ date: { format: '[le] D MMM YYYY', locale: 'fr' } }], '2024-02-03T00:00:00.000Z'],
    ['Feb 3, 99 11:30 pm', [{ date: 'MMM D, YY H:mm A' }], '1999-02-03T23:30:00.000Z'],
  ])('%j by %j is %j', (text, transforms, result) => {
    expect(after(text, ...transforms)).toBe(result)
  })

  it('templates make addresses out of other values, encoded where they need be', () => {
    const { candidates } = read('<li data-id="a/b c"><img src=/t/1.jpg></li><li><img src=/t/2.jpg></li>', {
      name: 't', item: 'li', let: { id: '@data-id' }, thumbnail: 'img',
      full: [{ transform: { template: 'https://cdn.example/{id}.jpg' } }, { css: 'img', transform: [{ regex: ['/t/', '/full/'] }, 'url'] }],
      title: { transform: { template: 'No. {id}' } },
    })
    expect(candidates.map(({ fullUrl }) => fullUrl)).toEqual(['https://cdn.example/a%2Fb%20c.jpg', 'https://shop.example/full/2.jpg'])
    expect(candidates[0]?.title).toBe('No. a/b c')
    expect(candidates[1]?.title).toBe(null)
  })
})

it.each<[pattern: string, url: string, fits: boolean]>([
  ['shop.example', 'https://shop.example/a/b?c', true],
  ['shop.example', 'https://other.example/shop.example', false],
  ['https://shop.example/list/*', 'https://shop.example/list/a?page=2', true],
  ['https://shop.example/list/*', 'http://shop.example/list/a', false],
  ['https://shop.example/list/*', 'https://shop.example/list/a/b', false],
  ['shop.example/list/**', 'https://shop.example/list/a/b', true],
  ['*.shop.example/**', 'https://de.shop.example/a', true],
  ['shop.example/*?page=*', 'https://shop.example/a?page=2', true],
  ['shop.example/*?page=*', 'https://shop.example/a?sort=2', false],
])('match %s, %s: %s', (match, at, fits) => {
  const [candidate] = read('<img src=a.jpg>', { name: 'm', match, thumbnail: 'img' }, at).candidates
  expect(candidate?.via === 'recipe').toBe(fits)
})

describe('pages that fight', () => {
  it.each<[what: string, html: string, recipe: Recipe]>([
    ['a pattern that backtracks', `<p><img src=a.jpg><b>${'a'.repeat(60)}!</b></p>`.repeat(3), { name: 'x', item: 'p', thumbnail: 'img', title: { css: 'b', transform: { match: '^(a+)+$' } } }],
    ['items in items', `${'<div><img src=a.jpg>'.repeat(500)}${'<b>x</b>'.repeat(20_000)}`, { name: 'x', item: 'div', thumbnail: 'i', title: { css: 'u ~ u', all: true } }],
    ['XPath that compares all with all', '<p>a</p>'.repeat(20_000), { name: 'x', item: '//p[. = //p[last()]/preceding::p]', thumbnail: 'img' }],
  ])('%s: ends in time with what was read', (_what, html, recipe) => {
    const start = process.cpuUsage()
    const { cut } = readPage(html, { url, recipe, maxMs: 400 })
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1500)
    expect(cut).toBe('time')
  })

  it('no more items than asked for', () => {
    const { candidates, cut } = readPage('<p><img src=1.jpg></p><p><img src=2.jpg></p><p><img src=3.jpg></p>', {
      url, recipe: { name: 'x', item: 'p', thumbnail: 'img' }, maxCandidates: 2,
    })
    expect([candidates.length, cut]).toEqual([2, 'candidates'])
  })

  it('names of objects are names like any other', () => {
    expect(field('<i constructor=a>b</i>', 'i@constructor')).toBe('a')
    expect(field('<i>b</i>', 'i@constructor')).toBe(null)
    expect(field('<b>constructor</b>', { css: 'b', transform: { map: { a: 'b' } } })).toBe(null)
  })
})
