/**
 * Notices that requests have come to their end: everything is handed on and the general queue has nothing of them left.
 * The counts are then written down, so that progress can be told when the queue is away or has forgotten, and the callback
 * is due. Requests that ended long ago are forgotten.
 */
import { backOff } from '../core/back-off.ts'
import type { Clock } from '../core/clock.ts'
import { ERRORS, GannetError } from '../core/errors.ts'
import type { OutboxLedger } from '../schedule/outbox/outbox.ts'
import type { ScheduleStore } from '../schedule/schedule-store.ts'
import { countsOf, pendingOf } from './progress.ts'

export interface EndWatchOptions {
  readonly outbox: Pick<OutboxLedger, 'list' | 'mark' | 'forget'>
  readonly queue: Pick<ScheduleStore, 'tally'>
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Between two looks. Default 1 s. */
  readonly everyMs?: number
  /** How long an ended request is known, and its key. Default 7 days. */
  readonly keptMs?: number
  /** A callback may be due. */
  readonly onEnded?: () => void
}

/** Requests of one look; where there are more, the next look goes on behind them. */
const MOST_A_LOOK = 200
const DAY_MS = 24 * 3_600_000
const PACE = { baseMs: 1000, maxMs: 30_000 }

/** Watches until the signal aborts. @throws what no waiting mends */
export const watchEnds = async (options: EndWatchOptions, signal: AbortSignal): Promise<void> => {
  const { outbox, queue, clock, random, everyMs = 1000, keptMs = 7 * DAY_MS, onEnded } = options
  let after: string | null = null
  let failures = 0

  const look = async (): Promise<void> => {
    const page = await outbox.list({ state: 'running', after, limit: MOST_A_LOOK })
    for (const request of page.items) {
      if (signal.aborted) return
      const tally = await queue.tally([request.id])
      if (pendingOf(request, tally) > 0) continue
      const isNew = await outbox.mark(request.id, { kind: 'ended', now: clock.now(), counts: countsOf(request, tally) })
      if (isNew) onEnded?.()
    }
    after = page.next
    await outbox.forget(clock.now() - keptMs, MOST_A_LOOK)
  }

  while (!signal.aborted) {
    try {
      await look()
      failures = 0
    } catch (error) {
      if (!GannetError.is(error) || ERRORS[error.code].consequence !== 'retry') throw error
      failures++
    }
    await clock.until(clock.now() + (failures > 0 ? backOff(PACE, failures, random) : everyMs), signal).catch(() => undefined)
  }
}
