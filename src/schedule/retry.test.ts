import { assert, constantFrom, double, integer, nat, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reason } from '../core/reasons.ts'
import { RETRY_DEFAULTS, retryAt, type Retryable } from './retry.ts'

const failure = (more: Partial<Retryable> = {}): Retryable =>
  ({ reason: 'timeout', attempts: 0, now: 1_000_000, random: () => 0.5, ...more })

describe('retryAt', () => {
  test('waits twice as long after the second failure, and the third is the last', () => {
    expect(retryAt(failure())).toBe(1_001_000)
    expect(retryAt(failure({ attempts: 1 }))).toBe(1_002_000)
    expect(retryAt(failure({ attempts: 2 }))).toBeNull()
  })

  test('spreads the waits over the whole range, and never leaves it', () => {
    const policy = { ...RETRY_DEFAULTS, threshold: 100 }
    assert(
      property(nat(98), double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempts, at) => {
        const wait = (retryAt(failure({ attempts, random: () => at }), policy) ?? -1) - 1_000_000
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(Math.min(policy.maxMs, policy.baseMs * 2 ** attempts))
        expect(Number.isSafeInteger(wait)).toBe(true)
      }),
    )
    expect(retryAt(failure({ random: () => 0 }))).toBe(1_000_000)
    expect(retryAt(failure({ random: () => 0.9999 }))).toBe(1_001_999)
  })

  test('never tries again before the time the server named', () => {
    assert(
      property(integer({ min: 0, max: RETRY_DEFAULTS.maxRetryAfterMs }), nat(1), (retryAfterMs, attempts) => {
        expect(retryAt(failure({ retryAfterMs, attempts }))).toBeGreaterThanOrEqual(1_000_000 + retryAfterMs)
      }),
    )
    expect(retryAt(failure({ retryAfterMs: RETRY_DEFAULTS.maxRetryAfterMs + 1 }))).toBeNull()
  })

  test('gives up at once on what time cannot heal', () => {
    assert(
      property(constantFrom<Reason[]>('robots-denied', 'too-large', 'undecodable', 'copy-duplicate'), (reason) => {
        expect(retryAt(failure({ reason }))).toBeNull()
      }),
    )
    const statuses = [400, 401, 403, 404, 410, 429, 408, 500, 501, 503]
    const tried = statuses.filter((status) => retryAt(failure({ reason: 'http-status', status })) !== null)
    expect(tried).toEqual([429, 408, 500, 503])
  })
})
