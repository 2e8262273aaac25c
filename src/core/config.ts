/**
 * One schema yields types, defaults, documentation, flags and environment names. Rooms declare
 * their settings with `setting`; the composition root merges the fragments and reads values in
 * this order: defaults < file < environment < flags. An unknown key is an error.
 */
import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { MAX_TIMER_MS } from './clock.ts'
import { GannetError } from './errors.ts'

export interface SettingInfo {
  /** What it does, with its unit. One line, for `--help` and the docs. */
  readonly help: string
  /** Placeholder of the value in `--help`; none for a switch. */
  readonly value?: string
  /** May be given more than once, or as a comma-separated list. */
  readonly list?: boolean
  /** Printed as `***`. */
  readonly secret?: boolean
}

export interface Setting<Value> {
  readonly schema: z.ZodType<Value>
  readonly info: SettingInfo
}

export type Fragment = Readonly<Record<string, Setting<unknown>>>

export type ValuesOf<F extends Fragment> = {
  readonly [Key in keyof F]: F[Key] extends Setting<infer Value> ? Value : never
}

/** @param schema accepts the text of a flag as well as the value of a file, and has a default */
export const setting = <Schema extends z.ZodType>(schema: Schema, info: SettingInfo): Setting<z.output<Schema>> => ({
  schema: schema as unknown as z.ZodType<z.output<Schema>>,
  info,
})

const words = (text: unknown): unknown =>
  typeof text === 'string' ? text.split(',').map((word) => word.trim()).filter((word) => word !== '') : text

/** Of text that is no number, the schema would speak of NaN, which nobody typed. */
const number = () =>
  z.coerce.number({ error: ({ code }) => (code === 'invalid_type' ? 'a number is needed' : undefined) })

const count = (fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER) => number().int().min(min).max(max).default(fallback)

/** Shapes that settings are made of; bounds are inclusive. */
export const shape = {
  count,
  /** Milliseconds that a timer can bear. */
  ms: (fallback: number, min = 1) => count(fallback, min, MAX_TIMER_MS),
  amount: (fallback: number, min = 0, max = Number.MAX_SAFE_INTEGER) => number().min(min).max(max).default(fallback),
  limit: (min = 1, max = Number.MAX_SAFE_INTEGER) => number().int().min(min).max(max).nullable().default(null),
  /** Seconds that a timer can bear. */
  span: () => number().positive().max(Math.floor(MAX_TIMER_MS / 1000)).nullable().default(null),
  switch: (fallback: boolean) =>
    z.union([z.boolean(), z.stringbool()]).default(fallback),
  text: (fallback: string) => z.string().min(1).default(fallback),
  /** What an HTTP header may hold (RFC 9110 §5.5) that everyone reads alike: no line ends, no control characters. */
  header: (fallback: string) =>
    z.string().regex(/^[!-~](?:[ -~]*[!-~])?$/, 'only printable ASCII can be sent, without spaces at its ends').default(fallback),
  maybe: () => z.string().min(1).nullable().default(null),
  list: () => z.preprocess(words, z.array(z.string())).default([]),
}

export const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
export const environmentName = (key: string): string => `GANNET_${kebab(key).replaceAll('-', '_').toUpperCase()}`

/** Values from one place, and where in it a key stands, as people write it: `gannet.yaml:3:1`. */
export interface Source {
  readonly from: string
  readonly values: Layer
  readonly placeOf?: (key: string) => string
}

export type Layer = Readonly<Record<string, unknown>>

const problem = (fragment: Fragment, { from, placeOf }: Source, key: string, value: unknown, issue: string): string => {
  const info = fragment[key]?.info
  const place = from === 'flags' ? `--${kebab(key)}` : from === 'environment' ? environmentName(key) : `${placeOf?.(key) ?? from}: ${key}`
  return `${place}: ${info?.secret ? 'the value' : JSON.stringify(value)} will not do: ${issue}${info ? ` (${info.help})` : ''}`
}

/** Of what is further away than a third of it, nobody who mistyped has thought. */
const suggestion = (key: string, known: readonly string[]): string => {
  const typed = key.slice(0, 100)
  const near = closest(typed, known)
  return distance(typed, near) <= Math.ceil(typed.length / 3) ? `did you mean ${near}?` : 'gannet crawl --help names them all'
}

const MAX_TOLD = 10

/** The values an environment sets, by key. */
export const fromEnvironment = (fragment: Fragment, env: Readonly<Record<string, string | undefined>>): Layer =>
  Object.fromEntries(
    Object.keys(fragment).flatMap((key) => {
      const value = env[environmentName(key)]
      return value === undefined || value === '' ? [] : [[key, value]]
    }),
  )

/**
 * Later layers win. Every value is checked where it comes from, so that the error names the place.
 * @throws config-invalid with a line for each of the first ten mistakes: the place, the key, what is wrong, and a known key that is near
 */
export const resolveConfig = <F extends Fragment>(
  fragment: F,
  layers: readonly Source[],
): ValuesOf<F> => {
  const known = Object.keys(fragment)
  const merged: Record<string, unknown> = {}
  const wrong: string[] = []
  for (const [key, { schema }] of Object.entries(fragment)) merged[key] = schema.parse(undefined)
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer.values)) {
      if (value === undefined) continue
      const entry = Object.hasOwn(fragment, key) ? fragment[key] : undefined
      if (!entry) {
        wrong.push(`${layer.placeOf?.(key) ?? layer.from}: there is no setting ${key.slice(0, 100)}; ${suggestion(key, known)}`)
        continue
      }
      const parsed = entry.schema.safeParse(value)
      if (!parsed.success) {
        wrong.push(problem(fragment, layer, key, value, parsed.error.issues.map((issue) => issue.message).join('; ')))
        continue
      }
      merged[key] = parsed.data
    }
  }
  if (wrong.length > 0) {
    const more = wrong.length > MAX_TOLD ? [`and ${wrong.length - MAX_TOLD} more`] : []
    throw new GannetError('config-invalid', [...wrong.slice(0, MAX_TOLD), ...more].join('\n'))
  }
  return deepFreeze(merged) as ValuesOf<F>
}

const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
