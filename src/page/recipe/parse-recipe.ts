/** A recipe's YAML (or JSON) into a recipe; every mistake is told with its line and column. */
import { isAlias, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document, type Node, type YAMLParseError } from 'yaml'
import { GannetError } from '../../core/errors.ts'
import { checkForm, type Path, type Place } from './check-form.ts'
import type { Recipe } from './recipe.ts'
import { withinTime } from './time-limit.ts'

/** In UTF-16 units, pages of examples included; larger ones belong in files of their own. */
const MAX_RECIPE = 1_000_000
/** What aliases may come to when they are written out. */
const MAX_ALIASES = 100
const PARSE_MS = 2000

/** The node at a path, or the nearest one above it; of a key, the key's own. */
const nodeAt = (doc: Document, path: Path, isKey: boolean): Node | null => {
  let at: Node | null = doc.contents as Node | null
  path.forEach((part, depth) => {
    if (isAlias(at)) at = at.resolve(doc) ?? null
    if (!isCollection(at)) return
    const wantKey = isKey && depth === path.length - 1
    const pair = isMap(at) ? at.items.find(({ key }) => isScalar(key) && String(key.value) === String(part)) : undefined
    const next = wantKey && pair !== undefined ? pair.key : at.get(part, true)
    if (next !== null && next !== undefined) at = next as Node
  })
  return at
}

/** Offset of the alias that comes to most when it is written out; of equals the first. */
const heaviestAlias = (doc: Document): number | null => {
  const weights = new Map<string, number>()
  let most = 0
  let at: number | null = null
  visit(doc, {
    Alias(_key, { source, range }, above) {
      const weight = 1 + (weights.get(source) ?? 0)
      for (const node of above) {
        const anchor = isNode(node) && !isAlias(node) ? node.anchor : undefined
        if (anchor !== undefined) weights.set(anchor, (weights.get(anchor) ?? 0) + weight)
      }
      if (weight > most && range) {
        most = weight
        at = range[0]
      }
    },
  })
  return at
}

const TOO_DEEP = 'it is nested too deep'

const inWords = ({ code, message, pos }: YAMLParseError, text: string): string =>
  code === 'DUPLICATE_KEY' ? `the key ${/^[^\s:]{1,100}/.exec(text.slice(pos[0], pos[0] + 100))?.[0] ?? ''} was given before`
  : code === 'MULTIPLE_DOCS' ? 'a second document begins here; one recipe is one document, each in a file of its own'
  : message.startsWith('Maximum call stack') ? TOO_DEEP
  : message

/**
 * @param file how the text is called in errors
 * @throws GannetError recipe-invalid: `file:line:column: what is wrong`, a line each
 */
export const parseRecipe = (text: string, file = 'recipe'): Recipe => {
  const wrong = (message: string): GannetError => new GannetError('recipe-invalid', `${file}: ${message}`)
  if (text.length > MAX_RECIPE) throw wrong(`a recipe has at most ${MAX_RECIPE / 1_000_000} MB; put the pages of its examples in files`)

  const lines = new LineCounter()
  const parts: { doc: Document | null; value: unknown; failure: unknown } = { doc: null, value: null, failure: null }
  const inTime = withinTime(PARSE_MS, () => {
    try {
      const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, stringKeys: true })
      parts.doc = doc
      if (doc.errors.length === 0) parts.value = doc.toJS({ maxAliasCount: MAX_ALIASES })
    } catch (error) {
      // Aliases that grow without end, or nesting beyond the stack.
      parts.failure = error
    }
  })
  if (!inTime) throw wrong(`it takes longer than ${PARSE_MS / 1000} s to read; make it smaller`)
  const { doc, value, failure } = parts
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
  const [first] = doc?.errors ?? []
  if (first !== undefined) throw new GannetError('recipe-invalid', `${at(first.pos[0])}: ${inWords(first, text)}`)
  if (failure !== null || doc === null) {
    const [, alias] = /Unresolved alias.*: (\S+)$/.exec((failure as Error).message) ?? []
    if (alias !== undefined) throw new GannetError('recipe-invalid', `${at(Math.max(0, text.indexOf(`*${alias}`)))}: nothing is called &${alias} before it`)
    if (failure instanceof RangeError || doc === null) throw wrong(TOO_DEEP)
    let heaviest: number | null = null
    withinTime(PARSE_MS, () => {
      heaviest = heaviestAlias(doc)
    })
    throw new GannetError('recipe-invalid', `${heaviest === null ? file : at(heaviest)}: its aliases come to too much when they are written out`)
  }
  if (doc.contents === null) throw wrong('it is empty; a recipe needs a name, and thumbnail or full')

  const place: Place = (path, isKey = false) => {
    const offset = nodeAt(doc, path, isKey)?.range?.[0] ?? 0
    return { words: at(offset), offset }
  }
  return checkForm(value, place)
}
