/** Points in time as pages write them, to ISO 8601 in UTC. What is only half a date is unknown. */

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i
/** RFC 2822 and HTTP dates: always with a zone. */
const MAIL = /^(?:[A-Z][a-z]{2},?\s+)?\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4}\s+\d{2}:\d{2}(?::\d{2})?\s*(?:GMT|UTC|UT|Z|[+-]\d{4})$/

/** A time without a zone is taken as UTC: the answer must not depend on where gannet runs. */
export const isoTime = (text: string | undefined | null): string | null => {
  if (text === undefined || text === null || text.length > 100) return null
  const trimmed = text.trim()
  const iso = ISO.exec(trimmed)
  let at: number
  if (iso === null) at = MAIL.test(trimmed) ? Date.parse(trimmed) : Number.NaN
  else {
    const [, year, month, day, minutes = '00:00', seconds = '00', fraction = '0', zone = 'Z'] = iso
    const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
    at = Date.parse(`${year}-${month}-${day}T${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
    // Date.parse rolls 31 February over to March; such a date is a mistake, not a date.
    if (Number(day) > 28 && new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() !== Number(day)) at = Number.NaN
  }
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}
