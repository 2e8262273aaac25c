/**
 * A fleet as people and programs see it: `GET /v1/nodes`, `GET /v1/queues` and `gannet status` show these values as they
 * are, so their names are part of the public face. Any member can tell; each look costs the engine a bounded amount.
 */
import type { Clock } from '../../core/clock.ts'
import { processorOf, serverOf, type NodeReport } from '../dispatch/idleness.ts'
import type { FleetLedger, FleetOrders, Leader, StoreHome } from '../fleet-ledger.ts'
import type { HostLine, Overview, ScheduleStore, TallyRow } from '../schedule-store.ts'
import type { TaskKind } from '../task.ts'
import { standingOf, type HostStanding } from './host-standing.ts'
import { createRateMeter, type Counts, type Rates } from './rate-meter.ts'

/** What the server last said of itself, and what that leaves. */
export interface NodeView extends NodeReport {
  /** By order: it is handed nothing new. */
  readonly paused: boolean
  readonly spareProcesses: number
  /** Tasks that may still be handed to it; 0 for one that drains. */
  readonly spareThreads: number
  /** The same of process tasks. */
  readonly spareProcessing: number
  /** It would work and has no room for visits; one that makes none, none for processing. */
  readonly full: boolean
}

export interface NodesView {
  /** The dispatcher that leads; null while none does. */
  readonly leader: Leader | null
  /** Where the fleet's pictures are kept; null until a task server has come. */
  readonly home: StoreHome | null
  /** By name. */
  readonly nodes: readonly NodeView[]
}

export interface WeightDepth extends Readonly<Record<TaskKind, number>> {
  readonly weight: number
}

export interface QueuesView {
  /** Tasks that wait in the general queue. */
  readonly waiting: number
  /** The heaviest first. */
  readonly byWeight: readonly WeightDepth[]
  readonly leased: number
  /** Of the leased ones, those that lie in a server's inbox, by its name. */
  readonly uncollected: Readonly<Record<string, number>>
  /** Waiting or leased, by kind. */
  readonly pending: Readonly<Record<TaskKind, number>>
  /** Ends reached, by kind, outcome and reason; a dead task that was revived counts again at its next one. */
  readonly ended: readonly TallyRow[]
  /** From the beginning on: tasks taken in, leases given. */
  readonly accepted: number
  readonly dispatched: number
  readonly dead: number
  /** `since` is ISO, and known to a second or a little more (`Overview.oldestAt`). Null when nothing waits. */
  readonly oldest: { readonly since: string; readonly seconds: number } | null
  /** How many wait, and those with the longest lines. */
  readonly hosts: { readonly waiting: number; readonly deepest: readonly HostLine[] }
  readonly paused: PausedView
  readonly circuits: CircuitsView
  /** Null until two looks lie apart. */
  readonly rates: Rates | null
}

/** What a look for counts alone tells. */
export type QueueCounts = Pick<QueuesView, 'waiting' | 'byWeight' | 'leased' | 'pending' | 'ended' | 'accepted' | 'dispatched' | 'dead' | 'paused'> & {
  readonly hosts: Pick<QueuesView['hosts'], 'waiting'>
}

export interface PausedView {
  readonly all: boolean
  readonly nodes: readonly string[]
  /** `names`: the first hundred of them, by name. */
  readonly hosts: { readonly count: number; readonly names: readonly string[] }
}

export interface CircuitsView {
  readonly open: number
  readonly blocked: number
  readonly slowed: number
  /** Open ones first; at most fifty. */
  readonly hosts: readonly HostStanding[]
  /** Only the first 500 hosts with something against them, by name, were looked at: there are more. */
  readonly more: boolean
}

export interface FleetView {
  nodes(): Promise<NodesView>
  queues(): Promise<QueuesView>
  /** A part of it, at the cost of a few small reads. */
  counts(): Promise<QueueCounts>
  /** What is paused. */
  paused(): Promise<PausedView>
  /** Counts, for `rates`; cheap, and to be called now and then. */
  sample(): Promise<void>
}

export interface FleetViewPorts {
  readonly queue: Pick<ScheduleStore, 'overview' | 'uncollected' | 'pausedHosts' | 'memories'>
  readonly ledger: Pick<FleetLedger, 'leader' | 'nodes' | 'home' | 'orders'>
  readonly clock: Clock
  /** The pace of hosts that nothing is wrong with, in milliseconds. */
  readonly floorMs: number
}

export const RATES_WINDOW_MS = 60_000
const MOST_DEEPEST = 20
const MOST_PAUSED = 100
const MOST_MEMORIES = 500
const MOST_STANDINGS = 50
const URGENCY = ['open', 'blocked', 'slowed'] as const

const sumByOutcome = (rows: readonly TallyRow[]): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {}
  for (const { outcome, count } of rows) sums[outcome] = (sums[outcome] ?? 0) + count
  return sums
}

const countsOf = ({ accepted, dispatched, ended }: Overview): Counts => ({ accepted, dispatched, ended: sumByOutcome(ended) })

const byWeight = (waiting: Overview['waiting']): readonly WeightDepth[] => {
  const rows = new Map<number, WeightDepth>()
  for (const { weight, kind, count } of waiting) {
    rows.set(weight, { ...(rows.get(weight) ?? { weight, page: 0, image: 0, process: 0 }), [kind]: count })
  }
  return [...rows.values()]
}

const countsIn = ({ waiting, leased, pending, ended, accepted, dispatched, dead }: Overview): Omit<QueueCounts, 'hosts' | 'paused'> => ({
  waiting: waiting.reduce((sum, { count }) => sum + count, 0), byWeight: byWeight(waiting), leased, pending, ended, accepted, dispatched, dead,
})

const nodeView = (report: NodeReport, { pausedNodes, draining }: FleetOrders): NodeView => {
  const leaves = report.draining || draining[report.name] === report.instance
  const { spareProcesses, spareThreads } = serverOf({ ...report, draining: leaves }, report.received)
  const { spareThreads: spareProcessing } = processorOf({ ...report, draining: leaves }, report.receivedProcessing)
  const paused = pausedNodes.includes(report.name)
  const full = !leaves && !paused && (report.maxThreads > 0 ? spareThreads : spareProcessing) === 0
  return { ...report, draining: leaves, paused, spareProcesses, spareThreads, spareProcessing, full }
}

export const createFleetView = ({ queue, ledger, clock, floorMs }: FleetViewPorts): FleetView => {
  const meter = createRateMeter({ windowMs: RATES_WINDOW_MS })
  const look = async (top: number): Promise<Overview> => {
    const overview = await queue.overview({ top, now: clock.now() })
    meter.add(clock.now(), countsOf(overview))
    return overview
  }
  const paused = async (count: (() => Promise<number>) | number): Promise<PausedView> => {
    const [{ allPaused, pausedNodes }, hosts, counted] = await Promise.all([
      ledger.orders(), queue.pausedHosts({ after: null, limit: MOST_PAUSED }), typeof count === 'number' ? count : count(),
    ])
    return { all: allPaused, nodes: pausedNodes, hosts: { count: counted, names: hosts.items } }
  }
  const circuits = async (): Promise<CircuitsView> => {
    const { items, next } = await queue.memories({ after: null, limit: MOST_MEMORIES })
    const standings = items.flatMap((one) => standingOf(one, clock.now(), floorMs) ?? [])
    const of = (state: HostStanding['state']): readonly HostStanding[] => standings.filter((one) => one.state === state)
    return {
      open: of('open').length, blocked: of('blocked').length, slowed: of('slowed').length,
      hosts: URGENCY.flatMap(of).slice(0, MOST_STANDINGS), more: next !== null,
    }
  }

  return {
    async nodes() {
      const [leader, home, nodes, orders] = await Promise.all([ledger.leader(), ledger.home(), ledger.nodes(), ledger.orders()])
      return { leader, home, nodes: nodes.map((report) => nodeView(report, orders)) }
    },
    async queues() {
      const overview = await look(MOST_DEEPEST)
      const { oldestAt } = overview
      const [owners, stopped, standings] = await Promise.all([queue.uncollected(), paused(overview.paused), circuits()])
      const uncollected: Record<string, number> = {}
      // An owner is a name and an instance, and a name has no blank.
      for (const [owner, n] of Object.entries(owners)) {
        const [name = owner] = owner.split(' ')
        uncollected[name] = (uncollected[name] ?? 0) + n
      }
      return {
        ...countsIn(overview), uncollected,
        oldest: oldestAt === null ? null : { since: new Date(oldestAt).toISOString(), seconds: Math.max(0, Math.round((clock.now() - oldestAt) / 1000)) },
        hosts: { waiting: overview.hosts, deepest: overview.deepest },
        paused: stopped, circuits: standings, rates: meter.rates,
      }
    },
    async counts() {
      const overview = await look(0)
      return { ...countsIn(overview), hosts: { waiting: overview.hosts }, paused: await paused(overview.paused) }
    },
    paused: () => paused(async () => (await queue.overview({ top: 0, now: clock.now() })).paused),
    async sample() {
      await look(0)
    },
  }
}
