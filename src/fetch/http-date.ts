/** Dates in headers: the three forms of RFC 9110 §5.6.7 and what else is written, always in UTC where no zone is named. */

/** Longest text that can be a date, in characters. */
const MAX_LENGTH = 64
const NAMES_ZONE = /(?:[a-z]{3,4}|z|[+-]\d\d:?\d\d)\s*(?:\([^)]{0,20}\))?$/i

/** @returns milliseconds since the epoch; null when it is no date */
export const httpDate = (text: string): number | null => {
  if (text.length > MAX_LENGTH || !/[a-z]|^\d{4}-\d\d/i.test(text)) return null
  // asctime's form names none and means UTC; Date.parse would take this machine's.
  const zoned = NAMES_ZONE.test(text) || /^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}${/\dt\d/i.test(text) ? 'Z' : ' GMT'}`
  const at = Date.parse(zoned)
  return Number.isNaN(at) ? null : at
}
