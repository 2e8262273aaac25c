/** Pages made to hurt: reading them stays within time, and says what it left out. */
import { describe, expect, test } from 'vitest'
import { readPage } from './index.ts'
import { parseSrcset } from './srcset.ts'
import { selectSource } from './select-source.ts'

const url = 'https://h.example/p/'
const MB = 1024 * 1024

/** Milliseconds of processor time: a busy machine does not count, what is quadratic takes minutes. */
const MAX_MS = 6000
const processorMs = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const timed = <Result>(work: () => Result): Result => {
  const results: Result[] = []
  expect(processorMs(() => results.push(work()))).toBeLessThan(MAX_MS)
  return results[0] as Result
}

describe('hostile pages', () => {
  test('200 MB', () => {
    const bytes = Buffer.alloc(200 * MB, '<p>text <img src="a.jpg"> and more text')
    expect(timed(() => readPage(bytes, { url })).cut).not.toBeNull()
  })

  test.each<[string, string]>([
    ['100,000 nested divs', '<div>'.repeat(100_000) + '<img src=deep.jpg>'],
    ['100,000 nested divs, each closed', `${'<div>'.repeat(100_000)}<img src=deep.jpg>${'</div>'.repeat(100_000)}`],
    ['nested links, forms, svg', '<a><form><svg><g>'.repeat(30_000) + '<img src=deep.jpg>'],
    ['100,000 attributes', `<img ${Array.from({ length: 100_000 }, (_, i) => `a${i}=1`).join(' ')} src=deep.jpg>`],
    ['end tags of nothing', '</x></div></p>'.repeat(100_000) + '<img src=deep.jpg>'],
    ['one attribute of 5 MB', `<img alt="${'x '.repeat(2_500_000)}" src=deep.jpg>`],
    ['a srcset of 5 MB', `<img src=deep.jpg srcset="${'deep.jpg, '.repeat(500_000)}">`],
    ['a srcset of open parentheses', `<img src=deep.jpg srcset="${'a ('.repeat(500_000)}">`],
    ['an inline picture of 5 MB', `<img data-src=deep.jpg src="data:image/png;base64,${'A'.repeat(5_000_000)}">`],
    ['null bytes', '\0<i\0mg\0>'.repeat(50_000) + '<img\0 src=deep.jpg><img src=deep.jpg>'],
    ['a picture with 50,000 sources', `<picture>${'<source srcset="x.webp 1w">'.repeat(50_000)}<img src=deep.jpg></picture>`],
    ['50,000 base, title and meta', '<base href="/p/"><title>t</title><meta name=robots content=all>'.repeat(50_000) + '<img src=deep.jpg>'],
  ])('%s', (_name, html) => {
    const { candidates } = timed(() => readPage(html, { url, maxMs: 60_000 }))
    expect(candidates.map(({ thumbnailUrl, fullUrl }) => thumbnailUrl + fullUrl).join()).toContain(`${url}deep.jpg`)
  })

  test.each<[string, string]>([
    ['10,000 pictures under one heading', `<h1>${'x'.repeat(5000)}</h1><div>${list(10_000, (i) => `<img src=${i}.jpg>`)}</div>`],
    ['10,000 cards in one figure', `<figure>${list(10_000, (i) => `<div><a href=${i}><img src=${i}.jpg></a><p>${i}</p></div>`)}<figcaption>c</figcaption></figure>`],
    ['10,000 in a deep, wide tree', '<section><p>'.repeat(400) + list(10_000, (i) => `<span><img src=${i}.jpg aria-describedby=d${i}></span><b id=d${i}>`)],
    ['10,000 in one picture', `<picture><source srcset="a.webp">${list(10_000, (i) => `<img src=${i}.jpg>`)}</picture>`],
    ['10,000 that share a thumbnail', list(10_000, (i) => `<a href=${i}.jpg><img src=t.jpg></a>`)],
    ['10,000 noscripts', list(10_000, (i) => `<img data-src=${i}.jpg><noscript><img src=${i}.jpg></noscript>`)],
  ])('%s', (_name, html) => {
    const { candidates, cut } = timed(() => readPage(html, { url, maxMs: 60_000 }))
    expect(candidates.length).toBeGreaterThanOrEqual(9_999)
    expect(cut).toBeNull()
  })

  test('a reading twice as long takes about twice as long', () => {
    const html = (n: number): string => list(n, (i) => `<article><h2>${i}</h2><a href=${i}.jpg><img src=t${i}.jpg></a><p>words</p><time datetime=2024-01-01></article>`)
    const cost = (n: number): number => {
      const page = html(n)
      return Math.min(...[1, 2, 3].map(() => processorMs(() => readPage(page, { url, maxMs: 60_000, maxCandidates: 1e6 }))))
    }
    cost(2000)
    expect(cost(16_000) / cost(4000)).toBeLessThan(12)
  })

  test('sizes and srcset by themselves', () => {
    timed(() => parseSrcset(`${'a (, '.repeat(500_000)})`))
    timed(() => selectSource({ srcset: 'a 1w', sizes: '('.repeat(60_000), viewport: { width: 1, height: 1 }, dpr: 1 }))
    timed(() => selectSource({ srcset: 'a 1w', sizes: 'calc('.repeat(10_000), viewport: { width: 1, height: 1 }, dpr: 1 }))
    timed(() => selectSource({ srcset: 'a 1w', sizes: '(not '.repeat(12_000), viewport: { width: 1, height: 1 }, dpr: 1 }))
  })
})

describe('limits', () => {
  const page = list(1000, (i) => `<img src=${i}.jpg>`)

  test('bytes', () => {
    const { candidates, cut } = readPage(page, { url, maxBytes: 1700 })
    expect(cut).toBe('bytes')
    expect(candidates.length).toBe(readPage(Buffer.from(page), { url, maxBytes: 1700 }).candidates.length)
    expect(candidates.length).toBeLessThan(110)
  })

  test('candidates', () => {
    const { candidates, cut } = readPage(page, { url, maxCandidates: 10 })
    expect([candidates.length, cut]).toEqual([10, 'candidates'])
    expect(readPage(page, { url, maxCandidates: 1000 }).cut).toBeNull()
  })

  test('time: what was parsed by then is still looked through', () => {
    let ms = 0
    const { candidates, cut } = readPage(page.repeat(30), { url, maxMs: 10, now: () => ms++ })
    expect(cut).toBe('time')
    expect(candidates.length).toBeGreaterThan(0)
  })
})

function list(n: number, item: (index: number) => string): string {
  return Array.from({ length: n }, (_, index) => item(index)).join('')
}
