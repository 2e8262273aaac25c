/** CSS lengths and the math functions (css-values-4), in CSS pixels of a viewport with default fonts. */
import { splitAtCommas, trimSpace, type CssValue } from './css-tokens.ts'

/** What a page is looked at with; pixels are CSS pixels. */
export interface Viewport {
  readonly width: number
  readonly height: number
}

/** The browsers' default font; a page's own is not known without its style sheets. */
const FONT_PX = 16
const INCH_PX = 96

const ABSOLUTE: ReadonlyMap<string, number> = new Map([
  ['px', 1], ['in', INCH_PX], ['cm', INCH_PX / 2.54], ['mm', INCH_PX / 25.4], ['q', INCH_PX / 101.6],
  ['pt', INCH_PX / 72], ['pc', INCH_PX / 6],
  ['em', FONT_PX], ['rem', FONT_PX], ['ic', FONT_PX], ['ric', FONT_PX], ['lh', FONT_PX * 1.2], ['rlh', FONT_PX * 1.2],
  // css-values: half an em where the font's own measure cannot be had.
  ['ex', FONT_PX / 2], ['rex', FONT_PX / 2], ['ch', FONT_PX / 2], ['rch', FONT_PX / 2], ['cap', FONT_PX * 0.7], ['rcap', FONT_PX * 0.7],
])
const VIEWPORT_UNIT = /^(?:[sld]?v|cq)(w|h|i|b|min|max)$/

const unitPx = (unit: string, viewport: Viewport): number | null => {
  const absolute = ABSOLUTE.get(unit)
  if (absolute !== undefined) return absolute
  const { width, height } = viewport
  switch (VIEWPORT_UNIT.exec(unit)?.[1]) {
    case 'w':
    case 'i':
      return width / 100
    case 'h':
    case 'b':
      return height / 100
    case 'min':
      return Math.min(width, height) / 100
    case 'max':
      return Math.max(width, height) / 100
    default:
      return null
  }
}

/** A number, or a length in pixels: the two types a sum may not mix. */
interface Quantity {
  readonly value: number
  readonly isLength: boolean
}

const evaluate = (values: readonly CssValue[], viewport: Viewport): Quantity | null => {
  let at = 0
  const skipSpace = (): boolean => {
    const start = at
    while (values[at]?.kind === 'space') at++
    return at > start
  }
  const operator = (chars: string): string | null => {
    const next = values[at]
    if (next?.kind !== 'delim' || !chars.includes(next.char)) return null
    at++
    return next.char
  }

  const product = (): Quantity | null => {
    let left = quantityOf(values[at++], viewport)
    while (left !== null) {
      const back = at
      skipSpace()
      const sign = operator('*/')
      if (sign === null) {
        at = back
        return left
      }
      skipSpace()
      const right = quantityOf(values[at++], viewport)
      if (right === null) return null
      if (sign === '*') {
        if (left.isLength && right.isLength) return null
        left = { value: left.value * right.value, isLength: left.isLength || right.isLength }
      } else {
        if (right.isLength) return null
        left = { value: left.value / right.value, isLength: left.isLength }
      }
    }
    return null
  }

  skipSpace()
  let left = product()
  while (left !== null) {
    const spaced = skipSpace()
    if (at >= values.length) return left
    const sign = operator('+-')
    // Space on both sides of + and - is required: `1px -2px` is two values.
    if (sign === null || !spaced || !skipSpace()) return null
    const right = product()
    if (right === null || right.isLength !== left.isLength) return null
    left = { value: sign === '+' ? left.value + right.value : left.value - right.value, isLength: left.isLength }
  }
  return null
}

const applyMath = (name: string, values: readonly CssValue[], viewport: Viewport): Quantity | null => {
  const parts: Quantity[] = []
  for (const part of splitAtCommas(values)) {
    const quantity = evaluate(trimSpace(part), viewport)
    if (quantity === null || quantity.isLength !== (parts[0] ?? quantity).isLength) return null
    parts.push(quantity)
  }
  const first = parts[0] as Quantity
  const numbers = parts.map((quantity) => quantity.value)
  const as = (value: number): Quantity => ({ value, isLength: first.isLength })
  switch (name) {
    case 'calc':
    case '-webkit-calc':
      return parts.length === 1 ? first : null
    case 'min':
      return as(Math.min(...numbers))
    case 'max':
      return as(Math.max(...numbers))
    case 'clamp': {
      const [low, middle, high] = numbers as [number, number, number]
      return parts.length === 3 ? as(Math.max(low, Math.min(middle, high))) : null
    }
    case 'abs':
      return parts.length === 1 ? as(Math.abs(first.value)) : null
    default:
      return null
  }
}

const quantityOf = (value: CssValue | undefined, viewport: Viewport): Quantity | null => {
  switch (value?.kind) {
    case 'number':
      return { value: value.value, isLength: false }
    case 'dimension': {
      const px = unitPx(value.unit, viewport)
      return px === null ? null : { value: value.value * px, isLength: true }
    }
    case 'block':
      if (value.open !== '(') return null
      return value.name === null
        ? evaluate(trimSpace(value.values), viewport)
        : applyMath(value.name, value.values, viewport)
    default:
      return null
  }
}

/** Pixels of a `<length>` (which may be a bare 0 or a math function); null when it is not one. */
export const lengthPx = (value: CssValue | undefined, viewport: Viewport): number | null => {
  if (value?.kind === 'number') return value.value === 0 ? 0 : null
  if (value?.kind === 'block' && value.name === null) return null
  const quantity = quantityOf(value, viewport)
  return quantity?.isLength === true && !Number.isNaN(quantity.value) ? quantity.value : null
}

/** A `<number>`, literal or calculated; null when it is not one. */
export const numberOf = (value: CssValue | undefined, viewport: Viewport): number | null => {
  if (value?.kind === 'block' && value.name === null) return null
  const quantity = quantityOf(value, viewport)
  return quantity?.isLength === false ? quantity.value : null
}

/** A `<source-size-value>`: a length that is not negative. A math function is clamped, a literal refused. */
export const sourceSizePx = (value: CssValue | undefined, viewport: Viewport): number | null => {
  const px = lengthPx(value, viewport)
  if (px === null || px >= 0) return px
  return value?.kind === 'block' ? 0 : null
}
