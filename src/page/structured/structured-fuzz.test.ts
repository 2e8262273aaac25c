/** Data of chance in every spelling: whatever comes, candidates are well-formed and no word is on a picture twice removed. */
import { array, assert, constantFrom, dictionary, integer, letrec, oneof, property, string, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { readPage } from '../index.ts'

const url = 'https://h.example/dir/page.html'
const name = constantFrom(
  'image', 'url', 'contentUrl', 'thumbnailUrl', 'logo', 'author', 'name', 'caption', 'license', 'datePublished', 'offers', 'price', 'priceCurrency', 'sku',
  'brand', 'width', 'height', 'itemListElement', 'item', 'position', '@id', '@graph', '@list', '@value', '@type', '__proto__', 'constructor', 'http://schema.org/image', 'schema:name', '', 'articleSection',
)
const plain = oneof(
  constantFrom(
    'a.jpg', '/b.png', 'https://h.example/c.webp?w=20', '//x/1x1/d.jpg', '//x/4x3/d.jpg', 'data:image/gif;base64,R0', 'page.html', '#id', 'Product', 'ImageObject', 'BreadcrumbList',
    'ListItem', 'Article', 'Organization', '2024-05-01', '03/04/2024', '1.299,00 €', '800px', 'CC BY 4.0', '<b>x', '&amp;', '\u0000', '\ud800', ' ',
  ),
  string({ maxLength: 6 }),
  integer(),
)
type Json = string | number | Json[] | { [key: string]: Json }
const { value } = letrec<{ value: Json }>((tie) => ({
  value: oneof(
    { maxDepth: 5, withCrossShrink: true }, plain, array(tie('value') as Arbitrary<Json>, { maxLength: 4 }),
    dictionary(name, tie('value') as Arbitrary<Json>, { maxKeys: 6 }), dictionary(name, plain, { maxKeys: 6 }).map((item) => ({ '@type': 'Product', image: 'a.jpg', ...item })),
  ),
}))

/** The same data as microdata, as far as it goes. */
const asMicrodata = (data: Json, itemprop = ''): string => {
  const says = itemprop === '' ? '' : ` itemprop="${itemprop.replace(/"/g, '')}"`
  if (Array.isArray(data)) return data.map((one) => asMicrodata(one, itemprop)).join('')
  if (typeof data !== 'object') return `<meta${says} content="${String(data).replace(/"/g, '&quot;')}">`
  const inner = Object.entries(data).map(([key, one]) => asMicrodata(one, key)).join('')
  return `<div itemscope itemref="x y" itemtype="https://schema.org/${JSON.stringify(data['@type'] ?? '').replace(/\W/g, '')}"${says}>${inner}</div>`
}

const isWords = (text: string | null): boolean => text === null || (text.length > 0 && text.length <= 1000 && text === text.trim())
let seen = 0

const check = (html: string): void => {
  const start = process.cpuUsage()
  const { candidates } = readPage(html, { url })
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000)
  seen += candidates.length
  const fulls = candidates.map(({ fullUrl }) => fullUrl)
  expect(new Set(fulls).size).toBe(fulls.length)
  for (const { fullUrl, thumbnailUrl, alt, title, caption, category, creator, licence, publishedAt, fields, width } of candidates) {
    for (const address of [fullUrl, thumbnailUrl]) expect(new URL(address).href).toBe(address)
    expect([alt, title, caption, category, creator, licence].every(isWords)).toBe(true)
    expect(publishedAt === null || new Date(publishedAt).toISOString() === publishedAt).toBe(true)
    expect(width === null || (Number.isInteger(width) && width > 0)).toBe(true)
    for (const field of Object.values(fields ?? {})) expect(typeof field === 'number' ? Number.isFinite(field) : isWords(field)).toBe(true)
  }
  expect(({} as Record<string, unknown>)['image']).toBeUndefined()
}

test('data of chance', () => {
  const page = array(value, { maxLength: 4 }).map((all) =>
    all.map((one, index) => (index % 2 === 0 ? `<script type="application/ld+json">${JSON.stringify(one)}</script>` : `<p id=x>${asMicrodata(one)}</p>`)).join(''),
  )
  assert(property(page, check), { seed: 11, numRuns: 1000 })
  expect(seen).toBeGreaterThan(50)
})
