/** Dates in a form that a recipe spells out, for the many that no general reader can be sure of (`03/04/2024`). */
import { isoTime } from '../iso-time.ts'
import type { RecipeDate } from './recipe.ts'

/** In brackets: letters that stand for themselves. */
const TOKEN = /\[[^\]]*\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|mm|ss|A|Z/g
const PATTERNS: Readonly<Record<string, string>> = {
  YYYY: '(\\d{4})', YY: '(\\d{2})', MM: '(\\d{2})', M: '(\\d{1,2})', DD: '(\\d{2})', D: '(\\d{1,2})',
  HH: '(\\d{2})', H: '(\\d{1,2})', mm: '(\\d{2})', ss: '(\\d{2})', A: '([AaPp])\\.?[Mm]\\.?', Z: '(Z|[+-]\\d{2}:?\\d{2})',
}
const MAX_TEXT = 200

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+')

/** Names of the months, folded, to their numbers; with the dots and cases that a language puts round them. */
const monthNames = (locale: string): ReadonlyMap<string, number> => {
  const names = new Map<string, number>()
  for (const month of ['long', 'short'] as const) {
    for (const around of [{ month }, { month, day: 'numeric' }] as const) {
      const format = new Intl.DateTimeFormat(locale, { ...around, timeZone: 'UTC' })
      for (let at = 0; at < 12; at++) {
        const name = format.formatToParts(Date.UTC(2001, at, 1)).find(({ type }) => type === 'month')?.value
        if (name !== undefined) names.set(fold(name), at + 1)
      }
    }
  }
  return names
}
const fold = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Two digits of a year: the POSIX rule, 69–99 are of the last century. */
const fullYear = (year: string): string => (year.length === 4 ? year : `${Number(year) >= 69 ? '19' : '20'}${year}`)

export const DATE_NEEDS = 'a format needs a year (YYYY or YY), a month (MMMM, MMM, MM or M) and a day (DD or D), each once'

/** Null when the format lacks what a date is made of, or the locale or the zone is none. */
export const dateReader = ({ format, locale = 'en', zone = 'Z' }: RecipeDate): ((text: string) => string | null) | null => {
  const tokens = (format.match(TOKEN) ?? []).filter((token) => !token.startsWith('['))
  const kinds = tokens.map((token) => token[0] as string)
  if (new Set(kinds).size !== kinds.length || !'YMD'.split('').every((kind) => kinds.includes(kind))) return null
  if (!/^(?:Z|[+-]\d{2}:?\d{2})$/.test(zone)) return null
  let names: ReadonlyMap<string, number>
  try {
    names = monthNames(locale)
  } catch {
    return null
  }
  const parts: string[] = []
  let end = 0
  for (const { 0: token, index } of format.matchAll(TOKEN)) {
    parts.push(literal(format.slice(end, index)))
    // A month's name is looked up, whatever its length.
    parts.push(token.startsWith('[') ? literal(token.slice(1, -1)) : (PATTERNS[token] ?? '([\\p{L}\\p{M}]{1,20}\\.?)'))
    end = index + token.length
  }
  const pattern = new RegExp(`^\\s*${parts.join('')}${literal(format.slice(end))}`, 'iu')

  return (text) => {
    const found = pattern.exec(text.slice(0, MAX_TEXT))
    if (found === null) return null
    const at = (kind: string): string | undefined => {
      const index = kinds.indexOf(kind)
      return index === -1 ? undefined : found[index + 1]
    }
    const named = at('M') ?? ''
    const month = /^\d/.test(named) ? Number(named) : names.get(fold(named))
    if (month === undefined) return null
    let hour = Number(at('H') ?? 0)
    const half = at('A')?.toLowerCase()
    if (half !== undefined) hour = (hour % 12) + (half === 'p' ? 12 : 0)
    const two = (value: number | string): string => String(value).padStart(2, '0')
    const day = `${fullYear(at('Y') ?? '')}-${two(month)}-${two(at('D') ?? '')}`
    return isoTime(`${day}T${two(hour)}:${two(at('m') ?? 0)}:${two(at('s') ?? 0)}${at('Z') ?? zone}`)
  }
}
