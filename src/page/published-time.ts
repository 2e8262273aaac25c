/**
 * Points in time as pages write them for people and machines, to ISO 8601 in UTC. What is only half a date, or
 * could be two, is unknown: 3/4/2024 is read only where the page's language or a part above 12 decides.
 */
import { isoTime } from './iso-time.ts'
import { monthOf } from './month-names.ts'

/** Longest text read for a date, in UTF-16 units. */
const MAX_LENGTH = 120

/** Minutes east of Greenwich. Names that mean several zones (IST) are left out; RFC 5322 settles the American ones. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['z', 0], ['utc', 0], ['gmt', 0], ['ut', 0], ['wet', 0], ['west', 60], ['bst', 60], ['cet', 60], ['mez', 60],
  ['cest', 120], ['mesz', 120], ['eet', 120], ['sast', 120], ['eest', 180], ['msk', 180], ['trt', 180], ['pkt', 300],
  ['wib', 420], ['hkt', 480], ['sgt', 480], ['awst', 480],
  ['jst', 540], ['kst', 540], ['acst', 570], ['aest', 600], ['acdt', 630], ['aedt', 660], ['nzst', 720], ['nzdt', 780],
  ['est', -300], ['edt', -240], ['cst', -360], ['cdt', -300], ['mst', -420], ['mdt', -360], ['pst', -480], ['pdt', -420],
  ['akst', -540], ['akdt', -480], ['hst', -600], ['brt', -180], ['art', -180], ['nst', -210], ['ast', -240],
])

const EPOCH = /^(1\d{9})(?:(\d{3})|\.\d{1,9})?$/
const COMPACT = /^(19|20)(\d{2})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(z|[+-]\d{2}:?\d{2})?)?$/
const YEAR_FIRST = /(?<!\d)(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)/
const YEAR_LAST = /(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)/
const EAST = /(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]?/
const CLOCK = /(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?!\d)/
/** `13h45`, `13 Uhr 45`, `13時45分`, `오후 1시 45분`; minutes may be missing where the hour is named. */
const NAMED_CLOCK = /(?<!\d)(\d{1,2})\s?(?:h|uhr|[時时시點点])\s?(?:(\d{2})(?!\d))?(?:\s?[分분]\s?(?:(\d{1,2})\s?[秒초])?)?/
/** `13.45 Uhr`, `kl. 13.45`, `klo 13.45`: elsewhere a full stop between figures is no clock's. */
const DOTTED_CLOCK = /(\d{1,2})\.(\d{2})(?=\s?uhr)|(?<=\bkl[o.]?\s)(\d{1,2})\.(\d{2})/
/** Right behind the clock: `am` elsewhere may be German. */
const HALF_OF_DAY = /^\s?([ap])\.?\s?m\b\.?/
const AFTER_NOON = /下午|午後|오후|晚上/
const BEFORE_NOON = /上午|午前|오전|凌晨|早上/
const OFFSET = /^\s*(?:utc|gmt)?\s*([+\-−])(\d{1,2}):?(\d{2})?(?!\d)/
const ZONE_NAME = /^[\s(]*([a-z]{1,5})(?![a-z])/

const YEAR = /(?<!\d)[12]\d{3}(?!\d)/g
const RFC850 = /^[a-z]+, (\d{2})-([a-z]{3})-(\d{2}) /
/** Languages that put the day first in figures; English does so outside America. */
const DAY_FIRST = new RegExp(
  '^(?:de|fr|es|it|pt|ru|nl|pl|cs|sk|da|nb|nn|no|sv|fi|el|tr|uk|ro|hr|sr|sl|bg|ca|gl|et|lv|he|ar|id|ms|vi|th|hi' +
    '|en-(?:gb|ie|au|nz|in|za|sg|hk))(?:-|$)',
)
const MONTH_FIRST = /^en-(?:us|ph)(?:-|$)/

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
  /** What is left of the text, where the clock is looked for. */
  readonly rest: string
}

const dayAt = (text: string, match: RegExpExecArray, year: string, month: string | number, day: string): Day => ({
  year: Number(year), month: Number(month), day: Number(day),
  rest: `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`,
})

/** Day and month where two figures could be either. */
const inOrder = (a: number, b: number, mark: string, language: string): { readonly day: number; readonly month: number } | null => {
  if (a === b || a > 12 || mark === '.' || DAY_FIRST.test(language)) return { day: a, month: b }
  return b > 12 || MONTH_FIRST.test(language) ? { day: b, month: a } : null
}

const inFigures = (text: string, language: string): Day | null => {
  const first = EAST.exec(text) ?? YEAR_FIRST.exec(text)
  if (first !== null) return dayAt(text, first, first[1] ?? '', first[2] ?? '', first[3] ?? '')
  const last = YEAR_LAST.exec(text)
  if (last === null) return null
  const order = inOrder(Number(last[1]), Number(last[3]), last[2] ?? '', language)
  return order === null ? null : dayAt(text, last, last[4] ?? '', order.month, String(order.day))
}

const WORD_OR_FIGURE = /\p{L}+|\d+/gu
const SMALL = /^\d{1,2}$/
/** Between a day and its month: `1st of May`, `1er mai`, `1 de maio de`, `1. Mai`. */
const BETWEEN = new Set([
  'st', 'nd', 'rd', 'th', 'er', 'of', 'de', 'del', 'di', 'do', 'o', 'ª', 'den', 'the', 'r', 'г', 'года',
])

/** A month in words with a day beside it; the year is the only number of four figures in the text. */
const inWords = (text: string): Day | null => {
  const [year] = text.match(YEAR) ?? []
  if (year === undefined) return null
  const tokens = [...text.matchAll(WORD_OR_FIGURE)]
  const at = tokens.findIndex(([word]) => monthOf(word) !== null)
  if (at === -1) return null
  const month = monthOf(tokens[at]?.[0] ?? '') ?? 0
  const small = (step: 1 | -1): RegExpExecArray | null => {
    let index = at + step
    while (BETWEEN.has(tokens[index]?.[0] ?? '')) index += step
    const token = tokens[index]
    // The hour of `May 2024 10:30` is no day.
    return token === undefined || !SMALL.test(token[0]) || text[token.index + token[0].length] === ':' ? null : token
  }
  const before = small(-1)
  const day = before ?? small(1)
  if (day === null) return null
  const found = dayAt(text, day, year, month, day[0])
  return { ...found, rest: found.rest.replace(year, ' ') }
}

interface Clock {
  /** Milliseconds since midnight, where the page is. */
  readonly sinceMidnight: number
  /** What follows it, where the zone is looked for. */
  readonly rest: string
}

const NO_CLOCK: Clock = { sinceMidnight: 0, rest: '' }

/** Null for a time that no clock shows. */
const readClock = (dotted: string): Clock | null => {
  const text = dotted.replace(DOTTED_CLOCK, (_all, a?: string, b?: string, c?: string, d?: string) => `${a ?? c}:${b ?? d}`)
  const match = CLOCK.exec(text) ?? NAMED_CLOCK.exec(text)
  if (match === null) return NO_CLOCK
  const [all, hours, minutes = '0', seconds = '0', fraction = ''] = match
  const behind = text.slice(match.index + all.length)
  const half = HALF_OF_DAY.exec(behind)
  let hour = Number(hours)
  if (hour <= 12 && (half?.[1] === 'p' || AFTER_NOON.test(text))) hour = (hour % 12) + 12
  else if (hour === 12 && (half?.[1] === 'a' || BEFORE_NOON.test(text))) hour = 0
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const rest = behind.slice(half?.[0].length ?? 0).replace(/^\s*uhr\b/, '')
  return { sinceMidnight: ((hour * 60 + Number(minutes)) * 60 + Math.min(Number(seconds), 59)) * 1000 + ms, rest }
}

/** Minutes east of Greenwich; 0 where no zone is said or its name could mean several. */
const readZone = (text: string): number => {
  const [, sign, hours, minutes = '0'] = OFFSET.exec(text) ?? []
  if (hours !== undefined) return (sign === '+' ? 1 : -1) * (Number(hours) * 60 + Number(minutes))
  return ZONES.get(ZONE_NAME.exec(text)?.[1] ?? '') ?? 0
}

const isDay = ({ year, month, day }: Day): boolean => {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
}

const compact = (text: string): string | null => {
  const [, century, years, month, day, hour, minute, second = '00', zone = 'z'] = COMPACT.exec(text) ?? []
  if (century === undefined) return null
  return isoTime(`${century}${years}-${month}-${day}${hour === undefined ? '' : `T${hour}:${minute}:${second}${zone}`}`)
}

/**
 * ISO 8601 in UTC of a point in time: ISO 8601, RFC 5322, 9110 and 850 dates, seconds or milliseconds since 1970
 * (from 2001 on), dates in figures and in the words of a dozen languages, with a clock and a zone or without. A time
 * without a zone is taken as UTC: the answer must not depend on where gannet runs. Null where it is not certain.
 * @param language of the text, as `html lang` has it; decides between day and month
 */
export const publishedTime = (text: string | undefined | null, language: string | null = null): string | null => {
  if (text === undefined || text === null || text.length > MAX_LENGTH) return null
  const exact = isoTime(text)
  if (exact !== null) return exact
  const plain = text.normalize('NFKC').replace(/\[[^[\]]{0,40}\]\s*$/, '').trim().toLowerCase()
  if (!/\d/.test(plain)) return null
  const [, seconds, ms = '000'] = EPOCH.exec(plain) ?? []
  if (seconds !== undefined) return new Date(Number(seconds + ms)).toISOString()
  const solid = compact(plain)
  if (solid !== null) return solid
  // RFC 850 gives two figures of the year; RFC 6265 says which century.
  const century = (year: string): string => (Number(year) < 70 ? `20${year}` : `19${year}`)
  const dated = plain.replace(RFC850, (_all, day: string, month: string, year: string) => `${day} ${month} ${century(year)} `)
  if ((dated.match(YEAR)?.length ?? 0) > 1) return null
  const separated = dated.replace(/(\d)t(?=\d)/, '$1 ')
  const day = inFigures(separated, (language ?? '').toLowerCase().slice(0, 20)) ?? inWords(separated)
  if (day === null || !isDay(day)) return null
  const clock = readClock(day.rest)
  if (clock === null) return null
  const at = Date.UTC(day.year, day.month - 1, day.day) + clock.sinceMidnight - readZone(clock.rest) * 60_000
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}
