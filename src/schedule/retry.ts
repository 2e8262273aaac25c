/**
 * When a failed task is tried again, or that it is not. Exponential back-off with full jitter
 * ("Exponential Backoff And Jitter", Marc Brooker, AWS Architecture Blog, 2015): of all variants it
 * spreads a crowd of failures best. A server that names its own time is believed.
 */
import { isRetryable, type Reason } from '../core/reasons.ts'

export interface RetryPolicy {
  /** Failures at which a task ends, from 1. */
  readonly threshold: number
  /** Upper bound of the first wait, in milliseconds; it doubles with every failure. */
  readonly baseMs: number
  /** Upper bound of every wait of our own, in milliseconds. */
  readonly maxMs: number
  /** Longest Retry-After obeyed, in milliseconds: a longer one ends the task. */
  readonly maxRetryAfterMs: number
}

export const RETRY_DEFAULTS: RetryPolicy = Object.freeze({
  threshold: 3,
  baseMs: 2000,
  maxMs: 5 * 60_000,
  maxRetryAfterMs: 24 * 3_600_000,
})

export interface Retryable {
  readonly reason: Reason
  /** Counted failures before this one (`Task.attempts`). */
  readonly attempts: number
  readonly now: number
  /** HTTP status of the answer; null when none came. */
  readonly status?: number | null
  /** From Retry-After, in milliseconds from now; null when absent. */
  readonly retryAfterMs?: number | null
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * 4xx that time may heal: Request Timeout, Misdirected, Locked, Too Early, Too Many Requests
 * (RFC 9110 §15.5, RFC 4918 §11.3, RFC 8470, RFC 6585 §4). The others would be answered alike.
 */
const PASSING = new Set([408, 421, 423, 425, 429])
/** 5xx that say "never": Not Implemented, HTTP Version Not Supported (RFC 9110 §15.6). */
const LASTING = new Set([501, 505])

const mayHeal = (status: number): boolean =>
  status >= 400 && status < 500 ? PASSING.has(status) : !LASTING.has(status)

/**
 * When to try again, in milliseconds since the epoch; null when this failure was the last: its
 * reason is final, the threshold is reached, or the server asks for more patience than we have.
 */
export const retryAt = (failure: Retryable, policy: RetryPolicy = RETRY_DEFAULTS): number | null => {
  const { reason, attempts, now, status = null, retryAfterMs = null, random } = failure
  if (!isRetryable(reason) || attempts + 1 >= policy.threshold) return null
  if (reason === 'http-status' && status !== null && !mayHeal(status)) return null
  if (retryAfterMs !== null && retryAfterMs > policy.maxRetryAfterMs) return null
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** attempts)
  // The jitter comes on top of the server's own time, or all would return at that instant.
  return now + Math.max(0, Math.ceil(retryAfterMs ?? 0)) + Math.floor(random() * ceiling)
}
