/** Feeds and sitemaps made to hurt: nothing expands, nothing hangs, and what is good in them is still found. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { PageReading } from '../candidate.ts'
import { readDocument } from '../read-document.ts'

const url = 'https://h.example/feed'
const MB = 1024 * 1024
/** Milliseconds of processor time: a busy machine does not count, what is quadratic takes minutes. */
const MAX_MS = 8000

const read = (text: string | Buffer, contentType: string | null = null, maxMs = 60_000): PageReading => {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const before = process.cpuUsage()
  const reading = readDocument(bytes, { url, contentType, maxMs })
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(MAX_MS)
  return reading
}
const ITEM = '<item><link>https://h.example/p</link><enclosure url="deep.jpg" type="image/jpeg"/></item>'
const rss = (before: string, after = ''): string => `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>${before}${ITEM}${after}</channel></rss>`

describe('hostile feeds', () => {
  test('entities that name entities expand to nothing, and no file is read', () => {
    const laughs = Array.from({ length: 20 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
    const { candidates, title } = read(`<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">${laughs}]><rss><channel><title>&l20;&f;</title>${ITEM}</channel></rss>`)
    expect(candidates.map(({ fullUrl }) => fullUrl)).toEqual(['https://h.example/deep.jpg'])
    expect(title).toBe('&l20;&f;')
  })

  test.each<[string, string]>([
    ['a million nested elements', rss(`${'<a>'.repeat(1_000_000)}${'</a>'.repeat(1_000_000)}`)],
    ['nested items, none closed', `<rss><channel>${ITEM}${'<item><title>'.repeat(300_000)}`],
    ['end tags of nothing', rss('</x></item></channel2>'.repeat(200_000))],
    ['100,000 sections of CDATA', rss(`<item><description>${'<![CDATA[<b>x]]>'.repeat(100_000)}</description></item>`)],
    ['a million entities', rss(`<item><title>${'&amp;&#x61;&lt;'.repeat(330_000)}</title></item>`)],
    ['a text of 20 MB', rss(`<item><description>${'x y '.repeat(5 * MB)}</description></item>`)],
    ['an attribute of 20 MB', rss(`<item><media:thumbnail url="${'x y '.repeat(5 * MB)}"/></item>`)],
    ['100,000 attributes', rss(`<item ${Array.from({ length: 100_000 }, (_, n) => `a${n}="1"`).join(' ')}/>`)],
    ['100,000 namespaces', rss(`<item ${Array.from({ length: 100_000 }, (_, n) => `xmlns:n${n}="http://search.yahoo.com/mrss/"`).join(' ')}><n99999:content url="x.jpg"/></item>`)],
    ['namespaces in every depth', rss('<a xmlns="http://search.yahoo.com/mrss/" xmlns:media="x">'.repeat(50_000) + '</a>'.repeat(50_000))],
    ['bases in every depth', rss('<a xml:base="a/b/c/">'.repeat(50_000) + '</a>'.repeat(50_000))],
    ['names of the prototype', rss('<item><__proto__ constructor="x" __proto__="y" toString="z"/><constructor>x</constructor></item>')],
    ['nulls', rss('<ti\0tle>\0</ti\0tle>'.repeat(50_000))],
    ['comments and instructions without end', `${rss('<!-- x --><?y z?>'.repeat(200_000))}<!-- ${'-'.repeat(MB)}`],
    ['50,000 pictures in one entry', rss(`<item>${Array.from({ length: 50_000 }, (_, n) => `<media:content url="${n}.jpg" medium="image"/>`).join('')}</item>`)],
    ['one entry of 3 MB of pictures', rss('', `<item><description><![CDATA[${Array.from({ length: 60_000 }, (_, n) => `<img src="x${n}.jpg" alt="picture ${n}">`).join('')}]]></description></item>`)],
  ])('%s', (_name, text) => {
    const { candidates } = read(text)
    expect(candidates.map(({ fullUrl }) => fullUrl)).toContain('https://h.example/deep.jpg')
  })

  test('60 MB of entries: read to where time and bytes allow, and said so', () => {
    const item = `<item><title>Gannet</title><link>https://h.example/p</link><description>&lt;p&gt;Words &lt;img src="a.jpg"&gt;&lt;/p&gt;</description></item>`
    const bytes = Buffer.alloc(60 * MB, item).fill('<rss><channel>', 0, 14)
    let ms = 0
    expect(readDocument(bytes, { url, now: () => (ms += 1) })).toMatchObject({ cut: 'time', candidates: { length: 1 } })
    expect(readDocument(Buffer.alloc(60 * MB, ' ').fill('<rss>', 0, 5), { url, contentType: null })).toMatchObject({ cut: 'bytes' })
  })

  test('JSON without sense or end', () => {
    const version = '"version": "https://jsonfeed.org/version/1"'
    for (const json of [`{${version}, "items": ${'['.repeat(20 * MB)}`, `{${version}, "items": [${'['.repeat(MB)}${']'.repeat(MB)}]}`, `{${version}, "items": [{"x": ${'{"a":'.repeat(MB)}`, `{${version}, "items": [${'{},'.repeat(MB)}`, `{${version}, "x": "${'\\\\'.repeat(MB)}`, `{${version}, "items": [${'{"url": '.repeat(100_000)}`, `{${version}}}`, `{${version}, "items": {"length": 1e9}, "__proto__": {"items": [1]}}`]) {
      expect(read(json)).toMatchObject({ document: 'feed', candidates: [], links: [] })
    }
    const items = Array.from({ length: 30_000 }, (_, n) => ({ url: `/p${n}`, image: `${n}.jpg` }))
    expect(read(JSON.stringify({ version: 'https://jsonfeed.org/version/1', items }))).toMatchObject({ candidates: { length: 20_000 }, cut: 'candidates' })
  })
})

describe('hostile sitemaps', () => {
  test.each<[string, string]>([
    ['a million nested urls', `<urlset><url><loc>/p</loc></url>${'<url>'.repeat(1_000_000)}`],
    ['one url with 100,000 pictures', `<urlset><url><loc>/p</loc>${Array.from({ length: 100_000 }, (_, n) => `<image:image><image:loc>/${n}.jpg</image:loc></image:image>`).join('')}</url></urlset>`],
    ['a loc of 20 MB', `<urlset><url><loc>/p</loc></url><url><loc>${'/x'.repeat(10 * MB)}</loc></url></urlset>`],
    ['a line of 20 MB', `https://h.example/p\n${'x'.repeat(20 * MB)}\nhttps://h.example/q`],
    ['a million lines', `https://h.example/p\n${'\n'.repeat(1_000_000)}`],
    ['addresses of every other kind', '<urlset><url><loc>javascript:1</loc></url><url><loc>file:///etc/passwd</loc></url><url><loc>http://</loc></url><url><loc>/p</loc></url></urlset>'],
  ])('%s', (_name, text) => {
    expect(read(text, 'text/plain').links).toContain('https://h.example/p')
  })

  test('50,000 pages with a picture each within the time of a page or two', () => {
    const page = (n: number): string => `<url><loc>https://h.example/birds/${n}</loc><lastmod>2024-05-01</lastmod><image:image><image:loc>https://h.example/i/${n}.jpg</image:loc><image:title>Bird ${n}</image:title></image:image></url>`
    const reading = read(`<urlset xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">${Array.from({ length: 50_000 }, (_, n) => page(n)).join('')}</urlset>`)
    expect(reading).toMatchObject({ links: { length: 50_000 }, candidates: { length: 50_000 } })
  })
})

it('whatever is written, a reading comes out, and every address in it is one', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<rss>', '<feed xmlns="http://www.w3.org/2005/Atom">', '<urlset>', '<sitemapindex>', '<rdf:RDF>', '<channel>', '<item>', '</item>', '<entry>', '</entry>', '<url>', '</url>',
      '<link href="a" rel="enclosure" type="image/png"/>', '<media:group>', '</media:group>', '<media:content url="a.jpg" medium="image">', '<loc>', '</loc>', '<image:image>',
      '<![CDATA[', ']]>', '<!--', '-->', '<?', '?>', '<!DOCTYPE x [', ']>', '&amp;', '&#0;', '&#xd800;', '<img src=a.jpg>', '\0', 'xml:base="//"', '<title type="xhtml">', '{"version":"https://jsonfeed.org/version/1"', ',"items":[{"url":"', '"}]}',
    ),
    fc.string({ maxLength: 12 }), fc.webUrl(),
  )
  const text = fc.tuple(fc.constantFrom('<rss><channel>', '<feed>', '<urlset>', '{"version":"https://jsonfeed.org/version/1","items":[', ''), fc.array(piece, { maxLength: 60 })).map(([root, pieces]) => root + pieces.join(''))
  fc.assert(fc.property(text, (made) => {
    const { document, candidates, links, relations } = readDocument(Buffer.from(made), { url, contentType: null })
    expect(['html', 'feed', 'sitemap']).toContain(document)
    for (const address of [...links, ...relations.next, ...relations.sitemaps, ...candidates.flatMap(({ fullUrl, thumbnailUrl }) => [fullUrl, thumbnailUrl])]) {
      expect(address).toMatch(/^https?:\/\/[^/]/)
      expect(address).not.toContain('#')
    }
  }), { numRuns: 400 })
})
