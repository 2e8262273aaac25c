/** JSON, CSS and attributes made to hurt: what reads them stays linear, and says nothing that is not an address. */
import { anything, array, assert, constantFrom, dictionary, letrec, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { picturesInCss } from './css-pictures.ts'
import { readPage } from './index.ts'
import { picturesInJson } from './json-pictures.ts'
import { styleRules } from './style-sheet.ts'

const url = 'https://h.example/p/'
/** Milliseconds of processor time: a busy machine does not count, what is quadratic takes minutes. */
const MAX_MS = 4000
const list = (n: number, item: (index: number) => string): string => Array.from({ length: n }, (_, index) => item(index)).join('')

const timed = <Result>(work: () => Result): Result => {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(MAX_MS)
  return result
}

describe('pages', () => {
  test.each<[string, string]>([
    ['10,000 backgrounds', list(10_000, (i) => `<a href=${i}.html><i style="background:url(${i}.jpg)"></i></a>`)],
    ['10,000 attributes of one name', list(10_000, (i) => `<div data-bg="${i}.jpg"></div>`)],
    ['10,000 nested backgrounds', list(10_000, (i) => `<div style="background:url(${i}.jpg)">`)],
    ['10,000 names of attributes', `<div ${list(10_000, (i) => `data-zoom-${i}=${i}.jpg `)}></div>`],
    ['10,000 links in one card', `<div><img src=t.jpg>${list(10_000, (i) => `<a href=${i}.jpg>zoom</a>`)}</div>`],
    ['2,000 cards with twelve buttons each', list(2000, (i) => `<div><img src=${i}.jpg>${list(12, (j) => `<b data-zoom=${i}-${j}.jpg></b>`)}</div>`)],
    ['a sheet of 50,000 rules', `<style>${list(50_000, (i) => `.c${i}{background:url(${i}.jpg)}`)}</style>${list(20_000, (i) => `<p class="c${i} d e"></p>`)}`],
    ['a sheet of open addresses', `<style>${'a{background:url('.repeat(100_000)}</style>`],
    ['a sheet of open strings', `<style>${'a{background:url("'.repeat(100_000)}</style>`],
    ['a sheet of comments', `<style>${'/* url( */'.repeat(100_000)}a{background:url(x.jpg)}</style>`],
    ['a sheet of open blocks', `<style>${'@media x{'.repeat(100_000)}a{background:url(x.jpg)}</style>`],
    ['JSON of 5 MB', `<div data-x='[${list(300_000, (i) => `"/i/${i}.jpg",`)}"/x.jpg"]'></div>`],
    ['JSON 200,000 deep', `<div data-x='${'[{"src":'.repeat(100_000)}"/x.jpg"${'}]'.repeat(100_000)}'></div>`],
    ['fifty lists of 1,000', list(50, () => `<div data-x='[${list(1000, (i) => `"/i/${i}.jpg",`)}"/x.jpg"]'></div>`)],
    ['JSON round each picture', list(2000, (i) => `<div data-x='{"src":"/i/${i}.jpg","a":[${'1,'.repeat(500)}1]}'><p><img src=${i}.png></p></div>`)],
    ['a style of backslashes', `<i style="background:url(${'\\'.repeat(200_000)})"></i><i style="background:${'(\\'.repeat(100_000)}url(x.jpg)"></i>`],
    ['a style of colons and signs', `<i style="${'background:-'.repeat(50_000)}url(x.jpg)"></i>`],
    ['10,000 posters, objects, preloads', list(10_000, (i) => `<video poster=${i}.jpg></video><object data=o${i}.jpg></object><link rel=preload as=image href=l${i}.jpg>`)],
  ])('%s', (_name, html) => {
    const { candidates } = timed(() => readPage(html, { url, maxMs: 60_000 }))
    for (const { fullUrl, thumbnailUrl } of candidates) expect(fullUrl.startsWith('http') && thumbnailUrl.startsWith('http')).toBe(true)
  })
})

describe('chance', () => {
  const address = constantFrom('/a.jpg', 'b.png', 'https://x.example/c', 'data:,', '', '//y.example/d.webp', '{x}', 'a.jpg 1x, b.jpg 2x', '\ud800')
  const key = constantFrom('src', 'thumb', 'full', 'w', 'width', 'sizes', 'srcset', 'images', '__proto__', 'constructor', 'toString', 'image', '/a.jpg', 'https://x.example/c.jpg')

  test('JSON', () => {
    const { value } = letrec<{ value: unknown }>((tie) => ({
      value: oneof({ maxDepth: 5 }, address, anything({ maxDepth: 0 }), dictionary(key, tie('value'), { maxKeys: 5 }), array(tie('value'), { maxLength: 4 })),
    }))
    let seen = 0
    assert(property(value, (json) => {
      const text = JSON.stringify(json, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? ''
      for (const { files } of picturesInJson(text)) {
        seen++
        expect(files.length).toBeGreaterThan(0)
        expect(files.every((file) => file.url.length > 0 && (file.width === null || file.width > 0))).toBe(true)
      }
    }), { seed: 3, numRuns: 2000 })
    expect(seen).toBeGreaterThan(50)
  })

  test('CSS', () => {
    const piece = oneof(constantFrom('background:', 'background:url(a.jpg);', 'background-image:url(', 'url(', ')', '"', "'", ';', '{', '}', '/*', '*/', '\\', 'a.jpg', 'image-set(', ' 2x', ',', '@media x', '--v:', '\\0 ', '\\110000'), string({ maxLength: 3 }))
    let seen = 0
    assert(property(array(piece, { maxLength: 30 }), (pieces) => {
      const css = pieces.join('')
      for (const { declarations } of styleRules(css)) picturesInCss(declarations)
      for (const picture of picturesInCss(css)) {
        seen++
        expect(picture.url).not.toBe('')
        expect(picture.density === null || picture.density >= 0).toBe(true)
      }
    }), { seed: 4, numRuns: 3000 })
    expect(seen).toBeGreaterThan(50)
  })
})
