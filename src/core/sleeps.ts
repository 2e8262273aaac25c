/**
 * Whether this process has slept: its machine was suspended, somebody stopped it (SIGSTOP), or its loop hung. What it timed
 * meanwhile says nothing of whom it waited for, and its clocks look the same to it as after a long wait for work.
 */

/** Shorter than anybody's patience with a silent member, longer than a busy loop takes for a turn. */
export const ASLEEP_MS = 2_000
const BEAT_MS = 500

/**
 * @param wall milliseconds since the epoch; goes on while a machine is suspended
 * @param monotonic milliseconds that only ever pass; may stand still meanwhile
 * @returns how often the process has slept; to be called at least every `ASLEEP_MS` while it is awake
 */
export const countSleeps = (wall: () => number, monotonic: () => number): (() => number) => {
  let count = 0
  let last = { wall: wall(), monotonic: monotonic() }
  return () => {
    const now = { wall: wall(), monotonic: monotonic() }
    if (Math.max(now.wall - last.wall, now.monotonic - last.monotonic) > ASLEEP_MS) count++
    last = now
    return count
  }
}

let counted: (() => number) | null = null

/** How often this process has slept since it was first asked. */
export const sleeps = (): number => {
  if (counted === null) {
    counted = countSleeps(() => Date.now(), () => performance.now())
    setInterval(counted, BEAT_MS).unref()
  }
  return counted()
}
