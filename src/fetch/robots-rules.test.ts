import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRobots, robotsAllows } from './robots-rules.ts'

const UA = 'gannet/0.1 (+https://gannet.example)'
const at = (robots: string, target: string) => robotsAllows(robots, `https://site.example${target}`, UA)

describe('robotsAllows', () => {
  it('agrees with every public case', (context) => {
    const file = path.resolve('..', 'shared', 'conformance', 'robots.json')
    let cases: { id: string; robots: string; url: string; agent: string; allowed: boolean }[]
    try {
      cases = JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      console.warn(`not run: ${file} is absent`)
      return context.skip()
    }
    const wrong = cases.filter(({ robots, url, agent, allowed }) => robotsAllows(robots, url, agent) !== allowed)
    expect(cases.length).toBe(150)
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  it('finds its group by product token, whatever the case, the version and the words after it', () => {
    for (const line of ['gannet', 'GANNET', 'Gannet/2.0', 'gannet crawler']) {
      expect(at(`user-agent: ${line}\ndisallow: /`, '/a')).toBe(false)
    }
    for (const line of ['gannetbot', 'gan', 'my-gannet']) expect(at(`user-agent: ${line}\ndisallow: /`, '/a')).toBe(true)
    expect(robotsAllows('user-agent: ai2bot\ndisallow: /', 'https://site.example/', 'AI2Bot')).toBe(false)
  })

  it('reads files as they are found: byte order mark, any line end, comments, common slips', () => {
    expect(at('\uFEFFUser-agent: *\rDisallow: /x # not this\r\n', '/x')).toBe(false)
    expect(at('user-agent *\ndisalow: /x', '/x')).toBe(false)
    expect(at('useragent: *\ndisallow: x', '/x')).toBe(false)
    expect(at('<html><body>User-agent: *\n<p>Disallow: /</html>', '/x')).toBe(true)
  })

  it('compares octets, however they are written', () => {
    expect(at('user-agent: *\ndisallow: /%7Ea', '/~a/x')).toBe(false)
    expect(at('user-agent: *\ndisallow: /a(1)', '/a%281%29')).toBe(false)
    expect(at('user-agent: *\ndisallow: /a%2fb', '/a%2Fb')).toBe(false)
    expect(at('user-agent: *\ndisallow: /a/b', '/a%2Fb')).toBe(true)
    expect(at('user-agent: *\ndisallow: /%zz', '/%zz')).toBe(false)
    expect(at('user-agent: *\ndisallow: /😀*$', '/%F0%9F%98%80.png')).toBe(false)
  })

  it('matches several stars and an end', () => {
    const robots = 'user-agent: *\ndisallow: /a*b*b$'
    expect(at(robots, '/axbxb')).toBe(false)
    expect(at(robots, '/abb')).toBe(false)
    expect(at(robots, '/ab')).toBe(true)
    expect(at(robots, '/axbxbc')).toBe(true)
  })

  it('tells the crawl delay of its own group', () => {
    expect(parseRobots('user-agent: *\ncrawl-delay: 2.5', UA).crawlDelayMs).toBe(2500)
    expect(parseRobots('user-agent: *\ncrawl-delay: 9\n\nuser-agent: gannet\ncrawl-delay: 1', UA).crawlDelayMs).toBe(1000)
    expect(parseRobots('user-agent: *\ncrawl-delay: soon', UA).crawlDelayMs).toBeNull()
    expect(parseRobots('', UA).crawlDelayMs).toBeNull()
    for (const [value, ms] of [['2,5', 2500], ['10s', 10_000], ['3 # seconds', 3000], ['-1', null], ['0x10', 0], ['1e9', 1000], ['1.2.3', null], ['99999999', null]] as const) {
      expect(parseRobots(`user-agent: *\ncrawl-delay: ${value}`, UA).crawlDelayMs, value).toBe(ms)
    }
  })

  it('hears a request rate like a delay, and the slower of both', () => {
    const asked = (lines: string) => parseRobots(`user-agent: *\n${lines}`, UA).crawlDelayMs
    expect(asked('request-rate: 1/10')).toBe(10_000)
    expect(asked('Request-rate: 30/1m 0600-0845')).toBe(2000)
    expect(asked('request-rate: 1/5s\ncrawl-delay: 8')).toBe(8000)
    expect(asked('request-rate: 0/5')).toBeNull()
    expect(asked('request-rate: slow')).toBeNull()
  })

  it('keeps the sitemaps of all groups, without ending the group they stand in', () => {
    const rules = parseRobots(
      'user-agent: gannet\nSitemap: https://site.example/a.xml\nuser-agent: other\ndisallow: /x\nSITEMAP:https://cdn.example/b.xml.gz # more\n' +
        'sitemap: /relative.xml\nsitemap: javascript:alert(1)\nsitemap: https://site.example/a.xml', UA)
    expect(rules.sitemaps).toEqual(['https://site.example/a.xml', 'https://cdn.example/b.xml.gz'])
    expect(rules.allows('/x')).toBe(false)
    const many = Array.from({ length: 9000 }, (_, at) => `sitemap: https://site.example/${at}.xml`).join('\n')
    expect(parseRobots(many, UA).sitemaps).toHaveLength(500)
  })

  it('agrees with a plain definition of wildcards', () => {
    const atom = fc.constantFrom('a', 'b', '*', '/', '$')
    const pattern = fc.array(atom, { maxLength: 10 }).map((atoms) => `/${atoms.join('')}`)
    const target = fc.array(fc.constantFrom('a', 'b', '/', '$'), { maxLength: 14 }).map((atoms) => `/${atoms.join('')}`)
    const matches = (glob: string, text: string): boolean => {
      if (glob === '') return true
      if (glob === '$') return text === ''
      if (glob.startsWith('*')) return matches(glob.slice(1), text) || (text !== '' && matches(glob, text.slice(1)))
      return text.startsWith(glob.charAt(0)) && matches(glob.slice(1), text.slice(1))
    }
    fc.assert(
      fc.property(pattern, target, (glob, text) => {
        expect(robotsAllows(`user-agent: *\ndisallow: ${glob}`, text, 'a')).toBe(!matches(glob, text))
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws and is quick on hostile files', () => {
    const line = fc.tuple(fc.constantFrom('user-agent', 'allow', 'disallow', 'crawl-delay', '', '*'), fc.string({ unit: 'binary' }))
    const file = fc.array(line.map(([key, value]) => `${key}:${value}`)).map((lines) => `user-agent:*\n${lines.join('\n')}`)
    fc.assert(
      fc.property(fc.oneof(file, fc.string({ unit: 'binary' })), fc.oneof(fc.webUrl(), fc.string()), fc.string(), (robots, url, agent) => {
        expect(typeof robotsAllows(robots, url, agent)).toBe('boolean')
      }),
    )
    const a = 'a'.repeat(8000)
    const hostile = [
      `user-agent: *\n${`disallow: /*${a}b*${a}c$\n`.repeat(32)}`,
      `user-agent: *\n${Array.from({ length: 20_000 }, (_, i) => `disallow: /*a*a*a*${i}$`).join('\n')}`,
      `user-agent: *\ndisallow: ${'*a'.repeat(7000)}b`,
    ]
    for (const robots of hostile) {
      const started = process.cpuUsage()
      robotsAllows(robots, `https://site.example/${a}${a}`, UA)
      expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000)
    }
  })
})
