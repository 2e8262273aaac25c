/**
 * Every visit of a crawl passes here: so many at a time in all, per host no more than it has shown
 * to bear, never before its grant, and what the host showed of itself goes back into its pace. A
 * visit waits for its time first and for room then, so that a host which asked for patience keeps
 * no other waiting. A grabber that dies takes its visits with it; they are made again one at a time, each
 * under a new grant, because the host may have seen the first one, and with a process to itself: the one that was the
 * cause is told by the next death.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import { createBatcher } from '../core/batcher.ts'
import { GannetError } from '../core/errors.ts'
import { hasMissed, LATE_MS, LATER } from '../core/lateness.ts'
import type { HostObservation } from '../fetch/visit.ts'
import type { HostPolicy } from '../schedule/host-book.ts'
import type { HostLedger, HostPace } from '../schedule/schedule-store.ts'
import type { Grant } from '../schedule/task.ts'
import { createRoom } from './room.ts'
import { createSpacing } from './spacing.ts'

export interface VisitsOptions {
  readonly hosts: Pick<HostLedger, 'grant' | 'pace'>
  readonly policy: HostPolicy
  readonly clock: Clock
  readonly concurrency: number
  readonly perHost: number
  /** Aborts waiting visits with `drained`; those under way run to their end. */
  readonly signal: AbortSignal
  /** Other servers visit the same hosts: only grants keep us apart from them. Default false. */
  readonly shared?: boolean
  /** Bytes that a visit took off the wire. */
  readonly onBytes: (count: number) => void
  /** A visit has ended: there is room for another. */
  readonly onFree: () => void
  readonly onPace: (change: { host: string; delayMs?: number; notBefore?: number }) => void
  /** What a visit made allowances for, once for each host and note. */
  readonly onNote: (host: string, note: string) => void
}

export interface Visits {
  /** Leave for one visit from now on; for the grabber's robots.txt and redirects, and for full pictures. @throws host-paused */
  grant(host: string): Promise<Grant>
  /**
   * Runs `call` when there is room and its time has come; `alone` once a process has died under it, and then none
   * other is. `first` is the grant that came with the lease; a visit
   * without one belongs to work that is begun, and goes before those that begin some.
   * @param again the task has failed before: that it fails once more says nothing new of its host. Default false
   * @returns null when the host's circuit is open by then: a visit is pointless; or when it, or a host that the visit leads
   * to, is paused
   */
  visit<Result extends Visited>(
    host: string,
    first: Grant | null,
    call: (grant: Grant, alone: boolean) => Promise<Result>,
    again?: boolean,
  ): Promise<Result | null>
  /** What the last visit to the host that failed had to say. */
  lastFailure(host: string): string | null
  /** When work for a host whose circuit is open, or that led to a paused one, may be taken up again; null when there is no hope left. */
  heldUntil(host: string): number | null
  /** Visits under way or waiting, by host. */
  busy(): Readonly<Record<string, number>>
  /** The same as `ReserveAsk.busy` has it, for `leases` of each visit that the host may have at a time. */
  taken(leases: number): Readonly<Record<string, number>>
  readonly underWay: number
}

/** What a visit must tell of itself. */
interface Visited {
  readonly observations: readonly HostObservation[]
  readonly wireBytes: number
  /** Why it brought nothing. */
  readonly detail?: string
  /** What the fetch room made allowances for. */
  readonly notes?: readonly string[]
}

/** A visit whose grabber is killed is made again so often. */
const DEATHS = 4

/**
 * Work that met a paused host goes back into the queue, which keeps it there while its own host is paused; where it was
 * only led to one, it is tried again so much later, until people let that one go on.
 */
const PAUSED_MS = 30_000

/** Hosts visited last, of which the queue is told what they bear. */
const LATELY = 128

export const createVisits = (options: VisitsOptions): Visits => {
  const { clock, signal, policy, shared = false } = options
  const blockedUntil = new Map<string, number>()
  /** When work for a host that met a pause may be taken up again. */
  const metPause = new LRUCache<string, number>({ max: 10_000 })
  const lastFailure = new LRUCache<string, string>({ max: 10_000 })
  const noted = new LRUCache<string, true>({ max: 10_000 })
  const spacing = createSpacing()
  /** Visits that wait or are under way, by host. */
  const open = new Map<string, number>()
  /** A host whose visits are over before the queue is asked again may have as many leases as before. */
  const lately = new LRUCache<string, true>({ max: Math.max(LATELY, options.concurrency) })

  const askOne = createBatcher(
    (hosts: readonly string[]) => options.hosts.grant(hosts.map((host) => ({ host, count: 1, now: clock.now() }))),
    { max: 64 },
  )
  const grantOne = async (host: string): Promise<Grant> => {
    const grant = await askOne(host)
    if (grant === null) throw new GannetError('host-paused', `${host} is paused: let it go on with gannet resume --host ${host}`)
    return grant
  }
  const paceOne = createBatcher(async (changes: readonly HostPace[]) => {
    await options.hosts.pace(changes)
    return changes.map(() => undefined)
  }, { max: 64 })
  /** The last of the visits that are made alone. */
  let lastAlone: Promise<unknown> = Promise.resolve()
  const drained = (): GannetError => new GannetError('drained', 'the crawl is stopping')

  const allowed = (host: string): number => Math.min(options.perHost, policy.allowance(host))
  const room = createRoom({
    concurrency: options.concurrency,
    allowed,
    // Who has answered before goes before who may be dead: a crowd of dead hosts must not stall a live one.
    rank: (host, begun) => (begun ? 0 : policy.allowance(host) > 1 ? 1 : 2),
    signal, drained,
  })

  const count = (host: string, by: 1 | -1): void => {
    const now = (open.get(host) ?? 0) + by
    if (now > 0) open.set(host, now)
    else open.delete(host)
  }

  const until = async (at: number): Promise<void> => {
    if (signal.aborted) throw drained()
    if (at <= clock.now()) return
    try {
      await clock.until(at, signal)
    } catch {
      throw drained()
    }
  }

  /** When the visit may start after all; null when it may now. */
  const tooEarly = (host: string, grant: Grant): number | null => {
    const now = clock.now()
    const address = policy.addressPace(host)
    const at = Math.max(
      grant.notBefore,
      spacing.next(host, grant.intervalMs),
      address === null ? 0 : spacing.next(address.key, address.delayMs),
    )
    return at > now ? at : null
  }

  /**
   * Waits for the grant's time, then for room. What happened meanwhile may put it off again: a block overtakes a
   * grant, which is exchanged for a later one, and of grants that came due together each still keeps its distance.
   * One that has missed its time by much is exchanged, too, where others may have been granted the times since: it waited
   * for room, lay in a buffer, or this process slept.
   * @returns the grant, for now, with room taken; null, without, when the circuit is open
   */
  const come = async (host: string, first: Grant | null, begun: boolean): Promise<Grant | null> => {
    let held = first ?? (await grantOne(host))
    for (let at = held.notBefore, lateMs = LATE_MS; ; ) {
      await until(at)
      if (policy.isCircuitOpen(host, clock.now())) return null
      await room.enter(host, begun)
      const now = clock.now()
      const dead = policy.isCircuitOpen(host, now)
      const blocked = blockedUntil.get(host) ?? 0
      if (blocked !== 0 && blocked <= now) blockedUntil.delete(host)
      const isMissed = shared && hasMissed(held, held.notBefore, now, lateMs)
      const later = tooEarly(host, held)
      if (!dead && !isMissed && blocked <= now && later === null) {
        spacing.start(host, now)
        const address = policy.addressPace(host)
        if (address) spacing.start(address.key, now)
        return { ...held, notBefore: now }
      }
      room.leave(host)
      if (dead) return null
      if (blocked > now || isMissed) held = await grantOne(host)
      if (isMissed) lateMs *= LATER
      at = Math.max(held.notBefore, later ?? 0, blocked)
    }
  }

  const learn = async (observations: readonly HostObservation[], again: boolean): Promise<void> => {
    const changes = policy.observe(again ? observations.map((seen) => ({ ...seen, again })) : observations, clock.now())
    if (changes.length === 0) return
    for (const change of changes) {
      if (change.notBefore !== undefined) blockedUntil.set(change.host, change.notBefore)
      const { notBefore = 0, ...rest } = change
      // A block that our own circuit set, or lifted, is nothing that the host asked for.
      const asked = notBefore > clock.now() && notBefore !== policy.holdUntil(change.host)
      options.onPace(asked ? change : rest)
    }
    await Promise.all(changes.map(paceOne))
  }

  return {
    grant: grantOne,
    async visit(host, first, call, again = false) {
      /** @returns null when the host is not to be visited */
      const make = async (grant: Grant | null, alone: boolean) => {
        const held = await come(host, grant, first === null)
        if (held === null) return null
        try {
          const result = await call(held, alone)
          options.onBytes(result.wireBytes)
          if (result.detail !== undefined) lastFailure.set(host, result.detail)
          for (const note of result.notes ?? []) {
            const key = `${host} ${note}`
            if (!noted.has(key)) options.onNote(host, note)
            noted.set(key, true)
          }
          await learn(result.observations, again)
          return result
        } finally {
          room.leave(host)
        }
      }
      const makeAlone = () => {
        const made = lastAlone.then(() => make(null, true))
        lastAlone = made.catch(() => undefined)
        return made
      }
      count(host, 1)
      try {
        for (let deaths = 0; ; deaths++) {
          try {
            return await (deaths === 0 ? make(first, false) : makeAlone())
          } catch (error) {
            if (!GannetError.is(error, 'role-died') || deaths >= DEATHS) throw error
          }
        }
      } catch (error) {
        if (!GannetError.is(error, 'host-paused')) throw error
        metPause.set(host, clock.now() + PAUSED_MS)
        return null
      } finally {
        count(host, -1)
        lately.set(host, true)
        options.onFree()
      }
    },
    lastFailure: (host) => lastFailure.get(host) ?? null,
    heldUntil(host) {
      const paused = metPause.get(host) ?? 0
      return paused > clock.now() ? paused : policy.holdUntil(host)
    },
    busy: () => Object.fromEntries(open),
    taken(leases) {
      const counts: Record<string, number> = Object.fromEntries(open)
      for (const host of lately.keys()) counts[host] ??= 0
      // Others may have as many as for one visit at a time; these for as many visits as they are allowed.
      for (const host of Object.keys(counts)) counts[host] = (counts[host] ?? 0) - leases * (allowed(host) - 1)
      return counts
    },
    get underWay() {
      return room.underWay
    },
  }
}
