/**
 * Holds many hosts in one process: all that the coordinator, the keeper's schedule and hot cache, and a grabber keep
 * of a host, wired together by plain calls instead of messages, so that one figure has it all. Run with --expose-gc.
 */
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../src/core/clock.ts'
import { createVisits } from '../src/crawl/visits.ts'
import { createGrabber, type Grabber } from '../src/fetch/index.ts'
import { createHostPolicy } from '../src/schedule/index.ts'
import { openSqliteSchedule } from '../src/schedule/adapters/sqlite.ts'
import { createMemoryCache } from '../src/store/adapters/memory-cache.ts'
import { serve } from './crew.ts'
import { memoryOf } from './process-memory.ts'

export interface HostsJob {
  /** Of the servers behind all hosts. */
  readonly ports: readonly number[]
  readonly hosts: number
  /** Known before the first weighing. */
  readonly before: number
}

export interface Weight {
  /** JavaScript heap and what hangs on it, after a collection, in bytes. */
  readonly heap: number
  /** PSS of the process, in bytes. */
  readonly resident: number
}

export interface HostsOutcome {
  readonly before: Weight
  readonly afterFirst: Weight
  readonly afterSecond: Weight
  readonly visits: number
  readonly seconds: number
  /** Connections open at the last weighing. */
  readonly sockets: number
}

const CONCURRENCY = 50
const DELAY_MS = 1

const weigh = async (): Promise<Weight> => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return { heap: heapUsed + external, resident: (await memoryOf(process.pid)).total }
}

/** Idle ones too, which Node does not count among its active resources. */
const openSockets = async (): Promise<number> => {
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return targets.filter((target) => target.startsWith('socket:')).length
}

/** Each host at an address of its own, as far as its pace is concerned. */
const addressOf = (n: number): string => `100.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`

serve<HostsJob, HostsOutcome>(async ({ ports, hosts, before }) => async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-hosts-'))
  const schedule = await openSqliteSchedule({ path: path.join(home, 'schedule.db'), delayMs: DELAY_MS })
  const cache = createMemoryCache()
  const closing = new AbortController()
  const visits = createVisits({
    hosts: schedule, clock: systemClock, concurrency: CONCURRENCY, perHost: 10, signal: closing.signal,
    policy: createHostPolicy({ floorMs: DELAY_MS, addresses: { floorMs: 0, has: () => true } }),
    onBytes: () => undefined, onFree: () => undefined, onPace: () => undefined, onNote: () => undefined,
  })
  const grabber: Grabber = createGrabber(
    {
      spoolDir: home, allowAddress: ['127.0.0.1'], readPage: () => { throw new Error('there are no pages here') },
      resolve: async () => [{ address: '127.0.0.1', family: 4, ttlMs: 3_600_000 }],
    },
    { grant: visits.grant, recall: (key) => cache.get(key), remember: (key, value, ttlMs) => cache.set(key, value, ttlMs) },
  )

  const visit = async (n: number): Promise<void> => {
    const origin = `http://www.host-${n}.example-${n}.test:${ports[n % ports.length]}`
    const result = await visits.visit(origin, null, async (grant) => {
      const came = await grabber.visitImage({ url: `${origin}/picture.jpg`, kind: 'image', referer: null, grant })
      return { ...came, observations: came.observations.map((one) => ({ ...one, address: addressOf(n) })) }
    })
    if (!result?.ok) throw new Error(`host ${n} was not visited: ${result?.detail}`)
  }
  const round = async (from: number, to: number): Promise<void> => {
    let next = from
    const lane = async (): Promise<void> => {
      for (let n = next++; n < to; n = next++) await visit(n)
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, lane))
  }

  try {
    for (let i = 0; i < 5; i++) await round(0, before)
    const empty = await weigh()
    const startedAt = performance.now()
    await round(before, before + hosts)
    const afterFirst = await weigh()
    await round(before, before + hosts)
    const seconds = (performance.now() - startedAt) / 1000
    const afterSecond = await weigh()
    const sockets = await openSockets()
    return { before: empty, afterFirst, afterSecond, visits: 2 * hosts, seconds, sockets }
  } finally {
    closing.abort()
    await grabber.close()
    await schedule.close()
    await rm(home, { recursive: true })
  }
})
