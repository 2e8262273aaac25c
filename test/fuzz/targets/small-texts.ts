/** The small languages of the web: srcset and sizes, style sheets, robots.txt, and times. */
import { array, constantFrom, integer, oneof, record, string, tuple, uint8Array } from 'fast-check'
import { decodeRobots } from '../../../src/fetch/decode-robots.ts'
import { parseRobots, productToken, robotsAllows } from '../../../src/fetch/index.ts'
import { picturesInCss, withoutComments } from '../../../src/page/css-pictures.ts'
import { cssValues } from '../../../src/page/css-tokens.ts'
import { selectSource } from '../../../src/page/index.ts'
import { isoTime } from '../../../src/page/iso-time.ts'
import { publishedTime } from '../../../src/page/published-time.ts'
import { sourceSize } from '../../../src/page/sizes.ts'
import { parseSrcset } from '../../../src/page/srcset.ts'
import { styleRules } from '../../../src/page/style-sheet.ts'
import { address, damagedBytes, damagedText, mostly, srcset, time, words } from '../pieces.ts'
import { hold, trial, type Target } from '../target.ts'

const length = oneof(
  constantFrom('100px', '50vw', '2em', '0', '-1px', '1e400px', 'calc(100vw - 20px)', 'min(1px, 2vw)', 'max(', 'clamp(1px, 50vw, 2px)', 'auto', '10%', 'calc(1px / 0)', 'calc((((1px))))', '1.px', '.5VW', '/* */ 1px', 'calc(1px * 1px)', '100PX', 'NaNpx'),
  integer().map((n) => `${n}px`),
)
const condition = constantFrom('(min-width: 600px)', '(max-width: 50em)', 'not (width)', '(min-width:1px) and (max-width:9999px)', '(a) or (b)', 'print', 'screen and (orientation: landscape)', '(100px <= width < 900px)', '((((', 'not', '(min-aspect-ratio: 1/0)', '')
const sizes = array(tuple(condition, length, constantFrom(', ', ',', ' ', '')), { maxLength: 5 }).map((parts) => parts.map(([when, size, end]) => `${when} ${size}${end}`).join(''))

export const srcsets: Target = {
  name: 'srcset', what: 'srcset and sizes: what is chosen stands in the input',
  start: () => {
    const yields = { entries: 0, chosen: 0 }
    const set = oneof({ weight: 6, arbitrary: damagedText(srcset, constantFrom(',', ' ', '(', ')', '1x', 'w', '\f', '\u00a0', ',,,')) }, { weight: 1, arbitrary: tuple(constantFrom(',', ' ', '(', 'a ', 'a,', 'a 1x,', 'a (,'), integer({ min: 1, max: 50_000 })).map(([one, times]) => one.repeat(times).slice(0, 200_000)) })
    return trial({
      arbitrary: record({ srcset: set, sizes: damagedText(sizes, constantFrom('(', ')', ',', 'calc(', '/*', '\\', '"')), src: mostly(address, constantFrom('')), width: integer({ min: 1, max: 4000 }), dpr: constantFrom(1, 2, 1.5, 0.1, 10) }),
      yields,
      check: ({ srcset, sizes, src, width, dpr }) => {
        const entries = parseSrcset(srcset)
        yields.entries += entries.length
        for (const entry of entries) {
          hold(entry.url !== '' && srcset.includes(entry.url) && !/[ \t\n\f\r]/.test(entry.url), `an entry ${entry.url} that does not stand there`)
          hold(entry.width === null || entry.width > 0, `a width of ${entry.width}`)
          hold(entry.density === null || (entry.density >= 0 && entry.width === null), `a density of ${entry.density}`)
        }
        const viewport = { width, height: 800 }
        const size = sourceSize(sizes, { ...viewport, dpr })
        hold(size >= 0 && !Number.isNaN(size), `a size of ${size}`)
        const chosen = selectSource({ src, srcset, sizes, viewport, dpr })
        hold(chosen === null ? src === '' && entries.length === 0 : chosen === src || entries.some(({ url }) => url === chosen), `chosen is ${chosen}`)
        if (chosen !== null) yields.chosen++
        hold(selectSource({ src, srcset, sizes, viewport, dpr }) === chosen, 'another choice the second time')
      },
    })
  },
}

const rule = tuple(
  constantFrom('.a', '#b:hover', '@media print', '@font-face', 'a,b', '@supports (x)', ''),
  array(tuple(constantFrom('background', 'background-image', '--x', 'content', 'color', 'border-image'), oneof(address.map((url) => `url(${url})`), address.map((url) => `url("${url}")`), address.map((url) => `image-set("${url}" 1x, url(${url}) 2x)`), constantFrom('red', 'url(', "url('", 'var(--x)', 'linear-gradient(red, blue)', '\\', 'url(a\\.jpg)', '"', '/*'))), { maxLength: 3 }),
).map(([selector, declarations]) => `${selector} { ${declarations.map(([name, value]) => `${name}: ${value};`).join(' ')} }`)

export const css: Target = {
  name: 'css', what: 'style sheets and attributes: their pictures',
  start: () => {
    const yields = { pictures: 0 }
    const sheet = oneof({ weight: 6, arbitrary: damagedText(array(rule, { maxLength: 5 }).map((rules) => rules.join('\n')), constantFrom('{', '}', '(', ')', '"', "'", '/*', '*/', '\\', ';', 'url(', '@')) }, { weight: 1, arbitrary: tuple(constantFrom('{', 'a{', '(', 'url(', '/*', '*/', '"', '\\', 'a:url(b);', 'a{b:url(', '/**/', 'image-set('), integer({ min: 1, max: 30_000 })).map(([one, times]) => one.repeat(times).slice(0, 200_000)) })
    return trial({
      arbitrary: sheet,
      yields,
      check: (text) => {
        withoutComments(text)
        cssValues(text.slice(0, 20_000))
        for (const { selector, declarations } of styleRules(text)) hold(text.includes(selector) || text.includes('/*'), `a rule ${selector}${declarations} that does not stand there`)
        for (const { url, density } of picturesInCss(text)) {
          yields.pictures++
          hold(typeof url === 'string' && (density === null || (density > 0 && Number.isFinite(density))), `${url} at ${density}`)
        }
      },
    })
  },
}

const agent = constantFrom('gannet', '*', 'Gannet/1.0', 'googlebot', 'gannet-image', 'GANNET', 'a b', '', '* # all', 'gannet gannet', 'ganneté', '\u0000')
const path = oneof(constantFrom('/', '/a', '/a/*.jpg$', '/*', '*', '$', '/a%20b', '/%zz', '/é', '/a?b=*', '', '/a$b', '/**/', '/robots.txt', 'a', '/%2f', '/a#b', 'https://h.example/x'), string({ maxLength: 8 }), integer({ min: 1, max: 300 }).map((n) => `/${'*a'.repeat(n)}$`))
const line = oneof(
  { weight: 4, arbitrary: tuple(constantFrom('User-agent', 'user agent', 'USER-AGENT', 'useragent'), constantFrom(': ', ':', ' : ', ' '), agent).map((parts) => parts.join('')) },
  { weight: 8, arbitrary: tuple(constantFrom('Allow', 'Disallow', 'disalow', 'DISALLOW '), constantFrom(': ', ':', ' '), path).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: constantFrom('Crawl-delay: 5', 'Crawl-delay: 1e9', 'crawl-delay: 2,5', 'Crawl-delay: -1', 'Request-rate: 1/0', 'Request-rate: 1/10s 0600-0845', 'Sitemap: https://h.example/s.xml', 'Sitemap: ftp://x', 'Sitemap:', 'Host: x', '# c', '', '   ', ':', 'Disallow', '\ufeff', 'Noindex: /', '__proto__: x', 'constructor: y') },
  { weight: 1, arbitrary: words },
)
const robotsText = damagedText(tuple(array(line, { maxLength: 14 }), constantFrom('\n', '\r\n', '\r')).map(([lines, end]) => lines.join(end)), constantFrom('\n', '\r', '#', ':', '*', '$', '%', '\u0000', '\ufeff', ' '))
const target = constantFrom('/', '/a', '/a/b.jpg', '/a%20b', '/é', '/%C3%A9', '/a?b=c', '/robots.txt', '/a$b', `/${'a'.repeat(300)}`, '/b')

export const robots: Target = {
  name: 'robots', what: 'robots.txt: the same answer however it is asked, spelled and packed',
  start: () => {
    const yields = { allowed: 0, denied: 0 }
    return trial({
      arbitrary: record({ text: robotsText, target, agent: constantFrom('gannet', 'gannet/0.1 (+https://h.example)', 'other', '', 'Gannet'), bytes: damagedBytes(oneof(robotsText.map((text) => Buffer.from(text)), robotsText.map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')), robotsText.map((text) => Buffer.from(text, 'latin1')), uint8Array({ maxLength: 50 }))) }),
      yields,
      check: ({ text, target, agent, bytes }) => {
        const rules = parseRobots(text, agent)
        const says = rules.allows(target)
        if (says) yields.allowed++
        else yields.denied++
        hold(rules.allows(target) === says && parseRobots(text, agent).allows(target) === says, 'another answer the second time')
        hold(rules.allows(`https://h.example${target}`) === says && rules.allows(new URL(target, 'https://h.example')) === says, 'another answer for the whole address')
        hold(robotsAllows(text, `https://h.example${target}`, agent.toUpperCase()) === says, 'another answer for the agent in capitals')
        hold(robotsAllows(`\ufeff${text}`, target, agent) === says || text.startsWith('\ufeff'), 'another answer behind a byte order mark')
        hold(robotsAllows(`${text}\n# the end\n`, target, agent) === says, 'a comment at the end changes it')
        hold(robotsAllows(text.replaceAll(/\r\n|\r/g, '\n'), target, agent) === says, 'line ends change it')
        hold(rules.allows('/robots.txt'), 'robots.txt itself is denied')
        hold(rules.crawlDelayMs === null || (Number.isInteger(rules.crawlDelayMs) && rules.crawlDelayMs >= 0), `a delay of ${rules.crawlDelayMs}`)
        for (const sitemap of rules.sitemaps) hold(/^https?:\/\//i.test(sitemap) && URL.canParse(sitemap), `a sitemap at ${sitemap}`)
        hold(/^[\w-]*$/.test(productToken(agent)), 'a token that is none')
        const decoded = decodeRobots(bytes)
        hold(!decoded.includes('\u0000'), 'NULs are left')
        parseRobots(decoded, agent).allows(target)
      },
    })
  },
}

const two = (n: number): string => String(n).padStart(2, '0')
/** A point in time, and spellings of it that leave no doubt. */
const SPELLINGS: readonly ((at: Date) => string)[] = [
  (at) => at.toISOString(), (at) => at.toUTCString(), (at) => String(at.getTime()), (at) => at.toISOString().replace('T', ' ').replace('.000Z', ' +00:00'),
  (at) => `${at.getUTCDate()} ${at.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' })} ${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC`,
  (at) => `${at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })} ${at.getUTCDate()}, ${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`,
  (at) => new Date(at.getTime() + 2 * 3_600_000).toISOString().replace('.000Z', '+02:00'),
]

export const times: Target = {
  name: 'time', what: 'published times: plain ones are read right, damaged ones right or not at all',
  start: () => {
    const yields = { read: 0 }
    return trial({
      arbitrary: record({ seconds: integer({ min: 1_000_000_000, max: 1_999_999_999 }), spelling: integer({ min: 0, max: SPELLINGS.length - 1 }), torn: damagedText(oneof(time, string({ maxLength: 30 })), constantFrom('1', '/', '.', ' ', 'T', ':', 'Z', 'Mai', '年', '午後', 'pm', '+', '-'.repeat(200), '9'.repeat(100))), language: constantFrom(null, 'en', 'en-US', 'de', 'ja', '__proto__', 'x'.repeat(100)) }),
      yields,
      check: ({ seconds, spelling, torn, language }) => {
        const at = new Date(seconds * 1000)
        const text = (SPELLINGS[spelling] as (at: Date) => string)(at)
        hold(publishedTime(text, 'en') === at.toISOString(), `${text} is read as ${publishedTime(text, 'en')}`)
        for (const found of [publishedTime(torn, language), isoTime(torn)]) {
          if (found !== null) yields.read++
          hold(found === null || new Date(found).toISOString() === found, `${found} is no time`)
        }
      },
    })
  },
}
