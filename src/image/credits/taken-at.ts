/** Times as files state them, each standard its own way, in ISO 8601; without a zone where none is stated. */
const EXIF_TIME = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/
const ZONE = /^(?:Z|[+-]\d\d:\d\d)$/
const XMP_TIME = /^(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?)?$/
const IPTC_DATE = /^(\d{4})(\d\d)(\d\d)$/
const IPTC_TIME = /^(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?$/

/** Cameras whose clock was never set say the year 0. */
const isReal = (year: string, month: string, day = '01', hour = '00', minute = '00', second = '00'): boolean =>
  Number(year) > 1800 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31 &&
  Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60

/** `2024:05:01 12:30:00` and, of a later tag, `+02:00`. */
export const exifTime = (time: string | undefined, zone: string | undefined): string | null => {
  const [, year = '', month = '', day, hour, minute, second] = EXIF_TIME.exec(time?.slice(0, 40) ?? '') ?? []
  if (!isReal(year, month, day, hour, minute, second)) return null
  const offset = zone?.trim() ?? ''
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${ZONE.test(offset) ? offset : ''}`
}

/** ISO 8601 down to the year and month, as XMP has it. */
export const xmpTime = (time: string | undefined): string | null => {
  const text = time?.trim().slice(0, 40) ?? ''
  const [, year = '', month = '', day, hour, minute, second] = XMP_TIME.exec(text) ?? []
  return isReal(year, month, day, hour, minute, second) ? text : null
}

/** `20240501` and `123000+0200`. */
export const iptcTime = (date: string | undefined, time: string | undefined): string | null => {
  const [, year = '', month = '', day] = IPTC_DATE.exec(date?.trim().slice(0, 20) ?? '') ?? []
  if (!isReal(year, month, day)) return null
  const [, hour, minute, second, zoneHour, zoneMinute] = IPTC_TIME.exec(time?.trim().slice(0, 20) ?? '') ?? []
  if (hour === undefined || !isReal(year, month, day, hour, minute, second)) return `${year}-${month}-${day}`
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zoneHour === undefined ? '' : `${zoneHour}:${zoneMinute}`}`
}
