/**
 * A recipe's value, compiled: from an item to what was found there. A value of many forms is tried form by form;
 * a form is a selector, what is read of each match, and the steps done to it.
 */
import type { Element } from 'domhandler'
import { cleanWords, MAX_WORDS, textOf } from '../text-of.ts'
import { alternativesOf } from './recipe-schema.ts'
import type { RecipeTransform, RecipeValue } from './recipe.ts'
import { addressAttribute, isImg } from './picture-of.ts'
import { compileCss, compileXPath, type Problem, type Scope, type Select } from './selector.ts'
import { compileTransform, type Scalar, type Step, type StepContext } from './transforms.ts'
import type { XPathResult } from './xpath.ts'

/** What a value is for: it decides what is read of an element where the recipe does not say. */
export type Kind = 'address' | 'words' | 'time' | 'number' | 'field'

/** One match after its steps. */
export interface Found {
  readonly value: Scalar
  /** The element it was read of, whole and unchanged: an address may be any of its renditions. */
  readonly element: Element | null
  readonly attribute: string | null
}

/** Where a value is looked for, and what its steps may ask. */
export interface Site extends StepContext {
  readonly item: Scope
  readonly root: Scope
  readonly problem: Problem
}

export interface CompiledValue {
  readonly kind: Kind
  read(site: Site): readonly Found[]
  readonly join: string
}

/** Matches taken of one value. */
const MAX_MATCHES = 1000
/** Longest text of one match; of an attribute with a `srcset` or a list of data. */
const MAX_TEXT = 65_536

/** Not what every object has by birth: a page may well ask for `constructor`. */
const ownAttribute = ({ attribs }: Element, name: string): string | null => (Object.hasOwn(attribs, name) ? (attribs[name] ?? null) : null)

/** What an element says without an attribute's being named. */
const saidBy = (element: Element, kind: Kind): string | null => {
  const { name, attribs } = element
  if (kind === 'address') {
    const attribute = addressAttribute(element)
    return attribute === null ? textOf(element, MAX_WORDS) : (attribs[attribute] ?? null)
  }
  if (kind === 'time' && attribs['datetime'] !== undefined) return attribs['datetime']
  if (name === 'meta') return attribs['content'] ?? null
  if (name === 'img' || name === 'area') return attribs['alt'] ?? null
  if (name === 'input' || name === 'data') return attribs['value'] ?? textOf(element, MAX_WORDS)
  return textOf(element, MAX_WORDS)
}

interface Form {
  readonly select: Select | null
  readonly attribute: string | null
  readonly max: number
  readonly inPage: boolean
  readonly fallback: Scalar | null
  readonly steps: readonly Step[]
}

/** An `img` whole: all of its renditions count, and it may well have no `src`. */
const isWhole = (element: Element | null, { attribute, steps }: Form, kind: Kind): boolean =>
  kind === 'address' && attribute === null && steps.length === 0 && element !== null && isImg(element)

const readMatch = (match: XPathResult, form: Form, kind: Kind, site: Site): Found | null => {
  const { attribute, steps } = form
  const element = 'element' in match ? match.element : null
  if (isWhole(element, form, kind)) return { value: '', element, attribute }
  const raw = 'text' in match ? match.text : attribute === null ? saidBy(match.element, kind) : ownAttribute(match.element, attribute)
  if (raw === null) return null
  let value: Scalar | null = raw.slice(0, MAX_TEXT)
  for (const step of steps) {
    value = step(value, site)
    if (value === null) return null
  }
  return typeof value === 'string' && value.trim() === '' ? null : { value, element: steps.length === 0 ? element : null, attribute }
}

const matchesOf = (form: Form, site: Site): readonly XPathResult[] => {
  // Without a selector it is a constant, or all that its template asks for.
  if (form.select === null) return form.fallback === null ? [{ text: '' }] : []
  return form.select(form.inPage ? site.root : site.item, form.max, site.problem)
}

/** @param all whether all matches are taken when the recipe does not say */
export const compileValue = (given: RecipeValue, kind: Kind, all = false): CompiledValue => {
  const alternatives = alternativesOf(given)
  const forms = alternatives.map((parts): Form => ({
    select: parts.css !== undefined ? compileCss(parts.css) : parts.xpath !== undefined ? compileXPath(parts.xpath) : null,
    attribute: parts.attribute?.toLowerCase() ?? null,
    max: (parts.all ?? all) ? MAX_MATCHES : 1,
    inPage: parts.from === 'page',
    fallback: parts.default ?? null,
    steps: [parts.transform ?? []].flat().map((transform) => compileTransform(transform as RecipeTransform)),
  }))
  return {
    kind,
    join: alternatives.find(({ join }) => join !== undefined)?.join ?? ', ',
    read(site) {
      const every: Found[] = []
      for (const form of forms) {
        const found = matchesOf(form, site).flatMap((match) => readMatch(match, form, kind, site) ?? [])
        if (found.length > 0 && !all) return found
        every.push(...found)
        if (found.length === 0 && form.fallback !== null) every.push({ value: form.fallback, element: null, attribute: null })
        if (every.length > 0 && !all) return every
      }
      return every
    },
  }
}

/** One value of many: a number stays one, words are joined. */
export const scalarOf = (found: readonly Found[], join: string): Scalar | null => {
  const [first] = found
  if (first === undefined) return null
  if (found.length === 1 && typeof first.value === 'number') return first.value
  return cleanWords(found.map(({ value }) => cleanWords(String(value))).filter((text) => text !== null).join(join))
}
