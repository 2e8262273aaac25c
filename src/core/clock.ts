/** Time is passed in, so that a test (or a simulation) can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves at `at` (milliseconds since the epoch) or rejects with the signal's reason. */
  until(at: number, signal?: AbortSignal): Promise<void>
}

/** Most milliseconds (24.8 days) of one timer: setTimeout overflows past 2^31 ms and then fires at once. */
export const MAX_TIMER_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  async until(at, signal) {
    signal?.throwIfAborted()
    for (let left = at - Date.now(); left > 0; left = at - Date.now()) {
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          clearTimeout(timer)
          reject(signal?.reason)
        }
        const timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          },
          Math.min(left, MAX_TIMER_MS),
        )
        signal?.addEventListener('abort', abort, { once: true })
      })
    }
  },
}
