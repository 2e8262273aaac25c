/** Findings to candidates: what belongs together is joined, what does not is kept apart, in whatever order it was found. */
import { array, assert, constantFrom, integer, property, record, shuffledSubarray, subarray, uniqueArray } from 'fast-check'
import { Element } from 'domhandler'
import { describe, expect, test } from 'vitest'
import type { Candidate } from './candidate.ts'
import { createGathering } from './gather.ts'
import { readPage } from './index.ts'
import { NO_SIZE, NOWHERE, type Finding } from './page.ts'
import type { PageWords } from './page-words.ts'
import type { PictureWords } from './picture-words.ts'
import type { Rendition } from './rendition.ts'

const ROOT = 'https://h.example/'
const NO_WORDS: PictureWords = { alt: null, title: null, caption: null, publishedAt: null, licence: null, creator: null, category: null, fields: null }
const PAGE = { title: null, category: null, publishedAt: null, licence: null } as PageWords

type File = Partial<Rendition> & { readonly url: string }
const rendition = ({ url, ...rest }: File): Rendition => ({
  url: new URL(url, ROOT).href, width: null, height: null, density: null, role: 'src', viewportPx: 0, via: 'img', ...rest,
})
const finding = (files: readonly File[], rest: Partial<Finding> = {}, at = 0): Finding => {
  const element = new Element('img', {})
  element.startIndex = at
  return { kind: 'picture', element, link: null, round: NOWHERE, renditions: files.map(rendition), shown: NO_SIZE, presence: 'shown', ...rest }
}
const gather = (findings: readonly Finding[]): Candidate[] => {
  const gathering = createGathering()
  for (const one of findings) gathering.add(one, () => NO_WORDS)
  return gathering.candidates(null, PAGE)
}
const short = (url: string): string => url.replace(ROOT, '')
const pairs = (findings: readonly Finding[]): string[] => gather(findings).map(({ thumbnailUrl, fullUrl }) => `${short(thumbnailUrl)} ${short(fullUrl)}`)
/** Candidates of a page, as "thumbnail full". */
const onPage = (html: string): string[] =>
  readPage(html, { url: `${ROOT}page.html` }).candidates.map(({ thumbnailUrl, fullUrl }) => `${short(thumbnailUrl)} ${short(fullUrl)}`)

describe('one picture, one candidate', () => {
  test.each<[string, string, string[]]>([
    ['the same file in two sizes, far apart', '<img src="/uploads/a-300x200.jpg"><p>x</p><img src="/uploads/a-1024x683.jpg">', ['uploads/a-300x200.jpg uploads/a-1024x683.jpg']],
    ['the uploaded file is larger than what was made of it', '<img src="/uploads/a.jpg" srcset="/uploads/a-300x200.jpg 300w, /uploads/a-1024x683.jpg 1024w">', ['uploads/a-300x200.jpg uploads/a.jpg']],
    ['a resizer and its picture', '<img src="/_next/image?url=%2Fp%2Fa.jpg&amp;w=640&amp;q=75"><a href="/p/a.jpg">download</a>', ['_next/image?url=%2Fp%2Fa.jpg&w=640&q=75 p/a.jpg']],
    ['by folder', '<img src="/thumbs/a.jpg"><img src="/thumbs/b.jpg"><a href="/large/a.jpg">A</a><a href="/large/b.jpg">B</a>', ['thumbs/a.jpg large/a.jpg', 'thumbs/b.jpg large/b.jpg']],
    ['a size in the name and none', '<img src="/u/gannet-300x225.jpg"><img src="/u/gannet.jpg">', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['in the other order', '<img src="/u/gannet.jpg"><img src="/u/gannet-300x225.jpg">', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['behind an underscore', '<img src="/u/gannet_300x225.jpg"><img src="/u/gannet.jpg">', ['u/gannet_300x225.jpg u/gannet.jpg']],
    ['behind a full stop', '<img src="/u/gannet.300x225.jpg"><img src="/u/gannet.jpg">', ['u/gannet.300x225.jpg u/gannet.jpg']],
    ['upright', '<img src="/u/gannet-225x300.jpg"><img src="/u/gannet.jpg">', ['u/gannet-225x300.jpg u/gannet.jpg']],
    ['in a folder, in the root', '<img src="/gannet-300x225.jpg"><img src="/gannet.jpg"><img src="/a/b/c/x-300x225.png"><img src="/a/b/c/x.png">',
      ['gannet-300x225.jpg gannet.jpg', 'a/b/c/x-300x225.png a/b/c/x.png']],
    ['in a folder called by a size', '<img src="/thumbs/a-300x225.jpg"><img src="/thumbs/a.jpg"><img src="/img/large/b.jpg"><img src="/img/large/b_300x225.jpg"><img src="/small/c@2x.jpg"><img src="/small/c.jpg">',
      ['thumbs/a-300x225.jpg thumbs/a.jpg', 'img/large/b_300x225.jpg img/large/b.jpg', 'small/c.jpg small/c@2x.jpg']],
    ['with a query', '<img src="/u/a.jpg?v=1"><img src="/u/a-300x225.jpg?v=1">', ['u/a-300x225.jpg?v=1 u/a.jpg?v=1']],
    ['with a medium one', '<img src="/u/a-medium.jpg"><img src="/u/a-1024x768.jpg">', ['u/a-medium.jpg u/a-1024x768.jpg']],
    ['in the place of another', '<img src="/u/t-300x200.jpg" data-src="/8f3a.jpg">', ['u/t-300x200.jpg 8f3a.jpg']],
    ['shown in its size', '<img src="/u/gannet-300x225.jpg" width=300 height=225><img src="/u/gannet.jpg" width=1600 height=1200>', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['shown in the size of the other', '<img src="/u/gannet-300x225.jpg" width=1600 height=1200><img src="/u/gannet.jpg" width=300 height=225>', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['both named by one element', '<img src="/u/gannet-300x225.jpg" data-src="/u/gannet.jpg">', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['by density only', '<img srcset="/u/gannet-300x225.jpg 1x, /u/gannet.jpg 2x">', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['a size in the name and a large word', '<img src="/u/gannet-300x225.jpg"><img src="/u/gannet-large.jpg">', ['u/gannet-300x225.jpg u/gannet-large.jpg']],
    ['a size in the name and the scaled upload', '<img src="/u/gannet-300x225.jpg"><img src="/u/gannet-scaled.jpg">', ['u/gannet-300x225.jpg u/gannet-scaled.jpg']],
    ['the scaled upload and the upload', '<img src="/u/gannet.jpg"><img src="/u/gannet-scaled.jpg"><img src="/u/gannet-300x225.jpg">', ['u/gannet-300x225.jpg u/gannet.jpg']],
    ['four sizes with the upload', '<img src="/u/photo-150x150.jpg"><img src="/u/photo-300x200.jpg"><img src="/u/photo-1024x683.jpg"><img src="/u/photo.jpg">', ['u/photo-300x200.jpg u/photo.jpg']],
    ['the upload first', '<img src="/u/photo.jpg"><img src="/u/photo-1024x683.jpg"><img src="/u/photo-150x150.jpg"><img src="/u/photo-300x200.jpg">', ['u/photo-300x200.jpg u/photo.jpg']],
    ['four sizes without it', '<img src="/u/photo-150x150.jpg"><img src="/u/photo-300x200.jpg"><img src="/u/photo-1024x683.jpg"><img src="/u/photo-768x512.jpg">', ['u/photo-300x200.jpg u/photo-1024x683.jpg']],
    ['a square and the upload', '<img src="/u/photo-240x240.jpg"><img src="/u/photo.jpg">', ['u/photo-240x240.jpg u/photo.jpg']],
    ['for a retina screen', '<img src="/u/photo.jpg"><img src="/u/photo@2x.jpg">', ['u/photo.jpg u/photo@2x.jpg']],
    ['for a retina screen, first', '<img src="/u/photo@2x.jpg"><img src="/u/photo.jpg">', ['u/photo.jpg u/photo@2x.jpg']],
    ['for several', '<img src="/u/photo@2x.jpg"><img src="/u/photo@3x.jpg"><img src="/u/photo.jpg"><img src="/u/photo@1.5x.jpg">', ['u/photo.jpg u/photo@3x.jpg']],
    ['for a retina screen, in other spellings', '<img src="/u/a.jpg"><img src="/u/a-2x.jpg"><img src="/u/b_2x.jpg"><img src="/u/b.jpg">', ['u/a.jpg u/a-2x.jpg', 'u/b.jpg u/b_2x.jpg']],
    ['a size, for a retina screen', '<img src="/u/photo-300x200.jpg"><img src="/u/photo-300x200@2x.jpg">', ['u/photo-300x200.jpg u/photo-300x200@2x.jpg']],
    ['a size, for a retina screen, of WordPress', '<img src="/uploads/photo-300x200@2x.jpg"><img src="/uploads/photo-300x200.jpg"><img src="/uploads/photo.jpg">', ['uploads/photo-300x200.jpg uploads/photo.jpg']],
    ['a retina copy of a file whose width is said', '<img srcset="/u/photo.jpg 800w"><img src="/u/photo@2x.jpg">', ['u/photo.jpg u/photo@2x.jpg']],
    ['a retina copy, the upload and a size of it', '<img src="/u/photo-300x200.jpg"><img src="/u/photo@2x.jpg"><img src="/u/photo.jpg">', ['u/photo-300x200.jpg u/photo@2x.jpg']],
    ['by word', '<img src="/a_t.jpg"><a href="/a.jpg">A</a>', ['a_t.jpg a.jpg']],
    ['data about a shown picture', '<img src="/uploads/a-300x200.jpg"><script type="application/ld+json">{"@type":"ImageObject","contentUrl":"/uploads/a.jpg","creator":"Ann"}</script>',
      ['uploads/a-300x200.jpg uploads/a.jpg']],
    ['a preview in another size, on another host', '<meta property="og:image" content="https://cdn.example/up/a-1200x630.jpg"><img src="/up/a-300x200.jpg">', ['up/a-300x200.jpg up/a-300x200.jpg']],
  ])('%s', (_name, html, expected) => {
    expect(onPage(html)).toEqual(expected)
  })

  test('data give their words to the picture that they name', () => {
    const { candidates } = readPage(
      '<img alt="A gannet" src="/uploads/a-300x200.jpg"><script type="application/ld+json">{"@type":"ImageObject","contentUrl":"/uploads/a.jpg","creditText":"Ann"}</script>', { url: `${ROOT}x` })
    expect(candidates).toMatchObject([{ alt: 'A gannet', creator: 'Ann' }])
  })
})

describe('nothing is paired that does not belong together', () => {
  test.each<[string, string, string[]]>([
    ['a play button for many', '<a href="/1.jpg"><img src="/play.png"></a><a href="/2.jpg"><img src="/play.png"></a><img src="/play.png">', ['1.jpg 1.jpg', 'play.png play.png', '2.jpg 2.jpg']],
    ['numbers are names', '<img src="/p/1.jpg"><img src="/p/2.jpg"><img src="/p/12-640.jpg"><img src="/p/12-641.jpg">', ['p/1.jpg p/1.jpg', 'p/2.jpg p/2.jpg', 'p/12-640.jpg p/12-640.jpg', 'p/12-641.jpg p/12-641.jpg']],
    ['advertisements of one name', '<img src="/ad-300x250.jpg"><img src="/ad-728x90.jpg">', ['ad-300x250.jpg ad-300x250.jpg', 'ad-728x90.jpg ad-728x90.jpg']],
    ['advertisements of one name, with that name', '<img src="/ad-300x250.jpg"><img src="/ad-728x90.jpg"><img src="/ad.jpg">', ['ad-300x250.jpg ad-300x250.jpg', 'ad-728x90.jpg ad-728x90.jpg', 'ad.jpg ad.jpg']],
    ['a square among advertisements', '<img src="/ad-300x250.jpg"><img src="/ad-728x90.jpg"><img src="/ad-250x250.jpg">', ['ad-300x250.jpg ad-300x250.jpg', 'ad-728x90.jpg ad-728x90.jpg', 'ad-250x250.jpg ad-250x250.jpg']],
    ['a square and another shape', '<img src="/ad-300x250.jpg"><img src="/ad-250x250.jpg">', ['ad-300x250.jpg ad-300x250.jpg', 'ad-250x250.jpg ad-250x250.jpg']],
    ['advertisements in two sizes each', '<img src="/ad-300x250.jpg"><img src="/ad-728x90.jpg"><img src="/ad-600x500.jpg"><img src="/ad-1456x180.jpg">', ['ad-300x250.jpg ad-600x500.jpg', 'ad-1456x180.jpg ad-1456x180.jpg']],
    ['a square larger than what it would be cut from', '<img src="/p-300x200.jpg"><img src="/p-600x400.jpg"><img src="/p-1000x1000.jpg">', ['p-300x200.jpg p-600x400.jpg', 'p-1000x1000.jpg p-1000x1000.jpg']],
    ['one name of two kinds of small copy', '<img src="/thumbs/a.jpg"><img src="/thumbs/a.png"><a href="/large/a.jpg">A</a>', ['thumbs/a.jpg thumbs/a.jpg', 'thumbs/a.png thumbs/a.png', 'large/a.jpg large/a.jpg']],
    ['folders of hashes', `<img src="/cache/${'a1'.repeat(16)}/t.jpg"><img src="/cache/${'b2'.repeat(16)}/t.jpg">`, [`${'a1'.repeat(16)}`, `${'b2'.repeat(16)}`].map((hash) => `cache/${hash}/t.jpg cache/${hash}/t.jpg`)],
    ['a script and its number', '<img src="/i.php?id=1&amp;w=200"><img src="/i.php?id=2&amp;w=200">', ['i.php?id=1&w=200 i.php?id=1&w=200', 'i.php?id=2&w=200 i.php?id=2&w=200']],
  ])('%s', (_name, html, expected) => {
    expect(onPage(html)).toEqual(expected)
  })
})

test('a button that several pictures have for a smaller copy is none of any', () => {
  const behind = (name: string): Finding => finding([{ url: 'play.png' }, { url: name, role: 'target' }])
  expect(pairs([behind('1.jpg'), behind('2.jpg')])).toEqual(['1.jpg 1.jpg', '2.jpg 2.jpg'])
  expect(pairs([behind('1.jpg')])).toEqual(['play.png 1.jpg'])
})

describe('which files are taken', () => {
  test.each<[string, readonly File[], string]>([
    ['a crop is good enough to scout by', [{ url: 'a.jpg?w=200&h=200&fit=crop' }, { url: 'a.jpg?w=1200' }], 'a.jpg?w=200&h=200&fit=crop a.jpg?w=1200'],
    ['but never kept where the whole is to be had', [{ url: 'a.jpg?w=2000&h=2000&fit=crop' }, { url: 'a.jpg?w=400' }], 'a.jpg?w=400 a.jpg?w=400'],
    ['only the width is known: 240 by 160 at least', [{ url: 's.jpg', width: 200 }, { url: 't.jpg', width: 240 }, { url: 'l.jpg', width: 900 }], 't.jpg l.jpg'],
    ['another rendition tells the shape', [{ url: 's.jpg', width: 200 }, { url: 't.jpg', width: 240 }, { url: 'l.jpg', width: 900, height: 900 }], 's.jpg l.jpg'],
    ['a stand-in is no picture', [{ url: 'loading.gif', role: 'main', density: 2 }, { url: 'a.jpg' }], 'a.jpg a.jpg'],
    ['of two formats, what is decoded', [{ url: 'a.jxl', width: 900 }, { url: 'a.webp', width: 900 }, { url: 't.jpg', width: 300 }], 't.jpg a.webp'],
    ['a large word beats a small one', [{ url: 'a-small.jpg' }, { url: 'a-large.jpg' }], 'a-small.jpg a-large.jpg'],
    ['what a link leads to beats all', [{ url: 't.jpg', width: 300 }, { url: 'big.jpg', role: 'target' }, { url: 'l.jpg', width: 900 }], 't.jpg big.jpg'],
    ['but not what is stated to be smaller', [{ url: 't.jpg', width: 300 }, { url: 'up/b-640x480.jpg', role: 'target' }, { url: 'l.jpg', width: 900 }], 't.jpg l.jpg'],
  ])('%s', (_name, files, expected) => {
    expect(pairs([finding(files)])).toEqual([expected])
  })

  test('the size is what page or address state of the full file, or unknown', () => {
    expect(gather([finding([{ url: 'uploads/a-300x200.jpg' }, { url: 'uploads/a-1024x683.jpg' }])])).toMatchObject([{ width: 1024, height: 683 }])
    expect(gather([finding([{ url: 'a.jpg?w=300' }, { url: 'a.jpg?w=1024' }])])).toMatchObject([{ width: null, height: null }])
    expect(gather([finding([{ url: 'uploads/a-300x200.jpg' }, { url: 'uploads/a.jpg' }], { shown: { width: 300, height: 200 } })])).toMatchObject([{ width: null, height: null }])
    expect(gather([finding([{ url: 'a.jpg' }], { shown: { width: 300, height: 200 } })])).toMatchObject([{ width: 300, height: 200 }])
  })
})

describe('whatever is found, in whatever order', () => {
  const NAMES = ['a', 'b', 'c', 'd']
  const FORMS: readonly ((name: string) => string)[] = [
    (name) => `uploads/${name}.jpg`, (name) => `uploads/${name}-300x200.jpg`, (name) => `uploads/${name}-900x600.jpg`, (name) => `thumbs/${name}.jpg`, (name) => `large/${name}.jpg`,
    (name) => `${name}.jpg?w=400`, (name) => `${name}.jpg?w=800`, () => 'play.png', () => 'spacer.gif', (name) => `i.php?id=${name}`,
  ]
  const file = record({ name: constantFrom(...NAMES), form: constantFrom(...FORMS), role: constantFrom<Rendition['role']>('thumb', 'src', 'main', 'full', 'target'), width: integer({ min: 50, max: 4000 }), sized: integer({ min: 0, max: 2 }) })
    .map(({ name, form, role, width, sized }): File => ({ url: form(name), role, width: sized === 0 ? width : null }))
  const anything = array(record({ files: uniqueArray(file, { minLength: 1, maxLength: 4, selector: ({ url }) => url }), presence: constantFrom<Finding['presence']>('shown', 'shown', 'offered', 'described') }), { maxLength: 10 })
    .map((all) => all.map(({ files, presence }, at) => finding(files, { presence }, at)))

  test('no full file twice, none among another’s files, all of them on the page', () => {
    let joined = 0
    assert(property(anything, (findings) => {
      const candidates = gather(findings)
      const fulls = candidates.map(({ fullUrl }) => fullUrl)
      expect(new Set(fulls)).toHaveLength(fulls.length)
      for (const { thumbnailUrl, fullUrl } of candidates) if (thumbnailUrl !== fullUrl) expect(fulls).not.toContain(thumbnailUrl)
      const named = new Set(findings.flatMap(({ renditions }) => renditions.map(({ url }) => url)))
      for (const { thumbnailUrl, fullUrl } of candidates) expect(named.has(thumbnailUrl) && named.has(fullUrl)).toBe(true)
      if (candidates.length < findings.length) joined++
    }), { seed: 11, numRuns: 1000 })
    expect(joined).toBeGreaterThan(100)
  })

  test('the order of findings changes nothing where no sizes tie', () => {
    // Each picture in some of its sizes, all of them stated and different, spread over findings that overlap.
    const gallery = uniqueArray(constantFrom(...NAMES), { minLength: 1 }).chain((names) =>
      array(record({ name: constantFrom(...names), sizes: subarray([300, 600, 1200, 2400], { minLength: 1 }), button: constantFrom(true, false) }), { minLength: 1, maxLength: 8 }))
    const findingsOf = gallery.map((all) => all.map(({ name, sizes, button }, at) =>
      finding([...sizes.map((width) => ({ url: `uploads/${name}-${width}x${(width * 2) / 3}.jpg`, width })), ...(button ? [{ url: 'play.png' }] : [])], {}, at)))
    const shuffled = findingsOf.chain((findings) => shuffledSubarray(findings, { minLength: findings.length }).map((other) => [findings, other] as const))
    assert(property(shuffled, ([findings, other]) => {
      expect(pairs(other)).toEqual(pairs(findings))
    }), { seed: 12, numRuns: 1500 })
  })

  test('twenty thousand sizes of one picture, and as many pictures with one button', () => {
    const start = process.cpuUsage()
    const many = Array.from({ length: 20_000 }, (_, at) => finding([{ url: `a.jpg?w=${at + 100}` }, { url: `play-${at}.png` }], {}, at))
    expect(gather(many)).toHaveLength(1)
    const others = Array.from({ length: 20_000 }, (_, at) => finding([{ url: `p/${at}/thumbs/a.jpg` }, { url: 'play.png' }, { url: `p/${at}/a.jpg`, role: 'target' }], {}, at))
    expect(gather(others)).toHaveLength(20_000)
    const { user } = process.cpuUsage(start)
    expect(user / 1000).toBeLessThan(3000)
  })
})
