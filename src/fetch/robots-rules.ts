/**
 * The rules of a robots.txt for one agent, by RFC 9309. Our own, because the library at hand
 * (robots-parser 3) misses six of the 150 conformance cases: percent-encoded octets and `*`/`$`
 * written as themselves, groups without rules, and robots.txt itself.
 */
import { compilePattern, normalisePath, type PathPattern } from './robots-pattern.ts'

export interface RobotsRules {
  /** @param target absolute URL, or a path with its query */
  allows(target: string | URL): boolean
  /**
   * Between two requests, by Crawl-delay or Request-rate (neither is in the RFC, both are in use; the
   * slower wins), in milliseconds; null when none is asked for.
   */
  readonly crawlDelayMs: number | null
  /** Absolute addresses of Sitemap lines, of all groups, each once, in order; the first 500. */
  readonly sitemaps: readonly string[]
  /** How much memory the rules hold, roughly, in characters. */
  readonly weight: number
}

interface Rule {
  readonly allow: boolean
  readonly pattern: PathPattern
}

interface Group {
  readonly rules: Map<string, Rule>
  crawlDelayMs: number | null
  met: boolean
}

/** Misspellings that common crawlers accept: an owner's wish is plain enough. */
const KEYS: Readonly<Record<string, 'agent' | 'allow' | 'disallow' | 'delay' | 'rate' | 'sitemap'>> = {
  'user-agent': 'agent', useragent: 'agent', 'user agent': 'agent',
  allow: 'allow',
  disallow: 'disallow', dissallow: 'disallow', dissalow: 'disallow', disalow: 'disallow', diasllow: 'disallow', disallaw: 'disallow',
  'crawl-delay': 'delay', crawldelay: 'delay',
  'request-rate': 'rate', requestrate: 'rate',
  sitemap: 'sitemap', 'site-map': 'sitemap',
}

const MAX_SITEMAPS = 500
/** Longest address of a sitemap, in characters. */
const MAX_ADDRESS = 2048

/** Longest line that is read, in characters; a longer one cannot be meant for a URL. */
const MAX_LINE = 16_384

/** The product token of an agent or of a User-Agent header (RFC 9309 §2.2.1), lower case; '' when there is none. */
export const productToken = (agent: string): string =>
  (/^\s*([\w-]+)\s*(?:[/(].*)?$/s.exec(agent)?.[1] ?? '').toLowerCase()

const parseLine = (line: string): { readonly key: string; readonly value: string } | null => {
  const text = (line.includes('#') ? line.slice(0, line.indexOf('#')) : line).trim()
  const colon = text.indexOf(':')
  if (colon > 0) return { key: text.slice(0, colon).trim().toLowerCase(), value: text.slice(colon + 1).trim() }
  const words = text.split(/\s+/, 3)
  return words.length === 2 ? { key: (words[0] as string).toLowerCase(), value: words[1] as string } : null
}

/** `2.5`, `2,5`, `10s`; null when it is no number of seconds below 1,000,000. */
const delayOf = (value: string): number | null => {
  const number = /^\d{1,6}(?:[.,]\d{1,6})?/.exec(value)?.[0]
  const rest = number === undefined ? '' : value.slice(number.length)
  return number === undefined || /^[\d.,]/.test(rest) ? null : Math.round(Number(number.replace(',', '.')) * 1000)
}

const RATE_UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 }

/** `1/10s`, `30/1m 0600-0845`: pages/time. The hours of the day it is meant for are passed over: it holds at all of them. */
const rateOf = (value: string): number | null => {
  const [, pages = '', time = '', unit = ''] = /^(\d{1,6})\s*\/\s*(\d{1,6})\s*([smh]?)/i.exec(value) ?? []
  const ms = (Number(time) * (RATE_UNITS[unit.toLowerCase()] ?? 1) * 1000) / Number(pages)
  return pages === '' || !Number.isFinite(ms) ? null : Math.round(ms)
}

/** A line may name the token alone, with a version, or with words after it. */
const names = (value: string, token: string): boolean =>
  token !== '' && [/^[\w-]+/, /^[a-z_-]+/i].some((form) => form.exec(value)?.[0].toLowerCase() === token)

const pathOf = (target: string | URL): string => {
  if (typeof target === 'string' && target.startsWith('/')) return normalisePath(target)
  if (typeof target === 'string' && !URL.canParse(target)) return '/'
  const url = typeof target === 'string' ? new URL(target) : target
  return normalisePath(`${url.pathname || '/'}${url.search}`)
}

/**
 * Reads the groups that name the agent, merged; without one, those for `*`.
 * @param robotsTxt decoded as UTF-8; never throws, whatever it holds
 * @param agent product token or whole User-Agent
 */
export const parseRobots = (robotsTxt: string, agent: string): RobotsRules => {
  const token = productToken(agent)
  const mine: Group = { rules: new Map(), crawlDelayMs: null, met: false }
  const everyone: Group = { rules: new Map(), crawlDelayMs: null, met: false }
  const sitemaps = new Set<string>()
  let open: readonly Group[] = []
  let naming = false

  const each = (line: string): void => {
    const parsed = line.length > MAX_LINE ? null : parseLine(line)
    const key = parsed && Object.hasOwn(KEYS, parsed.key) ? KEYS[parsed.key] : undefined
    if (!parsed || key === undefined) return
    if (key === 'agent') {
      if (!naming) open = []
      naming = true
      const group = /^\*(?:\s|$)/.test(parsed.value) ? everyone : names(parsed.value, token) ? mine : null
      if (group && !open.includes(group)) open = [...open, group]
      if (group) group.met = true
      return
    }
    // Belongs to no group and ends none (RFC 9309 §2.2.4).
    if (key === 'sitemap') {
      const { value } = parsed
      if (sitemaps.size < MAX_SITEMAPS && value.length <= MAX_ADDRESS && /^https?:\/\//i.test(value) && URL.canParse(value)) {
        sitemaps.add(value)
      }
      return
    }
    naming = false
    const delayMs = key === 'delay' ? delayOf(parsed.value) : key === 'rate' ? rateOf(parsed.value) : null
    for (const group of open) {
      if (key === 'delay' || key === 'rate') {
        if (delayMs !== null) group.crawlDelayMs = Math.max(group.crawlDelayMs ?? 0, delayMs)
      } else if (parsed.value !== '') {
        const pattern = compilePattern(parsed.value)
        const allow = key === 'allow'
        // Of two equivalent rules the allowing one wins (RFC 9309 §2.2.2).
        if (allow || !group.rules.has(pattern.text)) group.rules.set(pattern.text, { allow, pattern })
      }
    }
  }
  for (const line of robotsTxt.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) each(line)

  const group = mine.met ? mine : everyone
  // Longest first, then the first that matches is the most specific; allow before disallow.
  const rules = [...group.rules.values()].sort(
    (a, b) => b.pattern.octets - a.pattern.octets || Number(b.allow) - Number(a.allow),
  )
  return {
    allows: (target) => {
      const path = pathOf(target)
      if (path === '/robots.txt') return true
      return rules.find((rule) => rule.pattern.matches(path))?.allow ?? true
    },
    crawlDelayMs: group.crawlDelayMs,
    sitemaps: [...sitemaps],
    weight: rules.reduce((sum, rule) => sum + 100 + rule.pattern.octets, 100) +
      [...sitemaps].reduce((sum, address) => sum + 50 + address.length, 0),
  }
}

/** May `agent` fetch `url` under this robots.txt? RFC 9309; never throws. */
export const robotsAllows = (robotsTxt: string, url: string, agent: string): boolean =>
  parseRobots(robotsTxt, agent).allows(url)
