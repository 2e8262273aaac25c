/** Pages made by chance from what real ones are made of: whatever comes, the answer is well-formed. */
import { array, assert, constantFrom, dictionary, integer, letrec, oneof, property, string, tuple, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { readPage } from './index.ts'
import type { PageReading } from './index.ts'

const url = 'https://h.example/dir/page.html'

const address = oneof(
  constantFrom(
    'a.jpg', 'b.jpg', '/c/d.png?w=20', '//cdn.example/e.webp', 'https://h.example/a.jpg#x', 'data:image/gif;base64,R0', 'blob:x', '', ' ',
    'http://[', 'javascript:1', 'spacer.gif', '../../x.jpg', '?q', '#', 'page.html', 'http://a b/', '\ud800.jpg', 'File:x.jpg', '{{x}}', '%zz',
  ),
  string({ maxLength: 8 }),
)
const srcset = array(tuple(address, constantFrom('', '1x', '2x', '100w', '2000w', '300w 20h', '(', '-1x', '0w')), { maxLength: 4 })
  .map((entries) => entries.map((entry) => entry.join(' ')).join(', '))
const value = oneof(address, srcset, constantFrom('1', '100', '99999999', '1200x800', 'nofollow', 'license next', 'robots', 'noai', 'og:image', '2024-02-30', '2024-02-28', 'breadcrumb', 'd', 'blur'))
const attribute = constantFrom(
  'src', 'srcset', 'sizes', 'href', 'data-src', 'data-srcset', 'data-original', 'data-full', 'data-image', 'data-fancybox', 'data-pswp-width', 'alt', 'title', 'class',
  'id', 'aria-describedby', 'width', 'height', 'rel', 'name', 'content', 'property', 'datetime', 'type', 'media', 'itemprop', '__proto__', 'constructor', 'data-widths',
)
const tag = constantFrom(
  'img', 'a', 'picture', 'source', 'noscript', 'figure', 'figcaption', 'div', 'p', 'li', 'article', 'h2', 'time', 'meta', 'link', 'base', 'title', 'nav', 'form', 'svg',
  'image', 'table', 'td', 'script', 'style', 'template', 'textarea', 'amp-img', 'br', 'body', 'x-y', 'area', 'select', 'button',
)

const { node } = letrec<{ node: string; element: string }>((tie) => ({
  node: oneof(
    { maxDepth: 6, withCrossShrink: true },
    constantFrom('words ', '\n', '&amp;&#0;&#xD800;&nosuch', '<!-- c -->', '<![CDATA[x]]>', '</p>', '</div', '<', '<img', '\0', '\u2028', '<!doctype html>', '<a href="'),
    tie('element'),
  ),
  element: tuple(tag, dictionary(attribute, value, { maxKeys: 5 }), array(tie('node'), { maxLength: 5 }), integer({ min: 0, max: 9 })).map(
    ([name, attribs, children, end]) =>
      `<${name}${Object.entries(attribs).map(([key, text]) => ` ${key}="${text}"`).join('')}${end === 8 ? '/' : ''}>${children.join('')}${end < 7 ? `</${name}>` : ''}`,
  ),
}))
const page = array(node, { maxLength: 20 }).map((nodes) => nodes.join(''))

const isAddress = (text: string): boolean => /^https?:\/\//.test(text) && new URL(text).href === text && !text.includes('#')
const isWords = (text: string | null): boolean => text === null || (text.length > 0 && text.length <= 1000 && text === text.trim())
const isCount = (n: number | null): boolean => n === null || (Number.isInteger(n) && n >= 0)

const checkReading = ({ candidates, links, unusable, title, optOut }: PageReading): void => {
  seen += candidates.length
  for (const candidate of candidates) {
    const { pageUrl, thumbnailUrl, fullUrl, alt, caption, category, publishedAt, width, height, licence, creator } = candidate
    expect([thumbnailUrl, fullUrl].every(isAddress), fullUrl).toBe(true)
    expect(pageUrl).toBe(url)
    expect([alt, candidate.title, caption, category, creator].every(isWords)).toBe(true)
    expect([width, height].every(isCount)).toBe(true)
    expect(publishedAt === null || new Date(publishedAt).toISOString() === publishedAt).toBe(true)
    expect(licence === null || isAddress(licence)).toBe(true)
  }
  const fulls = candidates.map((candidate) => candidate.fullUrl)
  expect(new Set(fulls).size).toBe(fulls.length)
  expect(links.every(isAddress)).toBe(true)
  expect(new Set(links).size).toBe(links.length)
  expect(links.filter((link) => fulls.includes(link))).toEqual([])
  expect(unusable.every((one) => one.url.length <= 20_000)).toBe(true)
  expect(isWords(title)).toBe(true)
  expect(optOut.directive === null).toBe(optOut.follow && optOut.images)
}

const within = (html: string | Uint8Array): void => {
  // Of the processor, not of the wall: the machine may be busy with other things.
  const start = process.cpuUsage()
  const reading = readPage(html, { url })
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1000).toBeLessThan(1000)
  checkReading(reading)
}

let seen = 0

test('pages of chance', () => {
  assert(property(page, within), { seed: 7, numRuns: 1000 })
  // A generator that makes no pictures would prove nothing.
  expect(seen).toBeGreaterThan(50)
})

test('bytes of chance', () => {
  const bytes = oneof(uint8Array({ maxLength: 300 }), page.map((html) => Buffer.from(html, 'utf16le')), page.map((html) => Buffer.from(`\ufeff${html}`, 'utf16le')))
  assert(property(bytes, within), { seed: 8, numRuns: 1000 })
})
