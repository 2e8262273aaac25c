/** The table of a page as a person sees it: what it says, that it fits, and that a page cannot steer the terminal. */
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Inspection } from '../app/inspect.ts'
import { readPage } from '../page/index.ts'
import { columns, cutTo } from './columns.ts'
import { checkText, inspectText, shortUrl } from './inspect-text.ts'

const url = 'https://shop.example/list/all'
const inspection = (html: string): Inspection => ({ ...readPage(html, { url }), url, recipe: null, problems: [], hints: [] })
/** Without colours, whoever runs the tests. */
const plain = stripVTControlCharacters

const LONG = 'https://cdn.example.net/a/very/long/path/to/big/two-with-a-quite-long-name.jpg'
const PAGE = `<title>Shoes</title><link rel=next href="?page=2"><link rel=alternate type=application/rss+xml href=/feed><meta name=robots content=noai>
<figure><a href=/big/1.jpg><img src=/t/1.jpg alt="Red shoe"></a><figcaption>Seen in May</figcaption></figure>
<figure><img src="${LONG}" width=1200 height=800 alt="蓝色的鞋子 und noch viele andere Wörter, die auf keine Zeile mehr passen"></figure>
<img src="blob:x"><img src="data:image/gif;base64,R0">`

describe('a page', () => {
  it.each([60, 79, 100, 200])('fits %i columns', (width) => {
    const lines = plain(inspectText(inspection(PAGE), width)).split('\n')
    expect(lines.filter((line) => columns(line) > width)).toEqual([])
  })

  it('shows thumbnail and full side by side, the words, and what else it has', () => {
    const lines = plain(inspectText(inspection(PAGE), 120)).split('\n')
    expect(lines[1]).toMatch(/^1 {2}\/t\/1\.jpg +\/big\/1\.jpg +link +.*Red shoe · Seen in May/)
    expect(lines[2]).toMatch(/^2 {2}the same +…?\S*long-name\.jpg +1200 × 800 +img +.*蓝色的鞋子/)
    const rest = lines.slice(3).join('\n')
    expect(rest).toMatch(/pictures +2\n/)
    expect(rest).toMatch(/unusable +unsupported-scheme 2\n/)
    expect(rest).toMatch(/next page +https:\/\/shop\.example\/list\/all\?page=2\n/)
    expect(rest).toMatch(/feeds +https:\/\/shop\.example\/feed\n/)
    expect(rest).toMatch(/opted out +its pictures are not to be taken: noai/)
  })

  it('says each word once, what is said apart from what it is filed under', () => {
    const page = inspection(PAGE)
    const [first] = page.candidates
    if (first === undefined) throw new TypeError('no picture')
    const candidate = { ...first, title: 'Boots', alt: 'Red boot', caption: 'boots', category: 'Boots', creator: 'Ann', licence: 'CC0', fields: { sku: '1' } }
    const [head = '', line = ''] = plain(inspectText({ ...page, candidates: [candidate] }, null)).split('\n')
    expect(head).toMatch(/title · alt · caption \| category · date · creator · licence$/)
    expect(line).toMatch(/ {2}Boots · Red boot \| by Ann · CC0 · sku 1$/)
    const [, bare = ''] = plain(inspectText({ ...page, candidates: [{ ...candidate, title: null, alt: null, caption: null }] }, null)).split('\n')
    expect(bare).toMatch(/ {2}\| Boots · by Ann/)
  })

  it('tells what would make it read more', () => {
    expect(plain(inspectText({ ...inspection(PAGE), hints: ['name \u001b[2Jit'] }, null))).toMatch(/^note +name  ?\[2Jit$/m)
  })

  it('cuts nothing where there is no terminal', () => {
    const text = plain(inspectText(inspection(PAGE), null))
    expect(text).toContain(LONG)
    expect(text).toContain('https://shop.example/t/1.jpg')
    expect(text).toContain('auf keine Zeile mehr passen')
  })

  it('without a picture says so', () => {
    expect(plain(inspectText(inspection('<p>words'), 80))).toMatch(/^page .*\npictures +0\nlinks +0$/)
  })

  it('cannot steer the terminal', () => {
    const page = { ...inspection(PAGE), title: 'a\u001b[2Jb\u202ec', recipe: '\u001b]0;x\u0007' }
    const text = inspectText(page, null)
    for (const steering of ['\u001b[2J', '\u202e', '\u001b]', '\u0007']) expect(text).not.toContain(steering)
  })
})

it.each<[url: string, width: number, short: string]>([
  ['https://shop.example/a/b/c.jpg', 30, '/a/b/c.jpg'],
  ['https://shop.example/a/long/way/to/c.jpg', 12, '/…/c.jpg'],
  ['https://cdn.example/a/b/c.jpg', 30, 'cdn.example/a/b/c.jpg'],
  ['https://cdn.example/a/b/c/d/e/f.jpg?w=1', 25, 'cdn.example/…/f.jpg?w=1'],
  ['https://cdn.example/abcdefghijklmnopqrstuvwxyz.jpg', 16, '…pqrstuvwxyz.jpg'],
  ['https://cdn.example/', 30, 'cdn.example/'],
])('%s in %i columns is %s', (address, width, short) => {
  expect(shortUrl(address, url, width)).toBe(short)
  expect(short.length).toBeLessThanOrEqual(width)
})

it.each<[text: string, width: number, cut: string]>([
  ['abc', 3, 'abc'], ['abcd', 3, 'ab…'], ['蓝色的鞋子', 10, '蓝色的鞋子'], ['蓝色的鞋子', 9, '蓝色的鞋…'], ['蓝色', 3, '蓝…'], ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'], ['👩‍👩‍👧 x', 4, '👩‍👩‍👧 x'], ['abc', 0, ''],
])('%j in %i columns is %j', (text, width, cut) => {
  expect(cutTo(text, width)).toBe(cut)
  expect(columns(cut)).toBeLessThanOrEqual(width)
})

it('examples that fail say what was expected and what was found', () => {
  const text = plain(checkText([{
    file: 'r.yaml', recipe: 'shop', ok: false,
    examples: [
      { name: 'first', url, ok: true, items: 1, differences: [], problems: [] },
      { name: 'second', url, ok: false, items: 2, problems: ['XPTY0004'], differences: [{ key: 'items', expected: 3, got: 2 }, { key: 'items[0].title', expected: 'Red', got: null }] },
    ],
  }, { file: 'e.yaml', recipe: 'empty', ok: false, examples: [] }]))
  expect(text.split('\n')).toEqual([
    'shop  r.yaml',
    `  ok     first   1 item  ${url}`,
    `  fails  second  2 items  ${url}`,
    '         items           expected 3, got 2',
    '         items[0].title  expected "Red", got nothing',
    '         XPTY0004',
    'empty  e.yaml',
    '  it has no examples: write a page and what it yields under the key examples',
  ])
})
