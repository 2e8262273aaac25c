/** Time is passed in, so that a test (or a simulation) can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves at `at` (milliseconds since the epoch) or rejects with the signal's reason. */
  until(at: number, signal?: AbortSignal): Promise<void>
}

/** Most milliseconds (24.8 days) of one timer: setTimeout overflows past 2^31 ms and then fires at once. */
export const MAX_TIMER_MS = 2_147_483_647

/**
 * Where the clock on the wall is set back, by more than the hundredths of a second that it is slewed by, this goes on from
 * where it was.
 * @param wall milliseconds since the epoch
 * @param monotonic milliseconds that only ever pass
 */
export const steadyTime = (wall: () => number, monotonic: () => number): (() => number) => {
  let lift = 0
  let last = { wall: wall(), monotonic: monotonic() }
  return () => {
    const now = { wall: wall(), monotonic: monotonic() }
    const lost = now.monotonic - last.monotonic - (now.wall - last.wall)
    // The two are read apart, and the wall's is rounded; less than that is no step.
    if (lost > 50) lift += lost
    last = now
    return Math.round(now.wall + lift)
  }
}

const now = steadyTime(() => Date.now(), () => performance.now())

/** By the clock on the wall. A wait lasts as long as it was going to when it began, whatever that clock is set to meanwhile. */
export const systemClock: Clock = {
  now,
  async until(at, signal) {
    signal?.throwIfAborted()
    const end = performance.now() + (at - now())
    for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
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
          Math.min(Math.ceil(left), MAX_TIMER_MS),
        )
        signal?.addEventListener('abort', abort, { once: true })
      })
    }
  },
}
