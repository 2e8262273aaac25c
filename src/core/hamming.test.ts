import { expect, it } from 'vitest'
import { hammingHex } from './hamming.ts'

it('counts the bits that differ, whatever the case of the digits', () => {
  expect(hammingHex('000000ff', 'ff0000ff')).toBe(8)
  expect(hammingHex('0'.repeat(64), 'F'.repeat(64))).toBe(256)
  expect(hammingHex('a5A5a5A5', 'A5a5A5a5')).toBe(0)
  expect(hammingHex('000000000f00ffff', '000000000e08ffff')).toBe(2)
})
