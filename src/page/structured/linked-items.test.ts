import { expect, test } from 'vitest'
import { firstPlain, firstWords, isItem, valuesOf, type Item } from './item.ts'
import { linkedItems } from './linked-items.ts'

const read = (...values: unknown[]): Item[] => linkedItems(values.map((value) => JSON.stringify(value)))
const inner = (item: Item | undefined, name: string): Item => {
  const found = item === undefined ? undefined : valuesOf(item, name).find(isItem)
  expect(found).toBeDefined()
  return found as Item
}

test.each([
  { '@context': 'https://schema.org', '@type': 'Product', name: 'Hat' },
  { '@type': 'http://schema.org/Product', 'http://schema.org/name': 'Hat' },
  { '@type': ['schema:Product', 'Thing'], 'schema:name': [{ '@value': 'Hat', '@language': 'en' }] },
  { type: 'Product', name: { '@list': ['Hat'] } },
  [[{ '@type': 'Product', name: 'Hat' }]],
  { '@context': {}, '@graph': [{ '@type': 'Product', name: 'Hat' }] },
])('spellings of one item: %j', (value) => {
  const [item, ...rest] = read(value)
  expect(rest).toEqual([])
  expect(item?.types[0]).toBe('product')
  expect(item === undefined ? null : firstWords(item, ['name'])).toBe('Hat')
})

test('an id means the item described under it, before or after, in any script', () => {
  const [page, image] = read(
    { '@type': 'WebPage', '@id': '#page', primaryImageOfPage: { '@id': '#image' } },
    { '@graph': [{ '@type': 'ImageObject', '@id': '#image', url: 'a.jpg', isPartOf: { '@id': '#page' } }] },
  )
  expect(inner(page, 'primaryimageofpage')).toBe(image)
  expect(image?.types).toEqual(['imageobject'])
  expect(inner(image, 'ispartof')).toBe(page)
})

test('two products under one id stay two', () => {
  const items = read({ '@type': 'Product', '@id': '#p', sku: '1' }, { '@type': 'Product', '@id': '#p', sku: '2' })
  expect(items.map((item) => firstPlain(item, ['sku']))).toEqual(['1', '2'])
})

test('keys of the prototype are keys', () => {
  const items = linkedItems(['{"@type": "Product", "__proto__": {"name": "x"}, "constructor": "y", "toString": 1}'])
  expect(items[0]?.properties.get('constructor')).toEqual(['y'])
  expect(inner(items[0], '__proto__').properties.get('name')).toEqual(['x'])
})

test.each<[string, string]>([
  ['depth', `${'{"@type":"A","a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ['breadth', JSON.stringify({ '@type': 'Product', image: Array.from({ length: 150_000 }, (_, i) => `${i}`) })],
  ['many that mention one', JSON.stringify(Array.from({ length: 50_000 }, () => ({ '@type': 'A', b: { '@id': '#x' } })))],
  ['arrays in arrays', '['.repeat(500_000) + ']'.repeat(500_000)],
])('hostile %s is read within bounds', (_name, script) => {
  const before = process.cpuUsage()
  linkedItems([script])
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1500)
})
