/**
 * The dispatch server's loop. Several may run; the one that holds the lead hands out, the others stand by. A turn:
 * who is in the fleet and how idle, which hosts are due, whom each goes to (handout.ts), then one atomic step that
 * reserves the tasks and lays them into the servers' inboxes. What it knows it can lose: a standby that takes over
 * learns it again from the ledger and the queue. What people have paused is read every turn; paused hosts are the queue's.
 *
 * standing by → (the lead is free, or its holder was silent for `leaseMs`) → leading → (another leads: this one was
 * cut off, or paused, for too long) → standing by. Whoever leads assigns under the lead's fence, so that a late word
 * of the one before is void.
 */
import { LRUCache } from 'lru-cache'
import { createBell } from '../../core/bell.ts'
import type { Clock } from '../../core/clock.ts'
import type { RequestId } from '../../core/ids.ts'
import { isLane } from '../../core/lanes.ts'
import { mayPass } from '../../core/patient.ts'
import { ownerOf, processorOwnerOf, type Dispatcher as Identity, type FleetLedger, type Leader } from '../fleet-ledger.ts'
import type { ScheduleStore } from '../schedule-store.ts'
import { createHandoutDesk, type Handout } from './handout.ts'
import type { NodeReport, Server } from './idleness.ts'
import type { DispatchRule } from './rule.ts'

export interface DispatcherPorts {
  readonly queue: Pick<ScheduleStore, 'due' | 'assign' | 'uncollected' | 'recover'>
  readonly fleet: FleetLedger
  /** The fleet's time: what `now` means to the queue. */
  readonly clock: Clock
  readonly tell: (event: DispatchEvent) => void
  /** A turn that this one led took so long, in milliseconds. */
  readonly onTurn?: (ms: number) => void
}

export type DispatchEvent =
  | { readonly type: 'leading'; readonly fence: number }
  | { readonly type: 'standing-by'; readonly leader: Leader }
  | { readonly type: 'node-joined'; readonly node: string; readonly url: string }
  /** Tasks that it held went back into the queue. */
  | { readonly type: 'node-left'; readonly node: string; readonly tasks: number }
  /** It goes on trying. */
  | { readonly type: 'trouble'; readonly error: unknown }

export interface DispatcherOptions {
  readonly identity: Identity
  readonly rule: DispatchRule
  /** How long a server may hold a task without renewing its lease. */
  readonly taskLeaseMs: number
  /** How long the lead stays with a dispatcher that has fallen silent. */
  readonly leadMs: number
  /** Longest rest between two turns while there is nothing to do. */
  readonly restMs: number
  /** Hosts looked at in a turn. */
  readonly most: number
}

export const DISPATCHER_DEFAULTS = { taskLeaseMs: 30_000, leadMs: 3_000, restMs: 10, most: 1_000 } as const

export interface Dispatcher {
  /** Rejects when it cannot go on. */
  readonly ended: Promise<void>
  readonly leads: boolean
  readonly servers: readonly Server[]
  /** Hands out no more, and gives up the lead. */
  stop(): Promise<void>
}

const TROUBLE_REST_MS = 250
/** Requests whose task server is remembered. */
const ORIGINS = 10_000

export const startDispatcher = (ports: DispatcherPorts, options: DispatcherOptions): Dispatcher => {
  const { queue, fleet, clock, tell } = ports
  const { identity, rule, taskLeaseMs, leadMs, restMs, most } = options
  const bell = createBell()
  let desk = createHandoutDesk({ rule })
  let members = new Map<string, NodeReport>()
  let leader: Leader | null = null
  let askAgainAt = 0
  let stopped = false

  const leads = (): boolean => leader?.instance === identity.instance

  /** A request's tasks are looked at again and again, and where it came from does not change. */
  const known = new LRUCache<RequestId, string>({ max: ORIGINS })
  const originsOf = async (requests: readonly (RequestId | null)[]): Promise<readonly (string | null)[]> => {
    const unknown = [...new Set(requests.flatMap((request) => (request === null || known.has(request) ? [] : [request])))]
    if (unknown.length > 0) {
      for (const [at, node] of (await fleet.origins(unknown)).entries()) if (node !== null) known.set(unknown[at] as RequestId, node)
    }
    return requests.map((request) => (request === null ? null : (known.get(request) ?? null)))
  }

  /** Takes the lead or keeps it, early enough that an answer which is late does not lose it. */
  const holdLead = async (): Promise<void> => {
    if (clock.now() < askAgainAt) return
    const before = leader
    leader = await fleet.lead({ dispatcher: identity, leaseMs: leadMs })
    askAgainAt = clock.now() + leadMs / (leads() ? 3 : 6)
    if (leader.fence === before?.fence) return
    if (!leads()) tell({ type: 'standing-by', leader })
    else await beginToLead(leader.fence)
  }

  /** From here on the one before is void; what it had handed out and nobody has collected is room that is taken. */
  const beginToLead = async (fence: number): Promise<void> => {
    await queue.assign({ assignments: [], leaseMs: taskLeaseMs, now: clock.now(), fence })
    const waiting = await queue.uncollected()
    const known = await fleet.nodes()
    desk = createHandoutDesk({ rule })
    for (const report of known) {
      desk.report(
        report, report.received + (waiting[ownerOf(report)] ?? 0), report.receivedProcessing + (waiting[processorOwnerOf(report)] ?? 0),
      )
    }
    members = new Map(known.map((report) => [report.name, report]))
    // Of servers that left while nobody led, tasks may lie in inboxes that are never emptied.
    const alive = new Set(known.flatMap((report) => [ownerOf(report), processorOwnerOf(report)]))
    for (const owner of Object.keys(waiting)) if (!alive.has(owner)) await queue.recover(owner, [])
    tell({ type: 'leading', fence })
  }

  const leave = async (report: NodeReport): Promise<void> => {
    const [visits, processing] = [await queue.recover(ownerOf(report), []), await queue.recover(processorOwnerOf(report), [])]
    tell({ type: 'node-left', node: report.name, tasks: visits + processing })
  }

  /** @returns whether everything is paused */
  const meetMembers = async (): Promise<boolean> => {
    const [known, { allPaused, pausedNodes }] = await Promise.all([fleet.nodes(), fleet.orders()])
    const now = new Map(known.map((report) => [report.name, report]))
    const paused = new Set(pausedNodes)
    for (const [name, before] of members) {
      const found = now.get(name)
      if (found?.instance === before.instance) continue
      desk.forget(name)
      await leave(before)
    }
    for (const [name, found] of now) {
      if (members.get(name)?.instance !== found.instance) tell({ type: 'node-joined', node: name, url: found.url })
      // To the rules it is like one that drains: it takes nothing new.
      desk.report({ ...found, draining: found.draining || paused.has(name) }, found.received)
    }
    members = now
    return allPaused
  }

  /** @returns when to take the next turn, at the latest */
  const turn = async (fence: number): Promise<number> => {
    const allPaused = await meetMembers()
    const room = desk.room()
    if (allPaused || room + desk.processingRoom() === 0) return clock.now() + restMs
    const limit = Math.min(room, most)
    const { hosts, nextAt } = await queue.due({ limit, now: clock.now(), requests: rule.byOrigin === true })
    const origins = rule.byOrigin ? await originsOf(hosts.map(({ request }) => request)) : []
    const handouts = desk.spread(hosts.map(({ host, count }, at) => ({ host, count, origin: origins[at] ?? null })))
    if (handouts.length > 0) {
      const assignments = handouts.map(({ host, node, count }) => ({ host, count, owner: (isLane(host) ? processorOwnerOf : ownerOf)(members.get(node) as NodeReport) }))
      const taken = await queue.assign({ assignments, leaseMs: taskLeaseMs, now: clock.now(), fence })
      if (taken === null) {
        askAgainAt = 0
        return clock.now()
      }
      for (const [index, handout] of handouts.entries()) desk.settle(handout as Handout, taken[index] ?? 0)
    }
    // Where all that were asked for came, there may be more behind them.
    if (limit > 0 && hosts.filter(({ host }) => !isLane(host)).length === limit) return clock.now()
    // What is due and finds no room of its sort is due at the next turn, too.
    const isStuck = desk.room() === 0 || (desk.processingRoom() === 0 && hosts.some(({ host }) => isLane(host)))
    return Math.min(clock.now() + restMs, isStuck ? Infinity : (nextAt ?? Infinity))
  }

  const loop = async (): Promise<void> => {
    while (!stopped) {
      let restUntil = clock.now() + restMs
      try {
        await holdLead()
        if (leader !== null && leads()) {
          const begun = performance.now()
          restUntil = await turn(leader.fence)
          ports.onTurn?.(performance.now() - begun)
        }
      } catch (error) {
        if (!mayPass(error)) throw error
        tell({ type: 'trouble', error })
        restUntil = clock.now() + TROUBLE_REST_MS
      }
      const restFor = restUntil - clock.now()
      if (restFor > 0 && !stopped) await bell.wait(restFor)
    }
    if (leads()) await fleet.resign(identity.instance).catch(() => undefined)
  }

  const ended = loop()
  ended.catch(() => undefined)
  return {
    ended,
    get leads() {
      return leads()
    },
    get servers() {
      return desk.servers()
    },
    async stop() {
      stopped = true
      bell.ring()
      await ended
    },
  }
}
