/** Figures of many figures, and how sure they are: intervals of 95 %. */
import { seededRandom } from '../core/seeded-random.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Of a share: Wilson's, which does not leave 0 to 1. Source: Wilson, JASA 22 (1927). */
export const wilson = (right: number, of: number): Interval => {
  if (of === 0) return { low: 0, high: 1 }
  const z = 1.959964
  const p = right / of
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of)
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

const DRAWS = 200

/** Of anything that is computed from pictures: by drawing as many of them with replacement, 200 times, seeded. */
export const bootstrap = <Item>(items: readonly Item[], figure: (items: readonly Item[]) => number, seed = 1): Interval => {
  const random = seededRandom(seed)
  const figures = Array.from({ length: DRAWS }, () =>
    figure(items.map(() => items[Math.floor(random() * items.length)] as Item))).filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const at = (share: number): number => figures[Math.min(figures.length - 1, Math.floor(share * figures.length))] ?? NaN
  return { low: at(0.025), high: at(0.975) }
}

/** NaN of none, as below. */
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** The upper one of the two in the middle. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
