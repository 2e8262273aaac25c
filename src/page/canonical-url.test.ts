import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalUrl, createResolver } from './canonical-url.ts'

test.each<[string, string | undefined, string | null]>([
  ['HTTP://Example.ORG:80/A/../b?z=1&a=2#frag', undefined, 'http://example.org/b?z=1&a=2'],
  ['https://example.org', undefined, 'https://example.org/'],
  ['https://example.org/a/', undefined, 'https://example.org/a/'],
  ['//cdn.example/x.jpg', 'https://example.org/', 'https://cdn.example/x.jpg'],
  ['/\t/evil.example/x', 'https://example.org/', 'https://evil.example/x'],
  ['https:x.jpg', 'https://example.org/a/', 'https://example.org/a/x.jpg'],
  ['?p=2', 'https://example.org/a', 'https://example.org/a?p=2'],
  [' a b.jpg ', 'https://example.org/', 'https://example.org/a%20b.jpg'],
  ['http://2130706433/', undefined, 'http://127.0.0.1/'],
  ['http://Bücher.example/', undefined, 'http://xn--bcher-kva.example/'],
  ['https://example.org./a', undefined, 'https://example.org./a'],
  ['https://example.org/a?', undefined, 'https://example.org/a?'],
  ['https://example.org/%7ea/%2F%zz', undefined, 'https://example.org/%7ea/%2F%zz'],
  ['https://user:secret@example.org/a', undefined, 'https://example.org/a'],
  ['https://example.org@evil.example/', undefined, 'https://evil.example/'],
  ['http:\\\\example.org\\a\\b', 'https://x.example/', 'http://example.org/a/b'],
  ['/\\evil.example/x', 'https://example.org/', 'https://evil.example/x'],
  ['ht\ntps://exa\tmple.org/\ra', undefined, 'https://example.org/a'],
  ['https://ＥＸＡＭＰＬＥ。org/', undefined, 'https://example.org/'],
  ['https://faß.example/', undefined, 'https://xn--fa-hia.example/'],
  ['https://[::FFFF:127.0.0.1]/', undefined, 'https://[::ffff:7f00:1]/'],
  ['https://0x7f.1/', undefined, 'https://127.0.0.1/'],
  ['https://example.org:0443/', undefined, 'https://example.org/'],
  ['https://exa mple.org/', undefined, null],
  ['https://example.org:99999/', undefined, null],
  ['', 'https://example.org/a?b', 'https://example.org/a?b'],
  ['a.jpg', undefined, null],
  ['data:image/gif;base64,AAAA', 'https://example.org/', null],
  ['javascript:void 0', 'https://example.org/', null],
  ['ftp://example.org/a.jpg', undefined, null],
  ['http://', undefined, null],
  [`https://example.org/${'a'.repeat(20_000)}`, undefined, null],
])('%j on %s', (raw, base, expected) => {
  expect(canonicalUrl(raw, base)).toBe(expected)
})

test('the short way gives what the URL parser gives', () => {
  const slowly = (raw: string, base: string): string | null => {
    try {
      const url = new URL(raw, base)
      url.hash = ''
      url.username = url.password = ''
      return url.protocol.startsWith('http') ? url.href : null
    } catch {
      return null
    }
  }
  const piece = constantFrom(
    'a', 'Z', '0', '127', '0x7f', '.', '..', '/', '//', '\\', ':', '@', '?', '&', '=', '#', '%2e', '%41', '-', '_', '~', "'", '"', ' ',
    '\t', 'ü', 'xn--', 'http:', 'https://', 'HTTP://', 'h.example', ':80', ':443', '!', '(', ')', '*', '+', ',', ';', '$', '|', '[', '.jpg',
  )
  const raw = array(piece, { maxLength: 9 }).map((parts) => parts.join(''))
  const base = constantFrom(
    'https://h.example/a/b.html?q#f', 'http://h.example:8080', 'http://u:p@h.example/x/', 'http://127.1/a', 'https://h.example/a/@b', 'http://h.example', 'http://h.example/a%20b/c?d/e',
  )
  assert(
    property(raw, base, (raw, base) => {
      expect(createResolver(base)(raw)).toBe(slowly(raw, base))
      expect(canonicalUrl(raw, base)).toBe(slowly(raw, base))
    }),
    { numRuns: 20_000, seed: 11 },
  )
})

test('is no longer than a URL may be, whatever escapes make of it', () => {
  const swells = `/${'é'.repeat(10_000)}.jpg`
  for (const resolve of [(raw: string) => canonicalUrl(raw, 'https://h.example/'), createResolver('https://h.example/')]) {
    expect(resolve(swells)).toBeNull()
    expect(resolve(`/${'a'.repeat(16_000)}.jpg`)).toHaveLength(16_000 + 'https://h.example/.jpg'.length)
  }
  const long = `https://h.example/${'a'.repeat(10_000)}/`
  expect(createResolver(long)(`${'b'.repeat(10_000)}.jpg`)).toBeNull()
  expect(canonicalUrl(`${'b'.repeat(10_000)}.jpg`, long)).toBeNull()
})

test('is its own canonical form, shows no credentials and no fragment, and is found in time that grows with its length', () => {
  const any = array(constantFrom('http://', 'a', '.', '/', '..', '@', ':', '%', '?', '#', '\\', 'é', '-', '1', 'xn--', ' ', ';'), { maxLength: 12 }).map((parts) => parts.join(''))
  assert(
    property(any, (raw) => {
      const url = canonicalUrl(raw, 'https://h.example/a/b')
      if (url === null) return
      expect(canonicalUrl(url)).toBe(url)
      expect(new URL(url)).toMatchObject({ href: url, username: '', password: '', hash: '' })
    }),
    { numRuns: 5_000, seed: 12 },
  )
  const start = process.cpuUsage()
  for (const part of ['a.', 'a-', '/../', '%', '@', 'a/', '&a=', '//', 'xn--a.']) {
    for (const raw of [`http://${part.repeat(16_000 / part.length)}!`, `/${part.repeat(16_000 / part.length)}"`]) canonicalUrl(raw, 'http://h.example/')
  }
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(2000)
})
