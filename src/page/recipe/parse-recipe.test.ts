/** What a person who mistypes a recipe is told: the place, the key, and what would do. */
import { describe, expect, it } from 'vitest'
import { GannetError } from '../../core/errors.ts'
import { inspectHtml } from '../index.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Recipe } from './recipe.ts'

const told = (text: string): string => {
  try {
    parseRecipe(text, 'r.yaml')
  } catch (error) {
    if (GannetError.is(error, 'recipe-invalid')) return error.message
    throw error
  }
  return 'nothing'
}

const picture = 'name: x\nthumbnail: img\n'

describe('mistakes are told with their line and column', () => {
  it.each<[yaml: string, words: RegExp]>([
    ['name: x\nitme: li\nthumbnail: img', /^r\.yaml:2:1: there is no key itme; did you mean item\?$/],
    ['name: x\nthumbnail: { css: img, atribute: src }', /^r\.yaml:2:24: there is no key atribute; did you mean attribute\?$/],
    ['name: x\nthumbnail: { css: img, transform: [{ tmplate: a }] }', /^r\.yaml:2:38: there is no key tmplate; did you mean template\?$/],
    [`${picture}examples:\n  - url: https://h.example/\n    html: ''\n    items: [{ titel: a }]`, /^r\.yaml:6:15: there is no key titel; did you mean title\?$/],
    [`${picture}examples:\n  - url: https://h.example/\n    items: []`, /^r\.yaml:4:5: examples\[0\]: one of html and file is needed$/],
    [`${picture}examples: [{ url: gallery, html: '', items: [] }]`, /^r\.yaml:3:19: examples\[0\]\.url: an http\(s\) address/],
    ['name: x\nthumbnail: "a["', /^r\.yaml:2:12: thumbnail: "a\[" is no CSS selector: Expected name/],
    ['name: x\nthumbnail: img\nitem: a:foo', /^r\.yaml:3:7: item: "a:foo" is no CSS selector: Unknown pseudo-class :foo/],
    ['name: x\nthumbnail: //img[', /^r\.yaml:2:12: thumbnail: "\/\/img\[" is no XPath: XPST0003/],
    ['name: x\nthumbnail: "xpath: nothing-such(1)"', /^r\.yaml:2:12: .*XPST0017.*nothing-such/],
    ['name: x\nthumbnail: img@src@alt', /^r\.yaml:2:12: .*selector@name/],
    ['name: x\nthumbnail: img\nitem: li@id', /^r\.yaml:3:7: item: an item is an element/],
    ['name: x\nthumbnail:\n  css: img\n  transform:\n    - trim\n    - regex: ["(", ""]', /^r\.yaml:6:14: thumbnail\.transform\[1\]\.regex: .*Unterminated group/],
    ['name: x\nthumbnail: { css: img, transform: [shout] }', /^r\.yaml:2:36: .*one of trim, lower, upper/],
    ['name: x\nthumbnail: { css: img, transform: { date: YYYY } }', /^r\.yaml:2:43: .*a format needs a year/],
    ['name: x\nthumbnail: { css: img, xpath: //a }', /css and xpath cannot both be given/],
    ['name: x\nthumbnail: { transform: { template: "a{value}" } }', /\{value\} is what css or xpath finds/],
    ['name: x\nthumbnail: { css: img, transform: { template: "a{sku}" } }', /^r\.yaml:2:12: thumbnail: the template asks for \{sku\}, and nothing has that name/],
    ['name: x\nthumbnail: img\nlet: { a: { transform: { template: "{b}" } }, b: { transform: { template: "{a}" } } }', /^r\.yaml:3:11: let\.a: a needs itself/],
    [`${picture}fields: { title: h2 }`, /^r\.yaml:3:18: fields\.title: title is already the name/],
    [`${picture}fields: { "a b": h2 }`, /^r\.yaml:3:11: .*a name has letters/],
    [`${picture}fields: { __proto__: h2 }`, /^r\.yaml:3:11: __proto__ cannot be a name/],
    ['name: x', /^r\.yaml:1:1: thumbnail or full is needed/],
    ['thumbnail: img', /name: it is missing/],
    ['- 1', /^r\.yaml:1:1: a recipe is made of keys and values/],
    ['', /^r\.yaml: it is empty/],
    [`${picture}thumbnail: a`, /^r\.yaml:3:1: the key thumbnail was given before/],
    [`${picture}title: [h2`, /^r\.yaml:3:\d+: /],
    [`${picture}title: *t`, /^r\.yaml:3:8: nothing is called &t before it/],
    [`${picture}---\n${picture}`, /^r\.yaml:3:1: a second document begins here; one recipe is one document/],
    ...([
      ['date: 5', /^r\.yaml:2:\d+: thumbnail\.transform\.date: a format like D MMMM YYYY, or .* is needed$/],
      ['number: 5', /^r\.yaml:2:\d+: thumbnail\.transform\.number: what parts the decimals is needed: \{ decimal/],
      ['number: { decimal: ";" }', /transform\.number\.decimal: what parts the decimals is needed/],
      ['number: { decmal: "," }', /there is no key decmal; did you mean decimal\?/],
      ['template: 5', /transform\.template: text with \{names\} in it is needed$/],
      ['map: 5', /transform\.map: words and what each becomes are needed/],
      ['map: { a: [] }', /transform\.map\.a: words and what each becomes/],
      ['match: 5', /transform\.match: a regular expression is needed$/],
      ['match: a, gruop: 1', /^r\.yaml:2:\d+: there is no key gruop; did you mean group\?$/],
      ['match: a, group: []', /transform\.group: the number or the name of a group is needed$/],
      ['date: { fromat: d }', /there is no key fromat; did you mean format\?/],
    ] as const).map(([step, words]): [string, RegExp] => [`name: x\nthumbnail: { css: img, transform: { ${step} } }`, words]),
  ])('%j', (yaml, words) => {
    expect(told(yaml)).toMatch(words)
  })

  it('all at once, in the order of their lines, whatever sort they are of', () => {
    const message = told([
      'name: x', 'thumbnial: img', 'item: li@id', 'full: { css: a, atribute: href }', 'thumbnail: img[', 'tilte: h2', 'time: { css: p, transform: { date: YYYY } }', 'fields: { title: h2 }', 'nxet: a', 'examples: [{ url: x, html: "", items: [] }]',
    ].join('\n'))
    expect(message.split('\n').map((line) => Number(/^r\.yaml:(\d+):/.exec(line)?.[1]))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('twenty at most, and how many more there are', () => {
    const message = told(`${picture}${Array.from({ length: 23 }, (_, n) => `wrong${n}: a`).join('\n')}`)
    expect(message.split('\n')).toHaveLength(21)
    expect(message).toMatch(/r\.yaml:22:1: .*wrong19.*\nand 3 more$/s)
  })
})

it('bombs are refused, and soon', () => {
  const start = process.cpuUsage()
  const nine = (name: string): string => Array.from({ length: 9 }, () => `*${name}`).join(',')
  expect(told(`a: &a [x,x,x,x,x,x]\nb: &b [${nine('a')}]\nc: &c [${nine('b')}]\nd: [${nine('c')}]`)).toMatch(/^r\.yaml:4:5: its aliases come to too much/)
  expect(told('['.repeat(100_000))).toMatch(/nested too deep|longer than 2 s/)
  expect(told('- '.repeat(100_000))).toMatch(/nested too deep|longer than 2 s/)
  expect(told(`${picture}# ${'x'.repeat(1_000_000)}`)).toMatch(/at most 1 MB/)
  expect(told(Array.from({ length: 80_000 }, (_, n) => `k${n}: 1`).join('\n'))).toMatch(/longer than 2 s|no key k0/)
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(12_000)
})

it('a recipe that is an object is held to the same form, by the names of its keys', async () => {
  const recipe = { name: 'mine', thumbnail: 'img', titel: 'h2' } as unknown as Recipe
  const reading = inspectHtml('<img src=a.jpg>', { url: 'https://h.example/', recipe })
  await expect(reading).rejects.toThrow(/^recipe mine: there is no key titel; did you mean title\?$/)
  const wrong = inspectHtml('', { url: 'https://h.example/', recipe: { name: 'mine', thumbnail: 'img', title: 'h2[' } })
  await expect(wrong).rejects.toThrow(/^recipe mine: title: "h2\[" is no CSS selector/)
})
