/** The small steps between what a page says and what is kept: each text in, text or number or nothing out. */
import { cleanWords } from '../text-of.ts'
import { publishedTime } from '../published-time.ts'
import { dateReader } from './date-format.ts'
import type { RecipeTransform } from './recipe.ts'
import { fillTemplate, type Lookup } from './template.ts'

export type Scalar = string | number
/** What a step may ask of the item it works for. */
export interface StepContext {
  readonly lookup: Lookup
  readonly resolve: (raw: string) => string | null
  /** In addresses, what is filled in is percent-encoded. */
  readonly isAddress: boolean
}
export type Step = (value: Scalar, context: StepContext) => Scalar | null

/** Characters of a value that a pattern is tried on. */
const MAX_INPUT = 4096

const short = (value: Scalar): string => String(value).slice(0, MAX_INPUT)

const NUMBER = { '.': /-?\d[\d\s,'’_]*(?:\.\d+)?|-?\.\d+/, ',': /-?\d[\d\s.'’_]*(?:,\d+)?|-?,\d+/ } as const

/** The first number in a text; what groups digits is dropped. */
const numberIn = (text: string, decimal: '.' | ','): number | null => {
  const found = NUMBER[decimal].exec(text.slice(0, 200).replace(/−/g, '-'))?.[0]
  if (found === undefined) return null
  const digits = found.replace(decimal === '.' ? /[^\d.-]/g : /[^\d,-]/g, '').replace(',', '.')
  const value = Number(digits)
  return digits === '' || !Number.isFinite(value) ? null : value
}

const readDate = (text: string): string | null => publishedTime(cleanWords(text, 200))

type Named = Extract<RecipeTransform, string>
const NAMED: Readonly<Record<Named, Step>> = {
  trim: (value) => String(value).trim(),
  lower: (value) => String(value).toLowerCase(),
  upper: (value) => String(value).toUpperCase(),
  number: (value) => (typeof value === 'number' ? value : numberIn(value, '.')),
  date: (value) => readDate(String(value)),
  url: (value, { resolve }) => resolve(String(value).trim()),
}
export const NAMED_TRANSFORMS = Object.keys(NAMED) as readonly Named[]

const replaceStep = ([pattern, replacement, flags = '']: readonly [string, string, string?]): Step => {
  const all = new RegExp(pattern, flags.includes('g') ? flags : `${flags}g`)
  return (value) => short(value).replace(all, replacement)
}

const matchStep = ({ match, group, flags }: { match: string; group?: number | string; flags?: string }): Step => {
  const pattern = new RegExp(match, (flags ?? '').replace(/[gy]/g, ''))
  return (value) => {
    const found = pattern.exec(short(value))
    if (found === null) return null
    if (typeof group === 'string') return found.groups?.[group] ?? null
    return found[group ?? (found.length > 1 ? 1 : 0)] ?? null
  }
}

/** @param transform checked before: throws a SyntaxError of its pattern otherwise */
export const compileTransform = (transform: RecipeTransform): Step => {
  if (typeof transform === 'string') return NAMED[transform]
  if ('regex' in transform) return replaceStep(transform.regex)
  if ('match' in transform) return matchStep(transform)
  if ('number' in transform) {
    const { decimal } = transform.number
    return (value) => (typeof value === 'number' ? value : numberIn(value, decimal))
  }
  if ('date' in transform) {
    const read = dateReader(typeof transform.date === 'string' ? { format: transform.date } : transform.date) ?? readDate
    return (value) => read(short(value))
  }
  if ('map' in transform) {
    const words = new Map(Object.entries(transform.map))
    return (value) => words.get(cleanWords(short(value)) ?? '') ?? null
  }
  const { template } = transform
  return (value, { lookup, isAddress }) => fillTemplate(template, (name) => (name === 'value' ? value : lookup(name)), isAddress)
}
