/**
 * Brings reports to the callbacks of requests that have ended: each until it is taken, its receiver says that it is gone,
 * or a day has passed. What is owed stands in the outbox, so a restart goes on where it was; a report may then come twice,
 * under the same `webhook-id`.
 */
import { backOff, type BackOff } from '../core/back-off.ts'
import { createBell } from '../core/bell.ts'
import type { Clock } from '../core/clock.ts'
import type { RequestId } from '../core/ids.ts'
import type { Guard } from '../fetch/index.ts'
import type { OutboxLedger, OutboxRequest } from '../schedule/outbox/outbox.ts'
import { postReport, type Posted } from './post-report.ts'
import { signatureHeaders } from './sign-report.ts'

export interface CallbackOptions {
  readonly outbox: Pick<OutboxLedger, 'list' | 'mark'>
  /** The body, JSON, of a bounded size. A rejection counts as a failed try. */
  readonly report: (request: OutboxRequest) => Promise<string>
  readonly guard: Guard
  /** Null: reports are not signed. */
  readonly secret: string | null
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Default 5 s, doubling up to an hour. */
  readonly backOff?: BackOff
  /** After the end of the request no more is tried. Default a day. */
  readonly giveUpMs?: number
  /** Of one try, from the name to the end of the answer. Default 30 s. */
  readonly timeoutMs?: number
  /** Between two looks. Default 1 s. */
  readonly everyMs?: number
  readonly onTried?: (request: OutboxRequest, posted: Posted) => void
}

export interface Callbacks {
  /** Delivers until the signal aborts. @throws what the outbox throws */
  run(signal: AbortSignal): Promise<void>
  /** A request has ended. */
  wake(): void
}

/** Tries under way at once. */
const MOST_AT_ONCE = 8
const DAY_MS = 24 * 3_600_000

export const createCallbacks = (options: CallbackOptions): Callbacks => {
  const { outbox, report, guard, secret, clock, random, onTried } = options
  const { backOff: pace = { baseMs: 5000, maxMs: 3_600_000 }, giveUpMs = DAY_MS, timeoutMs = 30_000, everyMs = 1000 } = options
  const bell = createBell()

  const tried = async (request: OutboxRequest, signal: AbortSignal): Promise<Posted> => {
    try {
      const body = await report(request)
      const headers = signatureHeaders(request.id, clock.now(), body, secret)
      return await postReport(request.options.callback ?? '', body, headers, { guard, timeoutMs, signal })
    } catch (error) {
      return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) }
    }
  }

  const deliver = async (request: OutboxRequest, signal: AbortSignal): Promise<void> => {
    const posted = await tried(request, signal)
    // Broken off by us: it was no failure of theirs.
    if (signal.aborted && posted.kind === 'failed') return
    onTried?.(request, posted)
    if (posted.kind === 'delivered') {
      await outbox.mark(request.id, { kind: 'delivered' })
      return
    }
    const again = clock.now() + backOff(pace, request.delivery.attempts + 1, random)
    const isLast = posted.kind === 'gone' || again > (request.endedAt ?? 0) + giveUpMs
    await outbox.mark(request.id, { kind: 'delivery-failed', nextAt: isLast ? null : again })
  }

  return {
    async run(signal) {
      signal.addEventListener('abort', bell.ring, { once: true })
      const underWay = new Map<RequestId, Promise<void>>()
      let broken: { readonly error: unknown } | null = null
      while (!signal.aborted && broken === null) {
        const { rings } = bell
        const { items } = await outbox.list({ state: 'due', now: clock.now(), after: null, limit: MOST_AT_ONCE + underWay.size })
        for (const request of items) {
          // One that does not answer holds up only itself.
          if (underWay.has(request.id) || underWay.size >= MOST_AT_ONCE) continue
          const delivery = deliver(request, signal)
            .catch((error: unknown) => void (broken ??= { error }))
            .finally(() => {
              underWay.delete(request.id)
              bell.ring()
            })
          underWay.set(request.id, delivery)
        }
        await bell.wait(everyMs, rings)
      }
      await Promise.all(underWay.values())
      if (broken !== null) throw (broken as { readonly error: unknown }).error
    },
    wake: () => bell.ring(),
  }
}
