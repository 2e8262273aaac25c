/**
 * What every way of dispatching is given alike: servers, hosts, and tasks with the times at which they arrive and
 * the work they are. All of it follows from the seed.
 */
import { randomOf, type Random } from '../../test/site/random.ts'
import { cappedZipf } from './host-shares.ts'

/** Least time between the starts of two visits to a host, in milliseconds. */
export const DELAY_MS = 500
export const WEIGHTS = [10, 50, 100] as const
/** Of what a host's delay allows, the most that it is offered in the long run. */
export const MOST_OF_A_HOST = 0.5

const SPEED_SIGMA = 0.6
const PROCESSES = { least: 2, most: 32 }
const SIZE_EXPONENT = 1.1
const LATENCY_MS = { median: 200, sigma: 1 }
/** Log-normal with a mean of 1. */
const JITTER_SIGMA = 0.5
/** Of every ten minutes the second has twenty times the rate of the rest. */
const BURST = { everyMs: 600_000, fromMs: 60_000, untilMs: 120_000, times: 20 }

export interface Scene {
  readonly seed: number
  /** Of what the servers can do, what is asked of them: a long-run mean, bursts counted in. */
  readonly load: number
  readonly bursts: boolean
  readonly servers: number
  readonly hosts: number
  readonly tasks: number
  /** Visits that a process makes at a time. */
  readonly threads: number
  /** Of its host's latencies, how many a visit takes on a server of speed 1. */
  readonly roundTrips: number
}

export interface World extends Scene {
  /** By server. */
  readonly speeds: Float64Array
  readonly processes: Uint8Array
  /** By task, in order of arrival: times in milliseconds, work in milliseconds at speed 1, places in `WEIGHTS`. */
  readonly arrivals: Float64Array
  readonly hostOf: Uint16Array
  readonly weightOf: Uint8Array
  readonly work: Float32Array
  /** Over when the last task has arrived, about. */
  readonly spanMs: number
}

const normalOf = (random: Random) => (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** The first place whose running total is above a draw: picks places in proportion. */
export const pickerOf = (shares: Float64Array, random: Random): (() => number) => {
  const totals = new Float64Array(shares.length)
  shares.reduce((sum, share, n) => (totals[n] = sum + share), 0)
  const whole = totals[totals.length - 1] as number
  return () => {
    const draw = random() * whole
    let low = 0
    let high = totals.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((totals[middle] as number) > draw) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** A Poisson process of about `tasks` arrivals over the span, at the rate between bursts or at that of a burst. */
const arrivalsOf = ({ tasks, bursts }: Scene, spanMs: number, random: Random): Float64Array => {
  const inBurst = (at: number): boolean => bursts && at % BURST.everyMs >= BURST.fromMs && at % BURST.everyMs < BURST.untilMs
  const nextChange = (at: number): number => {
    const start = at - (at % BURST.everyMs)
    const times = bursts ? [BURST.fromMs, BURST.untilMs, BURST.everyMs + BURST.fromMs] : [Infinity]
    return start + (times.find((time) => start + time > at) as number)
  }
  let weighed = 0
  for (let at = 0; at < spanMs; at = nextChange(at)) weighed += (Math.min(spanMs, nextChange(at)) - at) * (inBurst(at) ? BURST.times : 1)
  const base = tasks / weighed

  let at = 0
  let rate = inBurst(at) ? base * BURST.times : base
  let change = nextChange(at)
  return Float64Array.from({ length: tasks }, () => {
    let gap = -Math.log(1 - random())
    while (at + gap / rate > change) {
      gap -= (change - at) * rate
      at = change
      rate = inBurst(at) ? base * BURST.times : base
      change = nextChange(at)
    }
    return (at += gap / rate)
  })
}

export const createWorld = (scene: Scene): World => {
  const { seed, load, servers, hosts, tasks, threads, roundTrips } = scene
  // The fleet and the hosts are the same at every load.
  const normal = normalOf(randomOf(`fleet ${seed}`))
  const even = randomOf(`processes ${seed}`)
  const speeds = Float64Array.from({ length: servers }, () => Math.exp(SPEED_SIGMA * normal()))
  const processes = Uint8Array.from({ length: servers }, () => Math.round(PROCESSES.least * (PROCESSES.most / PROCESSES.least) ** even()))
  const latencies = Float64Array.from({ length: hosts }, () => LATENCY_MS.median * Math.exp(LATENCY_MS.sigma * normal()))
  const capacity = speeds.reduce((sum, speed, n) => sum + speed * (processes[n] as number) * threads, 0)

  // A cap in visits a second as a share of all depends on the rate, which depends on how long tasks take, and so on the shares.
  let shares: Float64Array = new Float64Array(hosts).fill(1 / hosts)
  let spanMs = 0
  for (let round = 0; round < 20; round++) {
    const workMs = shares.reduce((sum, share, n) => sum + share * (latencies[n] as number), 0) * roundTrips
    spanMs = (tasks * workMs) / (load * capacity)
    shares = cappedZipf(hosts, SIZE_EXPONENT, (MOST_OF_A_HOST / DELAY_MS) * (spanMs / tasks))
  }

  const pickHost = pickerOf(shares, randomOf(`hosts ${seed} ${load}`))
  const hostOf = Uint16Array.from({ length: tasks }, pickHost)
  const pickWeight = randomOf(`weights ${seed} ${load}`)
  const jitter = normalOf(randomOf(`jitter ${seed} ${load}`))
  return {
    ...scene, speeds, processes, hostOf, spanMs,
    arrivals: arrivalsOf(scene, spanMs, randomOf(`arrivals ${seed} ${load}`)),
    weightOf: Uint8Array.from({ length: tasks }, () => Math.floor(pickWeight() * WEIGHTS.length)),
    work: Float32Array.from({ length: tasks }, (_, n) =>
      roundTrips * (latencies[hostOf[n] as number] as number) * Math.exp(JITTER_SIGMA * jitter() - JITTER_SIGMA ** 2 / 2)),
  }
}
