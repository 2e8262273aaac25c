import { expect, test } from 'vitest'
import { retrievalMetrics } from './retrieval.ts'

const pairs = (text: string) => [...text].map((letter, at) => ({ score: -at, right: letter === 'x' }))

test('ranks all pairs together; what was never proposed is missed', () => {
  expect(retrievalMetrics(pairs('xx'), 2, -9, 0.9)).toEqual({ microAp: 1, precision: 1, recall: 1, recallAtPrecision: 1 })
  expect(retrievalMetrics(pairs('xx'), 4, -9, 0.9)).toEqual({ microAp: 0.5, precision: 1, recall: 0.5, recallAtPrecision: 0.5 })
  // 1 + 2/3 of two; at the first place precision is 1, at the third 2/3.
  expect(retrievalMetrics(pairs('x.x'), 2, -1, 0.9)).toEqual({ microAp: (1 + 2 / 3) / 2, precision: 0.5, recall: 0.5, recallAtPrecision: 0.5 })
  expect(retrievalMetrics(pairs('x.x'), 2, -9, 0.6)).toMatchObject({ recallAtPrecision: 1, precision: 2 / 3, recall: 1 })
})

test('equals are ranked at their worst, and nothing found is nothing wrong', () => {
  const equals = [{ score: 1, right: true }, { score: 1, right: false }]
  expect(retrievalMetrics(equals, 1, 0, 0.9)).toEqual({ microAp: 0.5, precision: 0.5, recall: 1, recallAtPrecision: 0 })
  expect(retrievalMetrics([], 3, 0, 0.9)).toEqual({ microAp: 0, precision: 1, recall: 0, recallAtPrecision: 0 })
})
