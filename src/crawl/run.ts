/**
 * The loop of a crawl: take what the schedule grants, walk it, settle its end. It keeps a bounded
 * window of tasks in flight, renews their leases, stops at limits, and drains when asked to. What
 * it holds when it dies is not lost: leases are given back when the folder is next opened.
 */
import { setMaxListeners } from 'node:events'
import { createBatcher } from '../core/batcher.ts'
import { createBell } from '../core/bell.ts'
import { GannetError } from '../core/errors.ts'
import type { CrawlEnd } from '../core/events.ts'
import { isRetryable, type Reason } from '../core/reasons.ts'
import type { RequestId, TaskId } from '../core/ids.ts'
import type { Completion, Failure, Settled } from '../schedule/schedule-store.ts'
import type { Held, Lease } from '../schedule/task.ts'
import type { VerdictRecord } from '../store/asset.ts'
import { createImageWalk, type Handoff } from './image-walk.ts'
import { intake, seedTask, type Seeds } from './intake.ts'
import { createPageWalk } from './page-walk.ts'
import type { AdmitRules } from './admit.ts'
import type { CrawlPorts } from './ports.ts'
import { reportOf, type CrawlReport } from './report.ts'
import type { LinkSettings } from './settings.ts'
import { createVisits, type Visits } from './visits.ts'
import type { End } from './work.ts'

export interface RunOptions {
  readonly owner: string
  readonly request: RequestId
  readonly seeds: Seeds
  readonly concurrency: number
  readonly perHost: number
  /** Pictures that may be in flight beyond the visits: decoded, judged, written. */
  readonly beyondVisits: number
  readonly maxDepth: number | null
  /** Which links are followed, and which pictures taken. */
  readonly links: LinkSettings
  readonly maxImages: number | null
  readonly maxBytes: number | null
  readonly maxTimeMs: number | null
  /** Awaited before new work is taken: a reader of events who falls behind slows the crawl. */
  readonly ready: () => Promise<void>
}

export interface Run {
  /** Resolves when nothing is left, a limit is met or the crawl was drained; rejects when it cannot go on. */
  readonly ended: Promise<CrawlEnd>
  readonly visits: Visits
  report(): Promise<CrawlReport>
  /** The same for who asks often: duplicates that were replaced by a better copy may be counted late. */
  progress(): Promise<CrawlReport>
  /** Seeds named one by one (not those of a list) that came to nothing, and why. */
  failedSeeds(): Promise<readonly FailedSeed[]>
  /** Takes no new work; what is under way comes to its end, what waits goes back. */
  drain(): void
}

export interface FailedSeed {
  readonly url: string
  readonly reason: Reason
}

const LEASE_MS = 60_000
/** The queue may be asked again when it said that nothing is due, at the latest after so long. */
const MAX_NAP_MS = 1_000
/** Waiting tasks beyond which a list is read no further until some have ended; how often that is looked at. */
const INTAKE_AHEAD = 5_000
const INTAKE_NAP_MS = 200
const ASK_AT_LEAST = 8
/** Leases for each visit that may be under way: who has one waits for the visit, not for the queue. */
const LEASES_AHEAD = 3
/** Where hosts, not the window, were what kept an answer short, asking at every visit's end would bring one at a time. */
const ASK_EVERY_MS = 20
/** Counting what was superseded takes the longer the more there is; while the crawl runs it may take this share of the time. */
const COUNTING_SHARE = 0.01

export const startRun = (ports: CrawlPorts, options: RunOptions): Run => {
  const { schedule, clock } = ports
  const startedAt = clock.now()
  const stop = new AbortController()
  // Every visit that waits listens to it; their number is bounded by the window.
  setMaxListeners(0, stop.signal)
  const held = new Map<string, Held>()
  const requests = new Set<RequestId>([options.request])
  const handoff: Handoff = new Map()
  let why: CrawlEnd = 'done'
  let failure: unknown = null
  let kept = 0
  let bytes = 0
  let intakeDone = false
  const committing = new Set<TaskId>()
  const bell = createBell()

  const rules: AdmitRules = { admits: ports.admits, policy: ports.policy, maxDepth: options.maxDepth, links: options.links }
  const visits = createVisits({
    hosts: schedule, policy: ports.hostPolicy, clock, concurrency: options.concurrency, perHost: options.perHost,
    signal: stop.signal,
    onFree: () => bell.ring(),
    onBytes(count) {
      bytes += count
      if (options.maxBytes !== null && bytes >= options.maxBytes) finish('max-bytes')
    },
    onNote: (host, note) => ports.emit({ type: 'visit-noted', host, note }),
    onPace: ({ host, delayMs, notBefore }) => {
      if (notBefore !== undefined) ports.emit({ type: 'host-blocked', host, until: notBefore })
      else if (delayMs !== undefined) ports.emit({ type: 'host-slowed', host, delayMs })
    },
  })

  const finish = (reason: CrawlEnd): void => {
    if (stop.signal.aborted) return
    why = reason
    stop.abort(new GannetError('drained', 'the crawl is stopping'))
    bell.ring()
  }
  const give = (error: unknown): void => {
    failure ??= error
    finish('failed')
  }

  /** A picture about to be stored counts at once, so that many in flight cannot pass the limit together. */
  const mayKeep = (task: TaskId): boolean => {
    if (options.maxImages !== null && kept + committing.size >= options.maxImages) return false
    committing.add(task)
    return true
  }
  const pageWalk = createPageWalk(ports, visits, rules, handoff)
  const imageWalk = createImageWalk(ports, visits, handoff, mayKeep)

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
      const retryAt = ports.retryAt({ reason: end.reason, attempts: task.attempts, status: end.status, retryAfterMs: end.retryAfterMs, now: clock.now() })
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
    if (end.outcome === 'kept') kept++
    if (options.maxImages !== null && kept >= options.maxImages) finish('max-images')
  }

  const work = async (lease: Lease): Promise<void> => {
    const { task, fence } = lease
    held.set(task.id, { id: task.id, fence })
    requests.add(task.request)
    ports.emit({ type: 'task-leased', task: task.id, url: task.url })
    try {
      await settle(lease, await (task.kind === 'page' ? pageWalk : imageWalk).walk(lease))
    } catch (error) {
      // A drained task keeps its lease until the run ends; then all of them go back at once.
      if (!GannetError.is(error, 'drained')) give(error)
    } finally {
      committing.delete(task.id)
      held.delete(task.id)
      bell.ring()
    }
  }

  /** Ends early when the crawl stops. */
  const nap = (ms: number): Promise<void> => clock.until(clock.now() + ms, stop.signal).catch(() => undefined)

  const takeIn = async (): Promise<void> => {
    const { sequence } = await schedule.tally([options.request])
    // Whoever writes into a pipe may be silent for ever.
    stop.signal.addEventListener('abort', () => options.seeds.list?.close())
    for await (const batch of intake(options.seeds, rules, sequence)) {
      if (stop.signal.aborted) return
      const admissions = await schedule.add({ request: options.request, ...batch })
      const accepted = admissions.filter((admission) => admission === 'queued').length
      ports.emit({ type: 'request-accepted', request: options.request, accepted, refused: admissions.length - accepted })
      bell.ring()
      for (;;) {
        const { pending } = await schedule.tally([options.request])
        if (pending.image + pending.page < INTAKE_AHEAD || stop.signal.aborted) break
        await nap(INTAKE_NAP_MS)
      }
    }
  }

  const loop = async (): Promise<CrawlEnd> => {
    await schedule.recover(options.owner, [])
    const before = await schedule.tally([options.request])
    bytes = ['thumbnailBytes', 'fullBytes', 'pageBytes'].reduce((sum, name) => sum + (before.sums[name] ?? 0), 0)
    kept = before.ended.reduce((sum, row) => (row.outcome === 'kept' ? sum + row.count : sum), 0)
    const room = options.concurrency * LEASES_AHEAD + options.beyondVisits
    const renewal = setInterval(() => {
      schedule.renew([...held.values()], clock.now() + LEASE_MS).catch(give)
    }, LEASE_MS / 3)
    const timeLimit = options.maxTimeMs === null ? undefined : setTimeout(() => finish('max-time'), options.maxTimeMs)
    const taking = takeIn().catch(give).finally(() => {
      intakeDone = true
      bell.ring()
    })
    if (options.maxImages !== null && kept >= options.maxImages) finish('max-images')
    if (options.maxBytes !== null && bytes >= options.maxBytes) finish('max-bytes')
    try {
      while (!stop.signal.aborted) {
        await options.ready()
        const heard = bell.rings
        const count = room - held.size
        // Asking for a few at a time costs a call each; a window that is nearly full can wait.
        if (count < Math.min(ASK_AT_LEAST, room)) {
          await bell.wait(MAX_NAP_MS, heard)
          continue
        }
        // Seen before asking: work that ends meanwhile may leave new work behind it.
        const idle = intakeDone && held.size === 0
        const { leases, nextAt } = await schedule.reserve({
          owner: options.owner, count, perHost: LEASES_AHEAD, busy: visits.taken(LEASES_AHEAD), leaseMs: LEASE_MS, now: clock.now(),
        })
        for (const lease of leases) void work(lease)
        if (leases.length > 0) {
          if (leases.length < count) await nap(ASK_EVERY_MS)
          continue
        }
        if (nextAt === null && idle) break
        // Due already and yet nothing came: its hosts are busy, and the end of a visit will ring.
        const dueMs = nextAt === null ? MAX_NAP_MS : nextAt - clock.now()
        await bell.wait(dueMs <= 0 ? MAX_NAP_MS : Math.min(MAX_NAP_MS, dueMs), heard)
      }
      while (held.size > 0) await bell.wait(MAX_NAP_MS)
      await taking
    } finally {
      clearInterval(renewal)
      clearTimeout(timeLimit)
    }
    if (failure !== null) throw failure
    await schedule.recover(options.owner, [])
    ports.emit({ type: 'crawl-ended', why })
    return why
  }

  let superseded = 0
  let countAgainAt = 0
  const reportNow = async (count: boolean): Promise<CrawlReport> => {
    const ids = [...requests]
    const began = clock.now()
    const [tally, stats] = await Promise.all([schedule.tally(ids), count ? ports.catalogue.stats(ids) : null])
    if (stats !== null) {
      superseded = stats.superseded
      countAgainAt = clock.now() + (clock.now() - began) / COUNTING_SHARE
    }
    return reportOf(tally, superseded, (clock.now() - startedAt) / 1000)
  }

  return {
    ended: loop(),
    visits,
    async report() {
      return await reportNow(true)
    },
    progress: () => reportNow(clock.now() >= countAgainAt),
    async failedSeeds() {
      const ids = options.seeds.urls.map((url) => seedTask(url, rules).id)
      if (ids.length === 0) return []
      const { items } = await schedule.tasks({ after: null, limit: ids.length, state: 'ended', ids })
      return items.flatMap(({ task, end }) =>
        end && end.reason !== null && (end.outcome === 'failed' || end.outcome === 'refused') ? [{ url: task.url, reason: end.reason }] : [])
    },
    drain: () => finish('drained'),
  }
}
