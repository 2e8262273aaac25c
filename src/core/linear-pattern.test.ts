import { array, assert, constantFrom, property } from 'fast-check'
import { expect, it } from 'vitest'
import { globSource, linearPattern, type LinearPattern } from './linear-pattern.ts'

const ready = (source: string, ignoreCase = false): LinearPattern => {
  const pattern = linearPattern(source, { ignoreCase })
  if (typeof pattern !== 'function') throw new Error(`${source} ${pattern.flaw}`)
  return pattern
}

it('finds what JavaScript finds', () => {
  const atom = constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c1-3]', '\\d', '\\w', '\\W', '\\.', '/', '^', '$', '\\b', '\\B', '(?:a|bc)', '(b|)', '\\x61', '[\\d.-]')
  const times = constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{1,}', '*?')
  const anchor = /^[\^$]|^\\[bB]/
  const part = array(atom, { minLength: 2, maxLength: 2 }).chain(([a]) => times.map((n) => `${a}${anchor.test(a as string) ? '' : n}`))
  const source = array(array(part, { maxLength: 4 }).map((parts) => parts.join('')), { minLength: 1, maxLength: 2 }).map((all) => all.join('|'))
  const text = array(constantFrom('a', 'b', 'c', 'A', '1', '.', '/', '-', ' '), { maxLength: 8 }).map((all) => all.join(''))
  assert(
    property(source, text, constantFrom(true, false), (source, text, ignoreCase) => {
      expect(ready(source, ignoreCase)(text), `${source} on ${text}`).toBe(new RegExp(source, ignoreCase ? 'i' : '').test(text))
    }),
    { numRuns: 5_000, seed: 7 },
  )
})

it('takes no longer for patterns that make others backtrack for ever', () => {
  const text = `${'a'.repeat(4000)}!`
  const start = process.cpuUsage()
  for (const source of ['(a+)+$', '(?:a|a)*b', '(.*)*(.*)*(.*)*x', globSource('*a*a*a*a*a*b')]) expect(ready(source)(text)).toBe(false)
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(2000)
})

it.each([
  ['(a', 'has a ( without its )'], ['a)', 'has a ) without its ('], ['[a', 'has a [ without its ]'], ['*a', 'nothing to repeat'],
  ['(?=a)', 'only (?: is supported'], ['(a)\\1', 'not supported'], ['a{3,1}', 'end comes before its start'], ['a\\', 'backslash'],
  ['((a{99}){99}){99}', 'repeats too much'], ['('.repeat(30), 'nests too deep'], ['a'.repeat(2000), 'longer than'], ['[z-a]', 'range'],
])('%s is refused in words', (source, words) => {
  expect(linearPattern(source)).toEqual({ flaw: expect.stringContaining(words) as string })
})

it.each<[string, string, boolean]>([
  ['/cats/*', '/cats/1.html', true], ['/cats/*', '/cats/a/1.html', false], ['/cats/**', '/cats/a/1.html', true],
  ['/list?page=*', '/list?page=3', true], ['/a+b', '/a+b', true], ['/a.b', '/axb', false],
])('the glob %s on %s', (glob, text, expected) => expect(ready(globSource(glob))(text)).toBe(expected))
