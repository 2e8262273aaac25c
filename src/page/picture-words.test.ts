/** Words by the ways that galleries, content systems and lightboxes put them; a neighbour's words are never taken. */
import { describe, expect, test } from 'vitest'
import type { Candidate } from './candidate.ts'
import { readPage } from './index.ts'

const read = (html: string, url = 'https://birds.example/x.html'): readonly Candidate[] => readPage(html, { url }).candidates
const captions = (html: string): (string | null)[] => read(html).map(({ caption }) => caption)
const first = (html: string, url?: string): Candidate => read(html, url)[0] as Candidate

describe('captions', () => {
  test.each<[string, string, (string | null)[]]>([
    ['a figure each', '<figure><img src=1.jpg><figcaption>one</figcaption></figure><figure><img src=2.jpg><figcaption>two</figcaption></figure>', ['one', 'two']],
    ['figures in a figure', '<figure><figure><img src=1.jpg><figcaption>one</figcaption></figure><figure><img src=2.jpg></figure><figcaption>all</figcaption></figure>', ['one', 'all']],
    ["no caption of a figure's inner figure", '<figure><img src=1.jpg><figure><img src=2.jpg><figcaption>two</figcaption></figure></figure>', [null, 'two']],
    ['a caption in a wrapper', '<figure><img src=1.jpg><div><figcaption>one</figcaption></div></figure>', ['one']],
    ['WordPress classic gallery', '<dl><dt><a href=p1><img src=1.jpg></a></dt><dd class=gallery-caption>one</dd></dl><dl><dt><a href=p2><img src=2.jpg></a></dt><dd>two</dd></dl>', ['one', 'two']],
    ['one list of terms', '<dl><dt><img src=1.jpg></dt><dd>one</dd><dt><img src=2.jpg></dt><dt><img src=3.jpg></dt><dd>three</dd></dl>', ['one', null, 'three']],
    ['cells side by side', '<table><tr><td><img src=1.jpg></td><td>one</td></tr><tr><td><img src=2.jpg></td><td>two</td></tr></table>', ['one', 'two']],
    ['a row of words under a row of pictures', '<table><tr><td><img src=1.jpg></td><td><img src=2.jpg></td></tr><tr><td>one</td><td>two</td></tr></table>', ['one', 'two']],
    ['a row that does not match', '<table><tr><td><img src=1.jpg></td><td><img src=2.jpg></td></tr><tr><td colspan=2>both</td></tr></table>', [null, null]],
    ['a paragraph called caption behind it', '<div><p><img src=1.jpg></p><p class="wp-caption-text">one</p><p><img src=2.jpg></p><p>prose</p></div>', ['one', null]],
    ['HTML in a lightbox attribute', '<a href=1.jpg data-sub-html="<h4>One</h4><p>by &amp; by</p>"><img src=t.jpg></a>', ['One by & by']],
    ['a lightbox that names an element', '<a href=1.jpg data-sub-html="#c1"><img src=t.jpg></a><div hidden id=c1>one</div>', ['one']],
    ['a lightbox that names a class inside', '<ul><li data-src=1.jpg data-sub-html=".c"><img src=t.jpg><div class="x c">one</div></li><li data-src=2.jpg data-sub-html=".c"><img src=u.jpg><div class=c>two</div></li></ul>', ['one', 'two']],
    ['GLightbox', '<a href=1.jpg data-glightbox="title: T; description: one"><img src=t.jpg></a>', ['one']],
    ['Jetpack', '<img src=1.jpg data-image-caption="<p>one</p>">', ['one']],
    ['markup that never ends', `<a href=1.jpg data-caption="${'&lt;b '.repeat(5000)}"><img src=t.jpg></a>`, [null]],
  ])('%s', (_name, html, expected) => {
    expect(captions(html)).toEqual(expected)
  })
})

test('alt of the picture a page shows of itself to others', () => {
  expect(first('<meta property="og:image" content="1.jpg"><meta property="og:image:width" content="1200"><meta property="og:image:alt" content="A gannet">'))
    .toMatchObject({ alt: 'A gannet', width: 1200 })
})

test('alt by the names that assistive software reads', () => {
  expect(first('<img src=1.jpg aria-label="A gannet">').alt).toBe('A gannet')
  expect(first('<b id=a>A</b><i id=b>gannet</i><img src=1.jpg aria-labelledby="a b nowhere">').alt).toBe('A gannet')
  expect(first('<img src=1.jpg alt="Own" aria-label="Other">').alt).toBe('Own')
})

describe('creator and licence', () => {
  test.each<[string, string | null]>([
    ['<figure><img src=1.jpg><figcaption>Diving. Photo: Ann Smith</figcaption></figure>', 'Ann Smith'],
    ['<figure><img src=1.jpg><figcaption>Diving (© 2024 Ann B. Smith)</figcaption></figure>', 'Ann B. Smith'],
    ['<figure><img src=1.jpg><figcaption>Foto: Jürgen Groß. Zu sehen bis Mai.</figcaption></figure>', 'Jürgen Groß'],
    ['<img src=1.jpg data-credit="Photo by Ann Smith">', 'Ann Smith'],
    ['<figure><img src=1.jpg><figcaption>Photo: Jane Roe, CC BY-SA 2.0</figcaption></figure>', 'Jane Roe'],
    ['<figure><img src=1.jpg><figcaption>Diving. Photo: Jane Roe / CC BY 4.0</figcaption></figure>', 'Jane Roe'],
    ['<figure><img src=1.jpg><figcaption><span class=credit>Jane Roe via Wikimedia Commons</span></figcaption></figure>', 'Jane Roe'],
    ['<figure><img src=1.jpg><figcaption>Photo by Jane Roe on Unsplash</figcaption></figure>', 'Jane Roe'],
    ['<figure><img src=1.jpg><figcaption>Photo by Jane Roe on 5 March 2024</figcaption></figure>', 'Jane Roe'],
    ['<img src=1.jpg data-credit="Jane Roe © 2024 The Daily Gull">', 'Jane Roe'],
    ['<img src=1.jpg data-credit="Jane Roe, The Daily Gull">', 'Jane Roe, The Daily Gull'],
    ['<img src=1.jpg data-credit="Stratford on Avon Council">', 'Stratford on Avon Council'],
    ['<script type="application/ld+json">{"@type":"ImageObject","contentUrl":"1.jpg","creditText":"Daily Gull","creator":{"@type":"Person","name":"Jane Roe"}}</script><img src=1.jpg>', 'Jane Roe'],
    ['<script type="application/ld+json">{"@type":"ImageObject","contentUrl":"1.jpg","creditText":"Photo: Jane Roe, CC BY 4.0"}</script><img src=1.jpg>', 'Jane Roe'],
    ['<figure><img src=1.jpg><figcaption>A photo by the sea shows nothing</figcaption></figure>', null],
    ['<figure><img src=1.jpg><figcaption>The photographs of Bass Rock</figcaption></figure>', null],
    ['<p class=byline>By Bob</p><p>text</p><div><img src=1.jpg></div>', null],
  ])('%s', (html, expected) => {
    expect(first(html).creator).toBe(expected)
  })

  test('a Creative Commons link needs no rel, and speaks for its own picture only', () => {
    const html = '<figure><img src=1.jpg><figcaption>one, <a href="https://creativecommons.org/licenses/by-sa/4.0/">CC BY-SA</a></figcaption></figure><figure><img src=2.jpg></figure>'
    expect(read(html).map(({ licence }) => licence)).toEqual(['https://creativecommons.org/licenses/by-sa/4.0/', null])
  })

  test.each([
    ['<meta name="dcterms.license" content="https://l.example/x"><img src=1.jpg>', 'https://l.example/x'],
    ['<meta name="dcterms.rights" content="CC BY-NC 3.0"><img src=1.jpg>', 'https://creativecommons.org/licenses/by-nc/3.0/'],
    ['<meta name="copyright" content="© 2024 Birds Ltd"><img src=1.jpg>', '© 2024 Birds Ltd'],
    ['<img src=1.jpg><footer><a rel="license" href="/terms">terms</a></footer>', 'https://birds.example/terms'],
  ])('%s', (html, expected) => {
    expect(first(html).licence).toBe(expected)
  })
})

describe('category', () => {
  const crumbs = (...names: [string, string | null][]) => `<script type="application/ld+json">${JSON.stringify({
    '@type': 'BreadcrumbList', itemListElement: names.map(([name, item], index) => ({ '@type': 'ListItem', position: index + 1, name, ...(item === null ? {} : { item }) })),
  })}</script>`
  test.each<[string, string, string | null]>([
    ['a meta', '<meta property="article:section" content="Sea"><img src=1.jpg>', 'Sea'],
    ['breadcrumbs in data, without the page itself', `${crumbs(['Home', '/'], ['Birds', '/birds'], ['Gannet', null])}<img src=1.jpg>`, 'Birds'],
    ['breadcrumbs whose last is the page', `${crumbs(['Home', '/'], ['Birds', '/birds'], ['Gannet', '/x.html'])}<img src=1.jpg>`, 'Birds'],
    ['breadcrumbs out of order', `<script type="application/ld+json">{"@type":"BreadcrumbList","itemListElement":[{"position":2,"item":{"@id":"/birds","name":"Birds"}},{"position":1,"item":{"@id":"/","name":"Home"}}]}</script><img src=1.jpg>`, 'Birds'],
    ['breadcrumbs of a listing', `${crumbs(['Home', '/'], ['Birds', '/x.html'])}<script type="application/ld+json">{"@type":"CollectionPage"}</script><img src=1.jpg>`, 'Birds'],
    ['breadcrumbs in microdata', '<ol itemscope itemtype="https://schema.org/BreadcrumbList"><li itemprop=itemListElement itemscope itemtype="https://schema.org/ListItem"><a itemprop=item href="/birds"><span itemprop=name>Birds</span></a><meta itemprop=position content=1></li></ol><img src=1.jpg>', 'Birds'],
    ['breadcrumbs in RDFa', '<div vocab="https://schema.org/" typeof="BreadcrumbList"><span property="itemListElement" typeof="ListItem"><a property="item" typeof="WebPage" href="/birds"><span property="name">Birds</span></a><meta property="position" content="1"></span></div><img src=1.jpg>', 'Birds'],
    ["a product's", '<script type="application/ld+json">{"@type":"Product","category":"Animals > Birds > Sea birds","image":"1.jpg"}</script>', 'Sea birds'],
    ['breadcrumbs as shown', '<nav aria-label="Breadcrumb"><a href="/">Home</a><a href="/b">Birds</a><a href="/x.html">Gannet</a></nav><img src=1.jpg>', 'Birds'],
    ['the heading over several', '<h1>Birds</h1><div><img src=1.jpg></div><div><img src=2.jpg></div>', 'Birds'],
    ["a card's own, before the page's", '<meta property="article:section" content="All"><div data-category="birds"><img src=1.jpg></div>', 'birds'],
    ['a number is none', '<div data-category="12"><img src=1.jpg></div>', null],
    ['the link of a post', '<div><img src=1.jpg><a rel="category tag" href="/c/sea">Sea</a></div><div><img src=2.jpg></div>', 'Sea'],
    ["a neighbour's", '<div><img src=1.jpg></div><div data-category=x><img src=2.jpg></div>', null],
    ['no heading over one', '<h1>A gannet</h1><div><img src=1.jpg></div>', null],
    ['no heading in an article', '<article><h2>Chapter</h2><p><img src=1.jpg></p><p><img src=2.jpg></p></article>', null],
    ['no sentence', `<h1>${'Many words '.repeat(8)}</h1><img src=1.jpg><img src=2.jpg>`, null],
  ])('%s', (_name, html, expected) => {
    expect(first(html).category).toBe(expected)
  })

  test('each group has its own heading, cards keep their titles', () => {
    const card = (n: number) => `<div><h3>Bird ${n}</h3><img src=${n}.jpg></div>`
    expect(read(`<h1>All</h1><h2>Sea</h2>${card(1)}${card(2)}<h2>Land</h2>${card(3)}${card(4)}`).map(({ category, title }) => [category, title]))
      .toEqual([['Sea', 'Bird 1'], ['Sea', 'Bird 2'], ['Land', 'Bird 3'], ['Land', 'Bird 4']])
  })

  test.each<[string, string | null]>([
    ['https://b.example/category/cats/', 'cats'],
    ['https://b.example/category/animals/sea-birds/page/2', 'sea birds'],
    ['https://b.example/collections/hats/products/red-hat', 'hats'],
    ['https://b.example/list?category=Cats&page=3', 'Cats'],
    ['https://b.example/animals/cats/12.html', 'cats'],
    ['https://b.example/%E7%8C%AB/1.html', '猫'],
    ['https://b.example/2024/05/01/x.html', null],
    ['https://b.example/products/12', null],
    ['https://b.example/', null],
    ['https://b.example/category/', null],
    ['https://b.example/category/%E0%A4%A/', null],
  ])('%s', (url, expected) => {
    expect(first('<img src=1.jpg>', url).category).toBe(expected)
  })
})

describe('time', () => {
  const MAY = '2024-05-01T00:00:00.000Z'
  test.each<[string, string, string | null]>([
    ['a time in words', '<div><img src=1.jpg><time>May 1, 2024</time></div>', MAY],
    ['a time whose attribute says nothing', '<div><img src=1.jpg><time datetime="x">1. Mai 2024</time></div>', MAY],
    ['seconds since 1970', '<div><img src=1.jpg><time data-timestamp=1714521600>today</time></div>', MAY],
    ['something called a date', '<div><img src=1.jpg><span class="post-date">2024年5月1日</span></div>', MAY],
    ['figures in a language', '<html lang=de-DE><div><img src=1.jpg><time>03/04/2024</time></div>', '2024-04-03T00:00:00.000Z'],
    ['figures in none', '<div><img src=1.jpg><time>03/04/2024</time></div>', null],
    ['a meta that is wrong and one that is right', '<meta property="article:published_time" content="soon"><meta name="date" content="2024/05/01"><img src=1.jpg>', MAY],
    ['data about the page', '<script type="application/ld+json">{"@type":"WebPage","datePublished":"2024-05-01"}</script><img src=1.jpg>', MAY],
    ['articles that disagree', '<script type="application/ld+json">[{"@type":"BlogPosting","datePublished":"2024-05-01"},{"@type":"BlogPosting","datePublished":"2024-05-02"}]</script><img src=1.jpg>', null],
    ['the only time on the page', '<time datetime=2024-05-01></time><p>text</p><div><img src=1.jpg></div>', MAY],
    ["a neighbour's time", '<div><img src=1.jpg></div><div><img src=2.jpg><time datetime=2024-05-01></time></div>', null],
  ])('%s', (_name, html, expected) => {
    expect(first(html).publishedAt).toBe(expected)
  })

  test('the day in the address, where nothing else is said', () => {
    expect(first('<img src=1.jpg>', 'https://b.example/2024/05/01/x').publishedAt).toBe(MAY)
    expect(first('<img src=1.jpg>', 'https://b.example/2024/13/01/x').publishedAt).toBeNull()
    expect(first('<img src=1.jpg>', 'https://b.example/2024/05/x').publishedAt).toBeNull()
  })
})
