/**
 * The exceptions to the guard: what a person allowed by name. An entry is an address, a range or
 * a host name, each with a port or for all ports.
 */
import ipaddr from 'ipaddr.js'
import { GannetError } from '../core/errors.ts'
import { inRange, parseAddress, unmapped, type Address, type Range } from './public-address.ts'

interface AllowedRange {
  readonly range: Range
  readonly port: number | null
}

export interface AllowList {
  /** @param port of the URL, default ports written out */
  hasAddress(address: Address, port: number): boolean
  /** @param name lower case, without a trailing dot */
  hasName(name: string, port: number): boolean
}

const ENTRY = /^(?<host>\[[^\]]+\](?:\/\d+)?|[^:]+|[^[\]]*:[^[\]]*:[^[\]]*?)(?::(?<port>\d{1,5}))?$/

const unreadable = (entry: string): GannetError =>
  new GannetError(
    'config-invalid',
    `cannot allow "${entry}": give an address (127.0.0.1), a range (10.0.0.0/8) or a host name (site.test), ` +
      'each with a port if need be (127.0.0.1:8080, [::1]:8080)',
  )

/** IPv6 without brackets cannot carry a port: its colons would be ambiguous. */
const split = (entry: string): { readonly host: string; readonly port: number | null } => {
  const bare = entry.trim().toLowerCase()
  if (ipaddr.IPv6.isValid(bare) || ipaddr.IPv6.isValidCIDR(bare)) return { host: bare, port: null }
  const { host, port } = ENTRY.exec(bare)?.groups ?? {}
  if (host === undefined || (port !== undefined && Number(port) > 65_535)) throw unreadable(entry)
  return { host: host.replace(/[[\]]/g, ''), port: port === undefined ? null : Number(port) }
}

const asName = (host: string, entry: string): string => {
  if (!URL.canParse(`http://${host}/`)) throw unreadable(entry)
  const url = new URL(`http://${host}/`)
  if (url.host !== url.hostname || url.pathname !== '/' || url.username !== '') throw unreadable(entry)
  return url.hostname.replace(/\.$/, '')
}

/** @throws config-invalid for an entry that is none of these */
export const parseAllowList = (entries: readonly string[]): AllowList => {
  const ranges: AllowedRange[] = []
  const names = new Map<string, Set<number | null>>()
  for (const entry of entries) {
    const { host, port } = split(entry)
    if (ipaddr.isValidCIDR(host)) {
      ranges.push({ range: ipaddr.parseCIDR(host), port })
      continue
    }
    const name = host.includes(':') ? host : asName(host, entry)
    const address = parseAddress(name)
    if (address) ranges.push({ range: [address, address.kind() === 'ipv4' ? 32 : 128], port })
    else if (name.includes(':') || name.includes('/')) throw unreadable(entry)
    else names.set(name, (names.get(name) ?? new Set()).add(port))
  }
  return {
    hasAddress: (address, port) =>
      ranges.some(
        (allowed) =>
          (allowed.port === null || allowed.port === port) &&
          (inRange(address, allowed.range) || inRange(unmapped(address), allowed.range)),
      ),
    hasName: (name, port) => {
      const ports = names.get(name)
      return ports !== undefined && (ports.has(null) || ports.has(port))
    },
  }
}
