/** Pages: HTML of the grammar, whole galleries damaged, and piles of one thing. */
import { array, constantFrom, integer, oneof, record, tuple, uint8Array } from 'fast-check'
import { readPage } from '../../../src/page/index.ts'
import { gallery, HOME } from '../gallery.ts'
import { jsonText, page, pile } from '../markup.ts'
import { damagedBytes, damagedText, goodAddress } from '../pieces.ts'
import { holdReading } from '../reading.ts'
import { hold, trial, type Target } from '../target.ts'

const url = constantFrom(HOME, 'http://h.example/', 'https://h.example:8443/a/b/?q=1#f', 'file:///tmp/a.html', 'about:blank', 'no url')

export const html: Target = {
  name: 'html', what: 'pages by a grammar of what finders read', weight: 3,
  start: () => {
    const yields = { candidates: 0, links: 0, unusable: 0 }
    const text = oneof({ weight: 8, arbitrary: page }, { weight: 3, arbitrary: damagedText(page, page) }, { weight: 1, arbitrary: pile })
    return trial({
      arbitrary: record({ text, url, maxCandidates: constantFrom(20_000, 20_000, 3, 0) }),
      yields,
      check: ({ text, url, maxCandidates }) => {
        const reading = readPage(text, { url, maxCandidates, maxMs: 60_000 })
        holdReading(reading)
        hold(reading.candidates.length <= maxCandidates, 'more candidates than were asked for')
        yields.candidates += reading.candidates.length
        yields.links += reading.links.length
        yields.unusable += reading.unusable.length
      },
    })
  },
}

export const galleries: Target = {
  name: 'gallery', what: 'whole galleries, damaged: no address is made up, and while they are whole their pairs are found', weight: 2,
  start: () => {
    const yields = { whole: 0, candidates: 0 }
    const pieces = oneof(constantFrom('<', '>', '"', "'", '</a>', '<div>', '</li>', '<!--', '-->', '&', '<a href="/x">', ' ', '<noscript>', '<template>', '<svg>', '<p>', '</table>', '\0'), page)
    return trial({
      arbitrary: gallery.chain((whole) => tuple(constantFrom(whole), array(tuple(integer({ min: 0, max: whole.html.length }), integer({ min: 0, max: 30 }), pieces), { maxLength: 3 }))),
      yields,
      check: ([{ html, addresses, pairs }, damages]) => {
        let text = html
        let isPlain = true
        for (const [at, length, put] of damages) {
          isPlain &&= length === 0 && !/[/.]/.test(put) && text[at - 1] === '>'
          text = text.slice(0, at) + put + text.slice(at + length)
        }
        const reading = readPage(text, { url: HOME, maxMs: 60_000 })
        holdReading(reading)
        yields.candidates += reading.candidates.length
        if (damages.length === 0) {
          yields.whole++
          for (const [thumbnail, full] of pairs) {
            const found = reading.candidates.find(({ fullUrl }) => fullUrl === full)
            hold(found?.thumbnailUrl === thumbnail, `the pair ${thumbnail} and ${full} is found as ${found ? found.thumbnailUrl : 'nothing'}`)
          }
          hold(reading.candidates.length === pairs.length, `${reading.candidates.length} candidates of ${pairs.length}`)
        } else if (isPlain) {
          // Nothing was taken out, and what was put in stands between tags and names nothing: whatever is found was named.
          for (const { thumbnailUrl, fullUrl } of reading.candidates) {
            for (const one of [thumbnailUrl, fullUrl]) hold(addresses.has(one) || !/small\.jpg$|large\.jpg$/.test(one), `${one} stands nowhere on the page`)
          }
        }
      },
    })
  },
}

const TYPES = ['text/html', 'text/html; charset=utf-16', 'text/html; charset=gbk', 'text/html;charset="utf-8', 'text/html; charset=x-none', null] as const

export const bytes: Target = {
  name: 'bytes', what: 'pages as bytes, in any encoding and in none',
  start: () => {
    const some = oneof(
      uint8Array({ maxLength: 300 }), page.map((text) => Buffer.from(text, 'utf16le')), page.map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')), page.map((text) => Buffer.from(`<meta charset=shift_jis>${text}`)),
      page.map((text) => Buffer.from(text, 'latin1')),
    )
    return trial({
      arbitrary: record({ body: damagedBytes(some), contentType: constantFrom(...TYPES), maxBytes: constantFrom(10_000_000, 100) }),
      check: ({ body, contentType, maxBytes }) => {
        const reading = readPage(body, { url: HOME, contentType, maxBytes, maxMs: 60_000 })
        holdReading(reading)
        hold(body.length <= maxBytes || reading.cut === 'bytes', 'a page was cut and does not say so')
      },
    })
  },
}

export const data: Target = {
  name: 'data', what: 'JSON in scripts and attributes, whole and damaged',
  start: () => {
    const yields = { candidates: 0 }
    const text = damagedText(jsonText, oneof(jsonText, constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\\u', '<!--', '</script', "'")))
    return trial({
      arbitrary: tuple(text, text, goodAddress),
      yields,
      check: ([linked, inAttribute, shown]) => {
        const attribute = inAttribute.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
        const reading = readPage(`<script type="application/ld+json">${linked}</script><div data-gallery="${attribute}"><img src="${shown}"></div>`, { url: HOME, maxMs: 60_000 })
        holdReading(reading)
        yields.candidates += reading.candidates.length
      },
    })
  },
}
