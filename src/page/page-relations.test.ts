import { describe, expect, it, test } from 'vitest'
import { readPage } from './index.ts'

const URL_ = 'https://birds.example/sea/list?page=1'
const relations = (html: string) => readPage(html, { url: URL_ }).relations
const at = (path: string): string => new URL(path, URL_).href

it('the next page, from the head or from a link', () => {
  expect(relations('<link rel=next href="?page=2"><a rel="next nofollow" href="x">no</a><a rel="NEXT" href="?page=2">2</a><a rel=next href="#top">no</a>').next)
    .toEqual([at('?page=2')])
  expect(relations('<p><a rel="next" href="/sea/list?page=3">more</a>').next).toEqual([at('?page=3')])
})

it('canonical, languages and feeds', () => {
  expect(relations(`<link rel=canonical href="/sea/list"><link rel=canonical href="/other">
    <link rel=alternate hreflang="de-AT" href="/de/list"><link rel=alternate hreflang=x-default href="/">
    <link rel="alternate" type="application/rss+xml" href="/feed"><link rel=alternate type="Application/Atom+XML" href="/atom">
    <link rel=alternate media=print href="/print">`)).toMatchObject({
    canonical: at('/sea/list'), feeds: [at('/feed'), at('/atom')],
    alternates: [{ language: 'de-at', url: at('/de/list') }, { language: 'x-default', url: at('/') }],
  })
})

describe('where a refresh leads', () => {
  test.each<[string, string | null]>([
    ['0;url=/new', '/new'], ['5; URL = "/new" rest', '/new'], [" 0 , url='/new'", '/new'], ['0; /new', '/new'], ['.5;url=/new', '/new'],
    ['0;url="/new', '/new'], ['300', null], ['url=/new', null], ['0x;url=/new', null], ['0;url=', null], ['0;url=javascript:void 0', null],
    ['0 url=new', 'new'], ['0;urls', 'urls'],
  ])('%s', (content, target) => {
    expect(relations(`<meta http-equiv=Refresh content="${content.replaceAll('"', '&quot;')}">`).refresh).toBe(target === null ? null : at(target))
  })

  it('is told at once, whatever stands there', () => {
    const start = process.cpuUsage()
    const hostile = [' '.repeat(4000), `0;${' '.repeat(3900)}x${' '.repeat(90)}y`, `0;url${' '.repeat(3990)}`]
    relations(hostile.map((content) => `<meta http-equiv=refresh content='${content}'>`).join('').repeat(300))
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000)
  })
})

it('links are not files, nor what asks not to be followed', () => {
  expect(readPage(`<a href="a" download>file</a><a href="b" rel="ugc">b</a><a href="c" rel="sponsored nofollow">c</a>
    <a href="tel:1">t</a><a href=" JavaScript:go()">j</a><a href="//h.example\\d">d</a>`, { url: URL_ }).links)
    .toEqual([at('b'), 'https://h.example/d'])
})

describe('what the owner asks', () => {
  const optOut = (html: string) => readPage(html, { url: URL_ }).optOut
  test.each<[string, boolean, boolean]>([
    ['<meta name=robots content="noindex, follow">', true, false],
    ['<meta name=robots content="noindex"><meta name=gannet content="index, follow">', true, false],
    ['<meta name="googlebot, gannet" content="noimageai">', true, false],
    ['<meta name=googlebot content="none">', true, true],
    ['<meta name=robots content="max-image-preview: none, max-snippet:-1">', true, true],
    ['<meta name=robots content="max-image-preview:none; none">', false, false],
    ['<meta name=robots content="unavailable_after: 25 Jun 2010 15:00:00 PST">', true, false],
    ['<meta name=robots content="nofollow, unavailable_after: Friday, 25-Jun-10 15:00:00 EST, noarchive">', false, false],
    ['<meta name=robots content="unavailable_after: 2999-01-01">', true, true],
    ['<meta name=robots content="unavailable_after: some day">', true, true],
    ['<meta http-equiv="X-Robots-Tag" content="noai">', true, false],
    ['<meta http-equiv="X-Robots-Tag" content="otherbot: noai, nofollow">', true, true],
    ['<meta http-equiv="X-Robots-Tag" content="gannet:noai">', true, false],
    ['<meta name="tdm-reservation" content="1">', true, false],
    ['<meta name="tdm-reservation" content="0">', true, true],
    ['<meta name="description" content="none, nofollow">', true, true],
  ])('%s', (html, follow, images) => expect(optOut(html)).toMatchObject({ follow, images }))

  it('is read for the name that the crawler goes by', () => {
    const html = '<meta name=gannet content=noai><meta name=otherbot content=nofollow>'
    expect(readPage(html, { url: URL_, agent: 'otherbot' }).optOut).toMatchObject({ images: true, follow: false })
  })

  it('is named', () => {
    expect(optOut('<meta name=tdm-reservation content=1><meta name=robots content="noai,nofollow">').directive).toBe('noai, nofollow, tdm-reservation')
  })
})
