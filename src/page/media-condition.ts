/**
 * `<media-condition>` of Media Queries Level 4, as `sizes` uses it. Logic has three values: what is
 * not understood is `unknown`, stays so under `not`, and counts as false at the end.
 */
import { lengthPx, numberOf, type Viewport } from './css-length.ts'
import { trimSpace, type CssValue } from './css-tokens.ts'

export interface MediaContext extends Viewport {
  /** Device pixels a CSS pixel. */
  readonly dpr: number
}

type Truth = boolean | 'unknown'

/** What an ordinary desktop browser would answer. */
const DISCRETE: ReadonlyMap<string, string> = new Map([
  ['hover', 'hover'], ['any-hover', 'hover'], ['pointer', 'fine'], ['any-pointer', 'fine'],
  ['prefers-color-scheme', 'light'], ['prefers-reduced-motion', 'no-preference'], ['prefers-contrast', 'no-preference'],
  ['prefers-reduced-data', 'no-preference'], ['display-mode', 'browser'], ['scripting', 'enabled'], ['update', 'fast'],
  ['scan', 'progressive'], ['color-gamut', 'srgb'], ['overflow-block', 'scroll'], ['overflow-inline', 'scroll'],
])
const ABSENT = new Set(['none', 'no-preference'])

const measured = (name: string, context: MediaContext): number | null => {
  switch (name) {
    case 'width':
    case 'device-width':
      return context.width
    case 'height':
    case 'device-height':
      return context.height
    case 'aspect-ratio':
    case 'device-aspect-ratio':
      return context.width / context.height
    case 'resolution':
    case '-webkit-device-pixel-ratio':
      return context.dpr
    case 'color':
      return 8
    case 'monochrome':
    case 'color-index':
    case 'grid':
      return 0
    default:
      return null
  }
}

const DPPX: ReadonlyMap<string, number> = new Map([['dppx', 1], ['x', 1], ['dpi', 1 / 96], ['dpcm', 2.54 / 96]])

/** The value that `name` is compared with, in its own unit; null when it does not fit the feature. */
const comparand = (name: string, values: readonly CssValue[], context: MediaContext): number | null => {
  const [first] = values
  if (name.endsWith('width') || name.endsWith('height')) return values.length === 1 ? lengthPx(first, context) : null
  if (name === 'resolution') {
    const unit = first?.kind === 'dimension' ? DPPX.get(first.unit) : undefined
    return values.length === 1 && first?.kind === 'dimension' && unit !== undefined ? first.value * unit : null
  }
  const bare = values.filter((value) => value.kind !== 'space')
  if (bare.length === 1) return numberOf(first, context)
  const slash = bare[1]
  if (!name.endsWith('aspect-ratio') || bare.length !== 3 || slash?.kind !== 'delim' || slash.char !== '/') return null
  const over = numberOf(bare[0], context)
  const under = numberOf(bare[2], context)
  return over === null || under === null ? null : over / under
}

const plainFeature = (name: string, values: readonly CssValue[], context: MediaContext): Truth => {
  const [first] = values
  if (first?.kind === 'ident' && values.length === 1) {
    if (name === 'orientation' && (first.name === 'portrait' || first.name === 'landscape')) {
      return (first.name === 'portrait') === context.height >= context.width
    }
    const answer = DISCRETE.get(name)
    return answer === undefined ? 'unknown' : answer === first.name
  }
  const [, webkit = '', bound, base = name] = /^(-webkit-)?(min|max)-(.+)$/.exec(name) ?? []
  const actual = measured(webkit + base, context)
  const asked = actual === null ? null : comparand(webkit + base, values, context)
  if (actual === null || asked === null) return 'unknown'
  if (bound === 'min') return actual >= asked
  return bound === 'max' ? actual <= asked : actual === asked
}

const booleanFeature = (name: string, context: MediaContext): Truth => {
  const actual = measured(name, context)
  if (actual !== null) return actual !== 0
  if (name === 'orientation') return true
  const answer = DISCRETE.get(name)
  return answer === undefined ? 'unknown' : !ABSENT.has(answer)
}

const OPERATORS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
}

/** `width >= 600px`, `600px < width`, `400px <= width <= 700px`. */
const rangeFeature = (values: readonly CssValue[], context: MediaContext): Truth => {
  const sides: CssValue[][] = [[]]
  const operators: string[] = []
  values.forEach((value, index) => {
    const before = values[index - 1]
    if (value.kind !== 'delim' || !'<>='.includes(value.char)) (sides.at(-1) as CssValue[]).push(value)
    else if (value.char === '=' && before?.kind === 'delim' && '<>'.includes(before.char)) operators.push(`${operators.pop()}=`)
    else {
      operators.push(value.char)
      sides.push([])
    }
  })
  if (sides.length < 2 || sides.length > 3) return 'unknown'
  const trimmed = sides.map(trimSpace)
  const nameAt = trimmed.findIndex(([first, ...rest]) => first?.kind === 'ident' && rest.length === 0)
  const named = trimmed[nameAt]?.[0]
  if (named?.kind !== 'ident' || (sides.length === 3 && nameAt !== 1)) return 'unknown'
  if (sides.length === 3 && (operators.includes('=') || operators[0]?.[0] !== operators[1]?.[0])) return 'unknown'
  const actual = measured(named.name, context)
  if (actual === null) return 'unknown'
  const numbers = trimmed.map((side, index) => (index === nameAt ? actual : comparand(named.name, side, context)))
  let truth: Truth = true
  for (const [index, operator] of operators.entries()) {
    const left = numbers[index] ?? null
    const right = numbers[index + 1] ?? null
    const compare = OPERATORS[operator]
    if (left === null || right === null || compare === undefined) return 'unknown'
    truth &&= compare(left, right)
  }
  return truth
}

const feature = (values: readonly CssValue[], context: MediaContext): Truth => {
  const bare = trimSpace(values)
  const [first, ...rest] = bare
  if (first?.kind !== 'ident') return rangeFeature(bare, context)
  if (rest.length === 0) return booleanFeature(first.name, context)
  const [colon, ...value] = trimSpace(rest)
  return colon?.kind === 'colon' ? plainFeature(first.name, trimSpace(value), context) : rangeFeature(bare, context)
}

/** Null: not `<media-in-parens>` at all. */
const inParens = (value: CssValue | undefined, context: MediaContext): Truth | null => {
  if (value?.kind !== 'block' || value.open !== '(') return null
  if (value.values.some((inner) => inner.kind === 'bad')) return null
  if (value.name !== null) return 'unknown'
  return condition(value.values, context) ?? feature(value.values, context)
}

const condition = (values: readonly CssValue[], context: MediaContext): Truth | null => {
  const words = values.filter((value) => value.kind !== 'space')
  const [first] = words
  if (first?.kind === 'ident' && first.name === 'not') {
    const inner = words.length === 2 ? inParens(words[1], context) : null
    return typeof inner === 'boolean' ? !inner : inner
  }
  let truth = inParens(first, context)
  let joiner: string | null = null
  for (let at = 1; truth !== null && at < words.length; at += 2) {
    const word = words[at]
    const next = inParens(words[at + 1], context)
    if (word?.kind !== 'ident' || next === null || (joiner !== null && word.name !== joiner)) return null
    joiner = word.name
    if (joiner !== 'and' && joiner !== 'or') return null
    const decisive = joiner === 'or'
    if (truth === decisive || next === decisive) truth = decisive
    else if (next === 'unknown') truth = 'unknown'
  }
  return truth
}

/** Whether the condition holds; null when it is not a `<media-condition>` (a media type is not one). */
export const mediaConditionHolds = (values: readonly CssValue[], context: MediaContext): boolean | null => {
  const truth = condition(values, context)
  return truth === null ? null : truth === true
}
