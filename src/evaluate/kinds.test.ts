import { expect, test } from 'vitest'
import { kindMetrics } from './kinds.ts'

test('kinds are counted right, and what the gate for photographs keeps', () => {
  expect(kindMetrics([
    { truth: 'photograph', told: 'photograph', isKept: true }, { truth: 'product', told: 'photograph', isKept: true }, { truth: 'photograph', told: 'banner', isKept: false },
    { truth: 'icon', told: 'icon', isKept: false }, { truth: 'banner', told: 'banner', isKept: true }, { truth: 'icon', told: null, isKept: true },
  ])).toEqual({ accuracy: 3 / 6, keptWorth: 2 / 4, worthKept: 2 / 3 })
  expect(kindMetrics([]).keptWorth).toBeNaN()
})
