/** Points in time as pages write them, to ISO 8601 in UTC. What is only half a date is unknown. */

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:Z|([+-])(\d{2}):?(\d{2}))?)?$/i
/** RFC 2822 and HTTP dates: always with a zone. */
const MAIL = /^(?:[A-Z][a-z]{2},?\s+)?\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4}\s+\d{2}:\d{2}(?::\d{2})?\s*(?:GMT|UTC|UT|Z|[+-]\d{4})$/

/** Milliseconds since the epoch, or NaN for a date or time that does not exist. */
const fromIso = (parts: RegExpExecArray): number => {
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', sign, zoneHour = 0, zoneMinute = 0] = parts
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  // Date.UTC rolls 31 February over to March; such a date is a mistake, not a date.
  const rolled = Number(day) > 28 && new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)
  const inRange =
    Number(year) >= 1000 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  if (rolled || !inRange) return Number.NaN
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60_000 : 60_000)
  return at + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset
}

/** A time without a zone is taken as UTC: the answer must not depend on where gannet runs. */
export const isoTime = (text: string | undefined | null): string | null => {
  if (text === undefined || text === null || text.length > 100) return null
  const trimmed = text.trim()
  const iso = ISO.exec(trimmed)
  const at = iso === null ? (MAIL.test(trimmed) ? Date.parse(trimmed) : Number.NaN) : fromIso(iso)
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}
