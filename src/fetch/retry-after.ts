/**
 * How long a host asks to be left alone: Retry-After (RFC 9110 §10.2.3) in either form and the odd
 * ones in use, and the RateLimit headers, which say the same before the first refusal.
 */
import { httpDate } from './http-date.ts'
import { headerOf, type ResponseHeaders } from './visit-layer.ts'

/** A host that asks for more than a day is heard, but asked again tomorrow. */
const MAX_MS = 24 * 60 * 60 * 1000
/** A rate limit may be meant for a whole interface and not for its pictures: it is honoured within an hour. */
const MAX_LIMIT_MS = 60 * 60 * 1000
/** Seconds from which a number must be a time since the epoch (2001), and milliseconds likewise. */
const EPOCH_SECONDS = 1e9
const EPOCH_MS = 1e12
/** Longest header that is read, in characters. */
const MAX_LENGTH = 200

const within = (ms: number, most: number): number => Math.min(most, Math.max(0, Math.ceil(ms)))

/** Seconds from now, or a time since the epoch in seconds or milliseconds, as milliseconds from now. */
const spanOf = (number: number, now: number): number =>
  number >= EPOCH_MS ? number - now : number >= EPOCH_SECONDS ? number * 1000 - now : number * 1000

/** `120`, `1.5`, `-1`, `+5`, `30s`, `30 seconds`; a list (the header came twice) counts as its greatest. */
const numbersOf = (text: string): readonly number[] | null => {
  const numbers = text.split(',').map((one) => /^\s*([+-]?\d{1,15}(?:\.\d{0,9})?)\s*(?:s|secs?|seconds?)?\s*$/i.exec(one)?.[1])
  return numbers.every((one) => one !== undefined) ? numbers.map(Number) : null
}

/**
 * @param now milliseconds since the epoch
 * @returns milliseconds from now, 0 to a day; null when absent or unreadable
 */
export const retryAfterMs = (value: string | null, now: number): number | null => {
  const text = value?.trim() ?? ''
  if (text === '' || text.length > MAX_LENGTH) return /^\d{15,}$/.test(text) ? MAX_MS : null
  const numbers = numbersOf(text)
  if (numbers) return within(Math.max(...numbers.map((number) => spanOf(number, now))), MAX_MS)
  if (/^\d+$/.test(text)) return MAX_MS
  const at = httpDate(text)
  return at === null ? null : within(at - now, MAX_MS)
}

const NAMES = ['ratelimit', 'x-ratelimit', 'x-rate-limit'] as const

/** `"default";r=0;t=30`: a policy whose remaining quota is none, and the seconds until it is refilled. */
const fieldWait = (field: string): number =>
  Math.max(0, ...field.slice(0, MAX_LENGTH * 5).split(',').map((policy) => {
    const numberOf = (name: string): number => Number(new RegExp(`;\\s*${name}=(\\d{1,9})(?:;|\\s|$)`).exec(policy)?.[1] ?? NaN)
    return numberOf('r') === 0 ? numberOf('t') || 0 : 0
  })) * 1000

/**
 * Milliseconds to wait because a quota is used up: draft-ietf-httpapi-ratelimit-headers in its old form
 * (`RateLimit-Remaining: 0`, `RateLimit-Reset: 30`, with `X-` too) and its new one (`RateLimit: "a";r=0;t=30`).
 * @returns up to an hour; null when nothing is used up, or not known until when
 */
export const rateLimitMs = (headers: ResponseHeaders, now: number): number | null => {
  const field = headers['ratelimit'] === undefined ? 0 : fieldWait(headerOf(headers, 'ratelimit') ?? '')
  if (field > 0) return within(field, MAX_LIMIT_MS)
  for (const name of NAMES) {
    if (headers[`${name}-remaining`] === undefined) continue
    const left = headerOf(headers, `${name}-remaining`)?.trim().slice(0, MAX_LENGTH)
    const wait = left === '0' ? retryAfterMs(headerOf(headers, `${name}-reset`), now) : null
    if (wait !== null && wait > 0) return within(wait, MAX_LIMIT_MS)
  }
  return null
}

/** What an answer's headers ask for, Retry-After first; null when nothing. */
export const waitOf = (headers: ResponseHeaders, now: number): number | null =>
  retryAfterMs(headerOf(headers, 'retry-after'), now) ?? rateLimitMs(headers, now)
