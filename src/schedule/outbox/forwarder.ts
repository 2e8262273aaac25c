/**
 * Hands the sub-queue on to the general queue. A request's chunks go in order, one at a time; several requests take turns
 * by weight and arrival (fair-share.ts), each with one chunk in the line, so that a million rows hold up no handful of the
 * same weight. A chunk leaves the outbox only when the queue has answered for it. Should the process die in between it is
 * sent once more, under its old sequence, and the queue ignores it: nothing is lost, nothing doubled.
 *
 * While the queue cannot be reached, or has no room, everything waits: exponential back-off with jitter, one chunk as a
 * probe. Any other error is nothing that waiting mends, and ends the run.
 */
import { backOff, type BackOff } from '../../core/back-off.ts'
import { createBell } from '../../core/bell.ts'
import type { Clock } from '../../core/clock.ts'
import { ERRORS, GannetError, isDiskFull, type ErrorCode } from '../../core/errors.ts'
import type { RequestId } from '../../core/ids.ts'
import { createFairShare } from '../fair-share.ts'
import type { Admission, ScheduleStore } from '../schedule-store.ts'
import type { NewTask } from '../task.ts'
import { addUpAnswers, type Answered, type Head, type OutboxFeed } from './outbox.ts'

export interface ForwarderOptions {
  readonly outbox: OutboxFeed
  readonly queue: Pick<ScheduleStore, 'add'>
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Chunks under way at once, each of another request. Default 4. */
  readonly inFlight?: number
  readonly backOff?: BackOff
  /** The queue does not answer, or has no room; it is asked again at `retryAt`. Null: it answers again. */
  readonly onTrouble?: (trouble: { readonly error: unknown; readonly retryAt: number } | null) => void
}

export interface Forwarder {
  /** Forwards until the signal aborts, then lets what is under way come to its end. @throws what no waiting mends; all that is left stays in the outbox */
  run(signal: AbortSignal): Promise<void>
  /** Something was accepted. */
  wake(): void
}

const BACK_OFF: BackOff = { baseMs: 250, maxMs: 30_000 }
/** Requests of one weight that take turns; later ones come when earlier ones are through. */
const MOST_IN_TURN = 32
/** A wake that went missing costs no more than this. */
const LOOK_AGAIN_MS = 5_000

/** Whether waiting may mend it: the queue (or the outbox) is away, or full (Redis out of its memory, a disk out of room). */
const passes = (error: unknown): boolean =>
  isDiskFull(error) || (GannetError.is(error) && ERRORS[error.code as ErrorCode].consequence === 'retry')

const answersOf = (tasks: readonly NewTask[], admissions: readonly Admission[]): readonly Answered[] =>
  addUpAnswers(tasks.map(({ kind }, at) => ({ kind, answer: admissions[at] ?? 'queued', count: 1 })))

interface Turn extends Head {
  readonly stamp: number
}

export const createForwarder = (options: ForwarderOptions): Forwarder => {
  const { outbox, queue, clock, random, inFlight = 4, backOff: pace = BACK_OFF, onTrouble } = options
  /** Rings when something was accepted or has come to its end. */
  const bell = createBell()
  const shares = createFairShare()
  /** Requests whose lowest chunk waits for its turn. */
  const turns = new Map<RequestId, Turn>()
  const underWay = new Set<RequestId>()
  /** In a row. */
  let failures = 0
  let retryAt: number | null = null
  let broken: { readonly error: unknown } | null = null

  const look = async (): Promise<void> => {
    for (const head of await outbox.heads(MOST_IN_TURN)) {
      if (!turns.has(head.id) && !underWay.has(head.id)) turns.set(head.id, { ...head, stamp: shares.arrive(head.weight) })
    }
  }

  const first = (): Turn | undefined => {
    let lowest: Turn | undefined
    for (const turn of turns.values()) if (lowest === undefined || turn.stamp < lowest.stamp) lowest = turn
    return lowest
  }

  const trouble = (error: unknown): void => {
    if (!passes(error)) broken ??= { error }
    // Of several that fail together, one counts.
    if (broken !== null || retryAt !== null) return
    retryAt = clock.now() + backOff(pace, ++failures, random)
    onTrouble?.({ error, retryAt })
  }

  const forward = async ({ id, sequence }: Turn): Promise<void> => {
    const tasks = await outbox.chunk(id, sequence)
    if (tasks === null) return
    const admissions = await queue.add({ request: id, sequence, tasks, now: clock.now() })
    if (failures > 0) onTrouble?.(null)
    failures = 0
    retryAt = null
    await outbox.settle(id, sequence, answersOf(tasks, admissions))
  }

  const start = async (turn: Turn): Promise<void> => {
    turns.delete(turn.id)
    underWay.add(turn.id)
    shares.serve(turn.stamp)
    try {
      await forward(turn)
    } catch (error) {
      trouble(error)
      // It keeps its place.
      turns.set(turn.id, turn)
    } finally {
      underWay.delete(turn.id)
      bell.ring()
    }
  }

  const turnsGoOn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && broken === null) {
      const { rings } = bell
      if (retryAt !== null && underWay.size === 0) {
        await clock.until(retryAt, signal).catch(() => undefined)
        retryAt = null
        continue
      }
      await look().catch(trouble)
      const room = failures > 0 ? 1 : inFlight
      for (let turn = first(); turn && retryAt === null && underWay.size < room; turn = first()) void start(turn)
      if (retryAt === null || underWay.size > 0) await bell.wait(LOOK_AGAIN_MS, rings)
    }
    for (let { rings } = bell; underWay.size > 0; { rings } = bell) await bell.wait(LOOK_AGAIN_MS, rings)
  }

  return {
    async run(signal) {
      signal.addEventListener('abort', bell.ring, { once: true })
      try {
        await turnsGoOn(signal)
      } finally {
        signal.removeEventListener('abort', bell.ring)
      }
      if (broken !== null) throw (broken as { readonly error: unknown }).error
    },
    wake: () => bell.ring(),
  }
}
