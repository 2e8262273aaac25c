import { describe, expect, it } from 'vitest'
import { isExpiredLink } from './expired-link.ts'

const NOW = Date.parse('2024-06-01T00:00:00Z')

describe('isExpiredLink', () => {
  it.each([
    ['X-Amz-Date=20240531T000000Z&X-Amz-Expires=3600&X-Amz-Signature=a', true],
    ['X-Amz-Date=20240531T230000Z&X-Amz-Expires=7200&X-Amz-Signature=a', false],
    ['X-Goog-Date=20240531T000000Z&X-Goog-Expires=60', true],
    ['sv=2020&se=2024-05-31T00%3A00%3A00Z&sig=a', true],
    ['se=2024-05-31T00%3A00%3A00Z', false],
    ['oh=a&oe=66500000', true],
    ['oh=a&oe=76500000', false],
    ['Expires=1700000000&Signature=a&Key-Pair-Id=b', true],
    ['expires=1800000000000', false],
    ['e=12', false],
    ['width=1700000000', false],
    ['', false],
  ])('%s: %s', (query, expired) => {
    expect(isExpiredLink(new URL(`https://cdn.example/a.jpg?${query}`), 403, NOW)).toBe(expired)
  })

  it('is about refusals, not about troubles', () => {
    const url = new URL('https://cdn.example/a.jpg?Expires=1700000000')
    expect([500, 429, 301, null].map((status) => isExpiredLink(url, status, NOW))).toEqual([false, false, false, false])
  })
})
