/** Feeds and sitemaps: whole ones of every kind, damaged. */
import { array, constantFrom, integer, oneof, record, tuple } from 'fast-check'
import { readDocument } from '../../../src/page/index.ts'
import { HOME } from '../gallery.ts'
import { page } from '../markup.ts'
import { address, damagedText, mostly, time, words } from '../pieces.ts'
import { holdReading } from '../reading.ts'
import { trial, type Target } from '../target.ts'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const html = oneof(page.map((text) => `<![CDATA[${text}]]>`), page.map(escape))
const element = oneof(
  { weight: 3, arbitrary: address.map((url) => `<enclosure url="${escape(url)}" type="image/jpeg" length="99"/>`) },
  { weight: 3, arbitrary: tuple(address, address, integer()).map(([full, small, width]) => `<media:group><media:content url="${escape(full)}" medium="image" width="${width}"/><media:thumbnail url="${escape(small)}"/><media:credit>x</media:credit></media:group>`) },
  { weight: 2, arbitrary: tuple(constantFrom('link', 'guid', 'image', 'itunes:image', 'g:image_link', 'icon', 'logo', 'url'), address).map(([name, url]) => `<${name}>${escape(url)}</${name}>`) },
  { weight: 2, arbitrary: tuple(constantFrom('alternate', 'enclosure', 'next', 'self', 'related', 'license'), address).map(([rel, url]) => `<link rel="${rel}" href="${escape(url)}"/>`) },
  { weight: 2, arbitrary: tuple(constantFrom('description', 'content:encoded', 'content', 'summary', 'media:description'), html).map(([name, text]) => `<${name}>${text}</${name}>`) },
  { weight: 2, arbitrary: tuple(constantFrom('title', 'category', 'dc:creator', 'author', 'media:title', 'dc:rights', 'g:price', 'g:id'), words).map(([name, text]) => `<${name}>${escape(text)}</${name}>`) },
  { weight: 1, arbitrary: tuple(constantFrom('pubDate', 'updated', 'dc:date', 'published'), time).map(([name, text]) => `<${name}>${text}</${name}>`) },
)
const NAMESPACES = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:g="http://base.google.com/ns/1.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
const items = array(array(element, { maxLength: 5 }), { maxLength: 5 })
const rss = tuple(items, array(element, { maxLength: 2 })).map(([all, own]) => `<?xml version="1.0"?><rss version="2.0" ${NAMESPACES}><channel>${own.join('')}${all.map((parts) => `<item>${parts.join('')}</item>`).join('')}</channel></rss>`)
const atom = tuple(items, mostly(constantFrom(''), address)).map(([all, base]) => `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="${escape(base)}" ${NAMESPACES}>${all.map((parts) => `<entry>${parts.join('')}</entry>`).join('')}</feed>`)
const json = array(record({ id: words, url: address, image: address, banner_image: address, content_html: page, title: words, date_published: time, tags: array(words, { maxLength: 2 }), attachments: array(record({ url: address, mime_type: constantFrom('image/png', 'x') }), { maxLength: 2 }) }, { requiredKeys: [] }), { maxLength: 5 })
  .map((all) => JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'x', next_url: 'https://h.example/2', items: all }))
const sitemap = array(tuple(address, array(tuple(address, words), { maxLength: 3 }), time), { maxLength: 8 }).map(
  (all) => `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">${all.map(([url, pictures, at]) => `<url><loc>${escape(url)}</loc><lastmod>${at}</lastmod>${pictures.map(([one, text]) => `<image:image><image:loc>${escape(one)}</image:loc><image:title>${escape(text)}</image:title></image:image>`).join('')}</url>`).join('')}</urlset>`,
)
const index = array(address, { maxLength: 8 }).map((all) => `<sitemapindex>${all.map((url) => `<sitemap><loc>${escape(url)}</loc></sitemap>`).join('')}</sitemapindex>`)
const plain = array(address, { maxLength: 12 }).map((all) => all.join('\n'))
const laughs = integer({ min: 1, max: 60 }).map((n) => `<!DOCTYPE rss [${Array.from({ length: n }, (_, at) => `<!ENTITY a${at + 1} "&a${at};&a${at};&a${at};">`).join('')}]><rss><channel><item><title>&a${n};</title></item></channel></rss>`)
const pile = tuple(constantFrom('<item>', '<entry><link>', '<media:group>', '<a xmlns:b="c">', '<url>', ']]>', '<![CDATA[', '<?x ', '<!--', '&lt;', '<item xml:base="a/">', '{"items":[', '<loc>'), integer({ min: 1, max: 15_000 }), constantFrom('<rss>', '<feed>', '<urlset>', '{"version":"https://jsonfeed.org/version/1","items":[')).map(([one, times, root]) => (root + one.repeat(times)).slice(0, 150_000))
const pieces = oneof(element, constantFrom('<', '>', '&', '"', ']]>', '<![CDATA[', '<item>', '</item>', '</channel>', '<!--', '\u0000', '&#x110000;', ' xmlns="x"', ' xml:base="//"', '{', '}', ',', '"items":'))

export const feeds: Target = {
  name: 'feed', what: 'feeds and sitemaps of every kind, whole and damaged',
  start: () => {
    const yields = { feeds: 0, sitemaps: 0, candidates: 0, links: 0 }
    return trial({
      arbitrary: record({
        text: oneof({ weight: 8, arbitrary: damagedText(oneof(rss, atom, json, sitemap, index, plain), pieces, 3) }, { weight: 1, arbitrary: laughs }, { weight: 1, arbitrary: pile }),
        wide: mostly(constantFrom(false), constantFrom(true)), contentType: constantFrom('application/rss+xml', 'text/xml; charset=utf-8', 'text/html', 'application/feed+json', 'text/plain', null), url: mostly(constantFrom(HOME), constantFrom('file:///tmp/feed.xml')),
        maxCandidates: constantFrom(20_000, 20_000, 2),
      }),
      yields,
      check: ({ text, wide, contentType, url, maxCandidates }) => {
        const reading = readDocument(wide ? Buffer.from(`\ufeff${text}`, 'utf16le') : Buffer.from(text), { url, contentType, maxCandidates, maxMs: 60_000 })
        holdReading(reading)
        if (reading.document === 'feed') yields.feeds++
        if (reading.document === 'sitemap') yields.sitemaps++
        yields.candidates += reading.candidates.length
        yields.links += reading.links.length
      },
    })
  },
}
