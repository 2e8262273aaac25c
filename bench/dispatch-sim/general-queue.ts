/**
 * The general queue in memory, by the real order (fair-share.ts): hosts whose delay has passed, in order of the stamps
 * of their first tasks. What the schedule's adapters do on Redis and SQLite, for one kind of task that never fails.
 */
import { createFairShare } from '../../src/schedule/fair-share.ts'
import { createHeap } from './heap.ts'
import { DELAY_MS, WEIGHTS, type World } from './world.ts'

export interface GeneralQueue {
  arrive(task: number): void
  /** Hosts whose delay has passed by then may be visited again. */
  release(now: number): void
  /** When the next host may be visited again; Infinity when none rests. */
  readonly nextRelease: number
  /** Takes out the host whose turn it is, to be given to `take` or `restore`; -1 when there is none. */
  next(): number
  restore(host: number): void
  /** Its first task goes; the host rests for its delay. */
  take(host: number, now: number): number
}

const READY = 0
const OUT = 1
const RESTS = 2

/** @param weights what a place in `WEIGHTS` stands for */
export const createGeneralQueue = (world: World, weights: readonly number[] = WEIGHTS): GeneralQueue => {
  const { hostOf, weightOf, hosts, tasks } = world
  const kinds = weights.length
  const share = createFairShare()
  const stamps = new Float64Array(tasks)
  /** Tasks of a host and a weight are a chain in order of arrival; -1 ends it. */
  const following = new Int32Array(tasks).fill(-1)
  const first = new Int32Array(hosts * kinds).fill(-1)
  const last = new Int32Array(hosts * kinds)
  const states = new Uint8Array(hosts)
  /** May hold a host several times: what is not its first stamp, or of a host that is not ready, is passed over. */
  const ready = createHeap()
  /** A ring, for every delay is the same. */
  const resting = new Uint16Array(hosts)
  const until = new Float64Array(hosts)
  let restsFrom = 0
  let rests = 0

  /** The chain whose first task goes before the others'; -1 when nothing waits. */
  const foremost = (host: number): number => {
    let best = -1
    for (let chain = host * kinds; chain < (host + 1) * kinds; chain++) {
      const task = first[chain] as number
      if (task >= 0 && (best < 0 || (stamps[task] as number) < (stamps[first[best] as number] as number))) best = chain
    }
    return best
  }
  const firstStamp = (host: number): number => {
    const chain = foremost(host)
    return chain < 0 ? -1 : (stamps[first[chain] as number] as number)
  }
  const offer = (host: number): void => {
    states[host] = READY
    const stamp = firstStamp(host)
    if (stamp >= 0) ready.push(stamp, host)
  }

  return {
    arrive(task) {
      const host = hostOf[task] as number
      const weight = weightOf[task] as number
      const chain = host * kinds + weight
      stamps[task] = share.arrive(weights[weight] as number)
      if ((first[chain] as number) >= 0) following[last[chain] as number] = task
      else {
        first[chain] = task
        if (states[host] === READY && first[foremost(host)] === task) ready.push(stamps[task] as number, host)
      }
      last[chain] = task
    },
    release(now) {
      for (; rests > 0 && (until[restsFrom] as number) <= now; rests--) {
        offer(resting[restsFrom] as number)
        restsFrom = (restsFrom + 1) % hosts
      }
    },
    get nextRelease() {
      return rests === 0 ? Infinity : (until[restsFrom] as number)
    },
    next() {
      while (ready.least < Infinity) {
        const stamp = ready.least
        const host = ready.pop()
        if (states[host] !== READY || firstStamp(host) !== stamp) continue
        states[host] = OUT
        return host
      }
      return -1
    },
    restore: offer,
    take(host, now) {
      const chain = foremost(host)
      const task = first[chain] as number
      first[chain] = following[task] as number
      share.serve(stamps[task] as number)
      states[host] = RESTS
      const place = (restsFrom + rests++) % hosts
      resting[place] = host
      until[place] = now + DELAY_MS
      return task
    },
  }
}
