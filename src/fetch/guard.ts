/**
 * Keeps the crawler from being led into the network it runs in. A URL's host is judged before
 * anything is sent, and the very address that is dialled is judged again at connect time, so
 * that a name which changes its answer in between (DNS rebinding) gains nothing.
 */
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { LRUCache } from 'lru-cache'
import { systemCode } from '../core/errors.ts'
import type { Reason } from '../core/reasons.ts'
import { parseAllowList, type AllowList } from './allow-list.ts'
import { isPublicAddress, parseAddress } from './public-address.ts'
import { CACHE_SIZE, createNames, type NameAnswer, type NameOptions } from './resolve-names.ts'

export interface GuardDecision {
  readonly allowed: boolean
  readonly reason?: Extract<Reason, 'invalid-url' | 'unsupported-scheme' | 'blocked-address' | 'unresolvable'>
  /** For a person: which address, which name. */
  readonly detail?: string
}

export interface GuardOptions extends NameOptions {
  /** CIDR, address or host name, each with a port or for all ports. Default none. */
  readonly allow?: readonly string[]
}

export interface Guard {
  /** At once for literal addresses, refused names and names resolved lately. */
  check(url: URL): GuardDecision | Promise<GuardDecision>
  /** The judgement of a literal address or a name refused as such; null for a name to be resolved. */
  checkLiteral(hostname: string, port: number): GuardDecision | null
  /** For `net.connect`: yields only addresses that may be dialled on this port. */
  lookup(port: number): LookupFunction
}

/** Rejects a lookup whose answer may not be dialled; carries the reason through undici. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
  readonly code = 'GANNET_BLOCKED_ADDRESS'
}

const ALLOWED: GuardDecision = Object.freeze({ allowed: true })

/** Special-use domains: RFC 6761, 6762 and 8375, ICANN's `internal`, and what systems make up beside them. */
const LOCAL_DOMAIN = /(?:^|\.)(?:localhost6?|local|localdomain6?|internal|home\.arpa)$/
/** Names that hosts files commonly hold. */
const LOCAL_HOST = /^(?:ip6-(?:localhost|loopback|localnet|mcastprefix|allnodes|allrouters|allhosts)|broadcasthost)$/
const isLocalName = (name: string): boolean => LOCAL_DOMAIN.test(name) || LOCAL_HOST.test(name)

/** @returns the URL's port, default ports written out */
export const portOf = (url: URL): number =>
  url.port !== '' ? Number(url.port) : url.protocol === 'https:' ? 443 : 80

/** Node's lookups report in errno. */
const noAddress = (message: string): NodeJS.ErrnoException => Object.assign(new Error(message), { code: 'ENOTFOUND' })

const blocked = (detail: string): GuardDecision => ({ allowed: false, reason: 'blocked-address', detail })

const nameOf = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, '')

const judgeLiteral = (hostname: string, port: number, allow: AllowList): GuardDecision | null => {
  const address = parseAddress(hostname)
  if (address) {
    return isPublicAddress(address) || allow.hasAddress(address, port)
      ? ALLOWED
      : blocked(`${address.toString()} is not an address of the public internet`)
  }
  return null
}

/**
 * A mixed answer (some addresses public, some not) is refused as a whole: it is how rebinding
 * looks. Where an address was allowed by hand, only allowed and public ones are dialled.
 */
const judgeAnswer = (
  name: string, port: number, { addresses, error }: NameAnswer, allow: AllowList,
): { readonly decision: GuardDecision; readonly dial: readonly LookupAddress[] } => {
  if (error || addresses.length === 0) {
    const why = systemCode(error) ?? 'no address'
    return { decision: { allowed: false, reason: 'unresolvable', detail: `${name} does not resolve (${why})` }, dial: [] }
  }
  if (allow.hasName(name, port)) return { decision: ALLOWED, dial: addresses }
  const dial: LookupAddress[] = []
  let refused: string | null = isLocalName(name) ? 'a local name' : null
  let explicit = false
  for (const entry of addresses) {
    const address = parseAddress(entry.address.replace(/%.*$/, ''))
    if (address && allow.hasAddress(address, port)) {
      explicit = true
      dial.push(entry)
    } else if (address && isPublicAddress(address)) dial.push(entry)
    else refused = entry.address
  }
  return refused === null || explicit
    ? { decision: ALLOWED, dial }
    : { decision: blocked(`${name} leads to ${refused}, not an address of the public internet`), dial: [] }
}

export const createGuard = (options: GuardOptions = {}): Guard => {
  const allow = parseAllowList(options.allow ?? [])
  const names = createNames(options)
  /** A local name is refused unasked, unless something was allowed that it might lead to. */
  const somethingAllowed = (options.allow ?? []).length > 0
  const verdicts = new LRUCache<string, { readonly verdict: GuardDecision | null }>({ max: options.cacheSize ?? CACHE_SIZE })

  const checkLiteral = (hostname: string, port: number): GuardDecision | null => {
    const key = `${hostname} ${port}`
    let entry = verdicts.get(key)
    if (!entry) {
      const name = nameOf(hostname)
      const refused = !somethingAllowed && isLocalName(name)
      entry = {
        verdict: name === '' ? { allowed: false, reason: 'invalid-url', detail: 'no host' }
          : refused ? blocked(`${name} is a local name`)
          : judgeLiteral(hostname, port, allow),
      }
      verdicts.set(key, entry)
    }
    return entry.verdict
  }

  return {
    checkLiteral,
    check(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        return { allowed: false, reason: 'unsupported-scheme', detail: `${url.protocol} is not http or https` }
      }
      const port = portOf(url)
      const literal = checkLiteral(url.hostname, port)
      if (literal) return literal
      const name = nameOf(url.hostname)
      const known = names.known(name)
      return known
        ? judgeAnswer(name, port, known, allow).decision
        : names.ask(name).then((answer) => judgeAnswer(name, port, answer, allow).decision)
    },
    lookup: (port) => (hostname, lookupOptions, callback) => {
      const name = nameOf(hostname)
      const known = names.known(name)
      void (known ? Promise.resolve(known) : names.ask(name)).then((answer) => {
        const { decision, dial } = judgeAnswer(name, port, answer, allow)
        const family = lookupOptions.family === 'IPv4' ? 4 : lookupOptions.family === 'IPv6' ? 6 : lookupOptions.family
        const usable = family === 4 || family === 6 ? dial.filter((entry) => entry.family === family) : dial
        const first = usable[0]
        if (decision.reason === 'blocked-address') return callback(new BlockedAddressError(decision.detail), [])
        if (!first) {
          return callback(answer.error ?? noAddress(decision.detail ?? `no usable address for ${name}`), [])
        }
        if (lookupOptions.all) callback(null, [...usable])
        else callback(null, first.address, first.family)
      })
    },
  }
}

const parse = (url: string): URL | GuardDecision =>
  URL.canParse(url) ? new URL(url) : { allowed: false, reason: 'invalid-url', detail: 'cannot be parsed as a URL' }

/**
 * May this address be fetched? Resolves names (A and AAAA) but connects to nothing.
 * @param options.allow CIDR, address or host name, each with a port or for all ports
 * @throws config-invalid for an `allow` entry that cannot be read
 */
export const guardUrl = async (url: string, options: GuardOptions = {}): Promise<GuardDecision> => {
  const parsed = parse(url)
  return parsed instanceof URL ? createGuard({ ...options, cacheSize: 1 }).check(parsed) : parsed
}

/** The part that needs no resolver: null when the host is a name whose addresses decide. */
export const guardLiteral = (url: string, options: Pick<GuardOptions, 'allow'> = {}): GuardDecision | null => {
  const parsed = parse(url)
  if (!(parsed instanceof URL)) return parsed
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    return { allowed: false, reason: 'unsupported-scheme', detail: `${parsed.protocol} is not http or https` }
  }
  return createGuard({ ...options, cacheSize: 1 }).checkLiteral(parsed.hostname, portOf(parsed))
}
