/** How a recipe points at elements: a CSS selector or an XPath, written short or long, compiled once. */
import { _compileUnsafe, selectAll, selectOne } from 'css-select'
import { Document, Element, isTag, type AnyNode, type ParentNode } from 'domhandler'
import type { RecipeValueParts } from './recipe.ts'
import { evaluateXPath, type XPathResult } from './xpath.ts'

/** Where is looked: an item, or the page. */
export type Scope = Element | Document

/** Told what an expression could not do on a page. */
export type Problem = (message: string) => void

/** Elements, or text that an expression made; at most `max`, in document order. */
export type Select = (scope: Scope, max: number, problem: Problem) => readonly XPathResult[]

const MAX_EXPRESSION = 2000

/** Only XPath begins so: a CSS selector never holds a slash there. */
const XPATH_START = /^(?:\.{0,2}\/|\()/
const XPATH_NAMED = /^xpath:\s*/
/** Behind the last `@` outside brackets and quotes stands the attribute. */
const SHORT = /^(.*?)\s*@([\w:.-]{1,100})$/s

/** A short form in parts. */
export const partsOf = (short: string): RecipeValueParts => {
  const text = short.trim()
  if (XPATH_NAMED.test(text)) return { xpath: text.replace(XPATH_NAMED, '') }
  if (XPATH_START.test(text)) return { xpath: text }
  const split = text.length > MAX_EXPRESSION ? null : SHORT.exec(text)
  if (split === null) return { css: text }
  return { css: split[1] === '' ? ':scope' : (split[1] as string), attribute: (split[2] as string).toLowerCase() }
}

const asResult = (element: Element): XPathResult => ({ element })

/** css-select takes a list as context and looks into it at every match: one compiled selector serves every item. */
const selectCss = (css: string): Select => {
  const context: ParentNode[] = [new Element('gannet', {})]
  const isRelative = css.includes(':scope') || /(?:^|,)\s*[>+~]/.test(css)
  const query = _compileUnsafe<AnyNode, Element>(css, { cacheResults: !isRelative }, context)
  return (scope, max) => {
    if (max < 1) return []
    context[0] = scope
    if (max > 1) return selectAll<AnyNode, Element>(query, scope).slice(0, max).map(asResult)
    const first = selectOne<AnyNode, Element>(query, scope)
    return first === null ? [] : [asResult(first)]
  }
}

const selectScope: Select = (scope) => (isTag(scope) ? [asResult(scope)] : scope.children.filter(isTag).slice(0, 1).map(asResult))

/** fontoxpath draws the place in several lines; one of them says what is wrong. */
const inOneLine = (message: string): string =>
  (message.split('\n').find((line) => /[A-Z]{4}\d{4}/.test(line)) ?? message).replace(/^Error: /, '')
const quoted = (text: string): string => `"${text.slice(0, 80)}"`

/** @throws Error that says, in a line, what is wrong with the selector */
export const compileCss = (css: string): Select => {
  const text = css.trim()
  if (text === '') throw new SyntaxError('a selector is needed')
  if (text.length > MAX_EXPRESSION) throw new SyntaxError(`a selector has at most ${MAX_EXPRESSION} characters`)
  if (text === ':scope') return selectScope
  // Read as an at-rule by the selector parser and passed over.
  if (/@/.test(text.replace(/\[[^\]]*\]|"[^"]*"|'[^']*'/g, ''))) throw new SyntaxError('a selector holds no @; an attribute is written selector@name')
  try {
    return selectCss(text)
  } catch (error) {
    throw new SyntaxError(`${quoted(text)} is no CSS selector: ${(error as Error).message.replace(/found\s*$/, 'found its end')}`)
  }
}

const EMPTY = new Document([new Element('html', {})])

/** @throws Error as `compileCss` */
export const compileXPath = (xpath: string): Select => {
  const text = xpath.trim()
  if (text === '') throw new SyntaxError('an XPath is needed')
  if (text.length > MAX_EXPRESSION) throw new SyntaxError(`an XPath has at most ${MAX_EXPRESSION} characters`)
  try {
    // What is wrong in itself shows on any page; what depends on the page cannot be known here.
    evaluateXPath(text, EMPTY, 1)
  } catch (error) {
    const message = inOneLine((error as Error).message)
    if (/\bXPST\d{4}/.test(message)) throw new SyntaxError(`${quoted(text)} is no XPath: ${message}`)
  }
  return (scope, max, problem) => {
    try {
      return evaluateXPath(text, scope, max)
    } catch (error) {
      problem(`${quoted(text)}: ${inOneLine((error as Error).message)}`)
      return []
    }
  }
}
