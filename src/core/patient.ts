/**
 * Calls to an engine that may be away for a while: what fails for a reason that goes away by itself is tried again, with
 * back-off, until it is answered or nobody waits any more. For idempotent interfaces only.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as pass } from 'node:timers/promises'
import { backOff, type BackOff } from './back-off.ts'
import { ERRORS, GannetError } from './errors.ts'

/** An engine that is restarted, cut off, or has no room: waiting may mend it. */
export const mayPass = (error: unknown): boolean =>
  GannetError.is(error) && (ERRORS[error.code].consequence === 'retry' || error.code === 'disk-full')

const PACE: BackOff = { baseMs: 50, maxMs: 2_000 }

export interface PatientOptions {
  /** Nobody waits any more: what is tried then fails with `drained`. */
  readonly signal: AbortSignal
  readonly random: () => number
}

/** The same interface, whose calls wait for the engine. */
export const patient = <Api extends object>(api: Api, { signal, random }: PatientOptions): Api => {
  // Every call that waits listens to it.
  setMaxListeners(0, signal)
  return new Proxy(api, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver)
      if (typeof method !== 'function') return method
      return async (...args: readonly unknown[]) => {
        for (let failures = 1; ; failures++) {
          try {
            return await (method as (...args: unknown[]) => Promise<unknown>).apply(target, [...args])
          } catch (error) {
            if (GannetError.is(error, 'drained') || !mayPass(error)) throw error
            if (signal.aborted) throw new GannetError('drained', 'the engine is away, and nobody waits for it any more', { cause: error })
            await pass(backOff(PACE, failures, random), undefined, { signal }).catch(() => undefined)
          }
        }
      }
    },
  })
}
