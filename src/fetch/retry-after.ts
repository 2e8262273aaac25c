/** Retry-After (RFC 9110 §10.2.3) in either form: seconds, or a date. */

/** A host that asks for more than a day is heard, but asked again tomorrow. */
const MAX_MS = 24 * 60 * 60 * 1000

/**
 * @param now milliseconds since the epoch
 * @returns milliseconds from now, 0 to a day; null when absent or unreadable
 */
export const retryAfterMs = (value: string | null, now: number): number | null => {
  const text = value?.trim() ?? ''
  if (text === '') return null
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : /[a-z]/i.test(text) ? Date.parse(text) - now : NaN
  return Number.isNaN(ms) ? null : Math.min(MAX_MS, Math.max(0, ms))
}
