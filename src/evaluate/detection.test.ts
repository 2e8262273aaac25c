import { describe, expect, it } from 'vitest'
import { detectionMetrics, gateMetrics, type FoundBox, type TrueBox } from './detection.ts'
import { bootstrap, wilson } from './interval.ts'

const box = (name: string, x: number, width = 10): TrueBox => ({ name, x, y: 0, width, height: 10 })
const found = (name: string, x: number, score: number, width = 10): FoundBox => ({ ...box(name, x, width), score })

describe('average precision', () => {
  it('is 1 for what matches, 0 for what does not', () => {
    expect(detectionMetrics([{ truth: [box('cat', 0)], found: [found('cat', 0, 0.3)] }])).toEqual({ ap50: 1, ap: 1 })
    expect(detectionMetrics([{ truth: [box('cat', 0)], found: [found('dog', 0, 0.9), found('cat', 50, 0.9)] }])).toEqual({ ap50: 0, ap: 0 })
    expect(detectionMetrics([{ truth: [box('cat', 0)], found: [] }])).toEqual({ ap50: 0, ap: 0 })
    expect(detectionMetrics([]).ap50).toBeNaN()
  })

  it('counts a true box once, and what comes before it in score against it', () => {
    // Twice the same: the second is wrong, but after the last that is right it costs nothing.
    expect(detectionMetrics([{ truth: [box('cat', 0)], found: [found('cat', 0, 0.9), found('cat', 1, 0.8)] }]).ap50).toBe(1)
    // A wrong one first halves the precision at every recall.
    expect(detectionMetrics([{ truth: [box('cat', 0)], found: [found('cat', 0, 0.5), found('cat', 80, 0.8)] }]).ap50).toBeCloseTo(0.5, 10)
    // Half of what is there: full precision up to a recall of .5, which are 51 of 101 points.
    expect(detectionMetrics([{ truth: [box('cat', 0), box('cat', 40)], found: [found('cat', 0, 0.5)] }]).ap50).toBeCloseTo(51 / 101, 10)
  })

  it('asks for more and more overlap', () => {
    // 10 × 10 against 8 × 10 inside: .8, which seven of the ten thresholds take.
    expect(detectionMetrics([{ truth: [box('cat', 0)], found: [found('cat', 0, 0.9, 8)] }]).ap).toBeCloseTo(0.7, 10)
  })

  it('means classes, each of which counts the same, over all pictures', () => {
    const pictures = [
      { truth: [box('cat', 0)], found: [found('cat', 0, 0.9)] },
      { truth: [box('cat', 0), box('dog', 30)], found: [found('cat', 0, 0.6), found('dog', 70, 0.9)] },
    ]
    expect(detectionMetrics(pictures).ap50).toBeCloseTo(0.5, 10)
  })
})

describe('the gate', () => {
  it('counts a class once a picture, from the confidence on', () => {
    const pictures = [
      { truth: [box('cat', 0), box('cat', 20), box('dog', 40)], found: [found('cat', 90, 0.5), found('cat', 0, 0.9), found('dog', 40, 0.49)] },
      { truth: [], found: [found('cat', 0, 0.7)] },
    ]
    expect(gateMetrics(pictures, 0.5)).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 })
    expect(gateMetrics([], 0.5)).toEqual({ precision: 1, recall: 1, f1: 1 })
  })
})

describe('intervals', () => {
  it('of shares hold to 0 and 1, and narrow with more', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 })
    const [few, many] = [wilson(8, 10), wilson(800, 1000)]
    // By hand: Wilson's for 8 of 10.
    expect([few.low, few.high]).toEqual([expect.closeTo(0.4902, 3), expect.closeTo(0.9433, 3)])
    expect(many.high - many.low).toBeLessThan(0.06)
    expect(wilson(10, 10).high).toBeLessThanOrEqual(1)
  })

  it('of other figures come from draws that are the same each time', () => {
    const items = Array.from({ length: 400 }, (_, n) => n % 10)
    const mean = (drawn: readonly number[]): number => drawn.reduce((a, b) => a + b, 0) / drawn.length
    const found = bootstrap(items, mean)
    expect(found).toEqual(bootstrap(items, mean))
    // 1.96 standard errors of 2.87 / 20.
    expect([found.low, found.high]).toEqual([expect.closeTo(4.22, 0), expect.closeTo(4.78, 0)])
    expect(found.low).toBeLessThan(4.5)
    expect(found.high).toBeGreaterThan(4.5)
  })
})
