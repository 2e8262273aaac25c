import { expect, test } from 'vitest'
import { parseLenientJson } from './lenient-json.ts'

test.each<[string, string, unknown]>([
  ['proper', '{"a": [1, "x"]}', { a: [1, 'x'] }],
  ['an HTML comment round it', '<!-- {"a": 1} -->', { a: 1 }],
  ['CDATA in a script comment', '//<![CDATA[\n{"a": 1}\n//]]>', { a: 1 }],
  ['CDATA in a block comment', '/*<![CDATA[*/{"a": 1}/*]]>*/', { a: 1 }],
  ['trailing commas', '{"a": [1, 2, ], "b": 2,}', { a: [1, 2], b: 2 }],
  ['doubled commas', '{"a": [1,, 2],, "b": 2}', { a: [1, 2], b: 2 }],
  ['a semicolon behind it', '{"a": 1};', { a: 1 }],
  ['line ends inside a string', '{"a": "one\ntwo\tthree"}', { a: 'one two three' }],
  ['escapes that are none', String.raw`{"a": "it\'s 5\x", "b": "\u12"}`, { a: "it's 5x", b: 'u12' }],
  ['proper escapes kept', String.raw`{"a": "q\"\u00e9\\",}`, { a: 'q"é\\' }],
  ['comments', '{// said\n"a": 1 /* and */, "url": "http://x/*y*/"}', { a: 1, url: 'http://x/*y*/' }],
  ['two values', '{"a": 1}\n{"b": 2}', [{ a: 1 }, { b: 2 }]],
  ['two values and a comma', '{"a": 1},{"b": 2}', [{ a: 1 }, { b: 2 }]],
  ['escaped for HTML', '{&quot;a&quot;: &quot;x &amp; y&quot;}', { a: 'x & y' }],
  ['a byte order mark', '\ufeff{"a": 1}', { a: 1 }],
  ['no JSON', 'var x = 1', undefined],
  ['cut short', '{"a": [1, "tw', undefined],
  ['nothing', '', undefined],
])('%s', (_name, text, expected) => {
  expect(parseLenientJson(text)).toEqual(expected)
})

test('a key named like the prototype changes nothing else', () => {
  parseLenientJson('{"__proto__": {"polluted": true},}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test.each([
  ['brackets', '['.repeat(2_000_000)],
  ['quotes', '{"'.repeat(1_000_000)],
  ['comments', '{/*'.repeat(500_000)],
  ['slashes', '/'.repeat(2_000_000)],
  ['openings', '<!--'.repeat(500_000)],
  ['backslashes', `{"${'\\u'.repeat(1_000_000)}`],
])('two megabytes of %s take no second', (_name, text) => {
  const before = process.cpuUsage()
  parseLenientJson(text)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000)
})
