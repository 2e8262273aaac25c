/**
 * How fast a host may be visited, learned from how it answers. AutoThrottle's rule (rise at once,
 * fall by halves, never fall on an error) follows the latency; it has a flaw, that an error which
 * comes fast never slows it, so 429, 503 and silence multiply the delay, as 403s and other 5xxs do
 * when they come in a row, and `Retry-After` blocks. How many visits may run at a time starts at one,
 * grows by one with every answer (so it doubles with every round), and falls back to one.
 *
 * The circuit: closed → open, after so many silences or errors in a row: no visit is made → half open,
 * when its time is over: one visit tries the host → closed at its answer, or open for twice as long. The
 * first few times the host's tasks wait for it to half open, in the queue and uncounted, for what fails
 * may be others than they; then they fail without a visit, at the floor's pace. A connection that is
 * closed under a request is an error, not a silence; and where a host can be connected to, that what
 * failed before fails again says nothing new of it. The coordinator owns this state; nothing else keeps a copy, and the store remembers what
 * is worth it over a restart.
 */
import type { HostObservation } from '../fetch/visit.ts'
import type { HostPace } from './schedule-store.ts'

export interface HostPolicyOptions {
  /** The store's floor (`ScheduleOptions.delayMs`), in milliseconds. At 0 only errors slow a host. */
  readonly floorMs: number
  /** Highest delay that the policy sets. */
  readonly maxDelayMs: number
  /** Visits to one host that the latency should allow at a time (AutoThrottle's target concurrency). */
  readonly targetConcurrency: number
  /** Most visits to one host at a time. */
  readonly perHost: number
  /** Least delay after an overload, and least time between two troubles that count. */
  readonly stepMs: number
  /** Highest delay after visits that brought no answer at all, or the same error again and again. */
  readonly silentMs: number
  /** Longest block by one Retry-After. */
  readonly maxBlockMs: number
  /** Silences in a row, at least `stepMs` apart, that open the circuit. */
  readonly openAfter: number
  /** Errors in a row (403, 429, 5xx), at least `stepMs` apart, from which any of them slows the host. */
  readonly slowAfterErrors: number
  /** And that open the circuit: a host that turns everything away is left alone. */
  readonly openAfterErrors: number
  /** Times in a row that it opens and the host's tasks wait for it. */
  readonly patientOpenings: number
  /** How long it is open the first time; doubled each time the host stays silent, up to `maxBlockMs`. */
  readonly openMs: number
}

export const HOST_POLICY_DEFAULTS: HostPolicyOptions = Object.freeze({
  floorMs: 500,
  maxDelayMs: 60_000,
  targetConcurrency: 1,
  perHost: 10,
  stepMs: 1000,
  silentMs: 4000,
  maxBlockMs: 24 * 3_600_000,
  openAfter: 5,
  slowAfterErrors: 3,
  openAfterErrors: 20,
  patientOpenings: 3,
  openMs: 5000,
})

/** Plain and serialisable. Times in milliseconds since the epoch. */
export interface HostState {
  readonly delayMs: number
  readonly blockedUntil: number
  /** Visits in a row without any answer. */
  readonly silences: number
  /** Answers in a row that were errors of the host. */
  readonly errors: number
  /** When the last silence or error was counted. */
  readonly countedAt: number
  /** The circuit is open before then; 0 when it is closed. */
  readonly openUntil: number
  /** Visits that may run at a time, from 1. */
  readonly allowance: number
}

export interface HostStep {
  readonly state: HostState
  /** For the schedule store; null when nothing it keeps has changed. */
  readonly pace: HostPace | null
}

/** What the policy knows of a host it has not seen (or has forgotten): the floor's pace, no block. */
export const freshHost = (options: HostPolicyOptions): HostState => ({
  delayMs: options.floorMs, blockedUntil: 0, silences: 0, errors: 0, countedAt: -options.stepMs, openUntil: 0, allowance: 1,
})

/** Whether visits to the host are pointless now: its tasks wait until `holdUntil`, or fail as `circuit-open`. */
export const isCircuitOpen = (state: HostState, now: number): boolean => now < state.openUntil

/** Openings of the circuit in a row before this one; below 0 when nothing has opened it. */
const openings = ({ silences, errors }: Pick<HostState, 'silences' | 'errors'>, options: HostPolicyOptions): number =>
  Math.max(silences - options.openAfter, errors - options.openAfterErrors)

/** Until when the host's tasks wait for its open circuit; null when it is closed, or was opened too often to be waited for. */
export const holdUntil = (state: HostState, options: HostPolicyOptions): number | null =>
  state.openUntil > 0 && openings(state, options) < options.patientOpenings ? state.openUntil : null

type Trouble = 'silence' | 'overload' | 'error'

const troubleOf = ({ status, broken = false }: HostObservation): Trouble | null =>
  status === null ? (broken ? 'error' : 'silence')
  : status === 429 || status === 503 ? 'overload'
  : status === 403 || status >= 500 ? 'error'
  : null

/** AutoThrottle's rule, for an answer that is no trouble or one too rare to count as one. */
const throttled = (delayMs: number, seen: HostObservation, calm: boolean, floorMs: number, options: HostPolicyOptions): number => {
  const byLatency = options.floorMs === 0 ? 0 : (seen.latencyMs ?? 0) / options.targetConcurrency
  const target = Math.min(Math.max(floorMs, options.maxDelayMs), Math.max(floorMs, byLatency))
  const wanted = Math.max(target, (delayMs + target) / 2)
  const next = Math.round(calm ? wanted : Math.max(delayMs, wanted))
  // Halving alone would hang a millisecond above its target for ever.
  return calm && next - target < 10 ? Math.round(target) : next
}

/** @param trouble that counts, or null */
const nextDelay = (delayMs: number, seen: HostObservation, trouble: Trouble | null, options: HostPolicyOptions): number => {
  // What a robots.txt asks for is a floor like our own.
  const floorMs = Math.max(options.floorMs, Math.min(options.maxDelayMs, seen.crawlDelayMs ?? 0))
  if (trouble === null) {
    return seen.status === null ? Math.max(floorMs, delayMs) : throttled(delayMs, seen, seen.status < 400, floorMs, options)
  }
  const ceiling = Math.max(floorMs, options.maxDelayMs)
  // A dead host is the circuit's business: waiting longer and longer for it would stall a crawl before it opens.
  const most = trouble === 'overload' ? ceiling : Math.min(ceiling, Math.max(floorMs, options.silentMs))
  return Math.max(Math.min(delayMs, ceiling), Math.min(most, Math.max(options.stepMs, delayMs * 2)))
}

/** No task of the host is to be taken up before then. */
const leaveFrom = (state: HostState, options: HostPolicyOptions): number =>
  Math.max(state.blockedUntil, holdUntil(state, options) ?? 0)

/** Worth finding again after a restart: a host that is slowed, blocked, or does not answer. */
const memoryOf = (state: HostState, now: number, options: HostPolicyOptions): string | null =>
  state.delayMs > options.floorMs || state.blockedUntil > now || state.openUntil > 0 ? JSON.stringify(state) : null

/**
 * A state from the store. An open circuit comes back half open, because whatever was wrong may have been
 * wrong on our side; so does the allowance.
 * @returns null when the text is not of this policy
 */
export const recallHost = (memory: string, options: HostPolicyOptions): HostState | null => {
  let found: unknown
  try {
    found = JSON.parse(memory)
  } catch {
    return null
  }
  const values = new Map(Object.entries(typeof found === 'object' && found !== null ? found : {}))
  const fresh = freshHost(options)
  const state = Object.fromEntries(
    Object.entries(fresh).map(([name, value]) => {
      const kept: unknown = values.get(name)
      return [name, Number.isSafeInteger(kept) ? kept : value]
    }),
  ) as unknown as HostState
  return values.size === 0 ? null : {
    ...state,
    delayMs: Math.max(options.floorMs, Math.min(state.delayMs, Math.max(options.floorMs, options.maxDelayMs))),
    openUntil: 0,
    allowance: 1,
  }
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
  const trouble = troubleOf(seen)
  const open = isCircuitOpen(before, now)
  // Visits under way when the circuit opened say nothing new, and those that were under way together fail
  // together: that is one hiccup, not a dead host, and no reason to double the delay ten times.
  const news = !(seen.again && (trouble === 'error' || seen.mute))
  const counts = trouble !== null && news && !open && now - before.countedAt >= options.stepMs
  const silences = trouble === 'silence' ? before.silences + Number(counts) : 0
  const errors = trouble === null ? 0 : trouble === 'silence' ? before.errors : before.errors + Number(counts)
  const inARow = errors >= options.slowAfterErrors
  const slows = counts && (trouble !== 'error' || inARow)
  const beyond = openings({ silences, errors }, options)
  const opens = counts && beyond >= 0
  const openMs = Math.min(options.maxBlockMs, options.openMs * 2 ** Math.max(0, beyond))
  const retryAfterMs = Math.min(options.maxBlockMs, Math.max(0, seen.retryAfterMs ?? 0))
  const steady = trouble === null || (trouble === 'error' && !inARow)
  const closes = trouble === null
  const held = (trouble !== null && !slows && !steady) || (open && trouble !== null)
  const after: HostState = {
    delayMs: opens || (open && trouble !== null) ? options.floorMs
      : held ? before.delayMs
      : nextDelay(before.delayMs, seen, slows ? trouble : null, options),
    blockedUntil: Math.max(before.blockedUntil, retryAfterMs > 0 ? Math.ceil(now + retryAfterMs) : 0),
    silences,
    errors,
    countedAt: counts ? now : before.countedAt,
    openUntil: closes ? 0 : opens ? now + openMs : before.openUntil,
    allowance: !steady || retryAfterMs > 0 ? 1
      : trouble === null ? Math.min(options.perHost, before.allowance + 1) : before.allowance,
  }
  const changed = {
    ...(after.delayMs === before.delayMs ? {} : { delayMs: after.delayMs }),
    ...(leaveFrom(after, options) === leaveFrom(before, options) ? {} : { notBefore: leaveFrom(after, options) }),
  }
  return Object.keys(changed).length === 0 && after.openUntil === before.openUntil
    ? { state: after, pace: null }
    : { state: after, pace: { host: seen.host, ...changed, memory: memoryOf(after, now, options) } }
}
