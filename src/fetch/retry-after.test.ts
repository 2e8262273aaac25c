import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateLimitMs, retryAfterMs, waitOf } from './retry-after.ts'

const NOW = Date.UTC(2031, 10, 6, 8, 0, 0)
const DAY = 86_400_000

describe('retryAfterMs', () => {
  it.each<[string | null, number | null]>([
    ['120', 120_000], ['0', 0], ['1.5', 1500], ['.5', null], ['-3', 0], ['+5', 5000], ['30s', 30_000], ['30 seconds', 30_000],
    ['60, 120', 120_000], ['99999999', DAY], ['9'.repeat(40), DAY], ['9'.repeat(300), DAY],
    [String(NOW / 1000 + 90), 90_000], [String(NOW + 90_000), 90_000],
    ['Thu, 06 Nov 2031 08:01:00 GMT', 60_000], ['Thursday, 06-Nov-31 08:01:00 GMT', 60_000], ['Thu Nov  6 08:01:00 2031', 60_000],
    ['2031-11-06T08:01:00Z', 60_000], ['2031-11-06T08:01:00', 60_000], ['2031-11-06T09:01:00+01:00', 60_000],
    ['Thu, 06 Nov 1994 08:49:37 GMT', 0], ['Thu, 06 Nov 2131 08:00:00 GMT', DAY],
    ['soon', null], ['', null], [null, null], ['12 parsecs', null], ['NaN', null], ['1e3', null],
  ])('reads %s as %s', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms)
  })

  it('stays within a day whatever is sent', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())), (value) => {
      const ms = retryAfterMs(value, NOW)
      expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0 && ms <= DAY)).toBe(true)
    }))
  })
})

describe('rateLimitMs', () => {
  it('waits for the quota to be refilled, an hour at most, and only when nothing remains', () => {
    expect(rateLimitMs({ 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, NOW)).toBe(30_000)
    expect(rateLimitMs({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 45) }, NOW)).toBe(45_000)
    expect(rateLimitMs({ ratelimit: '"burst";r=12;t=3, "daily";r=0;t=99999' }, NOW)).toBe(3_600_000)
    expect(rateLimitMs({ ratelimit: '"default";r=50;t=30' }, NOW)).toBeNull()
    expect(rateLimitMs({ 'ratelimit-remaining': '7', 'ratelimit-reset': '30' }, NOW)).toBeNull()
    expect(rateLimitMs({ 'ratelimit-remaining': '0' }, NOW)).toBeNull()
    expect(rateLimitMs({}, NOW)).toBeNull()
  })

  it('gives way to Retry-After', () => {
    expect(waitOf({ 'retry-after': '5', 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, NOW)).toBe(5000)
    expect(waitOf({ 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, NOW)).toBe(30_000)
  })
})
