/** What pages do that is no picture to look at, or lies about where pictures are: beacons, sprites, bases, broken lists. */
import { describe, expect, it } from 'vitest'
import { readPage } from './index.ts'

const url = 'https://h.example/dir/page.html'
const read = (html: string) => {
  const { candidates, unusable } = readPage(html, { url })
  return { found: candidates.map(({ thumbnailUrl, fullUrl }) => [thumbnailUrl, fullUrl].map((one) => one.replace('https://h.example/', '/')).join(' ')), unusable }
}

describe('what is no picture to look at', () => {
  it.each<[string, string]>([
    ['a beacon of one pixel', '<img src="https://t.example/p?id=1" width=1 height=1>'],
    ['a hidden beacon', '<img src="pixel.gif" width="1" height="1" style="display:none">'],
    ['a beacon for readers without scripts', '<noscript><img height="1" width="1" src="https://t.example/tr?ev=PageView&noscript=1"></noscript>'],
  ])('%s', (_name, html) => {
    const { found, unusable } = read(`${html}<img src=a.jpg>`)
    expect(found).toEqual(['/dir/a.jpg /dir/a.jpg'])
    expect(unusable).toMatchObject([{ reason: 'incomplete' }])
  })

  it('a sheet of icons shown in parts', () => {
    expect(read('<i class="icon" style="background:url(sprite.png) -20px -40px"></i><img src=a.jpg>').found).toEqual(['/dir/a.jpg /dir/a.jpg'])
  })

  it('markup in comments, scripts and fields', () => {
    expect(read('<!-- <img src=a.jpg> --><script>var x = "<img src=b.jpg>"</script><textarea><img src=c.jpg></textarea>').found).toEqual([])
  })
})

describe('lies about addresses', () => {
  it.each<[string, string, string]>([
    ['a base that is a script', '<base href="javascript:alert(1)">', '/dir/a.jpg'], ['a base that is data', '<base href="data:text/html,x">', '/dir/a.jpg'], ['a base without an address', '<base target=_blank>', '/dir/a.jpg'],
    ['two bases: the first counts', '<base href="/x/"><base href="/y/">', '/x/a.jpg'], ['a base elsewhere', '<base href="//cdn.example/x/">', 'https://cdn.example/x/a.jpg'],
  ])('%s', (_name, base, expected) => expect(read(`${base}<img src=a.jpg>`).found).toEqual([`${expected} ${expected}`]))

  it('a broken srcset gives what is whole in it', () => {
    expect(read('<img src=a.jpg srcset="b.jpg 100w, c.jpg xyz, , d.jpg 2x 3x, e.jpg -5w, f.jpg 900w">').found).toEqual(['/dir/a.jpg /dir/f.jpg'])
  })

  it('a width beyond belief is no width', () => {
    const [candidate] = readPage('<img srcset="a.jpg 99999999999999999999w">', { url }).candidates
    expect(candidate).toMatchObject({ fullUrl: 'https://h.example/dir/a.jpg', width: null })
  })
})

it('half a character, which no file can hold, is replaced', () => {
  const [candidate] = readPage('<img src=a.jpg alt="x\ud83d y"><script type="application/ld+json">{"@type":"ImageObject","contentUrl":"a.jpg","caption":"\\ude00 z"}</script>', { url }).candidates
  expect(candidate).toMatchObject({ alt: 'x\ufffd y', caption: '\ufffd z' })
})
