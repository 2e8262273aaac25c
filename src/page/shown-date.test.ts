/** The day a page says of itself in words alone; where it says several, or of something else, none is taken. */
import { expect, test } from 'vitest'
import { readPage } from './index.ts'

const dateIn = (html: string): string | null =>
  readPage(`<h1>Gannets</h1>${html}<p>Text.</p><img src=1.jpg><img src=2.jpg>`, { url: 'https://birds.example/x.html' }).candidates[0]?.publishedAt ?? null

test.each<[string, string]>([
  ['<p>Posted: 2024-03-05 14:05</p>', '2024-03-05T14:05:00.000Z'],
  ['<p class=byline>Published on 5 March 2024</p>', '2024-03-05T00:00:00.000Z'],
  ['<p class=byline>By Ann Smith, 5 March 2024</p>', '2024-03-05T00:00:00.000Z'],
  ['<div class="posted-on"><span class="entry-date">March 5, 2024</span></div>', '2024-03-05T00:00:00.000Z'],
  ['<span class="timestamp" data-timestamp="1709647500">yesterday</span>', '2024-03-05T14:05:00.000Z'],
  ['<div class=dateline>5 March 2024</div>', '2024-03-05T00:00:00.000Z'],
  ['<p>Published 5 March 2024, updated on 7 March</p>', '2024-03-05T00:00:00.000Z'],
  ['<p>Veröffentlicht am 5. März 2024</p>', '2024-03-05T00:00:00.000Z'],
  ['<relative-time datetime="2024-03-05T14:05:00Z">yesterday</relative-time>', '2024-03-05T14:05:00.000Z'],
  ['<time-ago datetime="2024-03-05T14:05:00Z">yesterday</time-ago>', '2024-03-05T14:05:00.000Z'],
])('%s', (html, expected) => {
  expect(dateIn(html)).toBe(expected)
})

test.each([
  '<p class=date>5 March 2024</p><p class=date>6 March 2024</p>',
  '<div class=comments><p class=date>5 March 2024</p></div>',
  '<footer><span class=date>5 March 2024</span></footer>',
  '<p class="date-picker">5 March 2024</p>',
  '<p>On 5 March 2024 the gannets came.</p>',
  '<p>Posters of 5 March 2024</p>',
  '<div class=card><img src=t.jpg><span class=date>5 March 2024</span></div>',
  '<meta name="DC.date" content="2024-03">',
])('no date of the page: %s', (html) => {
  expect(readPage(`${html}<img src=2.jpg>`, { url: 'https://birds.example/x.html' }).candidates.at(-1)?.publishedAt).toBeNull()
})

test('a stated date comes first', () => {
  expect(dateIn('<meta name=date content="2024-01-02"><p class=dateline>5 March 2024</p>')).toBe('2024-01-02T00:00:00.000Z')
})

test('a page of labels takes no time', () => {
  const before = process.cpuUsage()
  dateIn(`${'<div class=date>'.repeat(5000)}${'<p>Posted'.repeat(20_000)}`)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
})
