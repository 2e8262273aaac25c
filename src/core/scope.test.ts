import { describe, expect, it } from 'vitest'
import { homeOf, inScope, passes, patternFlaw, type ScopeKind } from './scope.ts'

const lies = (url: string, within: ScopeKind, seed: string): boolean =>
  inScope(url, { home: homeOf(seed, within), include: [], exclude: [] })

describe('a link lies in the scope of a seed', () => {
  it.each<[ScopeKind, string, string, boolean]>([
    ['host', 'http://example.org/a', 'https://www.example.org/b', true],
    ['host', 'https://www.example.org/a', 'http://example.org/b', true],
    ['host', 'http://example.org/', 'http://blog.example.org/', false],
    ['host', 'http://example.org/', 'http://example.org.evil.test/', false],
    ['host', 'http://example.org/', 'http://example.org:8080/', false],
    ['host', 'http://example.org:8080/', 'https://example.org:8080/x', true],
    ['host', 'http://example.org/', 'https://example.org:443/', true],
    ['host', 'http://example.org./', 'http://example.org/', true],
    ['host', 'http://bücher.example/', 'http://xn--bcher-kva.example/x', true],
    ['host', 'http://www.com/', 'http://com/', false],
    ['host', 'http://[::1]:8000/', 'http://[::1]:8000/x', true],
    ['site', 'http://blog.example.co.uk/', 'https://shop.example.co.uk:8443/', true],
    ['site', 'http://example.co.uk/', 'http://other.co.uk/', false],
    ['site', 'http://ann.github.io/', 'http://bob.github.io/', false],
    ['site', 'http://127.0.0.1:1/', 'http://127.0.0.1:2/', true],
    ['site', 'http://127.0.0.1/', 'http://127.0.0.2/', false],
    ['prefix', 'http://example.org/cats/index.html', 'http://example.org/cats/a/1.html', true],
    ['prefix', 'http://example.org/cats', 'http://example.org/dogs', true],
    ['prefix', 'http://example.org/cats/', 'http://example.org/catsanddogs/', false],
    ['prefix', 'http://example.org/cats/', 'http://example.org/cats/../dogs/', false],
    ['any', 'http://example.org/', 'http://other.test/', true],
  ])('%s of %s: %s', (within, seed, url, expected) => expect(lies(url, within, seed)).toBe(expected))
})

describe('patterns', () => {
  const URL_ = 'https://shop.example.org/cats/a/1.html?page=2'
  it.each<[string, boolean]>([
    ['/cats/**', true], ['/cats/*', false], ['/cats/*/*', true], ['/dogs/**', false],
    ['*.example.org/**', true], ['example.org/**', false], ['https://**', true], ['http://**', false],
    ['/page=\\d+$/', true], ['/CATS/', false], ['/CATS/i', true], ['**page=*', true],
  ])('%s', (pattern, expected) => {
    expect(passes(URL_, { include: [pattern], exclude: [] })).toBe(expected)
    expect(passes(URL_, { include: [], exclude: [pattern] })).toBe(!expected)
  })

  it('that exclude win over those that include', () => {
    expect(passes(URL_, { include: ['**'], exclude: ['/cats/**'] })).toBe(false)
  })

  it('that will not do say why', () => {
    expect(patternFlaw('/cats/**')).toBeNull()
    expect(patternFlaw('/(/')).toMatch(/without its \)/)
    expect(patternFlaw('/a(?=b)/')).toMatch(/supported/)
  })
})
