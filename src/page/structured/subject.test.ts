/** What is said of one picture stays with it, in whatever way and place it is said; what a page says of itself is said of all. */
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../candidate.ts'
import { readPage } from '../index.ts'

const at = (path: string): string => new URL(path, 'https://h.example/').href
const read = (html: string): readonly Candidate[] => readPage(html, { url: at('page.html') }).candidates
/** What the page is read to say, by the name of the file. */
const by = <Field extends keyof Candidate>(html: string, field: Field): Record<string, Candidate[Field]> =>
  Object.fromEntries(read(html).map((one) => [new URL(one.fullUrl).pathname.slice(1), one[field]]))
const ld = (value: unknown): string => `<script type="application/ld+json">${JSON.stringify(value)}</script>`

const L = 'https://lic.example/1'
const CC = 'https://creativecommons.org/licenses/by/4.0/'
const IMAGE = 'itemscope itemtype="https://schema.org/ImageObject"'
const RDFA = 'vocab="https://schema.org/" typeof="ImageObject"'
const OTHERS = '<img src="/other.jpg"><img src="https://cdn.example/theirs.jpg"><meta property="og:image" content="/og.jpg"><div style="background-image:url(/drawn.jpg)"></div>'

/** One picture of which something is said, in the ways of data. */
const LICENSED: readonly (readonly [name: string, html: string])[] = [
  ['microdata, a meta', `<div ${IMAGE}><img itemprop="contentUrl" src="/micro.jpg"><meta itemprop="license" content="${L}"></div>`],
  ['microdata, a meta before', `<div ${IMAGE}><meta itemprop="license" content="${L}"><img itemprop="contentUrl" src="/micro.jpg"></div>`],
  ['microdata, a link', `<div ${IMAGE}><img itemprop="contentUrl" src="/micro.jpg"><a itemprop="license" href="${L}">terms</a></div>`],
  ['microdata, a link with rel', `<div ${IMAGE}><img itemprop="contentUrl" src="/micro.jpg"><a itemprop="license" rel="license" href="${L}">terms</a></div>`],
  ['microdata, a file that is not shown', `<div ${IMAGE}><meta itemprop="contentUrl" content="/micro.jpg"><a itemprop="license" rel="license" href="${L}">terms</a></div>`],
  ['microdata, a link element', `<div ${IMAGE}><link itemprop="contentUrl" href="/micro.jpg"><link itemprop="license" rel="license" href="${L}"></div>`],
  ['microdata, in an article', `<article itemscope itemtype="https://schema.org/Article"><div itemprop="image" ${IMAGE}><img itemprop="url" src="/micro.jpg"><meta itemprop="license" content="${L}"></div></article>`],
  ['microdata, in a page', `<main itemscope itemtype="https://schema.org/WebPage"><div itemprop="primaryImageOfPage" ${IMAGE}><img itemprop="url" src="/micro.jpg"><meta itemprop="license" content="${L}"></div></main>`],
  ['microdata, by itemref', `<p id="terms"><meta itemprop="license" content="${L}"></p><div ${IMAGE} itemref="terms"><img itemprop="contentUrl" src="/micro.jpg"></div>`],
  ['microdata, by itemref to itself', `<meta id="terms" itemprop="license" content="${L}"><div ${IMAGE} itemref="terms"><img itemprop="contentUrl" src="/micro.jpg"></div>`],
  ['RDFa, a meta', `<div ${RDFA}><img property="contentUrl" src="/micro.jpg"><meta property="license" content="${L}"></div>`],
  ['RDFa, a prefix', `<div prefix="schema: https://schema.org/" typeof="schema:ImageObject"><img property="schema:contentUrl" src="/micro.jpg"><meta property="schema:license" content="${L}"></div>`],
  ['RDFa, a link', `<div ${RDFA}><img property="contentUrl" src="/micro.jpg"><a property="license" href="${L}">terms</a></div>`],
  ['JSON-LD', `<img src="/micro.jpg">${ld({ '@type': 'ImageObject', contentUrl: '/micro.jpg', license: L })}`],
  ['a figure', `<figure><img src="/micro.jpg"><figcaption><a rel="license" href="${L}">terms</a></figcaption></figure>`],
  ['a card', `<div><img src="/micro.jpg"><a rel="license" href="${L}">terms</a></div>`],
  ['a card with about', `<div about="/micro.jpg"><img src="/micro.jpg"><a rel="license" href="${L}">terms</a></div>`],
]

describe('the licence of one picture', () => {
  test.each(LICENSED)('%s', (_name, html) => {
    for (const page of [html + OTHERS, OTHERS + html, `<div>${html}</div><div>${OTHERS}</div>`, `<section>${OTHERS}<div>${html}</div></section>`]) {
      expect(by(page, 'licence')).toEqual({ 'micro.jpg': L, 'other.jpg': null, 'theirs.jpg': null, 'og.jpg': null, 'drawn.jpg': null })
    }
  })

  test.each(LICENSED)('beside one that only a preview or a background shows: %s', (_name, html) => {
    const page = `<div>${html}</div><meta property="og:image" content="/og.jpg"><div style="background-image:url(/drawn.jpg)"></div>`
    expect(by(page, 'licence')).toEqual({ 'micro.jpg': L, 'og.jpg': null, 'drawn.jpg': null })
  })

  test('each its own', () => {
    const card = (n: number) => `<li ${IMAGE}><img itemprop="contentUrl" src="/${n}.jpg"><a itemprop="license" href="https://lic.example/${n}">terms</a></li>`
    expect(by(`<ul>${card(1)}${card(2)}</ul><img src="/3.jpg">`, 'licence')).toEqual({ '1.jpg': 'https://lic.example/1', '2.jpg': 'https://lic.example/2', '3.jpg': null })
  })

  test.each([
    ['within its card', `<div><img src="/other.jpg"><div ${IMAGE}><link itemprop="contentUrl" href="/micro.jpg"><a itemprop="license" rel="license" href="${L}">x</a></div></div>`],
    ['within its figure', `<figure><img src="/other.jpg"><figcaption ${IMAGE}><link itemprop="contentUrl" href="/micro.jpg"><a itemprop="license" href="${CC}">x</a></figcaption></figure>`],
    ['by about', `<div><img src="/other.jpg"><p about="/micro.jpg"><a rel="license" href="${L}">x</a></p></div>`],
    ['by about of the link', `<div><img src="/other.jpg"><a about="/micro.jpg" rel="license" href="${L}">x</a></div>`],
  ])('is not that of a picture it stands %s', (_name, html) => {
    expect(by(html, 'licence')['other.jpg']).toBeNull()
  })

  test.each([
    ['a text', `<article itemscope itemtype="https://schema.org/Article"><meta itemprop="license" content="${L}"><img src="/a.jpg"><img src="/b.jpg"></article>`],
    ['a text, in JSON-LD', `<img src="/a.jpg"><img src="/b.jpg">${ld({ '@type': 'Article', license: L, image: '/a.jpg' })}`],
    ['a product', `<div itemscope itemtype="https://schema.org/Product"><a rel="license" href="${L}">x</a><img src="/a.jpg"><img src="/b.jpg"></div>`],
    ['one text of several', `${`<article itemscope itemtype="https://schema.org/BlogPosting"><img src="/a.jpg"><img src="/b.jpg"><a rel="license" href="${L}">x</a></article>`.repeat(2)}`],
    ['a data set', `<div itemscope itemtype="https://schema.org/Dataset"><link itemprop="license" href="${CC}"></div><img src="/a.jpg"><img src="/b.jpg">`],
  ])('nor is that of %s', (_name, html) => {
    expect(by(html, 'licence')).toEqual({ 'a.jpg': null, 'b.jpg': null })
  })
})

describe('the licence of all', () => {
  const pictures = `<div ${IMAGE}><img itemprop="contentUrl" src="/a.jpg"></div><div><img src="/b.jpg"></div>`
  test.each([
    ['a link in the head', `<head><link rel="license" href="${L}"></head>${pictures}`],
    ['a meta', `<meta name="dcterms.license" content="${L}">${pictures}`],
    ['a meta with itemprop, in no item', `<head><meta itemprop="license" content="${L}"></head>${pictures}`],
    ['a page that is an item', `<html itemscope itemtype="https://schema.org/WebPage"><head><meta itemprop="license" content="${L}"></head><body>${pictures}</body></html>`],
    ['a body that is an item', `<body itemscope itemtype="https://schema.org/Blog"><footer><a rel="license" href="${L}">x</a></footer>${pictures}</body>`],
    ['a footer', `${pictures}<footer><a rel="license" href="${L}">x</a></footer>`],
    ['a footer that is an item', `${pictures}<footer itemscope itemtype="https://schema.org/WPFooter"><a rel="license" href="${L}">x</a></footer>`],
    ['the one text', `<article itemscope itemtype="https://schema.org/BlogPosting">${pictures}<p><a rel="license" href="${L}">x</a></p></article>`],
    ['about the page', `<div about=""><a rel="license" href="${L}">x</a></div>${pictures}`],
    ['about the page, by its address', `<div about="/page.html"><a rel="license" href="${L}">x</a></div>${pictures}`],
  ])('%s', (_name, html) => {
    expect(by(html, 'licence')).toEqual({ 'a.jpg': L, 'b.jpg': L })
  })
})

describe('the date of one picture', () => {
  const MAY = '2024-05-01T00:00:00.000Z'
  test.each([
    ['JSON-LD', `<img src="/micro.jpg">${ld({ '@type': 'ImageObject', contentUrl: '/micro.jpg', datePublished: '2024-05-01' })}`],
    ['JSON-LD, a photograph', `<img src="/micro.jpg">${ld({ '@type': 'Photograph', image: '/micro.jpg', dateCreated: '2024-05-01' })}`],
    ['microdata', `<div ${IMAGE}><img itemprop="contentUrl" src="/micro.jpg"><meta itemprop="datePublished" content="2024-05-01"></div>`],
    ['microdata, a time', `<div ${IMAGE}><img itemprop="contentUrl" src="/micro.jpg"><time itemprop="datePublished" datetime="2024-05-01">then</time></div>`],
    ['microdata, a file that is not shown', `<div ${IMAGE}><link itemprop="contentUrl" href="/micro.jpg"><time itemprop="datePublished" datetime="2024-05-01">then</time></div>`],
    ['RDFa', `<div ${RDFA}><img property="contentUrl" src="/micro.jpg"><meta property="datePublished" content="2024-05-01"></div>`],
  ])('%s', (_name, html) => {
    for (const page of [html + OTHERS, OTHERS + html]) {
      expect(by(page, 'publishedAt')).toEqual({ 'micro.jpg': MAY, 'other.jpg': null, 'theirs.jpg': null, 'og.jpg': null, 'drawn.jpg': null })
    }
  })

  test('is not that of the picture beside it', () => {
    const data = `<div ${IMAGE}><link itemprop="contentUrl" href="/micro.jpg"><time itemprop="datePublished" datetime="2024-05-01"></time><b itemprop="creator">Ann Smith</b></div>`
    const html = `<div><img src="/other.jpg">${data}</div>`
    expect(by(html, 'publishedAt')).toEqual({ 'other.jpg': null, 'micro.jpg': MAY })
    expect(by(html, 'creator')).toEqual({ 'other.jpg': null, 'micro.jpg': 'Ann Smith' })
  })

  test('the date of the text is its pictures\'', () => {
    const article = 'itemscope itemtype="https://schema.org/NewsArticle"'
    expect(by(`<article ${article}><meta itemprop="datePublished" content="2024-05-01"><img src="/a.jpg"></article><img src="/b.jpg">`, 'publishedAt')).toEqual({ 'a.jpg': MAY, 'b.jpg': MAY })
    expect(by(`<html ${article}><head><meta itemprop="datePublished" content="2024-05-01"></head><img src="/a.jpg">`, 'publishedAt')).toEqual({ 'a.jpg': MAY })
  })
})
