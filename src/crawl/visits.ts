/**
 * Every visit of a crawl passes here: so many at a time in all and per host, never before its
 * grant, and what the host showed of itself goes back into its pace. A grabber that dies takes
 * its visits with it; they are made again, each under a new grant, because the host may have
 * seen the first one.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import { createBatcher } from '../core/batcher.ts'
import { GannetError } from '../core/errors.ts'
import type { HostObservation } from '../fetch/visit.ts'
import type { HostPolicy } from '../schedule/host-policy.ts'
import type { HostLedger } from '../schedule/schedule-store.ts'
import type { Grant } from '../schedule/task.ts'

export interface VisitsOptions {
  readonly hosts: HostLedger
  readonly policy: HostPolicy
  readonly clock: Clock
  readonly concurrency: number
  readonly perHost: number
  /** Aborts waiting visits with `drained`; those under way run to their end. */
  readonly signal: AbortSignal
  /** Bytes that a visit took off the wire. */
  readonly onBytes: (count: number) => void
  /** A visit has ended: there is room for another. */
  readonly onFree: () => void
  readonly onPace: (change: { host: string; delayMs?: number; notBefore?: number }) => void
}

export interface Visits {
  /** Leave for one visit from now on; for the grabber's robots.txt and redirects, and for full pictures. */
  grant(host: string): Promise<Grant>
  /**
   * Runs `call` when there is room and its time has come. `first` is the grant that came with the lease; a visit
   * without one belongs to work that is begun, and goes before those that begin some.
   */
  visit<Result extends Visited>(
    host: string,
    first: Grant | null,
    call: (grant: Grant) => Promise<Result>,
  ): Promise<Result>
  /** Whether the host has been silent for so long that a visit is pointless now. */
  isCircuitOpen(host: string): boolean
  /** What the last visit to the host that failed had to say. */
  lastFailure(host: string): string | null
  /** Visits under way or waiting, by host. */
  busy(): Readonly<Record<string, number>>
  readonly underWay: number
}

/** What a visit must tell of itself. */
interface Visited {
  readonly observations: readonly HostObservation[]
  readonly wireBytes: number
  /** Why it brought nothing. */
  readonly detail?: string
}

interface Waiting {
  readonly host: string
  /** What is begun is ended before more is begun: its bytes are held, and others may be its duplicates. */
  readonly begun: boolean
  start(): void
}

/** A visit whose grabber died is made again so often before the crawl gives up on the grabber. */
const DEATHS = 20

export const createVisits = (options: VisitsOptions): Visits => {
  const { clock, signal } = options
  const running = new Map<string, number>()
  const blockedUntil = new Map<string, number>()
  const waiting: Waiting[] = []
  const lastFailure = new LRUCache<string, string>({ max: 10_000 })
  let underWay = 0

  const grantOne = createBatcher(
    (hosts: readonly string[]) => options.hosts.grant(hosts.map((host) => ({ host, count: 1, now: clock.now() }))),
    { max: 64 },
  )
  const drained = (): GannetError => new GannetError('drained', 'the crawl is stopping')

  const hasRoom = (host: string): boolean =>
    underWay < options.concurrency && (running.get(host) ?? 0) < options.perHost

  const take = (host: string): void => {
    underWay++
    running.set(host, (running.get(host) ?? 0) + 1)
  }
  const free = (host: string): void => {
    underWay--
    const left = (running.get(host) ?? 1) - 1
    if (left > 0) running.set(host, left)
    else running.delete(host)
    for (let at = 0; at < waiting.length && underWay < options.concurrency; ) {
      const next = waiting[at] as Waiting
      if (hasRoom(next.host)) {
        waiting.splice(at, 1)
        take(next.host)
        next.start()
      } else at++
    }
    options.onFree()
  }
  const room = (host: string, begun: boolean): Promise<void> => {
    if (signal.aborted) return Promise.reject(drained())
    if (hasRoom(host)) {
      take(host)
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const at = waiting.indexOf(entry)
        if (at >= 0) waiting.splice(at, 1)
        reject(drained())
      }
      const entry: Waiting = {
        host,
        begun,
        start: () => {
          signal.removeEventListener('abort', abort)
          resolve()
        },
      }
      signal.addEventListener('abort', abort, { once: true })
      const place = begun ? waiting.findIndex((other) => !other.begun) : -1
      waiting.splice(place < 0 ? waiting.length : place, 0, entry)
    })
  }

  /** Waits for the grant's time; one that a block has overtaken is void and exchanged for a later one. */
  const come = async (host: string, grant: Grant): Promise<Grant> => {
    let held = grant
    for (;;) {
      try {
        await clock.until(held.notBefore, signal)
      } catch {
        throw drained()
      }
      const blocked = blockedUntil.get(host)
      if (blocked === undefined) return held
      if (blocked <= clock.now()) {
        blockedUntil.delete(host)
        return held
      }
      held = await grantOne(host)
    }
  }

  const learn = async (observations: readonly HostObservation[]): Promise<void> => {
    const changes = options.policy.observe(observations, clock.now())
    if (changes.length === 0) return
    for (const change of changes) {
      if (change.notBefore !== undefined) blockedUntil.set(change.host, change.notBefore)
      options.onPace(change)
    }
    await options.hosts.pace(changes)
  }

  return {
    grant: grantOne,
    async visit(host, first, call) {
      await room(host, first === null)
      try {
        let grant = first
        for (let deaths = 0; ; deaths++) {
          const held = await come(host, grant ?? (await grantOne(host)))
          try {
            const result = await call(held)
            options.onBytes(result.wireBytes)
            if (result.detail !== undefined) lastFailure.set(host, result.detail)
            await learn(result.observations)
            return result
          } catch (error) {
            if (!GannetError.is(error, 'role-died') || deaths >= DEATHS) throw error
            grant = null
          }
        }
      } finally {
        free(host)
      }
    },
    lastFailure: (host) => lastFailure.get(host) ?? null,
    isCircuitOpen: (host) => options.policy.isCircuitOpen(host, clock.now()),
    busy() {
      const counts: Record<string, number> = Object.fromEntries(running)
      for (const { host } of waiting) counts[host] = (counts[host] ?? 0) + 1
      return counts
    },
    get underWay() {
      return underWay
    },
  }
}
