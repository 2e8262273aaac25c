import { assert, constantFrom, array, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFairShare, LEAST_WEIGHT, MOST_WEIGHT, stepOf } from './fair-share.ts'

/** A queue of stamps and nothing else. */
const queue = () => {
  const share = createFairShare()
  const waiting: { weight: number; stamp: number; nth: number }[] = []
  let arrived = 0
  return {
    share,
    arrive: (weight: number, count = 1) => {
      for (let i = 0; i < count; i++) waiting.push({ weight, stamp: share.arrive(weight), nth: arrived++ })
    },
    serve: (count: number): { weight: number; nth: number }[] =>
      Array.from({ length: count }, () => {
        waiting.sort((a, b) => a.stamp - b.stamp || a.nth - b.nth)
        const next = waiting.shift()
        if (!next) throw new Error('nothing waits')
        share.serve(next.stamp)
        return next
      }),
  }
}
const weightsOf = (served: readonly { weight: number }[], weight: number): number => served.filter((one) => one.weight === weight).length

describe('fair share', () => {
  test('serves weights in proportion to themselves while tasks of each wait', () => {
    const { arrive, serve } = queue()
    for (const weight of [10, 50, 100]) arrive(weight, 1_000)
    const served = serve(800)
    expect(weightsOf(served, 100)).toBeCloseTo(500, -1)
    expect(weightsOf(served, 50)).toBeCloseTo(250, -1)
    expect(weightsOf(served, 10)).toBeCloseTo(50, -1)
  })

  test('serves one weight in order of arrival', () => {
    assert(
      property(array(constantFrom(LEAST_WEIGHT, 7, 50, MOST_WEIGHT), { minLength: 1, maxLength: 60 }), (weights) => {
        const { arrive, serve } = queue()
        for (const weight of weights) arrive(weight)
        const last = new Map<number, number>()
        for (const { weight, nth } of serve(weights.length)) {
          expect(nth).toBeGreaterThan(last.get(weight) ?? -1)
          last.set(weight, nth)
        }
      }),
    )
  })

  test('lets the lightest task wait for no more than its share of what keeps arriving', () => {
    const { arrive, serve } = queue()
    arrive(MOST_WEIGHT)
    arrive(LEAST_WEIGHT)
    for (let served = 1; ; served++) {
      arrive(MOST_WEIGHT)
      const [next] = serve(1)
      if (next?.weight === LEAST_WEIGHT) break
      expect(served).toBeLessThanOrEqual(MOST_WEIGHT / LEAST_WEIGHT + 1)
    }
  })

  test('owes nothing for the time in which a weight had no tasks', () => {
    const { arrive, serve } = queue()
    arrive(50, 1_000)
    serve(900)
    arrive(100, 100)
    // Had it been stamped from where its weight left off, all of it would go first.
    const served = serve(90)
    expect(weightsOf(served, 100)).toBeCloseTo(60, -1)
    expect(weightsOf(served, 50)).toBeCloseTo(30, -1)
  })

  test('goes on where a stored clock and stored stamps left off', () => {
    const lasts = new Map([[50, 9_000]])
    const share = createFairShare(lasts, 5_000)
    expect(share.now).toBe(5_000)
    expect(share.arrive(10)).toBe(5_000 + stepOf(10))
    expect(share.arrive(50)).toBe(9_000 + stepOf(50))
    expect(lasts.get(50)).toBe(9_000 + stepOf(50))
    share.serve(4_000)
    expect(share.now).toBe(5_000)
  })

  test('gives whole stamps', () => {
    for (let weight = LEAST_WEIGHT; weight <= MOST_WEIGHT; weight++) {
      expect(Number.isSafeInteger(stepOf(weight))).toBe(true)
      expect(stepOf(weight)).toBeGreaterThan(0)
    }
  })
})
