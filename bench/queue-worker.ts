/** A process of the queue benchmark: a task server that accepts or works, the dispatcher, or BullMQ's counterpart. */
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import type * as Schedule from '../src/schedule/index.ts'
import type * as RedisSchedule from '../src/schedule/adapters/redis.ts'
import type * as RedisFleet from '../src/schedule/adapters/redis-fleet.ts'
import type { NodeReport } from '../src/schedule/index.ts'
import { serve } from './crew.ts'
import { BATCH, QUEUE, type QueueJob, type QueueOutcome } from './queue/queue-job.ts'
import { benchBatches } from './queue/tasks.ts'

/** Calls that one process has under way. */
const IN_FLIGHT = 4
/** As many visits as a task server of two processes has. */
const THREADS = 2_000

const processor = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Runs `call` for each, a few at a time, and tells when the first began and the last ended. */
const timed = async <Item>(items: Iterable<Item>, call: (item: Item, lane: number) => Promise<number>): Promise<QueueOutcome> => {
  const before = processor()
  const source = items[Symbol.iterator]()
  let done = 0
  const first = Date.now()
  await Promise.all(Array.from({ length: IN_FLIGHT }, async (_, lane) => {
    for (let next = source.next(); !next.done; next = source.next()) {
      const count = await call(next.value, lane)
      done += count
    }
  }))
  return { first, last: Date.now(), done, processor: processor() - before }
}

serve<QueueJob, QueueOutcome>(async ({ dist, url, how, nth, of, tasks, hosts, delayMs }) => {
  const load = async <Module>(file: string): Promise<Module> => (await import(pathToFileURL(path.join(dist, file)).href)) as Module
  // Connections to Redis would keep the process.
  process.once('disconnect', () => process.exit())
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  const { startDispatcher, DISPATCHER_DEFAULTS, RULES, ownerOf } = await load<typeof Schedule>('schedule/index.js')
  const open = async () => (await load<typeof RedisSchedule>('schedule/adapters/redis.js')).openRedisSchedule({ redis, delayMs })
  const fleet = async () => (await load<typeof RedisFleet>('schedule/adapters/redis-fleet.js')).createRedisFleet({ redis, where: url })
  // Made beforehand on both sides: what is measured is the queue, not the making of tasks.
  const batches = how === 'accept' || how === 'bullmq-accept' ? [...benchBatches(nth, of, tasks, hosts)] : []

  if (how === 'accept') {
    const queue = await open()
    // A request's batches go one after another; each lane has one of its own.
    return async () => timed(batches.entries(), async ([index, batch], lane) => {
      const answers = await queue.add({ request: `r${nth}-${lane}` as never, sequence: index + 1, tasks: batch })
      return answers.filter((answer) => answer === 'queued').length
    })
  }

  if (how === 'bullmq-accept') {
    const { Queue } = await import('bullmq')
    const queue = new Queue(QUEUE, { connection: redis })
    await queue.waitUntilReady()
    const jobs = batches.map((batch) => batch.map(({ id, ...data }) => ({ name: 'task', data, opts: { jobId: id, removeOnComplete: true } })))
    return async () => timed(jobs, async (batch) => (await queue.addBulk(batch)).length)
  }

  if (how === 'bullmq-work') {
    const { Worker } = await import('bullmq')
    return async () => {
      const before = processor()
      let [first, last, done] = [0, 0, 0]
      const worker = new Worker(QUEUE, async () => undefined, { connection: redis, concurrency: 32, removeOnComplete: { count: 0 } })
      worker.on('completed', () => {
        first ||= Date.now()
        last = Date.now()
        done++
      })
      await worker.waitUntilReady()
      for (let left = 1; left > 0; left = Number(await redis.zcard(`bull:${QUEUE}:active`).catch(() => 0)) + (await redis.llen(`bull:${QUEUE}:wait`))) await rest(50)
      await rest(200)
      await worker.close()
      return { first, last, done, processor: processor() - before }
    }
  }

  if (how === 'dispatch') {
    const ports = { queue: await open(), fleet: await fleet(), clock: { now: () => Date.now(), until: (at: number) => rest(Math.max(0, at - Date.now())) } }
    return async () => {
      const before = processor()
      const first = Date.now()
      const dispatcher = startDispatcher({ ...ports, tell: () => undefined }, {
        ...DISPATCHER_DEFAULTS, identity: { name: 'bench', instance: 'bench', url: 'none:' }, rule: RULES[0] as (typeof RULES)[number],
      })
      for (;;) {
        await rest(100)
        const { pending } = await ports.queue.tally('all')
        if (pending.image === 0) break
      }
      await dispatcher.stop()
      return { first, last: Date.now(), done: 0, processor: processor() - before }
    }
  }

  const queue = await open()
  const ledger = await fleet()
  const name = `node-${nth}`
  const owner = ownerOf({ name, instance: '1' })
  let [received, done, running] = [0, 0, 0]
  const say = (): Promise<boolean> => {
    const report: NodeReport = {
      name, instance: '1', url: 'none:', maxProcesses: 2, runningProcesses: running > 0 ? 2 : 0, maxThreads: THREADS, runningThreads: running,
      queued: 0, maxProcessing: 0, runningProcessing: 0, speed: 0, draining: false, received, receivedProcessing: 0,
    }
    return ledger.report(report, 5_000)
  }
  await say()
  return async () => {
    const before = processor()
    let [first, last] = [0, Date.now()]
    const ends = async (leases: Awaited<ReturnType<typeof queue.collect>>): Promise<void> => {
      await queue.complete(leases.map(({ task, fence }) => ({ id: task.id, fence, end: { outcome: 'rejected', reason: 'blank' }, spawn: [] })))
      done += leases.length
      running -= leases.length
      last = Date.now()
    }
    const underWay = new Set<Promise<void>>()
    for (let idle = 0; idle < 40; ) {
      const leases = await queue.collect({ owner, count: 500 })
      received += leases.length
      running += leases.length
      if (leases.length > 0) {
        first ||= Date.now()
        idle = 0
        for (let at = 0; at < leases.length; at += BATCH) {
          const ending = ends(leases.slice(at, at + BATCH)).finally(() => underWay.delete(ending))
          underWay.add(ending)
        }
        while (underWay.size > 2 * IN_FLIGHT) await Promise.race(underWay)
      } else {
        idle++
        await rest(idle < 10 ? 5 : 25)
      }
      void say()
    }
    await Promise.all(underWay)
    return { first, last, done, processor: processor() - before }
  }
})
