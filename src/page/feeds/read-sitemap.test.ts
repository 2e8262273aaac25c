import { describe, expect, it } from 'vitest'
import type { PageReading } from '../candidate.ts'
import { readDocument } from '../read-document.ts'

const URL_ = 'https://birds.example/sitemap.xml'
const read = (text: string, contentType: string | null = 'application/xml'): PageReading => readDocument(Buffer.from(text), { url: URL_, contentType })
const SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

describe('sitemaps', () => {
  it('name pages, their pictures with words, and their pages in other languages', () => {
    const { document, candidates, links, relations } = read(`<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="/s.xsl"?>
      <urlset ${SITEMAP} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml">
      <url><loc> https://birds.example/a?x=1&amp;y=2 </loc><lastmod>2024-05-01</lastmod>
        <image:image><image:loc>https://cdn.example/a.jpg</image:loc><image:title>A &amp; B</image:title><image:caption>Diving</image:caption>
        <image:license>https://creativecommons.org/licenses/by/4.0/</image:license><image:geo_location>Bass Rock</image:geo_location></image:image>
        <image:image><image:loc><![CDATA[/b.jpg]]></image:loc></image:image>
        <xhtml:link rel="alternate" hreflang="de" href="https://birds.example/de/a"/><xhtml:link rel="alternate" media="handheld" href="/m"/></url>
      <url><loc>https://birds.example/c</loc><image:image><image:loc>https://cdn.example/a.jpg</image:loc></image:image></url></urlset>`)
    expect(document).toBe('sitemap')
    expect(links).toEqual(['https://birds.example/a?x=1&y=2', 'https://birds.example/de/a', 'https://birds.example/c'])
    expect(relations.sitemaps).toEqual([])
    expect(candidates).toEqual([
      { pageUrl: 'https://birds.example/a?x=1&y=2', thumbnailUrl: 'https://cdn.example/a.jpg', fullUrl: 'https://cdn.example/a.jpg', via: 'sitemap', alt: null,
        title: 'A & B', caption: 'Diving', category: null, publishedAt: null, width: null, height: null, bytes: null,
        licence: 'https://creativecommons.org/licenses/by/4.0/', creator: null, fields: { location: 'Bass Rock' } },
      expect.objectContaining({ fullUrl: 'https://birds.example/b.jpg', title: null, licence: null, fields: null }),
    ])
  })

  it('news and films', () => {
    expect(read(`<urlset ${SITEMAP} xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:v="http://www.google.com/schemas/sitemap-video/1.1" xmlns:i="http://www.google.com/schemas/sitemap-image/1.1">
      <url><loc>/n</loc><n:news><n:publication_date>2024-05-01T10:00+02:00</n:publication_date><n:title>Colony grows</n:title></n:news><i:image><i:loc>/n.jpg</i:loc></i:image></url>
      <url><loc>/v</loc><v:video><v:thumbnail_loc>/v.jpg</v:thumbnail_loc><v:title>Dive</v:title><v:description>Slow</v:description></v:video></url></urlset>`).candidates).toMatchObject([
      { fullUrl: 'https://birds.example/n.jpg', title: 'Colony grows', publishedAt: '2024-05-01T08:00:00.000Z' },
      { fullUrl: 'https://birds.example/v.jpg', title: 'Dive', caption: 'Slow', pageUrl: 'https://birds.example/v' },
    ])
  })

  it('an index names sitemaps, and itself to no end', () => {
    const { links, relations } = read(`<sitemapindex ${SITEMAP}><sitemap><loc>https://birds.example/1.xml.gz</loc></sitemap><sitemap><loc>${URL_}</loc></sitemap><sitemap/></sitemapindex>`)
    expect(relations.sitemaps).toEqual(['https://birds.example/1.xml.gz'])
    expect(links).toEqual([])
  })

  it.each([
    ['the wrong namespace for pictures', `<urlset ${SITEMAP} xmlns:image="http://www.sitemaps.org/schemas/sitemap-image/1.1"><url><loc>/p</loc><image:image><image:loc>/a.jpg</image:loc></image:image></url></urlset>`],
    ['none at all', '<urlset><url><loc>/p</loc><image:image><image:loc>/a.jpg</image:loc></image:image></url></urlset>'],
    ['every prefix another', '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:p="http://www.google.com/schemas/sitemap-image/1.1/"><s:url><s:loc>/p</s:loc><p:image><p:loc>/a.jpg</p:loc></p:image></s:url></s:urlset>'],
    ['an unescaped ampersand and no end', '<urlset><url><loc>/p</loc><image:image><image:loc>/a.jpg?x=1&y=2'],
  ])('%s', (_name, text) => {
    const { candidates, links } = read(text)
    expect(links).toEqual(['https://birds.example/p'])
    expect(candidates.map(({ fullUrl }) => fullUrl.replace('?x=1&y=2', ''))).toEqual(['https://birds.example/a.jpg'])
  })

  it('one address a line', () => {
    const { document, links } = read('\uFEFFhttps://birds.example/a\r\n\r\nhttps://birds.example/b#x\nhttps://birds.example/a\n', 'text/plain; charset=utf-8')
    expect([document, links]).toEqual(['sitemap', ['https://birds.example/a', 'https://birds.example/b']])
    for (const text of ['https://birds.example/a is a page', 'see\nhttps://birds.example/a', '']) expect(read(text, 'text/plain').document, text).toBe('html')
    expect(read('https://birds.example/a', 'text/html').document).toBe('html')
  })

  it('says that it stopped, and where', () => {
    const pages = (count: number): string => Array.from({ length: count }, (_, n) => `<url><loc>/p${n}</loc></url>`).join('')
    expect(read(`<urlset>${pages(50_000)}</urlset>`)).toMatchObject({ cut: null, links: { length: 50_000 } })
    expect(read(`<urlset>${pages(100_500)}</urlset>`)).toMatchObject({ cut: 'links', links: { length: 100_000 } })
    const one = readDocument(Buffer.from('<urlset><url><loc>/p</loc><image:image><image:loc>/a.jpg</image:loc></image:image><image:image><image:loc>/b.jpg</image:loc></image:image></url></urlset>'), { url: URL_, maxCandidates: 1 })
    expect([one.candidates.length, one.cut]).toEqual([1, 'candidates'])
    const pictures = Array.from({ length: 4 }, (_, n) => `<url><loc>/p${n}</loc><image:image><image:loc>/${n}.jpg</image:loc></image:image></url>`).join('')
    expect(readDocument(Buffer.from(`<urlset>${pictures}</urlset>`), { url: URL_, maxCandidates: 4 }).cut).toBeNull()
    expect(readDocument(Buffer.from(`<urlset>${pictures}</urlset>`), { url: URL_, maxCandidates: 2 })).toMatchObject({ cut: 'candidates', links: { length: 4 }, candidates: { length: 2 } })
  })
})
