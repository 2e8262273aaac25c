import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGuard, guardLiteral, guardUrl } from './guard.ts'
import type { Resolve } from './resolve-names.ts'

const answers = (...addresses: string[]): Resolve => async () =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('guardUrl', () => {
  it('agrees with every public case', async (context) => {
    const file = path.resolve('..', 'shared', 'conformance', 'guard.json')
    let cases: { url: string; mustBlock: boolean }[]
    try {
      cases = JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      console.warn(`not run: ${file} is absent`)
      return context.skip()
    }
    const wrong: string[] = []
    for (const { url, mustBlock } of cases) {
      if ((await guardUrl(url)).allowed === mustBlock) wrong.push(url)
    }
    expect(cases.length).toBeGreaterThan(200)
    expect(wrong).toEqual([])
  })

  it.each([
    ['no url', 'invalid-url'],
    ['http://', 'invalid-url'],
    ['http://1.2.3.4.5/', 'invalid-url'],
    ['ftp://example.org/a.jpg', 'unsupported-scheme'],
    ['data:image/png;base64,AAAA', 'unsupported-scheme'],
    ['http://127.1/', 'blocked-address'],
    ['http://0x7f.1/', 'blocked-address'],
    ['http://017700000001/', 'blocked-address'],
    ['http://①②⑦.⓪.⓪.①/', 'blocked-address'],
    ['http://127.0.0.1./', 'blocked-address'],
    ['http://LOCALHOST./', 'blocked-address'],
    ['http://a.b.localhost/', 'blocked-address'],
    ['http://printer.local/', 'blocked-address'],
    ['http://metadata.google.internal/', 'blocked-address'],
    ['http://[::ffff:7f00:1]/', 'blocked-address'],
    ['http://[::127.0.0.1]/', 'blocked-address'],
    ['http://[64:ff9b::7f00:1]/', 'blocked-address'],
    ['http://[2002:7f00:1::]/', 'blocked-address'],
    ['http://[fec0::1]/', 'blocked-address'],
    ['http://[3fff::1]/', 'blocked-address'],
    ['http://168.63.129.16/', 'blocked-address'],
  ])('refuses %s: %s', async (url, reason) => {
    expect(await guardUrl(url)).toMatchObject({ allowed: false, reason })
    expect(guardLiteral(url)).toMatchObject({ allowed: false, reason })
  })

  it('resolves names, and refuses a name with any address inside', async () => {
    const check = (...addresses: string[]) => guardUrl('http://site.example/', { resolve: answers(...addresses) })
    expect(await check('93.184.215.14', '2606:2800:21f:cb07::1')).toEqual({ allowed: true })
    expect(await check('93.184.215.14', '10.0.0.1')).toMatchObject({ reason: 'blocked-address' })
    expect(await check('fe80::1%eth0')).toMatchObject({ reason: 'blocked-address' })
    expect(await check()).toMatchObject({ reason: 'unresolvable' })
    expect(await guardUrl('http://nowhere.invalid/')).toMatchObject({ allowed: false, reason: 'unresolvable' })
    expect(guardLiteral('http://site.example/')).toBeNull()
  })

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8080/', true],
    ['127.0.0.1', 'http://2130706433/', true],
    ['127.0.0.1', 'http://[::ffff:127.0.0.1]/', true],
    ['127.0.0.1', 'http://127.0.0.2/', false],
    ['127.0.0.0/8', 'http://127.9.9.9/', true],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
    ['127.0.0.1:8080', 'http://127.0.0.1/', false],
    ['127.0.0.1:80', 'http://127.0.0.1/', true],
    ['127.0.0.1:443', 'https://127.0.0.1/', true],
    ['10.0.0.0/8:8080', 'http://10.1.2.3:8080/', true],
    ['10.0.0.0/8:8080', 'http://10.1.2.3:81/', false],
    ['[::1]:81', 'http://[::1]:81/', true],
    ['::1', 'http://[::1]/', true],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[fd00::]/8:81', 'http://[fd12::1]/', false],
    ['Site.Test', 'http://site.test:8080/', true],
    ['site.test:8080', 'http://site.test:8080/', true],
    ['site.test:8080', 'http://site.test/', false],
    ['site.test', 'http://other.site.test/', false],
    ['10.0.0.5', 'http://site.test/', true],
    ['10.0.0.6', 'http://site.test/', false],
  ])('allowing %s, %s: %s', async (allow, url, allowed) => {
    expect((await guardUrl(url, { allow: [allow], resolve: answers('10.0.0.5') })).allowed).toBe(allowed)
  })

  it.each(['', 'http://site.test', 'a b', '1.2.3.4:99999', 'site.test/x', '::1:zz'])('rejects "%s" as an exception', async (entry) => {
    await expect(guardUrl('http://site.test/', { allow: [entry] })).rejects.toMatchObject({ code: 'config-invalid' })
  })

  it('yields only allowed and public addresses to dial', async () => {
    const guard = createGuard({ allow: ['127.0.0.1:80'], resolve: answers('::1', '127.0.0.1') })
    const dialled = await new Promise((resolve, reject) => {
      guard.lookup(80)('localhost', { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
    })
    expect(dialled).toEqual([{ address: '127.0.0.1', family: 4 }])
  })

  it('never throws, whatever the URL, and lets no IPv4 spelling of loopback through', async () => {
    const names = { resolve: answers('10.0.0.1') }
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.webUrl(), fc.string(), fc.string().map((text) => `http://${text}/`)), async (url) => {
        expect(typeof (await guardUrl(url, names)).allowed).toBe('boolean')
      }),
    )
    const part = (value: number) => fc.constantFrom(String(value), `0x${value.toString(16)}`, `0${value.toString(8)}`)
    const spelling = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).chain(([b, c, d]) =>
      fc.oneof(
        fc.tuple(part(127), part(b), part(c), part(d)).map((parts) => parts.join('.')),
        fc.tuple(part(127), part(b), part(c * 256 + d)).map((parts) => parts.join('.')),
        fc.tuple(part(127), part(b * 65_536 + c * 256 + d)).map((parts) => parts.join('.')),
        part(127 * 16_777_216 + b * 65_536 + c * 256 + d),
        fc.constant(`[::ffff:127.${b}.${c}.${d}]`),
        fc.constant(`[64:ff9b::127.${b}.${c}.${d}]`),
      ),
    )
    fc.assert(fc.property(spelling, (host) => guardLiteral(`http://${host}/`)?.reason === 'blocked-address'))
  })

  it('lets no IPv6 spelling of an inner address through, nor one that carries it', () => {
    const inner = fc.constantFrom([127, 0, 0, 1], [10, 1, 2, 3], [192, 168, 7, 9], [169, 254, 169, 254], [100, 64, 0, 1], [0, 0, 0, 0])
    const dotted = (parts: readonly number[]) => parts.join('.')
    const hex = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) => `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
    const spelled = inner.chain((parts) =>
      fc.constantFrom(
        `::ffff:${dotted(parts)}`, `::ffff:${hex(parts)}`, `0:0:0:0:0:FFFF:${hex(parts)}`, `::${dotted(parts)}`, `::${hex(parts)}`,
        `::ffff:0:${dotted(parts)}`, `64:ff9b::${hex(parts)}`, `64:ff9b:1::${hex(parts)}`, `2002:${hex(parts)}::1`,
        `2001:0:${hex(parts)}:0:0:0:1`, `2001:0:4136:e378:8000:63bf:${hex(parts.map((part) => 255 - part))}`,
      ))
    fc.assert(fc.property(spelled, (address) => guardLiteral(`http://[${address}]:8080/`)?.allowed === false))
  })

  it.each([
    'http://[fe80::1%25eth0]/', 'http://[fe80::1%eth0]/', 'http://[::1%25lo]/', 'http://[::]/', 'http://[ff02::1]/', 'http://[fd00:ec2::254]/',
    'http://127.0.0.1.:80/', 'http://127。0。0。1/', 'http://１２７.0.0.1/', 'http://0/', 'http://0x/', 'http://0300.0250.1/', 'http://1.0.0.127.0x7f000001/',
    'http://%31%32%37.0.0.1/', 'http://user@127.0.0.1/', 'http://93.184.215.14@127.0.0.1/', 'http:127.0.0.1', 'http:\\\\127.0.0.1\\a',
    'http://localhost%00.example/', 'http://LocalHost/', 'http://ｌｏｃａｌｈｏｓｔ/', 'http://localhost./', 'http://a.localhost/', 'http://localhost.localdomain/',
    'http://255.255.255.255/', 'http://224.0.0.1/', 'http://192.0.2.1/', 'http://198.18.0.1/', 'http://240.0.0.1/', 'http://192.88.99.1/',
  ])('refuses %s', async (url) => {
    expect((await guardUrl(url, { resolve: answers('93.184.215.14') })).allowed).toBe(false)
  })

  it('judges each answer of a name anew at connect time: public first, inner later', async () => {
    const later = [['93.184.215.14'], ['10.0.0.1'], ['93.184.215.14', '::ffff:10.0.0.1'], ['2002:7f00:1::']]
    const guard = createGuard({ dnsTtlMs: 0, resolve: async () => answers(...(later.shift() ?? []))('') })
    const url = new URL('http://rebound.example/')
    expect((await guard.check(url)).allowed).toBe(true)
    for (let left = later.length; left > 0; left--) {
      const error = await new Promise((resolve) => guard.lookup(80)('rebound.example', { all: true }, resolve))
      expect(error).toMatchObject({ code: 'GANNET_BLOCKED_ADDRESS' })
    }
  })
})
