/**
 * Takes tasks that are leased to this process, walks each to its end and settles it. Whoever feeds it (a crawl's loop,
 * a task server's inbox) asks how much it holds; it asks nobody for work. What it holds when it dies is not lost:
 * leases run out, or are given back.
 */
import { setMaxListeners } from 'node:events'
import { createBatcher } from '../core/batcher.ts'
import { GannetError } from '../core/errors.ts'
import type { TaskId } from '../core/ids.ts'
import { isRetryable } from '../core/reasons.ts'
import type { Completion, Failure, Settled } from '../schedule/schedule-store.ts'
import type { Held, Lease, Task } from '../schedule/task.ts'
import type { VerdictRecord } from '../store/asset.ts'
import type { AdmitRules } from './admit.ts'
import { createImageWalk, type Handoff } from './image-walk.ts'
import { createPageWalk } from './page-walk.ts'
import type { CrawlPorts } from './ports.ts'
import { createProcessWalk } from './process-walk.ts'
import { createVisits, type Visits } from './visits.ts'
import { endOf, type End } from './work.ts'

export interface WorkerOptions {
  readonly rules: AdmitRules
  readonly concurrency: number
  readonly perHost: number
  /** See `VisitsOptions`. */
  readonly shared?: boolean
  /** Milliseconds that a lease is renewed for. */
  readonly leaseMs: number
  /** Whether one more picture may be stored; `task` counts from then until it ends. */
  readonly mayKeep: (task: TaskId, committing: number) => boolean
  readonly onBytes: (count: number) => void
  readonly onEnded: (task: Task, end: End) => void
  /** There may be room for more. */
  readonly onRoom: () => void
  /** What the worker cannot go on after. */
  readonly onTrouble: (error: unknown) => void
}

export interface Worker {
  /** Never throws: troubles go to `onTrouble`. */
  take(lease: Lease): void
  /** Tasks held: waiting for a visit, on their way, or being settled. */
  readonly held: readonly Held[]
  readonly holds: number
  /** Of these the process tasks, which make no visit. */
  readonly processing: number
  readonly visits: Visits
  /** Takes visits up no more: what is under way comes to its end, what waits keeps its lease. */
  drain(): void
  /** Renews no more. */
  close(): void
}

export const createWorker = (ports: CrawlPorts, options: WorkerOptions): Worker => {
  const { schedule, clock } = ports
  const stop = new AbortController()
  // Every visit that waits listens to it; their number is bounded by what is held.
  setMaxListeners(0, stop.signal)
  const held = new Map<string, Held>()
  const processing = new Set<string>()
  const committing = new Set<TaskId>()
  const handoff: Handoff = new Map()

  const visits = createVisits({
    hosts: schedule, policy: ports.hostPolicy, shared: options.shared ?? false, clock, concurrency: options.concurrency, perHost: options.perHost,
    signal: stop.signal,
    onFree: options.onRoom,
    onBytes: options.onBytes,
    onNote: (host, note) => ports.emit({ type: 'visit-noted', host, note }),
    onPace: ({ host, delayMs, notBefore }) => {
      if (notBefore !== undefined) ports.emit({ type: 'host-blocked', host, until: notBefore })
      else if (delayMs !== undefined) ports.emit({ type: 'host-slowed', host, delayMs })
    },
  })

  /** A picture about to be stored counts at once, so that many in flight cannot pass a limit together. */
  const mayKeep = (task: TaskId): boolean => {
    if (!options.mayKeep(task, committing.size)) return false
    committing.add(task)
    return true
  }
  const walks = {
    page: createPageWalk(ports, visits, options.rules, handoff),
    image: createImageWalk(ports, visits, handoff, mayKeep),
    process: createProcessWalk(ports, stop.signal),
  }

  const judgeOne = createBatcher<VerdictRecord, void>(async (verdicts) => {
    await ports.catalogue.judge(verdicts)
    return verdicts.map(() => undefined)
  }, { max: 64 })
  const completeOne = createBatcher<Completion, Settled>((items) => schedule.complete(items), { max: 64 })
  const failOne = createBatcher<Failure, Settled>((items) => schedule.fail(items), { max: 64 })

  const settle = async ({ task, fence }: Lease, end: End): Promise<void> => {
    const { id, kind, url, request } = task
    if (end.heldUntil !== null && end.reason !== null) {
      await failOne({ id, fence, reason: end.reason, retryAt: end.heldUntil, uncounted: true, sums: end.sums })
      return
    }
    if (end.outcome === 'failed' && end.reason !== null && isRetryable(end.reason)) {
      const retryAt = ports.retryAt({ task, reason: end.reason, status: end.status, retryAfterMs: end.retryAfterMs, now: clock.now() })
      if (retryAt !== null) {
        await failOne({ id, fence, reason: end.reason, retryAt, sums: end.sums })
        return
      }
    }
    if (!end.recorded && end.outcome !== 'read') {
      const candidate = (task.payload as { candidate?: { thumbnailUrl: string; pageUrl: string | null } }).candidate
      await judgeOne({
        task: id, request, url, thumbnailUrl: candidate?.thumbnailUrl ?? null, pageUrl: candidate?.pageUrl ?? null,
        outcome: end.outcome, reason: end.reason, asset: end.asset,
        evidence: { ...end.evidence, attempts: task.attempts + 1 }, at: new Date(clock.now()).toISOString(),
      })
    }
    const settled = end.outcome === 'failed' && end.reason !== null
      ? await failOne({ id, fence, reason: end.reason, retryAt: null, sums: end.sums })
      : await completeOne({ id, fence, end: { outcome: end.outcome, reason: end.reason, sums: end.sums }, spawn: end.spawn })
    if (settled === 'void') return
    if (end.spawn.length > 0) ports.emit({ type: 'task-queued', count: end.spawn.length, by: id })
    ports.emit({ type: 'task-ended', task: id, kind, url, outcome: end.outcome, reason: end.reason, detail: end.detail })
    options.onEnded(task, end)
  }

  /** A task that ends whatever process works on it is dead, and the others live on. */
  const walk = async (lease: Lease): Promise<End> => {
    try {
      return await walks[lease.task.kind].walk(lease)
    } catch (error) {
      if (!GannetError.is(error, 'role-died') && !GannetError.is(error, 'worker-died')) throw error
      const { url } = lease.task
      return endOf({ outcome: 'failed', reason: 'worker-died', detail: error.message, evidence: { url, detail: error.message } })
    }
  }

  const work = async (lease: Lease): Promise<void> => {
    const { task, fence } = lease
    held.set(task.id, { id: task.id, fence })
    if (task.kind === 'process') processing.add(task.id)
    ports.emit({ type: 'task-leased', task: task.id, url: task.url })
    try {
      await settle(lease, await walk(lease))
    } catch (error) {
      // A drained task keeps its lease until its holder gives all of them back at once.
      if (!GannetError.is(error, 'drained')) options.onTrouble(error)
    } finally {
      committing.delete(task.id)
      // The same task may be held anew by then, under a later fence.
      if (held.get(task.id)?.fence === fence) {
        held.delete(task.id)
        processing.delete(task.id)
      }
      options.onRoom()
    }
  }

  const renewal = setInterval(() => {
    schedule.renew([...held.values()], clock.now() + options.leaseMs).catch(options.onTrouble)
  }, options.leaseMs / 3)

  return {
    take: (lease) => void work(lease),
    get held() {
      return [...held.values()]
    },
    get holds() {
      return held.size
    },
    get processing() {
      return processing.size
    },
    visits,
    drain: () => stop.abort(new GannetError('drained', 'the work is stopping')),
    close: () => clearInterval(renewal),
  }
}
