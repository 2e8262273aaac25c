import { describe, expect, it } from 'vitest'
import type { SpaceId } from '../core/ids.ts'
import { seededRandom } from '../core/seeded-random.ts'
import { labelsOfVector, rank, readHead, splitExamples, trainHead, usableExamples, writeHead, type Example } from './index.ts'

const DIMENSION = 12
const space = `net@1/${DIMENSION}/cosine` as SpaceId

/** Vectors of length one round a centre of their class. */
const examplesOf = (sizes: Readonly<Record<string, number>>, noise = 0.4, seed = 1, dimension = DIMENSION): Example[] => {
  const random = seededRandom(seed)
  const draw = (): number => random() + random() + random() - 1.5
  return Object.entries(sizes).flatMap(([label, size], at) => Array.from({ length: size }, () => {
    const values = Float32Array.from({ length: dimension }, (_value, k) => (k === at ? 1 : 0) + noise * draw())
    const length = Math.hypot(...values)
    return { label, values: values.map((value) => value / length) }
  }))
}

const accuracy = (head: Parameters<typeof rank>[0], examples: readonly Example[]): number =>
  examples.filter(({ label, values }) => rank(head, values)[0]?.name === label).length / examples.length

describe('a head', () => {
  it('tells classes apart, ranks all of them, and is the same each time', () => {
    const examples = examplesOf({ cat: 30, dog: 30, owl: 30 })
    const { head } = trainHead(examples, { space, name: 'pets' })
    expect(accuracy(head, examplesOf({ cat: 200, dog: 200, owl: 200 }, 0.4, 2))).toBeGreaterThan(0.97)
    const ranked = rank(head, examples[0]?.values as Float32Array)
    expect([ranked[0]?.name, ranked.length]).toEqual(['cat', 3])
    expect(ranked.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6)
    expect(ranked.every(({ by }) => by === head.id)).toBe(true)
    expect(head.id).toMatch(/^pets@[0-9a-f]{8}$/)
    expect(trainHead(examples, { space, name: 'pets' }).head).toEqual(head)
  })

  it('means what its probabilities say', () => {
    const sizes = { a: 40, b: 40, c: 40, d: 40 }
    const { head } = trainHead(examplesOf(sizes, 1.6), { space, name: 'hard' })
    const fresh = examplesOf({ a: 500, b: 500, c: 500, d: 500 }, 1.6, 9)
    const firsts = fresh.map(({ label, values }) => ({ label, first: rank(head, values)[0] }))
    const right = accuracy(head, fresh)
    const said = firsts.reduce((sum, { first }) => sum + (first?.score ?? 0), 0) / fresh.length
    expect(right).toBeLessThan(0.9)
    expect(Math.abs(said - right)).toBeLessThan(0.06)
    // The surer, the more often right.
    const sure = firsts.filter(({ first }) => (first?.score ?? 0) > 0.8)
    expect(sure.filter(({ label, first }) => first?.name === label).length / sure.length).toBeGreaterThan(0.8)
  })

  it('gives a small class its due beside a large one', () => {
    const { head } = trainHead(examplesOf({ common: 400, rare: 6, other: 6 }, 0.9), { space, name: 'uneven' })
    const fresh = examplesOf({ common: 200, rare: 200, other: 200 }, 0.9, 3)
    for (const label of ['common', 'rare', 'other']) expect(accuracy(head, fresh.filter((one) => one.label === label))).toBeGreaterThan(0.6)
  })

  it.each([1, 2])('learns from classes of %i', (size) => {
    const { head } = trainHead(examplesOf({ cat: size, dog: size, owl: size }, 0.2), { space, name: 'few' })
    expect(accuracy(head, examplesOf({ cat: 50, dog: 50, owl: 50 }, 0.2, 4))).toBeGreaterThan(0.85)
    expect([...head.weights, ...head.bias].every(Number.isFinite)).toBe(true)
  })

  it('learns from fewer examples than dimensions as it does from more', () => {
    const { head } = trainHead(examplesOf({ cat: 9, dog: 9 }, 0.2, 1, 300), { space: 'net/300/cosine' as SpaceId, name: 'wide' })
    expect(head.weights.length).toBe(600)
    expect(accuracy(head, examplesOf({ cat: 50, dog: 50 }, 0.2, 5, 300))).toBeGreaterThan(0.9)
  })

  it('says nothing of a vector without a direction, and only what is probable enough', () => {
    const { head } = trainHead(examplesOf({ cat: 20, dog: 20 }), { space, name: 'pets' })
    expect(rank(head, new Float32Array(DIMENSION))).toEqual([])
    expect(rank(head, new Float32Array(DIMENSION).fill(NaN))).toEqual([])
    const [cat] = examplesOf({ cat: 1 }, 0)
    expect(labelsOfVector(head, cat?.values as Float32Array).map(({ name }) => name)).toEqual(['cat'])
    expect(labelsOfVector(head, cat?.values as Float32Array, 0).length).toBe(2)
  })

  it.each([[{}, /no example of any/], [{ cat: 5 }, /all examples are of one \("cat"\)/]])('needs two classes (%o)', (sizes, words) => {
    expect(() => trainHead(examplesOf(sizes), { space, name: 'one' })).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(words) }))
  })
})

describe('examples', () => {
  it('are left out where nothing can be learned from them, and told of', () => {
    const [cat, dog] = examplesOf({ cat: 1, dog: 1 }) as [Example, Example]
    const { examples, ...told } = usableExamples([
      cat, dog, { ...cat, values: Float32Array.from(cat.values) }, { label: 'dog', values: cat.values },
      { label: 'cat', values: new Float32Array(DIMENSION) }, { label: 'cat', values: cat.values.map(() => NaN) }, { label: 'cat', values: cat.values.map(() => Infinity) },
    ])
    expect(examples).toEqual([cat, dog, { label: 'dog', values: cat.values }])
    expect(told).toEqual({ unusable: 3, repeated: 1, contradictory: 1 })
    expect(() => usableExamples([cat, { label: 'dog', values: new Float32Array(3) }])).toThrow(/of 12 and of 3 values/)
  })

  it('are split class by class, the same for the same seed, never the whole of a class', () => {
    const examples = examplesOf({ large: 40, small: 3, pair: 2, single: 1 })
    const sizes = (some: readonly { readonly label: string }[]): Record<string, number> => {
      const counts: Record<string, number> = {}
      for (const { label } of some) counts[label] = (counts[label] ?? 0) + 1
      return counts
    }
    const byShare = splitExamples(examples, { share: 0.2 }, 7)
    expect([sizes(byShare.training), sizes(byShare.heldOut)]).toEqual([{ large: 32, small: 2, pair: 2, single: 1 }, { large: 8, small: 1 }])
    expect(splitExamples(examples, { share: 0.2 }, 7)).toEqual(byShare)
    expect(splitExamples(examples, { share: 0.2 }, 8).heldOut).not.toEqual(byShare.heldOut)
    expect(sizes(splitExamples(examples, { number: 2 }, 1).heldOut)).toEqual({ large: 2, small: 2, pair: 1 })
    expect(sizes(splitExamples(examples, { allBut: 30 }, 1).training)).toEqual({ large: 30, small: 3, pair: 2, single: 1 })
  })
})

describe('a head as a file', () => {
  const { head, ridge } = trainHead(examplesOf({ cat: 4, 'dog 狗': 4 }), { space, name: 'pets of mine' })
  const text = writeHead(head, { trainedAt: '2026-01-01T00:00:00.000Z', ridge, pictures: 8, heldOut: null })

  it('reads as it was written', () => {
    expect(readHead(text, 'pets.json')).toEqual(head)
    expect(head.id).toMatch(/^pets-of-mine@/)
  })

  it.each([
    ['is not JSON', text.slice(0, 50), /pets\.json is no linear head.*it is not JSON/],
    ['is something else', '{"weights":"AAAA"}', /format/],
    ['was altered', text.replace('"cat"', '"cow"'), /altered or damaged/],
    ['has too few weights', text.replace(/"weights":"[^"]*"/, '"weights":"AAAAAA=="'), /1 weights/],
    ['is of a later version', text.replace('"version":1', '"version":2'), /version/],
  ])('that %s is refused', (_what, broken, words) => {
    expect(() => readHead(broken, 'pets.json')).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(words) }))
  })
})
