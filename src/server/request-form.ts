/**
 * The form of a request: what may stand in it, and what is said of what may not. A mistake in the form turns the whole
 * request back, with the place and, for an unknown field, the known one that is near; a URL that will not do is only
 * refused by itself, at the door.
 */
import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import type { RequestRow } from '../node/door.ts'
import type { RequestOptions } from '../schedule/outbox/request-options.ts'
import { HttpProblem } from './problem.ts'

/** Most URLs of a request in JSON. */
export const MOST_URLS = 10_000
/** Of whoever names no weight: in the middle. */
const DEFAULT_WEIGHT = 50
const MOST_TOLD = 5

const callback = z.string().max(2048).refine((text) => {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
}, 'an http or https URL without credentials is needed')

const pixels = z.int().min(1).max(16_384).nullish().transform((value) => value ?? null)

/** Beyond what any picture that is decoded has a side of. */
const MOST_SIDE = 100_000
/** Of a size that is given exactly, and so may enlarge: half of what is decoded. */
const MOST_PIXELS = 50_000_000

const CROP = {
  x: z.int().min(0).max(MOST_SIDE),
  y: z.int().min(0).max(MOST_SIDE),
  width: z.int().min(1).max(MOST_SIDE),
  height: z.int().min(1).max(MOST_SIDE),
}

const RENDITION = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name of lower-case letters, digits and hyphens is needed'),
  crop: z.strictObject(CROP).nullish().transform((value) => value ?? null),
  width: pixels,
  height: pixels,
  fit: z.enum(['cover', 'contain', 'inside']).default('inside'),
  format: z.enum(['jpeg', 'png', 'webp', 'avif']).default('jpeg'),
  quality: z.int().min(1).max(100).nullish().transform((value) => value ?? null),
}
const rendition = z.strictObject(RENDITION)
  .refine(({ width, height, crop }) => width !== null || height !== null || crop !== null, 'a width, a height or a crop is needed')
  .refine(({ width, height, fit }) => fit === 'inside' || (width ?? 0) * (height ?? 0) <= MOST_PIXELS, `no more than ${MOST_PIXELS} pixels are made to fit exactly`)
  .refine(({ format, quality }) => format !== 'png' || quality === null, 'png loses nothing and has no quality: leave it out')

const text = (most: number) => z.string().trim().min(1).max(most).nullish().transform((value) => value ?? null)

const OPTIONS = {
  weight: z.int('a whole number from 1 to 100 is needed').min(1).max(100).default(DEFAULT_WEIGHT),
  category: text(200),
  recipe: text(100),
  renditions: z.array(rendition).max(10)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'no two may have one name').default([]),
  callback: callback.nullish().transform((value) => value ?? null),
  attempts: z.int().min(1).max(10).nullish().transform((value) => value ?? null),
}
const optionsForm = z.strictObject(OPTIONS)
const WHOLE = [...Object.keys(OPTIONS), 'urls', 'pages']

/** As in `pages[3].url`. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? String(part) : `.${String(part)}`)).join('')

const unknownField = (key: string, known: readonly string[]): string => {
  const typed = key.slice(0, 100)
  const near = closest(typed, known)
  const isNear = distance(typed, near) <= Math.ceil(typed.length / 3)
  return `there is no field ${JSON.stringify(typed)}; ${isNear ? `did you mean ${near}?` : `there are ${known.join(', ')}`}`
}

const objectOf = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new HttpProblem('request-invalid', `${what}: an object is needed`)
}

const known = (value: Readonly<Record<string, unknown>>, names: readonly string[], where: string): void => {
  // Looked at by own keys: `__proto__` is one, too, in what JSON.parse returns.
  const unknown = Object.keys(value).filter((key) => !names.includes(key)).slice(0, MOST_TOLD)
  if (unknown.length > 0) throw new HttpProblem('request-invalid', `${where}${unknown.map((key) => unknownField(key, names)).join('; ')}`)
}

const told = (issue: z.core.$ZodIssue): string => {
  // The only objects within options.
  const fields = Object.keys(issue.path.at(-1) === 'crop' ? CROP : RENDITION)
  const words = issue.code === 'unrecognized_keys'
    ? issue.keys.slice(0, MOST_TOLD).map((key) => unknownField(key, fields)).join('; ')
    : issue.message
  return issue.path.length === 0 ? words : `${placeOf(issue.path)}: ${words}`
}

const parseOptions = (value: Readonly<Record<string, unknown>>): RequestOptions => {
  const parsed = optionsForm.safeParse(value)
  if (parsed.success) return parsed.data
  throw new HttpProblem('request-invalid', parsed.error.issues.slice(0, MOST_TOLD).map(told).join('; '))
}

const urlsIn = (value: unknown, name: string): readonly string[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new HttpProblem('request-invalid', `${name}: a list of strings is needed`)
  const wrong = value.findIndex((url) => typeof url !== 'string')
  if (wrong !== -1) throw new HttpProblem('request-invalid', `${name}[${wrong}]: a string is needed`)
  return value as readonly string[]
}

/** @throws HttpProblem */
export const parseRequest = (value: unknown): { readonly options: RequestOptions; readonly rows: readonly RequestRow[] } => {
  const { urls, pages, ...rest } = objectOf(value, 'the request')
  known(objectOf(value, 'the request'), WHOLE, '')
  const rows = [
    ...urlsIn(urls, 'urls').map((url): RequestRow => ({ kind: 'url', url })),
    ...urlsIn(pages, 'pages').map((url): RequestRow => ({ kind: 'page', url })),
  ]
  if (rows.length > MOST_URLS) {
    throw new HttpProblem('body-too-large', `${rows.length} URLs are more than the ${MOST_URLS} that are taken as JSON: send application/x-ndjson, one a line`)
  }
  return { options: parseOptions(rest), rows }
}

/** The first line of a stream. @throws HttpProblem */
export const parseOptionsLine = (value: unknown): RequestOptions => {
  const options = typeof value === 'string' ? { url: value } : objectOf(value, 'line 1')
  if ('url' in options || 'page' in options) throw new HttpProblem('request-invalid', 'line 1 holds the options of the request, {} for none; the URLs begin on line 2')
  known(options, Object.keys(OPTIONS), 'line 1: ')
  return parseOptions(options)
}

const ROW = ['url', 'page']

/** Every other line of a stream. @throws HttpProblem */
export const parseRow = (value: unknown, number: number): RequestRow => {
  if (typeof value === 'string') return { kind: 'url', url: value }
  const row = objectOf(value, `line ${number}`)
  known(row, ROW, `line ${number}: `)
  const { url, page } = row
  if (typeof url === 'string' && page === undefined) return { kind: 'url', url }
  if (typeof page === 'string' && url === undefined) return { kind: 'page', url: page }
  throw new HttpProblem('request-invalid', `line ${number}: a string, {"url": "…"} or {"page": "…"} is needed`)
}
