/** What pages say in JSON-LD, microdata and RDFa about their pictures, as a reader of the candidates sees it. */
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../candidate.ts'
import { readPage } from '../index.ts'

const at = (path: string): string => new URL(path, 'https://shop.example/a/page.html').href
const read = (html: string): readonly Candidate[] => readPage(html, { url: at('page.html') }).candidates
const ld = (...values: unknown[]): string =>
  values.map((value) => `<script type="application/ld+json">${JSON.stringify(value)}</script>`).join('')
const files = (html: string): string[] => read(html).map(({ fullUrl }) => fullUrl.replace('https://shop.example/a/', ''))
const of = (html: string, path: string): Candidate | undefined => read(html).find(({ fullUrl }) => fullUrl === at(path))

describe('pictures that JSON-LD names', () => {
  test('an ImageObject with all its words', () => {
    const [candidate, ...rest] = read(ld({
      '@context': 'https://schema.org', '@type': 'ImageObject', contentUrl: 'full.jpg', url: '/photo/12', thumbnailUrl: 'thumb.jpg',
      width: '2400px', height: { '@type': 'QuantitativeValue', value: 1600 }, name: 'Diving', caption: 'A <b>gannet</b> dives &amp; wins',
      license: 'https://creativecommons.org/licenses/by/4.0/', creator: { '@type': 'Person', name: 'Ann Smith' }, datePublished: 'May 1, 2024',
    }))
    expect(rest).toEqual([])
    expect(candidate).toMatchObject({
      fullUrl: at('full.jpg'), thumbnailUrl: at('thumb.jpg'), via: 'json-ld', width: 2400, height: 1600, title: 'Diving',
      caption: 'A gannet dives & wins', licence: 'https://creativecommons.org/licenses/by/4.0/', creator: 'Ann Smith',
      publishedAt: '2024-05-01T00:00:00.000Z',
    })
  })

  test.each<[string, unknown, string[]]>([
    ['one address', { '@type': 'Product', image: 'a.jpg' }, ['a.jpg']],
    ['several pictures', { '@type': 'Product', image: ['front.jpg', 'back.jpg'] }, ['front.jpg', 'back.jpg']],
    ['crops in folders are one picture', { '@type': 'Article', image: ['1x1/photo.jpg', '4x3/photo.jpg', '16x9/photo.jpg'] }, ['4x3/photo.jpg']],
    ['crops by name are one picture', { '@type': 'Article', image: ['p-1200x1200.jpg', 'p-1200x900.jpg', 'p-1200x675.jpg'] }, ['p-1200x900.jpg']],
    ['the same name in another folder is another picture', { '@type': 'Product', image: ['red/main.jpg', 'blue/main.jpg'] }, ['red/main.jpg', 'blue/main.jpg']],
    ['another query is another picture', { '@type': 'Product', image: ['/i.php?id=1&x=.jpg', '/i.php?id=2&x=.jpg'] }, [at('/i.php?id=1&x=.jpg'), at('/i.php?id=2&x=.jpg')]],
    ['a list', { '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', item: { '@type': 'Product', image: 'a.jpg' } }, { '@type': 'ListItem', image: 'b.jpg' }] }, ['a.jpg', 'b.jpg']],
    ['a video', { '@type': 'VideoObject', contentUrl: 'v.mp4', thumbnailUrl: ['poster.jpg'] }, ['poster.jpg']],
    ['a page', { '@type': 'WebPage', primaryImageOfPage: { '@type': 'ImageObject', url: 'p.jpg' }, thumbnailUrl: 'p.jpg' }, ['p.jpg']],
    ['a gallery', { '@type': 'ImageGallery', associatedMedia: [{ '@type': 'ImageObject', contentUrl: 'a.jpg' }, { '@type': 'ImageObject', contentUrl: 'b.jpg' }] }, ['a.jpg', 'b.jpg']],
    ['a graph with ids', { '@graph': [{ '@type': 'Article', image: { '@id': '#i' } }, { '@type': 'ImageObject', '@id': '#i', url: 'a.jpg' }] }, ['a.jpg']],
    ['a restaurant', { '@type': 'Restaurant', logo: 'logo.png', image: 'room.jpg' }, ['room.jpg']],
    ['no logo of a publisher', { '@type': 'Article', image: 'a.jpg', publisher: { '@type': 'Organization', logo: { '@type': 'ImageObject', url: 'logo.png' } } }, ['a.jpg']],
    ['no logo as a picture', { '@graph': [{ '@type': 'Organization', logo: { '@id': '#l' }, image: { '@id': '#l' } }, { '@type': 'ImageObject', '@id': '#l', url: 'logo.png' }, { '@type': 'WebPage', image: 'logo.png' }] }, []],
    ['no face of an author', { '@type': 'Article', image: 'a.jpg', author: { '@type': 'Person', image: 'face.jpg' } }, ['a.jpg']],
    ['no page for a picture', { '@type': 'Product', image: ['page2.html', 'null', '', 'v.mp4', '{{src}}', 'a b c'] }, []],
  ])('%s', (_name, value, expected) => {
    expect(files(ld(value))).toEqual(expected)
  })

  test('a picture that the page shows gains words and stays one', () => {
    const html = `<h2>Hats</h2><img src="hat.jpg">${ld({ '@type': 'Product', name: 'Felt hat', image: 'hat.jpg', sku: 'H1', offers: { price: '19.90', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' } })}`
    expect(read(html)).toHaveLength(1)
    expect(read(html)[0]).toMatchObject({ fullUrl: at('hat.jpg'), fields: { sku: 'H1', price: 19.9, currency: 'EUR', availability: 'InStock' } })
  })

  test('a price stays with the pictures of its product', () => {
    const html = `<img src="hat.jpg"><img src="shoe.jpg"><img src="ad.jpg">${ld(
      { '@type': 'Product', image: 'hat.jpg', offers: { price: 10, priceCurrency: 'usd' } },
      { '@type': 'Product', image: 'shoe.jpg', offers: { price: 20, priceCurrency: 'usd' } },
    )}`
    expect(read(html).map(({ fields }) => fields)).toEqual([{ price: 10, currency: 'USD' }, { price: 20, currency: 'USD' }, null])
  })

  test('what two products dispute about one picture is said of neither', () => {
    const variant = (sku: string, price: number) => ({ '@type': 'Product', brand: { '@type': 'Brand', name: 'Felt & Co' }, sku, image: 'hat.jpg', offers: { price } })
    expect(of(ld(variant('S', 10), variant('L', 12)), 'hat.jpg')?.fields).toEqual({ brand: 'Felt & Co' })
  })

  test.each<[unknown, unknown]>([
    [{ offers: { '@type': 'AggregateOffer', lowPrice: '10.00', highPrice: '15', priceCurrency: 'EUR' } }, { price: 10, highPrice: 15, currency: 'EUR' }],
    [{ offers: [{ price: '1,299.00' }, { price: 1199 }] }, { price: 1199, highPrice: 1299 }],
    [{ offers: { priceSpecification: { price: '12,50 €', priceCurrency: 'EUR' } } }, { price: 12.5, currency: 'EUR' }],
    [{ offers: { price: 'on request' } }, { price: 'on request' }],
    [{ mpn: 'M-1', gtin13: 4006381333931, brand: 'Felt', itemCondition: 'http://schema.org/NewCondition' }, { mpn: 'M-1', gtin: '4006381333931', brand: 'Felt', condition: 'NewCondition' }],
  ])('fields of %j', (said, expected) => {
    expect(of(ld({ '@type': 'Product', image: 'a.jpg', ...(said as object) }), 'a.jpg')?.fields).toEqual(expected)
  })

  test("the author of a text is not the picture's, its date and section are", () => {
    expect(of(ld({ '@type': 'NewsArticle', headline: 'Storm', image: 'a.jpg', author: { name: 'Bob' }, datePublished: '2024-05-01T10:00:00+02:00', articleSection: ['Weather', 'News'] }), 'a.jpg'))
      .toMatchObject({ title: 'Storm', creator: null, publishedAt: '2024-05-01T08:00:00.000Z', category: 'Weather' })
  })

  test('what is broken is left out, the rest is read', () => {
    expect(files(`<script type="application/ld+json">{"@type": "Product", "image": </script><script type="application/ld+json; charset=utf-8"><!--
      {"@type": "Product", "image": ["a.jpg",],}//--></script>`)).toEqual(['a.jpg'])
  })
})

describe('microdata and RDFa', () => {
  test('a product: its pictures and fields', () => {
    const html = `<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Felt hat</h1><img itemprop="image" src="hat.jpg">
      <meta itemprop="sku" content="H1"><div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><span itemprop="price" content="19.90">19,90 €</span>
      <meta itemprop="priceCurrency" content="EUR"><link itemprop="availability" href="https://schema.org/OutOfStock"></div></div><img src="other.jpg">`
    expect(read(html)).toMatchObject([
      { fullUrl: at('hat.jpg'), via: 'img', title: 'Felt hat', fields: { sku: 'H1', price: 19.9, currency: 'EUR', availability: 'OutOfStock' } },
      { fullUrl: at('other.jpg'), fields: null },
    ])
  })

  test('a lazy picture is known by the file it will show', () => {
    expect(read('<div itemscope itemtype="https://schema.org/Product"><img itemprop="image" src="data:image/gif;base64,R0" data-src="a.jpg"><b itemprop=sku>7</b></div>'))
      .toMatchObject([{ fullUrl: at('a.jpg'), fields: { sku: '7' } }])
  })

  test('cards keep their own', () => {
    const card = (n: number) => `<li itemprop="itemListElement" itemscope itemtype="https://schema.org/Product"><img itemprop="image" src="${n}.jpg"><span itemprop="sku">${n}</span></li>`
    expect(read(`<ul itemscope itemtype="https://schema.org/ItemList">${card(1)}${card(2)}</ul>`).map(({ fields }) => fields)).toEqual([{ sku: '1' }, { sku: '2' }])
  })

  test('an ImageObject that names files the page does not show', () => {
    expect(read(`<figure itemscope itemtype="https://schema.org/ImageObject"><meta itemprop="contentUrl" content="big.jpg"><meta itemprop="width" content="3000">
      <meta itemprop="thumbnailUrl" content="t.jpg"><span itemprop="creator">Ann Smith</span><a itemprop="license" href="/terms">terms</a></figure>`))
      .toMatchObject([{ fullUrl: at('big.jpg'), thumbnailUrl: at('t.jpg'), via: 'microdata', width: 3000, creator: 'Ann Smith', licence: at('/terms') }])
  })

  test('itemref brings in what lies elsewhere', () => {
    expect(read('<p id=x><b itemprop=sku>9</b></p><div itemscope itemref="x x nowhere" itemtype="https://schema.org/Product"><link itemprop=image href=a.jpg></div>'))
      .toMatchObject([{ fullUrl: at('a.jpg'), via: 'microdata', fields: { sku: '9' } }])
  })

  test('items that refer to each other in circles end', () => {
    expect(files(`<div id=a itemscope itemref=b><link itemprop=image href=a.jpg></div><div id=b itemscope itemprop=part itemref="a b"><link itemprop=image href=b.jpg></div>`)).toEqual(['a.jpg', 'b.jpg'])
  })

  test('RDFa Lite', () => {
    expect(read(`<div vocab="https://schema.org/" typeof="Product"><img property="image" src="a.jpg"><span property="name">Hat</span>
      <div property="offers" typeof="Offer"><span property="price">5.00</span></div></div>`)).toMatchObject([{ fullUrl: at('a.jpg'), fields: { price: 5 } }])
  })

  test.each<[string, string]>([
    ['nested items', `${'<div itemscope itemprop=a>'.repeat(400)}x`.repeat(50)],
    ['texts in texts', `<div itemscope>${'<span itemprop=a>word '.repeat(500)}`.repeat(60)],
    ['references to everything', `<div id=all>${'<p itemprop=image>a.jpg</p>'.repeat(3000)}</div>${'<div itemscope itemref=all></div>'.repeat(3000)}`],
    ['one picture of many', ld({ '@graph': [{ '@id': '#i', '@type': 'ImageObject', url: 'a.jpg', caption: '<b>x</b>'.repeat(500) }, ...Array.from({ length: 30_000 }, () => ({ '@type': 'Product', image: { '@id': '#i' } }))] })],
    ['pictures without end', ld({ '@type': 'Product', image: Array.from({ length: 50_000 }, (_, i) => `/${i}.jpg`) })],
  ])('hostile: %s', (_name, html) => {
    const before = process.cpuUsage()
    readPage(html, { url: at('page.html'), maxMs: 60_000 })
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
  })
})
