import { expect, test } from 'vitest'
import { isoTime } from './iso-time.ts'

test.each<[string, string | null]>([
  ['2024-03-05', '2024-03-05T00:00:00.000Z'],
  [' 2024-03-05T10:20 ', '2024-03-05T10:20:00.000Z'],
  ['2024-03-05 10:20:30.123456+0530', '2024-03-05T04:50:30.123Z'],
  ['2024-03-05T23:30:00-02:00', '2024-03-06T01:30:00.000Z'],
  ['Tue, 05 Mar 2024 10:20:30 GMT', '2024-03-05T10:20:30.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2023-02-29', null],
  ['2024-13-01', null],
  ['2024-03-05T24:00', null],
  ['2024-03', null],
  ['PT5M', null],
  ['5', null],
  ['yesterday', null],
  ['', null],
])('%s', (text, expected) => {
  expect(isoTime(text)).toBe(expected)
})
