/** What a way of dispatching made of a world: how long tasks waited from arrival to start, and how busy the servers were meanwhile. */
import { WEIGHTS, type World } from './world.ts'

export interface Outcome {
  /** In seconds. */
  readonly mean: number
  readonly p50: number
  readonly p99: number
  /** Mean wait by weight, as in `WEIGHTS`. */
  readonly byWeight: readonly number[]
  /** Part of all threads' time that was spent on tasks, while tasks arrived. */
  readonly utilisation: number
}

export interface Waits {
  start(task: number, at: number, durationMs: number): void
  readonly started: number
  outcome(): Outcome
}

export const createWaits = (world: World): Waits => {
  const { arrivals, weightOf, tasks, spanMs } = world
  const waits = new Float32Array(tasks)
  let started = 0
  let busy = 0
  return {
    start(task, at, durationMs) {
      started++
      waits[task] = at - (arrivals[task] as number)
      busy += Math.max(0, Math.min(at + durationMs, spanMs) - at)
    },
    get started() {
      return started
    },
    outcome() {
      if (started !== tasks) throw new Error(`${started} of ${tasks} tasks were started`)
      const sums = WEIGHTS.map(() => 0)
      const counts = WEIGHTS.map(() => 0)
      for (const [task, wait] of waits.entries()) {
        const weight = weightOf[task] as number
        sums[weight] = (sums[weight] as number) + wait
        counts[weight] = (counts[weight] as number) + 1
      }
      const sorted = waits.sort()
      const at = (share: number): number => (sorted[Math.min(tasks - 1, Math.floor(share * tasks))] as number) / 1000
      const threads = world.processes.reduce((sum, count) => sum + count, 0) * world.threads
      return {
        mean: sums.reduce((a, b) => a + b, 0) / tasks / 1000, p50: at(0.5), p99: at(0.99),
        byWeight: sums.map((sum, n) => sum / (counts[n] as number) / 1000),
        utilisation: busy / (threads * spanMs),
      }
    },
  }
}
