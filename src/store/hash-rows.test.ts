/** Rows of hashes, scanned and by tables, against counting the bits one by one. */
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../core/seeded-random.ts'
import { bitsIn } from '../core/hamming.ts'
import { createHashRows } from './hash-rows.ts'

const COUNT = 66_500

const wordsFrom = (random: () => number): Uint32Array => Uint32Array.from({ length: 8 }, () => Math.floor(random() * 2 ** 32))
const changed = (words: Uint32Array, bits: number, random: () => number): Uint32Array => {
  const copy = words.slice()
  for (let n = 0; n < bits; n++) {
    const bit = Math.floor(random() * 256)
    copy[bit >> 5] = ((copy[bit >> 5] as number) ^ (1 << (bit & 31))) >>> 0
  }
  return copy
}
const distanceOf = (a: Uint32Array, b: Uint32Array): number => a.reduce((sum, word, at) => sum + bitsIn(word ^ (b[at] as number)), 0)

describe('rows of hashes', () => {
  test('past the number from which tables are kept, the near ones are all found, as rows come and go', () => {
    const random = seededRandom(4)
    const [table, held]: [ReturnType<typeof createHashRows>, Uint32Array[]] = [createHashRows(), []]
    const queries = Array.from({ length: 6 }, () => wordsFrom(random))
    for (let n = 0; n < COUNT; n++) {
      const words = n % 700 === 0 ? changed(queries[n % queries.length] as Uint32Array, Math.floor(random() * 60), random) : wordsFrom(random)
      expect(table.add(words)).toBe(held.length)
      held.push(words)
    }
    const check = (): void => {
      for (const query of queries) {
        for (const most of [0, 15, 31, 32, 60]) {
          const found = new Map<number, number>()
          table.near(query, most, (row, distance) => found.set(row, distance))
          const expected = held.flatMap((words, row) => (distanceOf(words, query) <= most ? [[row, distanceOf(words, query)] as const] : []))
          expect([...found].sort((a, b) => a[0] - b[0])).toEqual(expected)
        }
      }
    }
    check()
    for (let n = 0; n < 9_000; n++) {
      const row = n % 3 === 0 ? held.length - 1 : Math.floor(random() * held.length)
      table.drop(row)
      const last = held.pop() as Uint32Array
      if (row !== held.length) held[row] = last
      expect(table.size).toBe(held.length)
    }
    check()
    while (held.length > 0) {
      table.drop(0)
      const last = held.pop() as Uint32Array
      if (held.length > 0) held[0] = last
    }
    expect(table.size).toBe(0)
    table.near(queries[0] as Uint32Array, 44, () => expect.fail('none is left'))
  }, 60_000)
})
