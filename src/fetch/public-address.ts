/**
 * Which addresses lie on the public internet. Everything the IANA special-purpose registries
 * list is refused, forms that carry an IPv4 address inside an IPv6 one as a whole: nothing public
 * is reached only through them, and each has been used to walk round a filter.
 */
import ipaddr from 'ipaddr.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Range = readonly [Address, number]

/** What ipaddr.js 2.5 counts as unicast and is not public all the same. */
const ALSO_SPECIAL: readonly Range[] = [
  // Azure's host agent: answers every virtual machine at a public-looking address.
  '168.63.129.16/32',
  // IPv4-compatible addresses, RFC 4291 §2.5.5.1.
  '::/96',
  // Dummy prefix, RFC 9780.
  '100:0:0:1::/64',
].map((text) => ipaddr.parseCIDR(text))

/** True when both are of one kind and `address` lies in `range`. */
export const inRange = (address: Address, [base, bits]: Range): boolean =>
  address.kind() === base.kind() && address.match(base, bits)

/** @param text an address as DNS or a URL's host gives it, without brackets; null when it is none */
export const parseAddress = (text: string): Address | null => {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || bare.includes(':')
    ? (ipaddr.isValid(bare) ? ipaddr.parse(bare) : null)
    : null
}

/** IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates), and multicast. */
export const isPublicAddress = (address: Address): boolean =>
  address.range() === 'unicast' && !ALSO_SPECIAL.some((range) => inRange(address, range))

/** `::ffff:127.0.0.1` is `127.0.0.1` when it comes to what was allowed. */
export const unmapped = (address: Address): Address =>
  address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
