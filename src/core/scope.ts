/**
 * How far a crawl may wander: whether a page lies in the scope of a seed. Pure, and plain data, because
 * it is asked twice in two processes: for a link before it becomes a task, and for every hop of a
 * redirect before it is followed.
 */
import { LRUCache } from 'lru-cache'
import { getDomain } from 'tldts'
import { globSource, linearPattern, type LinearPattern } from './linear-pattern.ts'

/**
 * `host`: the same host and port; with or without `www.`, http or https. `site`: the same registrable domain by the
 * public suffix list, whatever the port (of `a.github.io` every one is its own). `prefix`: `host`, and below the folder
 * of the seed's path. `any`: anywhere.
 */
export const SCOPE_KINDS = ['host', 'site', 'prefix', 'any'] as const
export type ScopeKind = (typeof SCOPE_KINDS)[number]

/** Where a seed is at home. Small: every page task of the crawl carries one. */
export interface Home {
  readonly within: ScopeKind
  /** What addresses at home have in common; empty for `any`. */
  readonly at: string
}

export interface Patterns {
  /** When there are any, one of them must match. */
  readonly include: readonly string[]
  /** None of them may match. */
  readonly exclude: readonly string[]
}

export interface Scope extends Patterns {
  readonly home: Home
}

/** Host and, unless it is the scheme's own, port; `www.` before a name that stands without it makes no difference. */
const hostOf = ({ hostname, port }: URL): string => {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  const bare = name.startsWith('www.') && name.includes('.', 4) ? name.slice(4) : name
  return port === '' ? bare : `${bare}:${port}`
}

/** An address that is no name of a public suffix (`localhost`, 127.0.0.1) is its own site. */
const siteOf = (url: URL): string => getDomain(url.hostname, { allowPrivateDomains: true }) ?? url.hostname

const folderOf = ({ pathname }: URL): string => pathname.slice(0, pathname.lastIndexOf('/') + 1)

/** @param url absolute http(s) URL of the seed, or of the page that it was redirected to */
export const homeOf = (url: string | URL, within: ScopeKind): Home => {
  const parsed = typeof url === 'string' ? new URL(url) : url
  switch (within) {
    case 'host':
      return { within, at: hostOf(parsed) }
    case 'site':
      return { within, at: siteOf(parsed) }
    case 'prefix':
      return { within, at: hostOf(parsed) + folderOf(parsed) }
    case 'any':
      return { within, at: '' }
    default:
      return within satisfies never
  }
}

const isHome = (url: URL, { within, at }: Home): boolean => {
  switch (within) {
    case 'host':
      return hostOf(url) === at
    case 'site':
      return siteOf(url) === at
    case 'prefix':
      return (hostOf(url) + url.pathname).startsWith(at)
    case 'any':
      return true
    default:
      return within satisfies never
  }
}

type Matches = (url: URL) => boolean

const REGEX = /^\/(.+)\/(i?)$/

const compile = (pattern: string): Matches | { readonly flaw: string } => {
  const regex = REGEX.exec(pattern)
  const found: LinearPattern | { readonly flaw: string } = regex
    ? linearPattern(regex[1] as string, { ignoreCase: regex[2] === 'i' })
    : linearPattern(globSource(pattern))
  if (typeof found !== 'function') return found
  if (regex || pattern.includes('://')) return ({ href }) => found(href)
  if (pattern.startsWith('/')) return ({ pathname, search }) => found(pathname + search)
  return ({ host, pathname, search }) => found(host + pathname + search)
}

const compiled = new LRUCache<string, { readonly is: ReturnType<typeof compile> }>({ max: 500 })

const compiledOf = (pattern: string): ReturnType<typeof compile> => {
  const known = compiled.get(pattern)
  if (known) return known.is
  const is = compile(pattern)
  compiled.set(pattern, { is })
  return is
}

/**
 * What is wrong with a pattern, in words that go after "it"; null when it will do. `/…/` and `/…/i` are regular
 * expressions that may match anywhere in the URL (linear-pattern.ts); all else are globs over all of it: from the
 * scheme when they name one, over path and query when they begin with a slash, else from the host.
 */
export const patternFlaw = (pattern: string): string | null => {
  const found = compiledOf(pattern)
  return typeof found === 'function' ? null : found.flaw
}

const matches = (pattern: string, url: URL): boolean => {
  const found = compiledOf(pattern)
  // A pattern with a flaw was refused with the settings.
  return typeof found === 'function' && found(url)
}

/** Whether patterns let a URL pass; one without a fragment, since patterns are held against all of it. */
export const passes = (url: string | URL, { include, exclude }: Patterns): boolean => {
  if (include.length === 0 && exclude.length === 0) return true
  const parsed = typeof url === 'string' ? new URL(url) : url
  return (include.length === 0 || include.some((pattern) => matches(pattern, parsed))) &&
    !exclude.some((pattern) => matches(pattern, parsed))
}

/** @param url absolute http(s) URL without fragment */
export const inScope = (url: string | URL, scope: Scope): boolean => {
  const parsed = typeof url === 'string' ? new URL(url) : url
  return isHome(parsed, scope.home) && passes(parsed, scope)
}
