/**
 * Patterns over addresses that strangers chose. JavaScript's own regular expressions backtrack: one
 * repetition too many in a setting, and a hostile link takes minutes. Here a pattern becomes a set of
 * states that all advance together, character by character (K. Thompson, 1968), so that a look costs
 * at most the text's length times the pattern's. The price: no captures, no look-around, no
 * backreferences.
 */
type Has = (code: number) => boolean
type Node =
  | { readonly kind: 'set'; readonly has: Has }
  | { readonly kind: 'all'; readonly of: readonly Node[] }
  | { readonly kind: 'any'; readonly of: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'start' | 'end' | 'edge' | 'no-edge' }

type Step =
  | { readonly do: 'set'; readonly has: Has }
  | { readonly do: 'fork'; readonly to: readonly number[] }
  | { readonly do: 'start' | 'end' | 'edge' | 'no-edge' | 'match' }

/** Whether the pattern occurs in the text. */
export type LinearPattern = (text: string) => boolean

/** Characters of a pattern, and steps it may unfold into: `a{1000}` are a thousand. */
const MAX_LENGTH = 1000
const MAX_STEPS = 2000
const MAX_NESTING = 20

const isDigit: Has = (code) => code >= 48 && code <= 57
const isWord: Has = (code) => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isSpace: Has = (code) => /\s/.test(String.fromCharCode(code))
const CLASSES: ReadonlyMap<string, Has> = new Map<string, Has>([
  ['d', isDigit], ['w', isWord], ['s', isSpace],
  ['D', (code) => !isDigit(code)], ['W', (code) => !isWord(code)], ['S', (code) => !isSpace(code)],
])
const CONTROLS: ReadonlyMap<string, number> = new Map([['t', 9], ['n', 10], ['v', 11], ['f', 12], ['r', 13]])

const one = (code: number): Has => (other) => other === code
const swapCase = (code: number): number =>
  code >= 65 && code <= 90 ? code + 32 : code >= 97 && code <= 122 ? code - 32 : code

/** What is wrong with a pattern, in words that go after "it". */
class Flaw extends SyntaxError {}

const parse = (source: string, ignoreCase: boolean): Node => {
  const cased = (has: Has): Has => (ignoreCase ? (code) => has(code) || has(swapCase(code)) : has)
  let at = 0
  let nesting = 0
  const eat = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false
    at += text.length
    return true
  }
  const hexadecimal = (length: number): number => {
    const digits = source.slice(at, at + length)
    if (digits.length < length || !/^[\da-f]+$/i.test(digits)) throw new Flaw(`has an escape without its ${length} hexadecimal digits`)
    at += length
    return Number.parseInt(digits, 16)
  }
  /** After a backslash. */
  const escape = (): Has => {
    const letter = source[at++]
    if (letter === undefined) throw new Flaw('ends with a backslash')
    const known = CLASSES.get(letter)
    if (known) return known
    const control = CONTROLS.get(letter)
    if (control !== undefined) return one(control)
    if (letter === 'x') return one(hexadecimal(2))
    if (letter === 'u') return one(hexadecimal(4))
    if (/[\da-z]/i.test(letter)) throw new Flaw(`has \\${letter}, which is not supported`)
    return one(letter.charCodeAt(0))
  }
  const single = (): { readonly has: Has; readonly code: number | null } => {
    if (eat('\\')) {
      const from = at
      const has = escape()
      return { has, code: CLASSES.has(source[from] ?? '') ? null : codeOf(source.slice(from, at)) }
    }
    const code = source.charCodeAt(at++)
    return { has: one(code), code }
  }
  const codeOf = (escaped: string): number =>
    CONTROLS.get(escaped) ?? (/^[xu]./.test(escaped) ? Number.parseInt(escaped.slice(1), 16) : escaped.charCodeAt(0))
  /** After an opening bracket. */
  const bracket = (): Node => {
    const negated = eat('^')
    const parts: Has[] = []
    while (!eat(']')) {
      if (at >= source.length) throw new Flaw('has a [ without its ]')
      const first = single()
      if (first.code !== null && source[at] === '-' && source[at + 1] !== ']' && at + 1 < source.length) {
        at++
        const low = first.code
        const last = single().code
        if (last === null || last < low) throw new Flaw('has a range whose end comes before its start')
        parts.push((code) => code >= low && code <= last)
      } else parts.push(first.has)
    }
    const has = cased((code) => parts.some((part) => part(code)))
    return { kind: 'set', has: negated ? (code) => !has(code) : has }
  }
  const atom = (): Node => {
    if (eat('(')) {
      if (++nesting > MAX_NESTING) throw new Flaw('nests too deep')
      if (eat('?') && !eat(':')) throw new Flaw('has a group that begins with (?, of which only (?: is supported')
      const inner = either()
      if (!eat(')')) throw new Flaw('has a ( without its )')
      nesting--
      return inner
    }
    if (eat('[')) return bracket()
    if (eat('.')) return { kind: 'set', has: (code) => code !== 10 && code !== 13 }
    if (eat('^')) return { kind: 'start' }
    if (eat('$')) return { kind: 'end' }
    if (eat('\\b')) return { kind: 'edge' }
    if (eat('\\B')) return { kind: 'no-edge' }
    if ('*+?{'.includes(source[at] as string)) throw new Flaw(`has a ${source[at]} with nothing to repeat`)
    return { kind: 'set', has: cased(single().has) }
  }
  const times = (): readonly [number, number] | null => {
    if (eat('*')) return [0, Infinity]
    if (eat('+')) return [1, Infinity]
    if (eat('?')) return [0, 1]
    const found = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(source.slice(at, at + 12))
    if (!found) return null
    at += found[0].length
    const min = Number(found[1])
    const max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3])
    if (max < min) throw new Flaw('has a repetition whose end comes before its start')
    return [min, max]
  }
  const sequence = (): Node => {
    const of: Node[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const inner = atom()
      const counted = times()
      // Whether it takes much or little makes no difference to whether it occurs.
      if (counted) eat('?')
      of.push(counted ? { kind: 'repeat', of: inner, min: counted[0], max: counted[1] } : inner)
    }
    return { kind: 'all', of }
  }
  const either = (): Node => {
    const of = [sequence()]
    while (eat('|')) of.push(sequence())
    return of.length === 1 ? (of[0] as Node) : { kind: 'any', of }
  }
  const whole = either()
  if (at < source.length) throw new Flaw('has a ) without its (')
  return whole
}

const unfold = (node: Node, steps: Step[]): void => {
  if (steps.length > MAX_STEPS) throw new Flaw('repeats too much')
  switch (node.kind) {
    case 'set':
      steps.push({ do: 'set', has: node.has })
      return
    case 'all':
      for (const part of node.of) unfold(part, steps)
      return
    case 'any': {
      const to: number[] = []
      const ends: number[][] = []
      steps.push({ do: 'fork', to })
      for (const part of node.of) {
        to.push(steps.length)
        unfold(part, steps)
        const end: number[] = []
        ends.push(end)
        steps.push({ do: 'fork', to: end })
      }
      for (const end of ends) end.push(steps.length)
      return
    }
    case 'repeat': {
      for (let n = 0; n < node.min; n++) unfold(node.of, steps)
      if (node.max === Infinity) {
        const fork = steps.length
        const to = [fork + 1]
        steps.push({ do: 'fork', to })
        unfold(node.of, steps)
        steps.push({ do: 'fork', to: [fork] })
        to.push(steps.length)
        return
      }
      for (let n = node.min; n < node.max; n++) {
        const to = [steps.length + 1]
        steps.push({ do: 'fork', to })
        unfold(node.of, steps)
        to.push(steps.length)
      }
      return
    }
    default:
      steps.push({ do: node.kind })
  }
}

const compile = (node: Node): LinearPattern => {
  const steps: Step[] = []
  unfold(node, steps)
  steps.push({ do: 'match' })
  if (steps.length > MAX_STEPS) throw new Flaw('repeats too much')
  const seen = new Uint32Array(steps.length)
  return (text) => {
    seen.fill(0)
    let now: number[] = []
    for (let at = 0; at <= text.length; at++) {
      // Everything that can be reached from here without another character; `seen` keeps circles out.
      const stack = [0, ...now]
      const next: number[] = []
      const code = text.charCodeAt(at)
      const isEdge = (at > 0 && isWord(text.charCodeAt(at - 1))) !== (at < text.length && isWord(code))
      while (stack.length > 0) {
        const place = stack.pop() as number
        if (seen[place] === at + 1) continue
        seen[place] = at + 1
        const step = steps[place] as Step
        if (step.do === 'match') return true
        if (step.do === 'fork') stack.push(...step.to)
        else if (step.do === 'set') {
          if (at < text.length && step.has(code)) next.push(place + 1)
        } else if (step.do === 'start' ? at === 0 : step.do === 'end' ? at === text.length : isEdge === (step.do === 'edge')) {
          stack.push(place + 1)
        }
      }
      now = next
    }
    return false
  }
}

/**
 * The pattern, or what is wrong with it, in words that go after "it".
 * @param source a regular expression in JavaScript's spelling, without captures, look-around and backreferences;
 *   `start` and `end` of the text by `^` and `$`
 * @param options.ignoreCase for the letters of ASCII
 */
export const linearPattern = (source: string, options: { readonly ignoreCase?: boolean } = {}): LinearPattern | { readonly flaw: string } => {
  if (source.length > MAX_LENGTH) return { flaw: `is longer than ${MAX_LENGTH} characters` }
  try {
    return compile(parse(source, options.ignoreCase === true))
  } catch (error) {
    if (error instanceof Flaw) return { flaw: error.message }
    throw error
  }
}

/** A glob as a regular expression over the whole text: `*` is anything but a slash, `**` anything; all else is itself. */
export const globSource = (glob: string): string =>
  `^${glob.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replace(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'))}$`
