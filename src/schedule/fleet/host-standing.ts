/** What the politeness of a host comes to at a moment, in words: of the memories that the policies keep in the store. Pure. */
import { isAddressKey, type HostMemory } from '../schedule-store.ts'

export interface HostStanding {
  /** `https://example.org`, or `address:203.0.113.7` for an address that many hosts share. */
  readonly host: string
  /** `open`: its circuit is, and nothing is asked of it. `blocked`: it asked to be left alone until then. `slowed`: it is asked less often. */
  readonly state: 'open' | 'blocked' | 'slowed'
  /** ISO; null for one that is slowed. */
  readonly until: string | null
  /** Least time between the starts of two visits. */
  readonly delayMs: number
  readonly reason: string
}

const number = (values: object, name: string): number => {
  const value: unknown = (values as Record<string, unknown>)[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

const whyOf = (silences: number, errors: number): string | null =>
  silences > 0 ? `${silences} visits in a row without an answer` : errors > 0 ? `${errors} errors in a row` : null

/**
 * @param floorMs the pace of hosts that nothing is wrong with
 * @returns null for one that has nothing against it any more, and for what is no memory of a policy
 */
export const standingOf = ({ host, memory }: HostMemory, now: number, floorMs: number): HostStanding | null => {
  let found: unknown
  try {
    found = JSON.parse(memory)
  } catch {
    return null
  }
  if (isAddressKey(host)) {
    return typeof found === 'number' ? { host, state: 'slowed', until: null, delayMs: found, reason: 'several of its hosts are overloaded' } : null
  }
  if (typeof found !== 'object' || found === null) return null
  const delayMs = Math.max(floorMs, number(found, 'delayMs'))
  const why = whyOf(number(found, 'silences'), number(found, 'errors'))
  const until = (at: number): string => new Date(at).toISOString()
  const [openUntil, blockedUntil] = [number(found, 'openUntil'), number(found, 'blockedUntil')]
  if (openUntil > now) return { host, state: 'open', until: until(openUntil), delayMs, reason: why ?? 'it failed again and again' }
  if (blockedUntil > now) return { host, state: 'blocked', until: until(blockedUntil), delayMs, reason: 'Retry-After' }
  return delayMs > floorMs ? { host, state: 'slowed', until: null, delayMs, reason: why ?? 'it answers slowly, or was overloaded' } : null
}
