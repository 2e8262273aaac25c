/**
 * The loop of a crawl: take what the schedule grants, walk it, settle its end. It keeps a bounded
 * window of tasks in flight, renews their leases, stops at limits, and drains when asked to. What
 * it holds when it dies is not lost: leases are given back when the folder is next opened.
 */
import { createBell } from '../core/bell.ts'
import type { CrawlEnd } from '../core/events.ts'
import type { Reason } from '../core/reasons.ts'
import type { RequestId } from '../core/ids.ts'
import { intake, seedTask, type Seeds } from './intake.ts'
import type { AdmitRules } from './admit.ts'
import type { CrawlPorts } from './ports.ts'
import { reportOf, type CrawlReport } from './report.ts'
import type { LinkSettings } from './settings.ts'
import type { Visits } from './visits.ts'
import { createWorker } from './worker.ts'

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
  const requests = new Set<RequestId>([options.request])
  let why: CrawlEnd = 'done'
  let failure: unknown = null
  let kept = 0
  let bytes = 0
  let intakeDone = false
  const bell = createBell()

  const finish = (reason: CrawlEnd): void => {
    if (stop.signal.aborted) return
    why = reason
    stop.abort()
    worker.drain()
    bell.ring()
  }
  const give = (error: unknown): void => {
    failure ??= error
    finish('failed')
  }

  const rules: AdmitRules = { admits: ports.admits, policy: ports.policy, maxDepth: options.maxDepth, links: options.links }
  const worker = createWorker(ports, {
    rules, concurrency: options.concurrency, perHost: options.perHost, leaseMs: LEASE_MS,
    mayKeep: (_, committing) => options.maxImages === null || kept + committing < options.maxImages,
    onBytes(count) {
      bytes += count
      if (options.maxBytes !== null && bytes >= options.maxBytes) finish('max-bytes')
    },
    onEnded(_, end) {
      if (end.outcome === 'kept') kept++
      if (options.maxImages !== null && kept >= options.maxImages) finish('max-images')
    },
    onRoom: () => bell.ring(),
    onTrouble: give,
  })
  const { visits } = worker

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
        const count = room - worker.holds
        // Asking for a few at a time costs a call each; a window that is nearly full can wait.
        if (count < Math.min(ASK_AT_LEAST, room)) {
          await bell.wait(MAX_NAP_MS, heard)
          continue
        }
        // Seen before asking: work that ends meanwhile may leave new work behind it.
        const idle = intakeDone && worker.holds === 0
        const { leases, nextAt } = await schedule.reserve({
          owner: options.owner, count, perHost: LEASES_AHEAD, busy: visits.taken(LEASES_AHEAD), leaseMs: LEASE_MS, now: clock.now(),
        })
        for (const lease of leases) {
          requests.add(lease.task.request)
          worker.take(lease)
        }
        if (leases.length > 0) {
          if (leases.length < count) await nap(ASK_EVERY_MS)
          continue
        }
        if (nextAt === null && idle) break
        // Due already and yet nothing came: its hosts are busy, and the end of a visit will ring.
        const dueMs = nextAt === null ? MAX_NAP_MS : nextAt - clock.now()
        await bell.wait(dueMs <= 0 ? MAX_NAP_MS : Math.min(MAX_NAP_MS, dueMs), heard)
      }
      while (worker.holds > 0) await bell.wait(MAX_NAP_MS)
      await taking
    } finally {
      worker.close()
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
