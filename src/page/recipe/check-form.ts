/** Says what is wrong with a recipe in words that help: the place, the key, what was expected, the nearest known key. */
import { closest, distance } from 'fastest-levenshtein'
import type { core } from 'zod'
import { GannetError } from '../../core/errors.ts'
import type { Recipe } from './recipe.ts'
import { recipeSchema } from './recipe-schema.ts'
import { withinTime } from './time-limit.ts'

export type Path = readonly PropertyKey[]
/** Where something stands: for people (`file.yaml:3:7`), and how far down, where there is a text. */
export interface Spot {
  readonly words: string
  readonly offset: number
}
/** @param isKey the key itself is meant, not its value */
export type Place = (path: Path, isKey?: boolean) => Spot

/** A mistake, in words, with where it stands. */
interface Told {
  readonly line: string
  readonly offset: number
}

type Issue = core.$ZodIssue

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const MAX_SHOWN = 20
/** By the clock on the wall: trying out selectors and patterns is a matter of milliseconds, but the first time, on a busy machine, of half a second. */
const CHECK_MS = 2000

/** Of the forms a value may have, the issues of the one that its writer most likely meant: with the fewest strange keys, then where reading got furthest. */
const likeliest = (forms: readonly (readonly Issue[])[]): readonly Issue[] => {
  const strangers = (issues: readonly Issue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0)
  const depth = (issues: readonly Issue[]): number => Math.max(...issues.map(({ path }) => path.length))
  // It is of another type altogether: text where keys are needed, or the other way round.
  const isOther = ([first]: readonly Issue[]): boolean =>
    first === undefined || ((first.code === 'invalid_type' || first.code === 'invalid_value') && first.path.length === 0)
  const nearer = (one: readonly Issue[], than: readonly Issue[]): boolean =>
    isOther(one) !== isOther(than) ? isOther(than)
    : strangers(one) !== strangers(than) ? strangers(one) < strangers(than)
    : depth(one) > depth(than)
  let best: readonly Issue[] = []
  for (const issues of forms) if (best.length === 0 || nearer(issues, best)) best = issues
  return best
}

/** Issues with unions opened up; the path of each from the root. */
const flatten = (issues: readonly Issue[], from: Path = []): { issue: Issue; path: Path }[] =>
  issues.flatMap((issue) => {
    const path = [...from, ...issue.path]
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path }]
    const likely = likeliest(issue.errors)
    const strange = likely.filter((one) => one.code === 'unrecognized_keys')
    // Of a form that its writer did not mean, what is missing is no news.
    const inner = flatten(strange.length > 0 ? strange : likely, path)
    return inner.length > 0 ? inner : [{ issue, path }]
  })

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(recipeSchema.shape),
  value: ['css', 'xpath', 'attribute', 'all', 'join', 'from', 'default', 'transform'],
  transform: ['regex', 'match', 'group', 'flags', 'number', 'date', 'template', 'map'],
  date: ['format', 'locale', 'zone'],
  number: ['decimal'],
  examples: ['name', 'url', 'html', 'file', 'items', 'next', 'links'],
  items: ['thumbnail', 'full', 'title', 'alt', 'caption', 'category', 'time', 'licence', 'creator', 'width', 'height', 'fields'],
  item: ['css', 'xpath'],
}

/** The keys that are known at a place. */
const keysAt = (path: Path): readonly string[] => {
  const words = path.filter((part) => typeof part === 'string')
  const last = words.at(-1) ?? ''
  if (words[0] === 'examples') return KEYS[last] ?? KEYS['examples'] ?? []
  return KEYS[['transform', 'date', 'number', 'item', ''].includes(last) ? last : 'value'] ?? []
}

const nearest = (key: string, known: readonly string[]): string => {
  // Of equally near ones the one that begins alike: few mistype the first letter.
  const alike = known.toSorted((a, b) => Number(b[0] === key[0]) - Number(a[0] === key[0]))
  const best = known.length === 0 ? '' : closest(key.slice(0, 100), alike)
  return best !== '' && distance(key.slice(0, 100), best) <= Math.max(2, key.length / 2) ? `; did you mean ${best}?` : `; there are ${known.join(', ')}`
}

const shownPath = (path: Path): string => path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').replace(/^\./, '')

const tell = ({ words, offset }: Spot, message: string): Told => ({ line: `${words}: ${message}`, offset })

const mistakes = ({ issue, path }: { issue: Issue; path: Path }, place: Place): Told[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => tell(place([...path, key], true), `there is no key ${key.slice(0, 100)}${nearest(key, keysAt(path))}`))
  }
  const what = shownPath(path)
  if (issue.code === 'invalid_key') return [tell(place(path, true), `${what}: ${issue.issues[0]?.message ?? issue.message}`)]
  const raw = issue.message.replace(/^Invalid (?:input|option|string): /, '')
  const message = raw.endsWith('received undefined') ? 'it is missing' : what === '' && issue.code === 'invalid_type' ? 'a recipe is made of keys and values' : raw
  return [tell(place(path), `${what === '' ? '' : `${what}: `}${message}`)]
}

/**
 * @returns the same recipe, known to be one
 * @throws GannetError recipe-invalid with what is wrong and where, from the top, twenty mistakes at most
 */
export const checkForm = (given: unknown, place: Place): Recipe => {
  for (const part of ['let', 'fields'] as const) {
    // The schema library passes over this one name.
    const names: unknown = isObject(given) ? given[part] : null
    if (isObject(names) && Object.hasOwn(names, '__proto__')) {
      throw new GannetError('recipe-invalid', `${place([part, '__proto__'], true).words}: __proto__ cannot be a name`)
    }
  }
  let outcome: ReturnType<typeof recipeSchema.safeParse> | null = null
  const inTime = withinTime(CHECK_MS, () => {
    outcome = recipeSchema.safeParse(given)
  })
  const parsed = outcome as ReturnType<typeof recipeSchema.safeParse> | null
  if (!inTime || parsed === null) {
    throw new GannetError('recipe-invalid', `${place([]).words}: its selectors and patterns take longer than ${CHECK_MS / 1000} s to check; make them simpler`)
  }
  if (parsed.success) return given as Recipe
  const told = flatten(parsed.error.issues).flatMap((one) => mistakes(one, place)).sort((a, b) => a.offset - b.offset)
  const lines = [...new Set(told.map(({ line }) => line))]
  const more = lines.length > MAX_SHOWN ? [`and ${lines.length - MAX_SHOWN} more`] : []
  throw new GannetError('recipe-invalid', [...lines.slice(0, MAX_SHOWN), ...more].join('\n'))
}
