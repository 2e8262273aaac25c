/**
 * Names to addresses by the name servers themselves (c-ares): off the thread pool, where four slow
 * names would hold up every file and every decoding, and with the time that each answer may be
 * kept. What is not the name servers' to know goes the system's way: names in the hosts file, names
 * of one label, `.local`; and everything, while no name server can be reached.
 */
import { lookup as systemLookup, NOTFOUND, type LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { systemCode } from '../core/errors.ts'
import { createHostsFile, type HostsFile } from './hosts-file.ts'

/** An address and how long it may be kept, in milliseconds; absent when the resolver did not say. */
export interface ResolvedAddress extends LookupAddress {
  readonly ttlMs?: number
}

/** All addresses of a host name, A and AAAA; rejects with an errno (`ENOTFOUND`, …). */
export type Resolve = (name: string) => Promise<readonly ResolvedAddress[]>

/** RFC 8305 §3: how much longer the other family is waited for, once one has answered. */
const OTHER_FAMILY_MS = 50
const TRY_MS = 2_500
const TRIES = 2

/** The name servers' own word that there is no such name or record. */
const NO_SUCH = new Set(['ENOTFOUND', 'ENODATA'])
/** The system knows more about these than any name server. RFC 6762; single labels may have a search domain. */
const isOurs = (name: string): boolean => !name.includes('.') || name.endsWith('.local') || name.endsWith('.localhost')

const failure = (code: string, name: string): NodeJS.ErrnoException => Object.assign(new Error(`${code} ${name}`), { code })

export const resolveBySystem: Resolve = (name) =>
  new Promise((resolve, reject) => {
    systemLookup(name, { all: true, verbatim: true }, (error, addresses) => {
      if (error) reject(error)
      else resolve(addresses)
    })
  })

export interface NameServerOptions {
  /** `address:port`; default those of the system. */
  readonly servers?: readonly string[]
  readonly hosts?: HostsFile
  /** Asked when no name server can be; default the system's resolver. */
  readonly bySystem?: Resolve
}

type Records = readonly { readonly address: string; readonly ttl: number }[]
type Side = { readonly family: 4 | 6; readonly records: Records; readonly code: string | null }

export const createAskNameServers = (options: NameServerOptions = {}): Resolve => {
  const { servers, hosts = createHostsFile(), bySystem = resolveBySystem } = options
  /** Made anew after a failure: a laptop changes its network, and its name servers with it. */
  let resolver: Resolver | null = null

  const currentResolver = (): Resolver => {
    if (resolver) return resolver
    resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
    if (servers) resolver.setServers(servers)
    return resolver
  }

  const side = (family: 4 | 6, asked: Promise<Records>): Promise<Side> =>
    asked.then(
      (records) => ({ family, records: records.filter(({ address }) => isIP(address) === family), code: null }),
      (error: unknown) => ({ family, records: [], code: systemCode(error) ?? 'ESERVFAIL' }),
    )

  /** Both families together; one that fails or dawdles does not hold up the other. */
  const askBoth = async (name: string): Promise<readonly Side[]> => {
    const asked = currentResolver()
    const both = [side(4, asked.resolve4(name, { ttl: true })), side(6, asked.resolve6(name, { ttl: true }))] as const
    const first = await Promise.race(both)
    if (first.records.length === 0) return Promise.all(both)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), OTHER_FAMILY_MS)
    })
    const other = await Promise.race([both[first.family === 4 ? 1 : 0], late])
    clearTimeout(timer)
    return other ? [first, other] : [first]
  }

  return async (name) => {
    const written = hosts(name)
    if (written) return written
    // RFC 6761 §6.4: never asked of anyone.
    if (name === 'invalid' || name.endsWith('.invalid')) throw failure(NOTFOUND, name)
    if (isOurs(name)) return bySystem(name)
    const sides = await askBoth(name)
    const addresses = sides.flatMap(({ family, records }) =>
      records.map(({ address, ttl }) => ({ address, family, ttlMs: ttl * 1000 })))
    if (addresses.length > 0) return addresses
    const codes = sides.map(({ code }) => code ?? 'ENODATA')
    if (codes.every((code) => NO_SUCH.has(code))) throw failure(codes.includes('ENOTFOUND') ? 'ENOTFOUND' : 'ENODATA', name)
    resolver = null
    return bySystem(name)
  }
}
