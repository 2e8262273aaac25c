/**
 * Just enough of CSS Syntax Level 3 for the `sizes` attribute: text in, component values out.
 * Brackets nest by an explicit stack with a depth limit, since the text comes from outside.
 */

export type CssValue =
  | { readonly kind: 'space' | 'comma' | 'colon' | 'string' | 'bad' }
  | { readonly kind: 'ident'; readonly name: string }
  | { readonly kind: 'delim'; readonly char: string }
  | { readonly kind: 'number'; readonly value: number }
  /** A number with a unit, lower-cased; `%` for a percentage. */
  | { readonly kind: 'dimension'; readonly value: number; readonly unit: string }
  /** `(…)`, `[…]`, `{…}`, or a function with its lower-cased name. */
  | { readonly kind: 'block'; readonly open: '(' | '[' | '{'; readonly name: string | null; readonly values: readonly CssValue[] }

/** Deeper brackets are not read: what holds them is invalid. */
const MAX_DEPTH = 32

const SPACE = /[ \t\n\r\f]+/y
const COMMENT = /\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)/y
const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y
const ESCAPE = String.raw`\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\n\r\f])?|[^\n\r\f0-9a-fA-F])`
const IDENT = new RegExp(
  String.raw`(?:--|-?(?:[a-zA-Z_\u0080-\uffff]|${ESCAPE}))(?:[-\w\u0080-\uffff]|${ESCAPE})*`,
  'y',
)
const STRING = /"(?:[^"\\\n]|\\[^])*(?:"|$)|'(?:[^'\\\n]|\\[^])*(?:'|$)/y
const ESCAPES = new RegExp(ESCAPE, 'g')

const CLOSERS = { '(': ')', '[': ']', '{': '}' } as const

const unescapeIdent = (text: string): string =>
  text
    .replace(ESCAPES, (escape) => {
      const code = Number.parseInt(escape.slice(1), 16)
      if (Number.isNaN(code)) return escape.slice(1)
      return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
        ? '\ufffd'
        : String.fromCodePoint(code)
    })
    .toLowerCase()

interface Frame {
  readonly values: CssValue[]
  readonly open: '(' | '[' | '{'
  readonly name: string | null
}

/** The component values of `text`. Unclosed brackets close at the end, as CSS has it. */
export const cssValues = (text: string): CssValue[] => {
  const top: CssValue[] = []
  const stack: Frame[] = []
  let values = top
  let at = 0

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? null
    if (found !== null) at += found.length
    return found
  }
  const open = (bracket: '(' | '[' | '{', name: string | null): void => {
    stack.push({ values, open: bracket, name })
    values = []
  }
  const close = (): void => {
    const frame = stack.pop() as Frame
    const inner: readonly CssValue[] = stack.length >= MAX_DEPTH ? [{ kind: 'bad' }] : values
    values = frame.values
    values.push({ kind: 'block', open: frame.open, name: frame.name, values: inner })
  }

  while (at < text.length) {
    if (match(COMMENT) !== null) continue
    if (match(SPACE) !== null) {
      values.push({ kind: 'space' })
      continue
    }
    const number = match(NUMBER)
    if (number !== null) {
      const value = Number(number)
      const unit = text[at] === '%' ? text[at++] as string : match(IDENT)
      values.push(unit === null ? { kind: 'number', value } : { kind: 'dimension', value, unit: unescapeIdent(unit) })
      continue
    }
    const ident = match(IDENT)
    if (ident !== null) {
      if (text[at] === '(') {
        at++
        open('(', unescapeIdent(ident))
      } else {
        values.push({ kind: 'ident', name: unescapeIdent(ident) })
      }
      continue
    }
    if (match(STRING) !== null) {
      values.push({ kind: 'string' })
      continue
    }
    const char = text[at++] as string
    if (char === '(' || char === '[' || char === '{') open(char, null)
    else if (char === ')' || char === ']' || char === '}') {
      const frame = stack.at(-1)
      if (frame !== undefined && CLOSERS[frame.open] === char) close()
      else values.push({ kind: 'bad' })
    } else if (char === ',') values.push({ kind: 'comma' })
    else if (char === ':') values.push({ kind: 'colon' })
    else if (char === '"' || char === "'") values.push({ kind: 'bad' })
    else values.push({ kind: 'delim', char })
  }
  while (stack.length > 0) close()
  return top
}

/** `values` cut at the commas of the top level. */
export const splitAtCommas = (values: readonly CssValue[]): CssValue[][] => {
  const parts: CssValue[][] = [[]]
  for (const value of values) {
    if (value.kind === 'comma') parts.push([])
    else (parts.at(-1) as CssValue[]).push(value)
  }
  return parts
}

/** Without the white space at either end. */
export const trimSpace = (values: readonly CssValue[]): readonly CssValue[] => {
  let start = 0
  let end = values.length
  while (start < end && values[start]?.kind === 'space') start++
  while (end > start && values[end - 1]?.kind === 'space') end--
  return values.slice(start, end)
}
