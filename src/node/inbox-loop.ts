/**
 * The loop of a task server: collects what the dispatcher assigned to it, gives it to the worker, and says how idle it
 * is, whenever that has changed and at least so often that it stays a member of the fleet. While the queue or the ledger
 * is away it goes on with what it has.
 */
import { createBell } from '../core/bell.ts'
import { GannetError } from '../core/errors.ts'
import { mayPass } from '../core/patient.ts'
import type { NodeReport } from '../schedule/dispatch/idleness.ts'
import type { FleetLedger } from '../schedule/fleet-ledger.ts'
import type { ScheduleStore } from '../schedule/schedule-store.ts'
import type { Held, Lease } from '../schedule/task.ts'

export interface InboxLoopPorts {
  readonly queue: Pick<ScheduleStore, 'collect' | 'recover'>
  readonly fleet: Pick<FleetLedger, 'report' | 'leave' | 'orders'>
  /** Who does the work. */
  readonly worker: {
    take(lease: Lease): void
    readonly held: readonly Held[]
    readonly holds: number
    /** Of these the process tasks. */
    readonly processing: number
    readonly visits: { readonly underWay: number }
    drain(): void
  }
  /** Grabber processes with at least one visit. */
  readonly busyProcesses: () => number
  /** Tasks that have ended here, from the start on. */
  readonly ended: () => number
  /** People have ordered it to drain; told once. */
  readonly onDrainOrder: () => void
  /** For people: the queue does not answer, or does again (null). */
  readonly onTrouble: (error: unknown) => void
}

export interface InboxLoopOptions {
  readonly name: string
  readonly instance: string
  readonly url: string
  /** Of its inbox, and of that for process tasks. */
  readonly owner: string
  readonly processorOwner: string
  readonly maxProcesses: number
  readonly maxThreads: number
  readonly maxProcessing: number
  /** How long it stays a member without a word. */
  readonly memberMs: number
}

export interface InboxLoop {
  /** When it is a member, and its name its own; or when the ledger is away, and will tell later. Rejects as `ended` does. */
  readonly joined: Promise<void>
  /** Ends after `drain`; rejects when it cannot go on. */
  readonly ended: Promise<void>
  readonly report: NodeReport
  /** Takes nothing new, lets what is under way end, gives the rest back at once and leaves the fleet. */
  drain(): void
}

/** Between two looks into an empty inbox: shortest, growing by halves to the longest. */
const REST_MS = { first: 5, most: 40 }
/** A change is told at once, but not more often than that. */
const REPORT_EVERY_MS = 20
const ORDERS_EVERY_MS = 1_000
const MOST_COLLECTED = 500
/** Renditions take a while to make: their inbox, mostly empty, need not be looked into as often as that of visits. */
const PROCESSING_REST_MS = 50
/** Of the moving average of the speed. */
const SPEED_HALF_LIFE_MS = 10_000
const TROUBLE_REST_MS = 250

export const startInboxLoop = (ports: InboxLoopPorts, options: InboxLoopOptions): InboxLoop => {
  const { queue, fleet, worker } = ports
  const { name, instance, url, owner, processorOwner, maxProcesses, maxThreads, maxProcessing, memberMs } = options
  const bell = createBell()
  let received = 0
  let receivedProcessing = 0
  let processingAskedAt = -Infinity
  let draining = false
  let isMember = false
  let settleJoined: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null
  const joined = new Promise<void>((resolve, reject) => (settleJoined = { resolve, reject }))
  joined.catch(() => undefined)
  let told = ''
  let toldAt = -Infinity
  const speed = { value: 0, ended: 0, at: performance.now() }

  const measureSpeed = (): void => {
    const now = performance.now()
    const passed = now - speed.at
    if (passed < 1_000) return
    const ended = ports.ended()
    const weight = 0.5 ** (passed / SPEED_HALF_LIFE_MS)
    speed.value = speed.value * weight + ((ended - speed.ended) / (passed / 1_000)) * (1 - weight)
    speed.ended = ended
    speed.at = now
  }

  const reportNow = (): NodeReport => {
    const visiting = worker.holds - worker.processing
    const underWay = Math.min(worker.visits.underWay, visiting)
    return {
      name, instance, url, maxProcesses, maxThreads, maxProcessing, draining, received, receivedProcessing,
      runningProcesses: ports.busyProcesses(), runningThreads: underWay, queued: visiting - underWay, runningProcessing: worker.processing,
      speed: Math.round(speed.value * 10) / 10,
    }
  }

  const say = async (): Promise<void> => {
    measureSpeed()
    const report = reportNow()
    const text = JSON.stringify(report)
    const since = performance.now() - toldAt
    if (since < REPORT_EVERY_MS || (text === told && since < memberMs / 3)) return
    toldAt = performance.now()
    if (await fleet.report(report, memberMs)) {
      told = text
      isMember = true
      settleJoined?.resolve()
      return
    }
    // One that was killed is a member until its time is over; one that lives says so again.
    if (isMember || performance.now() - startedAt > 2 * memberMs) {
      throw new GannetError('name-taken', `another task server of this fleet is called ${name}: give each its own with --name`)
    }
  }
  const startedAt = performance.now()

  let heardAt = -Infinity
  const hearOrders = async (): Promise<void> => {
    if (draining || performance.now() - heardAt < ORDERS_EVERY_MS) return
    heardAt = performance.now()
    if ((await fleet.orders()).draining[name] === instance) ports.onDrainOrder()
  }

  const collect = async (): Promise<number> => {
    if (!isMember) return 0
    // What was assigned while it began to drain is given back with the rest.
    const leases = draining ? [] : await queue.collect({ owner, count: MOST_COLLECTED })
    received += leases.length
    for (const lease of leases) worker.take(lease)
    return leases.length + (await collectProcessing())
  }

  const collectProcessing = async (): Promise<number> => {
    if (maxProcessing === 0 || draining || performance.now() - processingAskedAt < PROCESSING_REST_MS) return 0
    processingAskedAt = performance.now()
    const leases = await queue.collect({ owner: processorOwner, count: maxProcessing })
    receivedProcessing += leases.length
    for (const lease of leases) worker.take(lease)
    return leases.length
  }

  const loop = async (): Promise<void> => {
    let restMs = REST_MS.first
    let troubled = false
    while (!draining || worker.holds > 0) {
      const { rings } = bell
      try {
        const found = await collect()
        await say()
        await hearOrders()
        if (troubled) ports.onTrouble(null)
        troubled = false
        restMs = found > 0 ? REST_MS.first : Math.min(REST_MS.most, restMs * 1.5)
      } catch (error) {
        if (!mayPass(error)) throw error
        settleJoined?.resolve()
        if (!troubled) ports.onTrouble(error)
        troubled = true
        restMs = TROUBLE_REST_MS
      }
      await bell.wait(restMs, troubled ? undefined : rings)
    }
  }

  /** Others have its work at once. */
  const leave = async (): Promise<void> => {
    await fleet.leave(name, instance)
    for (const one of [owner, processorOwner]) await queue.recover(one, [])
  }

  const ended = loop().finally(() => (isMember ? leave().catch(() => undefined) : undefined))
  // Of one that ended before it joined.
  ended.then(() => settleJoined?.resolve(), (error: unknown) => settleJoined?.reject(error))
  return {
    joined, ended,
    get report() {
      return reportNow()
    },
    drain() {
      draining = true
      worker.drain()
      bell.ring()
    },
  }
}
