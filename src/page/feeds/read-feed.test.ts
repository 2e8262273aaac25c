import { describe, expect, it } from 'vitest'
import type { Candidate, PageReading } from '../candidate.ts'
import { readDocument } from '../read-document.ts'

const URL_ = 'https://birds.example/feed.xml'
const read = (text: string | Uint8Array, contentType: string | null = null, url = URL_): PageReading =>
  readDocument(typeof text === 'string' ? Buffer.from(text) : text, { url, contentType })
const only = (text: string): Candidate => {
  const { document, candidates } = read(text)
  expect(document).toBe('feed')
  expect(candidates.map(({ fullUrl }) => fullUrl)).toHaveLength(1)
  return candidates[0] as Candidate
}

const MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'
const rss = (item: string, more = '', namespaces = MEDIA): string =>
  `<?xml version="1.0"?><rss version="2.0" ${namespaces}><channel><title>Sea birds</title><link>https://birds.example/</link>${more}<item>${item}</item></channel></rss>`
const PAGE = '<link>https://birds.example/gannet</link>'

describe('what an entry says', () => {
  it('RSS: page, title, time, category, licence, creator of the picture and of no more', () => {
    const { links, title, candidates } = read(rss(
      `<title>Gannets &amp;amp; gulls</title>${PAGE}<pubDate>Wed, 01 May 2024 10:00:00 EST</pubDate><category>Seabirds</category><dc:creator>The editor</dc:creator>
       <media:content url="/g.jpg" medium="image" width="1600" height="1200" fileSize="345678"><media:credit role="photographer">Ann Gull</media:credit>
       <media:title type="html">A &lt;b&gt;dive&lt;/b&gt;</media:title><media:description>From high up</media:description></media:content>`,
      '<copyright>CC BY-SA 4.0</copyright>', `${MEDIA} xmlns:dc="http://purl.org/dc/elements/1.1/"`,
    ))
    expect(title).toBe('Sea birds')
    expect(links).toEqual(['https://birds.example/gannet'])
    expect(candidates).toEqual([{
      pageUrl: 'https://birds.example/gannet', thumbnailUrl: 'https://birds.example/g.jpg', fullUrl: 'https://birds.example/g.jpg', via: 'feed',
      alt: null, title: 'A dive', caption: 'From high up', category: 'Seabirds', publishedAt: '2024-05-01T15:00:00.000Z', width: 1600, height: 1200,
      bytes: 345678, licence: 'https://creativecommons.org/licenses/by-sa/4.0/', creator: 'Ann Gull', fields: null,
    }])
  })

  it('Atom: xml:base, alternate and enclosure, rights, next page', () => {
    const { candidates, links, relations, title } = read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/a/" xml:lang="en">
      <title type="html">Birds &amp;amp; more</title><link rel="next" href="?page=2"/><link rel="self" href="x"/>
      <entry xml:base="b/"><title>One</title><link rel="alternate" type="application/json" href="one.json"/><link href="one.html"/>
      <link rel="enclosure" type="image/jpeg" href="one.jpg" length="40000" title="Close"/><link rel="enclosure" type="audio/mpeg" href="one.mp3"/>
      <published>2024-05-01T10:00:00+02:00</published><updated>2025-01-01T00:00:00Z</updated><category term="gannets" label="Gannets"/>
      <rights>All rights reserved</rights></entry></feed>`)
    expect(title).toBe('Birds & more')
    expect(relations.next).toEqual(['https://other.example/a/?page=2'])
    expect(links).toEqual(['https://other.example/a/b/one.html'])
    expect(candidates).toMatchObject([{
      pageUrl: 'https://other.example/a/b/one.html', fullUrl: 'https://other.example/a/b/one.jpg', title: 'Close', bytes: 40000,
      publishedAt: '2024-05-01T08:00:00.000Z', category: 'Gannets', licence: 'All rights reserved', creator: null,
    }])
  })

  it('JSON Feed: image, attachments, content, next page; nothing of the wrong type', () => {
    const { candidates, links, relations } = read(JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1', title: 'Sea', next_url: '/feed.json?page=2', language: 'en',
      items: [
        { id: 1, url: 'https://birds.example/one', title: 'One', image: 'i.jpg', date_published: '2024-05-01T10:00:00Z', tags: ['Seabirds', 7], authors: [{ name: 'x' }],
          content_html: '<p><a href="/full/c.jpg"><img src="/small/c.jpg" alt="a dive"></a></p>',
          attachments: [{ url: 'a.png', mime_type: 'image/png', size_in_bytes: 5000 }, { url: 'a.mp3', mime_type: 'audio/mpeg' }, 'x', null] },
        { external_url: 'https://else.example/', image: 7, title: ['x'], content_html: {}, attachments: 'none' }, 'x', null, [], { __proto__: { url: 'x' } },
      ],
    }), 'application/json')
    expect(links).toEqual(['https://birds.example/one', 'https://else.example/'])
    expect(relations.next).toEqual(['https://birds.example/feed.json?page=2'])
    expect(candidates).toMatchObject([
      { thumbnailUrl: 'https://birds.example/small/c.jpg', fullUrl: 'https://birds.example/full/c.jpg', alt: 'a dive', title: 'One', via: 'link', category: 'Seabirds' },
      { fullUrl: 'https://birds.example/i.jpg', publishedAt: '2024-05-01T10:00:00.000Z', pageUrl: 'https://birds.example/one' },
      { fullUrl: 'https://birds.example/a.png', bytes: 5000 },
    ])
  })

  it.each<[string, string, string]>([
    ['RSS 0.91 with its doctype', '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "rss-0.91.dtd" [<!ENTITY nbsp "&#160;">]><rss version="0.91"><channel><item><link>/p</link><enclosure url="a.jpg" type="image/jpeg"/></item></channel></rss>', 'https://birds.example/p'],
    ['RSS 1.0', '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel><title>x</title></channel><image><url>/logo.png</url></image><item rdf:about="https://birds.example/p"><c:encoded><![CDATA[<img src="a.jpg">]]></c:encoded></item></rdf:RDF>', 'https://birds.example/p'],
    ['Atom 0.3', '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link rel="alternate" type="text/html" href="/p"/><content type="text/html" mode="escaped">&lt;img src="a.jpg"&gt;</content></entry></feed>', 'https://birds.example/p'],
    ['Atom under a prefix', '<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:entry><atom:link href="/p"/><atom:content type="html">&lt;img src="a.jpg"&gt;</atom:content></atom:entry></atom:feed>', 'https://birds.example/p'],
    ['XHTML under a prefix', '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:h="http://www.w3.org/1999/xhtml"><entry><link href="/p"/><content type="xhtml"><h:div><h:img src="a.jpg"/></h:div></content></entry></feed>', 'https://birds.example/p'],
    ['markup that nobody escaped', rss(`${PAGE}<description><p>Words<br><img src="a.jpg"> more</p></description>`), 'https://birds.example/gannet'],
    ['a guid for a link', rss('<guid>https://birds.example/p</guid><itunes:image href="a.jpg"/>'), 'https://birds.example/p'],
    ['FeedBurner', rss('<link>https://feedproxy.example/~r/1</link><feedburner:origLink>https://birds.example/p</feedburner:origLink><enclosure url="a.jpg"/>'), 'https://birds.example/p'],
    ['no link at all', rss('<guid isPermaLink="false">https://birds.example/p</guid><enclosure url="a.jpg"/>'), URL_],
    ['another prefix', rss('<link>/p</link><m:content url="a.jpg" type="image/jpeg"/>', '', 'xmlns:m="http://search.yahoo.com/mrss"'), 'https://birds.example/p'],
    ['a prefix nobody declared', rss('<link>/p</link><media:content url="a.jpg"/>', '', ''), 'https://birds.example/p'],
    ['a namespace nobody knows', rss('<link>/p</link><media:content url="a.jpg"/>', '', 'xmlns:media="https://mrss.example/"'), 'https://birds.example/p'],
    ['no end', rss('<link>/p</link><enclosure url="a.jpg"/>').slice(0, -'</item></channel></rss>'.length), 'https://birds.example/p'],
    ['tags that cross', '<rss><channel><item><link>/p</link><title>a<b>c</title></b><enclosure url="a.jpg"></item></channel></rss>', 'https://birds.example/p'],
    ['a mark and blanks before it', `\uFEFF\n  ${rss('<link>/p</link><enclosure url="a.jpg"/>')}`, 'https://birds.example/p'],
  ])('%s', (_name, text, pageUrl) => {
    const found = only(text)
    expect([found.pageUrl, found.fullUrl.replace(/^.*\//, '')]).toEqual([pageUrl, 'a.jpg'])
  })
})

it('a JSON feed that breaks off is read to where it does', () => {
  const whole = JSON.stringify({ version: 'https://jsonfeed.org/version/1', title: 'A "quoted" [title], {braced}', items: [{ url: '/1', image: 'a.jpg' }, { url: '/2', title: ']}\\"', image: 'b.jpg' }, { url: '/3', image: 'c.jpg' }] })
  const { title, candidates, links } = read(whole.slice(0, -15))
  expect(title).toBe('A "quoted" [title], {braced}')
  expect(candidates.map(({ fullUrl }) => fullUrl)).toEqual(['https://birds.example/a.jpg', 'https://birds.example/b.jpg'])
  expect(links).toHaveLength(2)
})

describe('one picture, one candidate', () => {
  it('a group is one picture in several sizes', () => {
    expect(only(rss(`${PAGE}<media:group><media:content url="a-1.jpg" width="300" height="200" medium="image"/><media:content url="b-2.jpg" width="1200" height="800" medium="image"/>
      <media:content url="f.mp4" type="video/mp4"/><media:thumbnail url="t.jpg" width="75" height="50"/></media:group>`)))
      .toMatchObject({ thumbnailUrl: 'https://birds.example/a-1.jpg', fullUrl: 'https://birds.example/b-2.jpg', width: 1200 })
  })
  it('a thumbnail beside one picture is its own; beside several it stands for itself', () => {
    expect(only(rss(`${PAGE}<media:content url="a.jpg" type="image/jpeg"/><media:thumbnail url="t.jpg" width="240" height="180"/>`)))
      .toMatchObject({ thumbnailUrl: 'https://birds.example/t.jpg', fullUrl: 'https://birds.example/a.jpg' })
    expect(read(rss(`${PAGE}<media:content url="a.jpg" type="image/jpeg"/><media:content url="b.jpg" type="image/jpeg"/><media:thumbnail url="t.jpg"/>`))
      .candidates.map(({ thumbnailUrl, fullUrl }) => [thumbnailUrl, fullUrl].map((url) => url.replace(/^.*\//, '')).join())).toEqual(['a.jpg,a.jpg', 'b.jpg,b.jpg', 't.jpg,t.jpg'])
  })
  it('what the text shows and the entry names is met once, its words joined', () => {
    expect(only(rss(`${PAGE}<title>Dive</title><description>&lt;img src="https://birds.example/uploads/gannet-300x200.jpg" alt="a gannet"&gt;</description>
      <enclosure url="https://birds.example/uploads/gannet.jpg" type="image/jpeg" length="90000"/><media:thumbnail url="https://birds.example/uploads/gannet-150x150.jpg"/>`)))
      .toMatchObject({ fullUrl: 'https://birds.example/uploads/gannet.jpg', thumbnailUrl: 'https://birds.example/uploads/gannet-300x200.jpg', alt: 'a gannet', bytes: 90000 })
  })
  it('met in two entries, it belongs to the first', () => {
    const { candidates, links } = read('<rss><channel><item><link>/1</link><enclosure url="a.jpg"/></item><item><link>/2</link><enclosure url="a.jpg"/></item></channel></rss>')
    expect(candidates.map(({ pageUrl }) => pageUrl)).toEqual(['https://birds.example/1'])
    expect(links).toEqual(['https://birds.example/1', 'https://birds.example/2'])
  })
  it('films, sounds and the art of the channel are no pictures; a still of a film is', () => {
    expect(read(rss(`${PAGE}<enclosure url="a.mp3" type="audio/mpeg"/><media:content url="v.mp4" medium="video"/><image/>`, '<image><url>/logo.png</url></image><itunes:image href="/art.jpg"/>')).candidates).toEqual([])
    expect(only(rss(`${PAGE}<media:group><media:title>Film</media:title><media:content url="v" type="application/x-shockwave-flash"/><media:thumbnail url="s.jpg" width="480" height="360"/></media:group>`)))
      .toMatchObject({ fullUrl: 'https://birds.example/s.jpg', title: 'Film' })
  })
  it('what can never be fetched is told', () => {
    expect(read(rss(`${PAGE}<enclosure url="ftp://birds.example/a.jpg" type="image/jpeg"/><description>&lt;img src="data:image/png;base64,AAAA"&gt;</description>`)).unusable)
      .toEqual([{ url: 'ftp://birds.example/a.jpg', reason: 'unsupported-scheme' }, { url: 'data:image/png;base64,AAAA', reason: 'unsupported-scheme' }])
  })
})

it('product feeds: every picture of a product, with its number and price', () => {
  const { candidates } = read(rss(`<title>Print</title>${PAGE}<g:id>P-7</g:id><g:price>12.50 EUR</g:price><g:brand>Gull</g:brand><g:product_type>Art &gt; Prints</g:product_type>
    <g:image_link>/p1.jpg</g:image_link><g:additional_image_link>/p2.jpg</g:additional_image_link>`, '', 'xmlns:g="http://base.google.com/ns/1.0"'))
  expect(candidates).toMatchObject(['p1', 'p2'].map((name) => ({
    fullUrl: `https://birds.example/${name}.jpg`, title: 'Print', category: 'Art > Prints', fields: { sku: 'P-7', price: 12.5, currency: 'EUR', brand: 'Gull' },
  })))
})

describe('encodings', () => {
  const body = rss(`<title>Tölpel</title>${PAGE}<enclosure url="a.jpg" type="image/jpeg"/>`)
  it.each<[string, Buffer, string | null]>([
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${body}`), 'text/xml'],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${body}`, 'utf16le'), 'application/rss+xml'],
    ['by its own declaration', Buffer.from(body.replace('?>', ' encoding="iso-8859-1"?>'), 'latin1'), 'application/xml'],
    ['by its type', Buffer.from(body, 'latin1'), 'text/xml; charset=ISO-8859-1'],
    ['called a page', Buffer.from(body), 'text/html; charset=utf-8'],
    ['called a text', Buffer.from(body), 'text/plain'],
  ])('%s', (_name, bytes, type) => {
    expect(read(bytes, type).candidates.map(({ title }) => title)).toEqual(['Tölpel'])
  })
})

it('a page is a page, whatever it is called', () => {
  for (const html of ['<!doctype html><img src=a.jpg>', '<html><img src=a.jpg>', '{"a": 1}', 'words', '<?xml version="1.0"?><html><img src="a.jpg"/></html>']) {
    expect(read(html, 'application/rss+xml').document, html).toBe('html')
  }
})
