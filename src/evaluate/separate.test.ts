import { describe, expect, it } from 'vitest'
import { seededRandom } from '../core/seeded-random.ts'
import { roundBetween, separate, type Example, type Measure } from './separate.ts'

const least = (slot: string, start: number | null = null): Measure => ({ slot, sense: 'least', start })
const most = (slot: string): Measure => ({ slot, sense: 'most', start: null })

/** Half of them wanted. @param draw the values of one, by whether it is wanted */
const drawn = (count: number, draw: (wanted: boolean, random: () => number) => readonly number[], seed = 1): Example[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, at) => ({ wanted: at % 2 === 0, values: draw(at % 2 === 0, random) }))
}

describe('separate', () => {
  it('finds the threshold between two heaps, and only that', () => {
    const { rules, parts, inFold, outOfFold, mistakes } = separate(
      [least('noise'), least('sharpness'), most('noise, too')],
      drawn(60, (wanted, random) => [random(), wanted ? 300 + 100 * random() : 100 * random(), random()]),
    )
    expect(rules).toEqual([{ measure: 1, threshold: 200 }])
    expect([parts, inFold.precision, inFold.recall, outOfFold.precision, outOfFold.recall, mistakes]).toEqual([true, 1, 1, 1, 1, []])
    // Thirty of thirty do not make it sure.
    expect(outOfFold.intervals.recall.low).toBeCloseTo(0.886, 2)
  })

  it('joins rules where each parts some', () => {
    // Not wanted is what is dark, and what is full of text; either alone parts half of them.
    const examples = drawn(120, (wanted, random) => {
      const dark = !wanted && random() < 0.5
      return [dark ? 40 * random() : 60 + 100 * random(), wanted || dark ? 0.1 * random() : 0.3 + 0.3 * random(), random()]
    })
    const { rules, inFold, outOfFold } = separate([least('brightness'), most('text'), least('noise')], examples)
    expect(rules.map(({ measure }) => measure).toSorted()).toEqual([0, 1])
    expect([inFold.recall, inFold.turnedAway]).toEqual([1, 1])
    expect(outOfFold.turnedAway).toBeGreaterThan(0.95)
  })

  it('tells what unseen pictures would come to, where heaps overlap', () => {
    const sample = (seed: number, count: number) => drawn(count, (wanted, random) => [random() + (wanted ? 0.5 : 0), random(), random(), random()], seed)
    const measures = [least('a'), least('b'), most('c'), least('d')]
    let [told, in_, come] = [0, 0, 0]
    for (let seed = 1; seed <= 10; seed++) {
      const { rules, inFold, outOfFold } = separate(measures, sample(seed, 80))
      expect(rules.some(({ measure }) => measure === 0)).toBe(true)
      const kept = sample(100 + seed, 2000).filter(({ values }) => rules.every(({ measure, threshold }) =>
        (measures[measure]?.sense === 'least' ? (values?.[measure] ?? 0) >= threshold : (values?.[measure] ?? 0) <= threshold)))
      const wanted = kept.filter((one) => one.wanted).length
      come += wanted / 1000 - (kept.length - wanted) / 1000
      told += outOfFold.recall + outOfFold.turnedAway - 1
      in_ += inFold.recall + inFold.turnedAway - 1
    }
    expect(Math.abs(told - come) / 10).toBeLessThan(0.06)
    expect(in_).toBeGreaterThan(told)
  })

  it('makes no rules of noise', () => {
    const measures = Array.from({ length: 30 }, (_, at) => (at % 2 === 0 ? least(`${at}`) : most(`${at}`)))
    const found = Array.from({ length: 40 }, (_, seed) => separate(measures, drawn(seed % 2 === 0 ? 40 : 20, (_wanted, random) => measures.map(random), 7919 * (seed + 1))))
    expect(found.filter(({ parts }) => parts)).toEqual([])
    expect(found.filter(({ rules }) => rules.length > 0).length).toBeLessThanOrEqual(2)
  })

  it('begins with the thresholds that hold anyway, and moves them where they stand in the way', () => {
    const heaps = drawn(40, (wanted, random) => [wanted ? 60 + 30 * random() : 10 + 20 * random()])
    expect(separate([least('side', 45)], heaps)).toMatchObject({ rules: [], parts: true, before: { precision: 1, recall: 1 } })
    const strict = separate([least('side', 128)], heaps)
    expect(strict.before.recall).toBe(0)
    expect(strict.rules).toEqual([{ measure: 0, threshold: 50 }])
    // Nothing but the start is wrong.
    const other = drawn(40, (wanted, random) => [20 + random(), wanted ? 2 : 1])
    const { rules } = separate([least('side', 128), least('other')], other)
    expect(rules.map(({ measure }) => measure)).toEqual([0, 1])
    expect(rules[0]?.threshold).toBeLessThan(20)
  })

  it('keeps one rule a slot, and takes the measure that leaves most room', () => {
    const examples = drawn(40, (wanted, random) => [wanted ? 1 : 0, wanted ? 0.6 + 0.4 * random() : 0.59 * random(), wanted ? 0.9 : 0.05 * random()])
    expect(separate([least('kinds'), least('target'), least('target')], examples).rules.map(({ measure }) => measure)).toEqual([2])
  })

  it('names the worst mistakes and the rule that is to blame', () => {
    const examples = [
      ...drawn(60, (wanted, random) => [wanted ? 60 + 40 * random() : 40 * random()]),
      { wanted: true, values: [5] }, { wanted: true, values: [30] }, { wanted: false, values: [98] }, { wanted: true, values: null },
    ]
    const { rules: [rule], mistakes, inFold } = separate([least('a')], examples)
    expect(mistakes.map(({ example }) => example)).toEqual([63, 62, 60, 61])
    expect(mistakes.map(({ rule: blamed }) => blamed)).toEqual([null, rule, rule, rule])
    expect(inFold).toMatchObject({ precision: 30 / 31, recall: 30 / 33, turnedAway: 30 / 31 })
  })

  it('weighs both sides alike, however many they are', () => {
    const random = seededRandom(3)
    const examples = [
      ...Array.from({ length: 200 }, () => ({ wanted: true, values: [1 + random()] })), ...Array.from({ length: 12 }, () => ({ wanted: false, values: [0.9 * random()] })),
    ]
    expect(separate([least('a')], examples)).toMatchObject({ rules: [{ threshold: expect.closeTo(0.95, 1) }], outOfFold: { turnedAway: 1 } })
  })

  it('is the same for the same seed', () => {
    const examples = drawn(50, (wanted, random) => [random() + (wanted ? 0.4 : 0), random()])
    expect(separate([least('a'), most('b')], examples, 4)).toEqual(separate([least('a'), most('b')], examples, 4))
  })
})

it.each([
  [50, 400, false, 200], [0.31, 0.52, false, 0.4], [0.402, 0.408, false, 0.405], [127, 128, true, 128], [96, 480, true, 300], [1, 2, false, 1.5],
])('between %d and %d (whole: %s) the roundest is %d', (low, high, whole, round) => expect(roundBetween(low, high, whole)).toBe(round))
