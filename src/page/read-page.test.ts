import { describe, expect, test } from 'vitest'
import type { Candidate } from './candidate.ts'
import { inspectHtml, readPage } from './index.ts'

const URL_ = 'https://birds.example/sea/page.html'
const read = (html: string) => readPage(html, { url: URL_ })
const at = (path: string): string => new URL(path, URL_).href

/** The only candidate of the page. */
const only = (html: string): Candidate => {
  const { candidates } = read(html)
  expect(candidates.map((c) => c.fullUrl)).toHaveLength(1)
  return candidates[0] as Candidate
}
const pairs = (html: string): string[][] =>
  read(html).candidates.map(({ thumbnailUrl, fullUrl, via }) => [
    thumbnailUrl.replace('https://birds.example/sea/', ''), fullUrl.replace('https://birds.example/sea/', ''), via,
  ])

describe('where a picture lies', () => {
  test.each<[string, string, string[][]]>([
    ['a plain img', '<img src="a.jpg">', [['a.jpg', 'a.jpg', 'img']]],
    ['srcset with widths', '<img src="m.jpg" srcset="s.jpg 80w, t.jpg 320w, l.jpg 1600w">', [['t.jpg', 'l.jpg', 'srcset']]],
    ['only widths too small', '<img src="m.jpg" srcset="s.jpg 80w, t.jpg 120w">', [['m.jpg', 't.jpg', 'srcset']]],
    ['srcset with densities', '<img src="a.jpg" srcset="a.jpg 1x, b.jpg 2x">', [['a.jpg', 'b.jpg', 'srcset']]],
    ['picture', '<picture><source type="image/webp" srcset="a.webp 400w, b.webp 1200w"><img src="c.jpg"></picture>',
      [['a.webp', 'b.webp', 'picture']]],
    ['a type nobody decodes', '<picture><source type="image/jxl" srcset="a.jxl 4000w"><img src="c.jpg"></picture>', [['c.jpg', 'c.jpg', 'img']]],
    ['sizes by media', '<picture><source media="(min-width: 1200px)" srcset="l.jpg"><source media="(min-width: 600px)" srcset="m.jpg"><img src="s.jpg"></picture>',
      [['s.jpg', 'l.jpg', 'picture']]],
    ['another crop by media', '<picture><source media="(orientation: portrait)" srcset="tall.jpg 900w"><img src="wide.jpg"></picture>',
      [['wide.jpg', 'wide.jpg', 'img']]],
    ['lazy behind data:', '<img src="data:image/gif;base64,R0lGOD" data-src="a.jpg">', [['a.jpg', 'a.jpg', 'lazy']]],
    ['lazy behind a spacer', '<img src="/img/spacer.gif" data-original="a.jpg">', [['a.jpg', 'a.jpg', 'lazy']]],
    ['lazy behind a real thumbnail', '<img src="t.jpg" data-original="a.jpg">', [['t.jpg', 'a.jpg', 'lazy']]],
    ['lazy behind a blurred copy', '<img class="blur-up" src="q.jpg" data-src="a.jpg">', [['a.jpg', 'a.jpg', 'lazy']]],
    ['lazy srcset', '<img data-srcset="s.jpg 300w, l.jpg 900w" data-src="m.jpg">', [['s.jpg', 'l.jpg', 'lazy']]],
    ['one stand-in for many', '<img src="zz.png" data-src="a.jpg"><img src="zz.png" data-src="b.jpg">',
      [['a.jpg', 'a.jpg', 'lazy'], ['b.jpg', 'b.jpg', 'lazy']]],
    ['a zoom', '<img src="t.jpg" data-zoom-image="z.jpg">', [['t.jpg', 'z.jpg', 'lazy']]],
    ['an id is no address', '<img src="t.jpg" data-image="12345" data-full="true" data-src="{{ url }}">', [['t.jpg', 't.jpg', 'img']]],
    ['a template of widths', '<img data-src="p_{width}x.jpg" data-widths="[180, 360, 1080]">', [['p_360x.jpg', 'p_1080x.jpg', 'lazy']]],
    ['noscript copy', '<img data-src="a.jpg"><noscript><img src="a-full.jpg"></noscript>', [['a.jpg', 'a-full.jpg', 'noscript']]],
    ['a noscript copy before each', '<p><noscript><img src="/cat.jpg"></noscript><img data-src="/cat.jpg"><noscript><img src="/dog.jpg"></noscript><img data-src="/dog.jpg"></p>',
      [[at('/cat.jpg'), at('/cat.jpg'), 'lazy'], [at('/dog.jpg'), at('/dog.jpg'), 'lazy']]],
    ['a noscript copy behind each', '<p><img data-src="/cat.jpg"><noscript><img src="/cat.jpg"></noscript><img data-src="/dog.jpg"><noscript><img src="/dog.jpg"></noscript></p>',
      [[at('/cat.jpg'), at('/cat.jpg'), 'lazy'], [at('/dog.jpg'), at('/dog.jpg'), 'lazy']]],
    ['a noscript copy before one, behind the other', '<noscript><img src="/cat.jpg"></noscript><img data-src="/cat.jpg"><img data-src="/dog.jpg"><noscript><img src="/dog.jpg"></noscript>',
      [[at('/cat.jpg'), at('/cat.jpg'), 'lazy'], [at('/dog.jpg'), at('/dog.jpg'), 'lazy']]],
    ['larger noscript copies before each', '<noscript><img src="cat-1200x800.jpg"></noscript><img data-src="cat-300x200.jpg"><noscript><img src="dog-1200x800.jpg"></noscript><img data-src="dog-300x200.jpg">',
      [['cat-300x200.jpg', 'cat-1200x800.jpg', 'noscript'], ['dog-300x200.jpg', 'dog-1200x800.jpg', 'noscript']]],
    ['copies named by one letter in one folder', '<noscript><img src="/g/a.jpg"></noscript><img data-src="/g/a.jpg"><noscript><img src="/g/b.jpg"></noscript><img data-src="/g/b.jpg">',
      [[at('/g/a.jpg'), at('/g/a.jpg'), 'lazy'], [at('/g/b.jpg'), at('/g/b.jpg'), 'lazy']]],
    ['copies before pictures that name nothing', '<noscript><img src="cat.jpg"></noscript><img src="data:,"><noscript><img src="dog.jpg"></noscript><img src="data:,">',
      [['cat.jpg', 'cat.jpg', 'noscript'], ['dog.jpg', 'dog.jpg', 'noscript']]],
    ['copies behind pictures that name nothing', '<img src="data:,"><noscript><img src="cat.jpg"></noscript><img src="data:,"><noscript><img src="dog.jpg"></noscript>',
      [['cat.jpg', 'cat.jpg', 'noscript'], ['dog.jpg', 'dog.jpg', 'noscript']]],
    ['a noscript with another picture behind it', '<img data-src="/cat.jpg"><noscript><img src="/dog.jpg"></noscript>', [[at('/cat.jpg'), at('/cat.jpg'), 'lazy'], [at('/dog.jpg'), at('/dog.jpg'), 'noscript']]],
    ['a noscript with another picture before it', '<noscript><img src="/a.jpg"></noscript><img data-src="/b.jpg">', [[at('/a.jpg'), at('/a.jpg'), 'noscript'], [at('/b.jpg'), at('/b.jpg'), 'lazy']]],
    ['sources in a noscript with another picture', '<img data-src="/cat.jpg"><noscript><picture><source srcset="dog-s.jpg 400w, dog-l.jpg 900w"><img src="dog.jpg"></picture></noscript>',
      [[at('/cat.jpg'), at('/cat.jpg'), 'lazy'], ['dog-s.jpg', 'dog-l.jpg', 'noscript']]],
    ['a beacon in noscript beside a picture', '<img src="data:," data-x="1"><noscript><img src="https://count.example/t.gif" width=1 height=1></noscript><img data-src="cat.jpg">', [['cat.jpg', 'cat.jpg', 'lazy']]],
    ['noscript alone', '<p>x</p><noscript><img src="a.jpg"></noscript>', [['a.jpg', 'a.jpg', 'noscript']]],
    ['behind data:, in noscript', '<img src="data:,"><noscript><img src="a.jpg"></noscript>', [['a.jpg', 'a.jpg', 'noscript']]],
    ['a link to the full one', '<a href="big.jpg"><img src="t.jpg"></a>', [['t.jpg', 'big.jpg', 'link']]],
    ['link beats srcset', '<a href="big.jpg"><img src="t.jpg" srcset="u.jpg 300w, v.jpg 900w"></a>', [['u.jpg', 'big.jpg', 'link']]],
    ['a link to a page', '<a href="p2.html"><img src="t.jpg"></a>', [['t.jpg', 't.jpg', 'img']]],
    ['a wiki page named like a file', '<a href="/wiki/File:Gannet.jpg"><img src="t.jpg"></a>', [['t.jpg', 't.jpg', 'img']]],
    ['a link round two pictures', '<a href="big.jpg"><img src="t.jpg"><img src="u.jpg"></a>',
      [['big.jpg', 'big.jpg', 'link'], ['t.jpg', 't.jpg', 'img'], ['u.jpg', 'u.jpg', 'img']]],
    ['lightbox without extension', '<a data-fancybox href="/photo/12"><img src="t.jpg"></a>', [['t.jpg', 'https://birds.example/photo/12', 'link']]],
    ['lightbox with a video', '<a data-fancybox href="https://youtu.be/x"><img src="t.jpg"></a>', [['t.jpg', 't.jpg', 'img']]],
    ['a text link', '<a href="a.jpg">the picture</a>', [['a.jpg', 'a.jpg', 'link']]],
    ['the same picture twice', '<img src="a.jpg"><img src="a.jpg#x">', [['a.jpg', 'a.jpg', 'img']]],
    ['once small, once in full', '<img src="t.jpg"><a href="big.jpg"><img src="t.jpg"></a>', [['t.jpg', 'big.jpg', 'link']]],
    ['a preview for others', '<meta property="og:image" content="og.jpg"><img src="a.jpg">', [['a.jpg', 'a.jpg', 'img'], ['og.jpg', 'og.jpg', 'meta']]],
    ['a preview of a shown picture', '<meta property="og:image" content="a.jpg?w=1200"><img src="a-300x200.jpg">', [['a-300x200.jpg', 'a-300x200.jpg', 'img']]],
    ['a preload', '<link rel=preload as=image href="/a.jpg">', [[at('/a.jpg'), at('/a.jpg'), 'preload']]],
    ['a preload called so, or like a stand-in', '<link rel=preload as=image href="/preload.jpg"><link rel=preload as=image href="/white-cliffs.webp"><link rel=prefetch as=image href="/default/gannet.png"><link rel=preload as=image href="/stars.jpg">',
      [[at('/preload.jpg'), at('/preload.jpg'), 'preload'], [at('/white-cliffs.webp'), at('/white-cliffs.webp'), 'preload'], [at('/default/gannet.png'), at('/default/gannet.png'), 'preload'], [at('/stars.jpg'), at('/stars.jpg'), 'preload']]],
    ['a preload called so, in sizes', '<link rel=preload as=image imagesrcset="/preload-400.jpg 400w, /preload-900.jpg 900w" href="/preload.jpg">', [[at('/preload-400.jpg'), at('/preload-900.jpg'), 'preload']]],
    ['a preload of the dress', '<link rel=preload as=image href="/sprite.png"><link rel=preload as=image href="/logo.svg"><link rel=preload as=image href="/img/arrow-left.webp">', []],
    ['base', '<base href="/other/"><img src="a.jpg">', [['https://birds.example/other/a.jpg', 'https://birds.example/other/a.jpg', 'img']]],
    ['a photo gallery item', '<ul><li data-src="big.jpg"><a href=""><img src="t.jpg"></a></li></ul>', [['t.jpg', 'big.jpg', 'link']]],
  ])('%s', (_name, html, expected) => {
    expect(pairs(html)).toEqual(expected)
  })

  test('sizes are those of the full file', () => {
    expect(only('<img src="a.jpg" width="640" height="480">')).toMatchObject({ width: 640, height: 480 })
    expect(only('<img src="a.jpg" width="640" height="480" srcset="b.jpg 2000w">')).toMatchObject({ width: 2000, height: null })
    expect(only('<a href="b" data-pswp-width="2500" data-pswp-height="1668"><img src="a.jpg" width="64" height="48"></a>'))
      .toMatchObject({ fullUrl: at('b'), width: 2500, height: 1668 })
    expect(only('<a href="b.jpg"><img src="a.jpg" width="64" height="48"></a>')).toMatchObject({ width: null, height: null })
  })

  test('what can never be fetched is named with its reason', () => {
    const { candidates, unusable } = read(
      '<img src="data:image/png;base64,AAAA"><img src="blob:https://x/1"><img src=" "><img src="http://[bad"><img src="t.gif" width=1 height=1>',
    )
    expect(candidates).toEqual([])
    expect(unusable).toEqual([
      { url: 'data:image/png;base64,AAAA', reason: 'unsupported-scheme' },
      { url: 'blob:https://x/1', reason: 'unsupported-scheme' },
      { url: '', reason: 'incomplete' },
      { url: 'http://[bad', reason: 'invalid-url' },
      { url: at('t.gif'), reason: 'incomplete' },
    ])
  })

  test('a page from a file has no address, but its pictures may', async () => {
    const found = await inspectHtml('<img src="https://h.example/a.jpg"><img src="b.jpg">', { url: 'file:///tmp/page.html' })
    expect(found).toMatchObject([{ pageUrl: null, fullUrl: 'https://h.example/a.jpg' }])
  })
})

describe('inspectHtml says what it was given wrong', () => {
  const given = (html: unknown, options?: unknown) => inspectHtml(html as string, options as { url: string })
  test.each<[html: unknown, options: unknown, words: RegExp]>([
    [null, { url: 'https://h.example/' }, /takes a page's HTML as a string or a Uint8Array, not null/],
    [undefined, { url: 'https://h.example/' }, /not undefined/],
    [{}, { url: 'https://h.example/' }, /not object/],
    ['<img src=a>', { url: 'nonsense' }, /the address of the page, absolute.*"nonsense" is none/],
    ['<img src=a>', { url: '/page' }, /"\/page" is none/],
    ['<img src=a>', { url: 5 }, /5 is none/],
    ['<img src=a>', {}, /it is missing/],
    ['<img src=a>', undefined, /it is missing/],
  ])('%j, %j', async (html, options, words) => {
    await expect(given(html, options)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(words) as string })
  })
})

describe('words', () => {
  test('a figure', () => {
    expect(only(`<title>Birds</title><h1>Sea birds</h1><figure><img src="a.jpg" alt=" A  gannet ">
      <figcaption>Diving at <b>Bass</b> Rock <span class="photo-credit">Photo: Ann Smith</span></figcaption></figure>`)).toMatchObject({
      alt: 'A gannet', title: 'Sea birds', caption: 'Diving at Bass Rock Photo: Ann Smith', creator: 'Ann Smith',
    })
  })

  test('cards keep their own words', () => {
    const card = (n: number) => `<div class=card><a href="p${n}"><img src="${n}.jpg"></a><div><h3>Bird ${n}</h3><p>Seen ${n} times</p>
      <time datetime="2024-03-0${n}T10:00:00+02:00">then</time></div></div>`
    const { candidates } = read(`<h1>All</h1><div>${card(1)}${card(2)}</div>`)
    expect(candidates).toMatchObject([
      { title: 'Bird 1', caption: 'Seen 1 times', publishedAt: '2024-03-01T08:00:00.000Z' },
      { title: 'Bird 2', caption: 'Seen 2 times', publishedAt: '2024-03-02T08:00:00.000Z' },
    ])
  })

  test('the page speaks where nothing nearer does', () => {
    expect(only(`<head><title>Birds</title><meta property="article:published_time" content="2023-02-01">
      <link rel=license href="https://creativecommons.org/licenses/by/4.0/"></head>
      <nav class="breadcrumb"><a href="/">Home</a><a href="/b">Birds</a><a href="/b/sea">Sea</a><span>Gannet</span></nav><img src=a.jpg>`)).toMatchObject({
      title: 'Birds', category: 'Sea', publishedAt: '2023-02-01T00:00:00.000Z', licence: 'https://creativecommons.org/licenses/by/4.0/',
    })
  })

  test('own title, described-by, data-caption', () => {
    expect(only('<p id=d>Far text</p><div><a title="Link" href=b.jpg><img src=a.jpg aria-describedby=d></a></div>')).toMatchObject({ title: 'Link', caption: 'Far text' })
    expect(only('<a data-caption="Over" href=b.jpg><img src=a.jpg title=Own></a>')).toMatchObject({ title: 'Own', caption: 'Over' })
  })

  test('the article is no caption', () => {
    expect(only(`<p>${'long text '.repeat(60)}<img src=a.jpg></p>`).caption).toBeNull()
  })
})

describe('links and opt-outs', () => {
  test('followable pages, each once, pictures left out', () => {
    expect(read(`<link rel="next" href="?p=2"><a href="a#x">1</a><a href="a">2</a><a rel="nofollow ugc" href="b">3</a>
      <a href="mailto:x@y">m</a><a href="javascript:void 0">j</a><area href="//h.example/c"><a href="big.jpg"><img src="t.jpg"></a>
      <a href="HTTP://H.example:80/d">4</a><a href="#top">5</a>`).links)
      .toEqual([at('?p=2'), at('a'), 'https://h.example/c', 'http://h.example/d'])
  })

  test.each([
    ['<meta name="robots" content="noai, noimageai">', { follow: true, images: false, directive: 'noai, noimageai' }],
    ['<meta name="ROBOTS" content="NONE">', { follow: false, images: false, directive: 'none' }],
    ['<meta name="gannet" content="nofollow">', { follow: false, images: true, directive: 'nofollow' }],
    ['<meta name="otherbot" content="none"><meta name="robots" content="index, max-image-preview:large">', { follow: true, images: true, directive: null }],
  ])('%s', (html, expected) => {
    expect(read(html).optOut).toEqual(expected)
  })
})

describe('encodings', () => {
  const html = '<meta charset="CS"><img src="a.jpg" alt="鲣鸟 Baßtölpel">'
  const altOf = (bytes: Uint8Array, contentType?: string) =>
    readPage(bytes, { url: URL_, contentType: contentType ?? null }).candidates[0]?.alt

  test('as declared, as marked, as guessed', () => {
    expect(altOf(Buffer.from(html.replace('CS', 'utf-8')))).toBe('鲣鸟 Baßtölpel')
    expect(altOf(Buffer.from(html.replace('CS', 'no-such-thing')))).toBe('鲣鸟 Baßtölpel')
    expect(altOf(Buffer.from(`\ufeff${html}`, 'utf16le'))).toBe('鲣鸟 Baßtölpel')
    expect(altOf(Buffer.from('<img src=a.jpg alt="Tölpel">', 'latin1'))).toBe('Tölpel')
    expect(altOf(Buffer.from('<img src=a.jpg alt="Tölpel">'))).toBe('Tölpel')
    expect(altOf(Buffer.concat([Buffer.from('<meta charset=gbk><img src=a.jpg alt="'), Buffer.from([0xc4, 0xf1]), Buffer.from('">')]))).toBe('鸟')
    expect(altOf(Buffer.concat([Buffer.from('<img src=a.jpg alt="'), Buffer.from([0x92, 0xb9]), Buffer.from('">')]), 'text/html; charset=Shift_JIS')).toBe('鳥')
  })
})
