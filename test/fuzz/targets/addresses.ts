/** Addresses: their one spelling, which file they name, the scope, patterns, and the guard. */
import { array, constantFrom, integer, oneof, record, string, tuple, type Arbitrary } from 'fast-check'
import { globSource, linearPattern } from '../../../src/core/linear-pattern.ts'
import { homeOf, inScope, passes, patternFlaw, SCOPE_KINDS } from '../../../src/core/scope.ts'
import { createGuard, guardLiteral, isPublicAddress, parseAddress } from '../../../src/fetch/index.ts'
import { expiryOf } from '../../../src/fetch/expired-link.ts'
import { createResolver } from '../../../src/page/canonical-url.ts'
import { fileAddress } from '../../../src/page/file-address/file-address.ts'
import { fileStem, sameFile } from '../../../src/page/file-stem.ts'
import { canonicalUrl } from '../../../src/page/index.ts'
import { looksLikeAddress, looksLikePicture, looksLikeStandIn } from '../../../src/page/picture-url.ts'
import { address, mostly } from '../pieces.ts'
import { hold, trial, type Target } from '../target.ts'

const scheme = constantFrom('http://', 'https://', 'HTTP://', 'http:', 'https:/', '//', 'ftp://', 'http:\\\\', 'hTtPs:///', '')
const host = mostly(
  constantFrom('h.example', 'www.h.example', 'H.Example', 'h.example.', 'xn--bcher-kva.example', 'bücher.example', 'a.co.uk', 'x.github.io', '127.0.0.1', '[2001:db8::1]', 'cdn.shopify.com', 'i0.wp.com', 'images.unsplash.com', 'res.cloudinary.com', 'localhost', '1.2.3.4'),
  oneof(string({ maxLength: 10 }), constantFrom('', '.', '..', 'a..b', '%41.example', 'ｈ.example', '[::', '0x7f.1', '256.256.256.256', 'a_b.example', '-', 'a'.repeat(300), '1.2.3', 'xn--')),
)
const segment = oneof(constantFrom('a', 'b.jpg', '..', '.', '', '%2e%2e', '%2F', '%zz', 'é', '日本', '100x100', 'w_100,h_100', 'thumb', '800px-a.jpg', 'image', 'upload', 'v1', 'fit-in', 'a@2x.png', 'a_thumb.jpg', 'c', 'scale'), string({ maxLength: 6 }))
const query = oneof(constantFrom('', '?', '?w=100', '?w=100&h=50&fit=crop', '?url=https%3A%2F%2Fh.example%2Fa.jpg&w=3', '?a=1&a=2', '?width=99999999999999999999', '?w=-1', '?&&==', '?exp=1700000000', '?x-amz-date=20240101T000000Z&x-amz-expires=60', '#f', '?#?'), string({ maxLength: 10 }).map((text) => `?${text}`))
const port = constantFrom('', '', '', ':80', ':443', ':8080', ':', ':0', ':99999', ':x')
const url = oneof(
  { weight: 3, arbitrary: tuple(scheme, constantFrom('', '', '', 'u:p@', '@', 'a@b@'), host, port, array(segment, { maxLength: 5 }), query).map(([one, user, at, port, path, rest]) => `${one}${user}${at}${port}${path.map((part) => `/${part}`).join('')}${rest}`) },
  { weight: 1, arbitrary: address },
)
const base = mostly(constantFrom('https://h.example/dir/page.html', 'http://h.example', 'https://h.example/a/b/?q#f', 'https://u:p@h.example/x/'), constantFrom('about:blank', '', 'data:text/html,x', 'nothing'))

export const urls: Target = {
  name: 'url', what: 'addresses: one spelling each, the same however they are resolved, and which file they name',
  start: () => {
    const yields = { good: 0 }
    return trial({
      arbitrary: record({ raw: url, other: url, base }),
      yields,
      check: ({ raw, other, base }) => {
        const one = URL.canParse(base) ? canonicalUrl(raw, base) : canonicalUrl(raw)
        const resolve = createResolver(base)
        hold(resolve(raw) === one && resolve(raw) === one, `resolved to ${resolve(raw)} for many, to ${one} for one`)
        for (const is of [looksLikeAddress, looksLikePicture, looksLikeStandIn]) hold(typeof is(raw) === 'boolean', `${is.name} gives no yes or no`)
        hold(sameFile(raw, other) === sameFile(other, raw), 'the same file, but only in one direction')
        fileStem(raw)
        if (one === null) return
        yields.good++
        hold(canonicalUrl(one) === one && canonicalUrl(one, 'https://elsewhere.example/') === one, `its canonical form ${one} has another canonical form: ${canonicalUrl(one)}`)
        const { protocol, username, hash, href } = new URL(one)
        hold((protocol === 'http:' || protocol === 'https:') && username === '' && hash === '' && href === one, `${one} is no canonical address`)
        const { key, width, height, rank } = fileAddress(one)
        hold(key !== '', 'a file without a key')
        for (const size of [width, height]) hold(size === null || (Number.isSafeInteger(size) && size > 0), `a size of ${size}`)
        hold(rank === null || (rank >= 1 && rank <= 8), `a rank of ${rank}`)
        const end = expiryOf(new URL(one))
        hold(end === null || Number.isFinite(end), 'an end that is no time')
        for (const kind of SCOPE_KINDS) {
          const home = homeOf(one, kind)
          hold(inScope(one, { home, include: [], exclude: [] }), `lies outside of its own ${kind}`)
        }
      },
    })
  },
}

const atom = constantFrom('a', 'b', '.', '\\d', '\\w', '[ab]', '[^a]', '[a-c]', '(?:a|b)', '(a)', '\\.', '/', '(?:a*)', '(a|ab)', '\\b', '^', '$', '[\\d-]', '\\x61', '\\u0062', '(?:)', '(?:|a)')
const pattern: Arbitrary<string> = array(tuple(atom, constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '*?', '{0,}')), { maxLength: 6 }).map((parts) => parts.map(([one, times]) => one + (/^[\^$]$|^\\b$/.test(one) ? '' : times)).join(''))
const subject = oneof(array(constantFrom('a', 'b', 'c', '1', '/', '.', '-'), { maxLength: 14 }).map((letters) => letters.join('')), constantFrom('a'.repeat(20_000), 'ab'.repeat(10_000)))

export const patterns: Target = {
  name: 'pattern', what: 'include and exclude patterns: they find what JavaScript finds, in linear time',
  start: () => trial({
    arbitrary: record({ pattern, subject, wild: mostly(oneof(pattern, address), string({ maxLength: 30 })), glob: array(constantFrom('*', '**', 'a', '/', '.', 'h.example', '?', '['), { maxLength: 8 }).map((parts) => parts.join('')), url }),
    check: ({ pattern, subject, wild, glob, url }) => {
      const found = linearPattern(pattern)
      if (typeof found === 'function' && subject.length < 100) hold(found(subject) === new RegExp(pattern).test(subject), 'finds what JavaScript does not, or the other way round')
      else if (typeof found === 'function') found(subject)
      else hold(found.flaw !== '', 'a flaw without words')
      const full = linearPattern(globSource(glob))
      hold(typeof full === 'function', 'a glob with a flaw')
      const one = canonicalUrl(url, 'https://h.example/dir/')
      for (const given of [wild, `/${wild}/i`, glob]) {
        const flaw = patternFlaw(given)
        hold(flaw === null || flaw.length > 3, 'a flaw without words')
        if (one !== null && flaw === null) passes(one, { include: [given], exclude: [given] })
      }
      if (one !== null) hold(passes(one, { include: ['**'], exclude: [] }), '** does not include all')
    },
  }),
}

/** Four octets that are nobody's business, from every special range of IPv4. */
const privateIpv4 = oneof(
  tuple(constantFrom(127, 10, 0), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 })),
  tuple(constantFrom(192), constantFrom(168), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 })),
  tuple(constantFrom(172), integer({ min: 16, max: 31 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 })),
  tuple(constantFrom(169), constantFrom(254), constantFrom(169, 0, 255), constantFrom(254, 1, 123)),
  tuple(constantFrom(100), integer({ min: 64, max: 127 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 })),
  tuple(integer({ min: 224, max: 255 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 })),
)
const radix = (n: number, way: number): string => (way === 1 ? `0x${n.toString(16)}` : way === 2 ? `0${n.toString(8)}` : way === 3 ? `0x000${n.toString(16).toUpperCase()}` : String(n))
const fullWidth = (text: string): string => text.replaceAll(/[0-9a-z.]/g, (one) => (one === '.' ? '\u3002' : String.fromCodePoint((one.codePointAt(0) as number) + 0xfee0)))
const escaped = (text: string): string => text.replaceAll(/[0-9.]/g, (one, at: number) => (at % 2 === 0 ? `%${one.charCodeAt(0).toString(16)}` : one))

/** The same IPv4 address in any spelling that a URL parser takes. */
const spelledIpv4 = tuple(privateIpv4, integer({ min: 1, max: 4 }), tuple(...Array.from({ length: 4 }, () => integer({ min: 0, max: 3 }))), integer({ min: 0, max: 8 })).map(([octets, parts, ways, dress]) => {
  const [a, b, c, d] = octets
  const numbers = parts === 1 ? [((a * 256 + b) * 256 + c) * 256 + d] : parts === 2 ? [a, (b * 256 + c) * 256 + d] : parts === 3 ? [a, b, c * 256 + d] : [a, b, c, d]
  const plain = numbers.map((n, at) => radix(n, ways[at] ?? 0)).join('.')
  return dress === 1 ? `${plain}.` : dress === 2 ? fullWidth(plain.toLowerCase()) : dress === 3 ? escaped(plain) : plain
})
const hex = (n: number): string => n.toString(16)
const spelledIpv6 = oneof(
  constantFrom('::1', '::', '0:0:0:0:0:0:0:1', '0000::0001', 'fe80::1', 'febf::ffff', 'fc00::1', 'fd12:3456::1', 'ff02::1', 'fec0::1', '2001:db8::1', '100::1', '64:ff9b:1::7f00:1', '2001::1', '3fff::1', '5f00::1'),
  tuple(privateIpv4, constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:', '0:0:0:0:0:ffff:'), constantFrom(0, 1)).map(([[a, b, c, d], prefix, way]) => prefix + (way === 0 ? `${a}.${b}.${c}.${d}` : `${hex(a * 256 + b)}:${hex(c * 256 + d)}`)),
  privateIpv4.map(([a, b, c, d]) => `2002:${hex(a * 256 + b)}:${hex(c * 256 + d)}::1`),
).map((text) => `[${text}]`)
const spelledName = tuple(constantFrom('localhost', 'LOCALHOST', 'a.localhost', 'localhost.', 'foo.local', 'router.internal', 'x.home.arpa', 'ｌocalhost', 'loc%61lhost', 'ip6-localhost', 'localhost.localdomain', '%6c%6f%63%61%6c%68%6f%73%74'), constantFrom('', '.')).map(([name, dot]) => (name.endsWith('.') ? name : name + dot))
const inside = oneof({ weight: 4, arbitrary: spelledIpv4 }, { weight: 2, arbitrary: spelledIpv6 }, { weight: 1, arbitrary: spelledName })

const outside = tuple(constantFrom(1, 8, 9, 93, 151, 185), integer({ min: 1, max: 254 }), integer({ min: 5, max: 250 }), integer({ min: 1, max: 254 })).map((octets) => octets.join('.'))
const answers = array(tuple(oneof(privateIpv4.map((octets) => octets.join('.')), outside, constantFrom('::1', 'fe80::1%eth0', '::ffff:127.0.0.1', '2606:4700::1111', 'nonsense', '')), constantFrom(4, 6)), { maxLength: 4 })

export const guards: Target = {
  name: 'guard', what: 'no spelling of an address inside the network passes, nor a name that leads there',
  start: () => {
    const yields = { parsed: 0, public: 0 }
    return trial({
      arbitrary: record({ inside, outside, answers, scheme: constantFrom('http://', 'https://', 'http:\\\\', 'HTTP:/'), user: constantFrom('', 'a:b@', 'example.com@', '@'), port: constantFrom('', ':80', ':8080', ':'), tail: constantFrom('', '/', '/a.jpg', '?x', '\\@example.com', '#@example.com', '/../..'), wild: url }),
      yields,
      isAsync: true,
      check: async ({ inside, outside, answers, scheme, user, port, tail, wild }) => {
        const spelled = `${scheme}${user}${inside}${port}${tail}`
        const said = guardLiteral(spelled)
        if (URL.canParse(spelled)) yields.parsed++
        hold(said !== null && !said.allowed, `${spelled} (${URL.canParse(spelled) ? new URL(spelled).hostname : 'no URL'}) may pass`)
        if (isPublicAddress(parseAddress(outside) as NonNullable<ReturnType<typeof parseAddress>>)) {
          yields.public++
          hold(guardLiteral(`http://${outside}/`)?.allowed === true, `${outside} may not pass`)
        }
        const any = guardLiteral(wild)
        hold(any === null || any.allowed || any.reason !== undefined, 'refused without a reason')
        const guard = createGuard({ resolve: async () => answers.map(([at, family]) => ({ address: at, family })) })
        const isInside = ([at]: readonly [string, number]): boolean => {
          const parsed = parseAddress(at.replace(/%.*$/, ''))
          return parsed === null || !isPublicAddress(parsed)
        }
        const decision = await guard.check(new URL('http://name.example/'))
        hold(decision.allowed === (answers.length > 0 && !answers.some(isInside)), `a name that leads to ${answers.map(([at]) => at).join(', ')} is ${decision.allowed ? 'let pass' : 'refused'}`)
        const dialled = await new Promise<readonly { address: string }[]>((done) => guard.lookup(80)('name.example', { all: true }, (_error, addresses) => done(addresses as unknown as { address: string }[])))
        hold(dialled.every(({ address }) => !isInside([address, 4])), `${dialled.map((one) => one.address).join(', ')} may be dialled`)
      },
    })
  },
}
