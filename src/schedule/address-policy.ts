/**
 * How fast an address may be visited, whatever the names of its hosts: shared hosting and networks
 * that deliver for others put thousands of names on one machine. Its floor is its own; when several
 * of its hosts say that they are overloaded, the machine is, and all of them are slowed.
 */
import type { HostObservation } from '../fetch/visit.ts'

export interface AddressPolicyOptions {
  /** The store's floor (`ScheduleOptions.addressDelayMs`), in milliseconds. */
  readonly floorMs: number
  /** Hosts that must be overloaded within `windowMs` before it is the address's doing. */
  readonly hosts: number
  readonly windowMs: number
  /** Least delay once slowed, and the highest. */
  readonly leastMs: number
  readonly maxMs: number
  /** Least time between two changes: what was under way together counts once. */
  readonly stepMs: number
}

export const ADDRESS_POLICY_DEFAULTS: AddressPolicyOptions = Object.freeze({
  floorMs: 50,
  hosts: 3,
  windowMs: 60_000,
  leastMs: 200,
  maxMs: 5000,
  stepMs: 1000,
})

/** Plain and serialisable. Times in milliseconds since the epoch. */
export interface AddressState {
  readonly delayMs: number
  readonly changedAt: number
  /** Hosts that were overloaded last, the latest last. */
  readonly overloaded: readonly (readonly [host: string, at: number])[]
}

/** Worth finding again after a restart: an address that is slowed. */
export const addressMemory = ({ delayMs }: AddressState, options: AddressPolicyOptions): string | null =>
  delayMs > options.floorMs ? String(delayMs) : null

/** @returns null when the text is not of this policy */
export const recallAddress = (memory: string, options: AddressPolicyOptions): AddressState | null => {
  const delayMs = Number(memory)
  if (!Number.isSafeInteger(delayMs) || delayMs < 0) return null
  return { delayMs: Math.max(options.floorMs, Math.min(delayMs, options.maxMs)), changedAt: -options.stepMs, overloaded: [] }
}

/** The state after one observation of one of its hosts. Pure. @param state null for an address not seen before */
export const observeAddress = (
  state: AddressState | null,
  seen: HostObservation,
  now: number,
  options: AddressPolicyOptions = ADDRESS_POLICY_DEFAULTS,
): AddressState => {
  const { floorMs, stepMs } = options
  const before = state ?? { delayMs: floorMs, changedAt: -stepMs, overloaded: [] }
  const due = now - before.changedAt >= stepMs
  if (seen.status === 429 || seen.status === 503) {
    const others = before.overloaded.filter(([host, at]) => host !== seen.host && now - at < options.windowMs)
    const overloaded = [...others, [seen.host, now] as const].slice(-options.hosts)
    if (overloaded.length < options.hosts || !due) return { ...before, overloaded }
    const ceiling = Math.max(floorMs, options.maxMs)
    return { delayMs: Math.min(ceiling, Math.max(options.leastMs, before.delayMs * 2)), changedAt: now, overloaded }
  }
  const calm = seen.status !== null && seen.status < 400
  if (!calm || !due || before.delayMs <= floorMs) return before
  const half = Math.round((before.delayMs + floorMs) / 2)
  return { ...before, delayMs: half - floorMs < 10 ? floorMs : half, changedAt: now }
}
