/**
 * The hosts and addresses that the coordinator knows: the policies (host-policy.ts, address-policy.ts)
 * with their memory. Bounded: what was seen longest ago is forgotten here, while the store keeps the
 * pace it was last given.
 */
import { LRUCache } from 'lru-cache'
import type { HostObservation } from '../fetch/visit.ts'
import { ADDRESS_POLICY_DEFAULTS, addressMemory, observeAddress, recallAddress, type AddressState } from './address-policy.ts'
import {
  HOST_POLICY_DEFAULTS, holdUntil, isCircuitOpen, observeHost, recallHost, type HostPolicyOptions, type HostState,
} from './host-policy.ts'
import { addressKey, isAddressKey, type HostMemory, type HostPace } from './schedule-store.ts'

export interface HostPolicy {
  /** Takes observations in order; returns the paces to set, in order. */
  observe(seen: readonly HostObservation[], now: number): readonly HostPace[]
  isCircuitOpen(host: string, now: number): boolean
  /** When a host with an open circuit is tried again and its tasks wait for that; null when they do not. */
  holdUntil(host: string): number | null
  /** Visits to the host that may run at a time: 1 for one not seen yet, up to `perHost`. */
  allowance(host: string): number
  /** Least time between the starts of two visits to the host's address; null when it has no pace of its own. */
  addressPace(host: string): { readonly key: string; readonly delayMs: number } | null
  /** For a person and for tests; least recently observed first. */
  states(): readonly (readonly [host: string, state: HostState])[]
}

export interface HostBookOptions extends HostPolicyOptions {
  /** Hosts remembered, default 50,000 (about 10 MB), and half as many addresses. */
  readonly maxHosts: number
  /** Which addresses have a pace of their own, and its floor in milliseconds (the store's). Default none. */
  readonly addresses: { readonly floorMs: number; has(address: string): boolean } | null
  /** From the store, when the crawl is resumed. */
  readonly memories: readonly HostMemory[]
}

interface Known {
  readonly state: HostState
  /** The one it was last found at, among those that are paced. */
  readonly address: string | null
}

export const createHostPolicy = (options: Partial<HostBookOptions> = {}): HostPolicy => {
  const { maxHosts = 50_000, memories = [], addresses = null, ...rest } = options
  const settings: HostPolicyOptions = { ...HOST_POLICY_DEFAULTS, ...rest }
  const ofAddress = { ...ADDRESS_POLICY_DEFAULTS, floorMs: addresses?.floorMs ?? 0 }
  const hosts = new LRUCache<string, Known>({ max: maxHosts })
  const atAddress = new LRUCache<string, AddressState>({ max: Math.ceil(maxHosts / 2) })
  for (const { host, memory } of memories) {
    if (isAddressKey(host)) {
      const state = recallAddress(memory, ofAddress)
      if (state) atAddress.set(host, state)
    } else {
      const state = recallHost(memory, settings)
      if (state) hosts.set(host, { state, address: null })
    }
  }

  const observeOne = (one: HostObservation, now: number): readonly HostPace[] => {
    const before = hosts.get(one.host) ?? null
    const { state, pace } = observeHost(before?.state ?? null, one, now, settings)
    const dialled = one.address ?? null
    const address = dialled === null ? (before?.address ?? null) : addresses?.has(dialled) ? dialled : null
    hosts.set(one.host, { state, address })
    const moved = address === (before?.address ?? null) ? {} : { address }
    const paces: HostPace[] = pace || 'address' in moved ? [{ host: one.host, ...pace, ...moved }] : []
    if (address === null) return paces
    const key = addressKey(address)
    const slowed = atAddress.get(key) ?? null
    const next = observeAddress(slowed, one, now, ofAddress)
    atAddress.set(key, next)
    if (next.delayMs !== (slowed?.delayMs ?? ofAddress.floorMs)) {
      paces.push({ host: key, delayMs: next.delayMs, memory: addressMemory(next, ofAddress) })
    }
    return paces
  }

  return {
    observe: (seen, now) => seen.flatMap((one) => observeOne(one, now)),
    isCircuitOpen(host, now) {
      const known = hosts.peek(host)
      return known !== undefined && isCircuitOpen(known.state, now)
    },
    holdUntil(host) {
      const known = hosts.peek(host)
      return known === undefined ? null : holdUntil(known.state, settings)
    },
    allowance: (host) => Math.min(settings.perHost, hosts.peek(host)?.state.allowance ?? 1),
    addressPace(host) {
      const address = hosts.peek(host)?.address ?? null
      if (address === null) return null
      const key = addressKey(address)
      return { key, delayMs: Math.max(ofAddress.floorMs, atAddress.peek(key)?.delayMs ?? 0) }
    },
    states: () => [...hosts.entries()].reverse().map(([host, { state }]) => [host, state] as const),
  }
}
