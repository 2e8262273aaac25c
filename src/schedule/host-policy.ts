/**
 * How fast a host may be visited, learned from how it answers. AutoThrottle's rule (rise at once,
 * fall by halves, never fall on an error) follows the latency; it has a flaw, that an error which
 * comes fast never slows it, so 429, 503 and silence multiply the delay, and `Retry-After` blocks.
 * A host that stays silent opens the circuit: its tasks then fail without a visit, at the floor's
 * pace, and when the circuit's time is over the next visit tries the host again. The coordinator owns
 * this state; nothing else keeps a copy.
 */
import { LRUCache } from 'lru-cache'
import type { HostObservation } from '../fetch/visit.ts'
import type { HostPace } from './schedule-store.ts'

export interface HostPolicyOptions {
  /** The store's floor (`ScheduleOptions.delayMs`), in milliseconds. At 0 only errors slow a host. */
  readonly floorMs: number
  /** Highest delay that the policy sets. */
  readonly maxDelayMs: number
  /** Visits to one host that the latency should allow at a time (AutoThrottle's target concurrency). */
  readonly targetConcurrency: number
  /** Least delay after an overload. */
  readonly stepMs: number
  /** Highest delay after visits that brought no answer at all. */
  readonly silentMs: number
  /** Longest block by one Retry-After. */
  readonly maxBlockMs: number
  /** Silences in a row, at least `stepMs` apart, that open the circuit. */
  readonly openAfter: number
  /** How long it is open the first time; doubled each time the host stays silent, up to `maxBlockMs`. */
  readonly openMs: number
}

export const HOST_POLICY_DEFAULTS: HostPolicyOptions = Object.freeze({
  floorMs: 500,
  maxDelayMs: 60_000,
  targetConcurrency: 1,
  stepMs: 1000,
  silentMs: 4000,
  maxBlockMs: 24 * 3_600_000,
  openAfter: 5,
  openMs: 5 * 60_000,
})

/** Plain and serialisable. Times in milliseconds since the epoch. */
export interface HostState {
  readonly delayMs: number
  readonly blockedUntil: number
  /** Visits in a row without any answer. */
  readonly silences: number
  /** When the last silence was counted. */
  readonly silentAt: number
  /** The circuit is open before then. */
  readonly openUntil: number
}

export interface HostStep {
  readonly state: HostState
  /** For the schedule store; null when the host's pace has not changed. */
  readonly pace: HostPace | null
}

/** What the policy knows of a host it has not seen (or has forgotten): the floor's pace, no block. */
export const freshHost = (options: HostPolicyOptions): HostState =>
  ({ delayMs: options.floorMs, blockedUntil: 0, silences: 0, silentAt: 0, openUntil: 0 })

/** Whether visits to the host are pointless now: its tasks fail as `circuit-open`. */
export const isCircuitOpen = (state: HostState, now: number): boolean => now < state.openUntil

const nextDelay = (delayMs: number, seen: HostObservation, options: HostPolicyOptions): number => {
  const { maxDelayMs, stepMs, targetConcurrency } = options
  // What a robots.txt asks for is a floor like our own.
  const floorMs = Math.max(options.floorMs, Math.min(options.maxDelayMs, seen.crawlDelayMs ?? 0))
  const ceiling = Math.max(floorMs, maxDelayMs)
  if (seen.status === null || seen.status === 429 || seen.status === 503) {
    // A dead host is the circuit's business: waiting longer and longer for it would stall a crawl before it opens.
    const most = seen.status === null ? Math.min(ceiling, Math.max(floorMs, options.silentMs)) : ceiling
    return Math.max(Math.min(delayMs, ceiling), Math.min(most, Math.max(stepMs, delayMs * 2)))
  }
  const byLatency = options.floorMs === 0 ? 0 : (seen.latencyMs ?? 0) / targetConcurrency
  const target = Math.min(ceiling, Math.max(floorMs, byLatency))
  const wanted = Math.max(target, (delayMs + target) / 2)
  const calm = seen.status < 400
  const next = Math.round(calm ? wanted : Math.max(delayMs, wanted))
  // Halving alone would hang a millisecond above its target for ever.
  return calm && next - target < 10 ? Math.round(target) : next
}

/**
 * The state after one observation, and the pace to set. Pure.
 * @param state null for a host not seen before
 * @param now when the observation was made
 */
export const observeHost = (
  state: HostState | null,
  seen: HostObservation,
  now: number,
  options: HostPolicyOptions = HOST_POLICY_DEFAULTS,
): HostStep => {
  const before = state ?? freshHost(options)
  const silent = seen.status === null
  const open = isCircuitOpen(before, now)
  // Visits under way when the circuit opened say nothing new.
  // Visits that were under way together fall silent together: that is one silence, a hiccup, not a dead host.
  const counts = silent && !open && now - before.silentAt >= options.stepMs
  const silences = !silent ? 0 : counts ? before.silences + 1 : before.silences
  const opens = counts && silences >= options.openAfter
  const openMs = Math.min(options.maxBlockMs, options.openMs * 2 ** Math.max(0, silences - options.openAfter))
  const retryAfterMs = Math.min(options.maxBlockMs, Math.max(0, seen.retryAfterMs ?? 0))
  const after: HostState = {
    delayMs: opens || (open && silent) ? options.floorMs : nextDelay(before.delayMs, seen, options),
    blockedUntil: Math.max(before.blockedUntil, retryAfterMs > 0 ? Math.ceil(now + retryAfterMs) : 0),
    silences,
    silentAt: counts ? now : before.silentAt,
    openUntil: !silent ? 0 : opens ? now + openMs : before.openUntil,
  }
  const pace: HostPace = {
    host: seen.host,
    ...(after.delayMs === before.delayMs ? {} : { delayMs: after.delayMs }),
    ...(after.blockedUntil === before.blockedUntil ? {} : { notBefore: after.blockedUntil }),
  }
  return { state: after, pace: pace.delayMs === undefined && pace.notBefore === undefined ? null : pace }
}

export interface HostPolicy {
  /** Takes observations in order; returns the paces to set, in order. */
  observe(seen: readonly HostObservation[], now: number): readonly HostPace[]
  isCircuitOpen(host: string, now: number): boolean
  /** For a snapshot; least recently observed first. */
  states(): readonly (readonly [host: string, state: HostState])[]
}

/**
 * The policy with its memory: the states of the most recently observed hosts. A forgotten host
 * starts at the floor again here, while the store keeps the delay it was last given.
 * @param options.maxHosts states kept, default 50,000 (about 10 MB)
 * @param options.states of an earlier `states()`
 */
export const createHostPolicy = (
  options: Partial<HostPolicyOptions> & {
    readonly maxHosts?: number
    readonly states?: readonly (readonly [host: string, state: HostState])[]
  } = {},
): HostPolicy => {
  const { maxHosts = 50_000, states = [], ...rest } = options
  const settings: HostPolicyOptions = { ...HOST_POLICY_DEFAULTS, ...rest }
  const known = new LRUCache<string, HostState>({ max: maxHosts })
  for (const [host, state] of states) known.set(host, state)
  return {
    observe: (seen, now) =>
      seen.flatMap((one) => {
        const { state, pace } = observeHost(known.get(one.host) ?? null, one, now, settings)
        known.set(one.host, state)
        return pace ?? []
      }),
    isCircuitOpen(host, now) {
      const state = known.peek(host)
      return state !== undefined && isCircuitOpen(state, now)
    },
    states: () => [...known.entries()].reverse(),
  }
}
