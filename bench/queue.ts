/**
 * The general queue on one Redis against BullMQ on the same, doing nothing else than handing tasks out and taking
 * their ends: four task servers and a dispatcher on one side, four workers on the other. Besides, what a waiting task
 * weighs there, and the embedded queue against bare inserts into its own table.
 */
import type { Redis } from 'ioredis'
import { row, type Benchmark, type Row } from './bench.ts'
import { interleaved, median } from './compare.ts'
import { raiseCrew } from './crew.ts'
import { embeddedAdd } from './queue/embedded.ts'
import { PAYLOAD_BYTES, type QueueJob, type QueueOutcome } from './queue/queue-job.ts'
import { startRedis, usedMemory } from './queue/redis-server.ts'

const NODES = 4
const HOSTS = 10_000
const DELAY_MS = 50

interface Rates {
  readonly accepted: number
  readonly worked: number
  /** Processor seconds of Redis, and of all else, for a million tasks worked. */
  readonly redisSeconds: number
  readonly clientSeconds: number
}

const span = (outcomes: readonly QueueOutcome[]): { seconds: number; done: number } => {
  const busy = outcomes.filter(({ done }) => done > 0)
  const seconds = (Math.max(...busy.map(({ last }) => last)) - Math.min(...busy.map(({ first }) => first))) / 1000
  return { seconds, done: busy.reduce((sum, { done }) => sum + done, 0) }
}

const redisProcessor = async (client: Redis): Promise<number> => {
  const info = await client.info('cpu')
  return ['used_cpu_sys', 'used_cpu_user'].reduce((sum, name) => sum + Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]), 0)
}

export const queue: Benchmark = async ({ quick, runs, dist, say }) => {
  const tasks = quick ? 40_000 : 200_000
  const server = await startRedis({ appendOnly: true })
  const crew = (hows: readonly QueueJob['how'][]) => {
    const jobs = hows.map((how, nth): QueueJob => ({ dist, url: server.url, how, nth, of: NODES, tasks, hosts: HOSTS, delayMs: DELAY_MS }))
    return raiseCrew<QueueJob, QueueOutcome>(new URL('./queue-worker.ts', import.meta.url), jobs)
  }
  const each = (how: QueueJob['how']): readonly QueueJob['how'][] => Array.from({ length: NODES }, () => how)
  const side = (name: string, accept: QueueJob['how'], work: readonly QueueJob['how'][]) => async (run: number): Promise<Rates> => {
    await server.client.flushall()
    const taken = span(await (await crew(each(accept))).go())
    const before = await redisProcessor(server.client)
    const outcomes = await (await crew(work)).go()
    const redisSeconds = (await redisProcessor(server.client)) - before
    const done = span(outcomes)
    if (taken.done !== tasks || done.done !== tasks) throw new Error(`${name}: of ${tasks} tasks ${taken.done} were taken and ${done.done} done`)
    const rates = {
      accepted: tasks / taken.seconds, worked: tasks / done.seconds, redisSeconds: (1e6 * redisSeconds) / tasks,
      clientSeconds: (1e6 * outcomes.reduce((sum, { processor }) => sum + processor, 0)) / tasks,
    }
    say(`  run ${run + 1}, ${name}: accepted ${rates.accepted.toFixed(0)}/s, worked ${rates.worked.toFixed(0)}/s`)
    return rates
  }
  try {
    const { a, b } = await interleaved(runs, side('gannet', 'accept', [...each('work'), 'dispatch']), side('bullmq', 'bullmq-accept', each('bullmq-work')))
    const of = (rates: readonly Rates[], figure: keyof Rates): number => median(rates.map((one) => one[figure]))

    const pending = quick ? 100_000 : 1_000_000
    say(`  weighing ${pending} pending tasks`)
    await server.client.flushall()
    const empty = await usedMemory(server.client)
    const filling = Array.from({ length: NODES }, (_, nth): QueueJob => ({ dist, url: server.url, how: 'accept', nth, of: NODES, tasks: pending, hosts: HOSTS, delayMs: DELAY_MS }))
    await (await raiseCrew<QueueJob, QueueOutcome>(new URL('./queue-worker.ts', import.meta.url), filling)).go()
    const weight = ((await usedMemory(server.client)) - empty) / pending - PAYLOAD_BYTES

    const embedded = await embeddedAdd({ dist, tasks: quick ? 20_000 : 200_000, runs, say })
    const rows: Row[] = [
      row({ what: `tasks accepted by ${NODES} servers in batches of 100, against addBulk of BullMQ`, value: of(a, 'accepted'), against: of(b, 'accepted'), unit: 'tasks/s', target: { least: 2 } }),
      row({ what: `tasks dispatched, collected and ended by ${NODES} servers, against those processed by BullMQ`, value: of(a, 'worked'), against: of(b, 'worked'), unit: 'tasks/s', target: { least: 2 } }),
      row({ what: "Redis's processor time a task dispatched and ended", value: of(a, 'redisSeconds'), against: of(b, 'redisSeconds'), unit: 'µs' }),
      row({ what: 'processor time of the servers (and the dispatcher) a task', value: of(a, 'clientSeconds'), against: of(b, 'clientSeconds'), unit: 'µs' }),
      row({ what: `memory of Redis a pending task beyond ${PAYLOAD_BYTES} bytes of its own`, value: weight, unit: 'bytes', target: { most: 150 } }),
      row({ what: 'tasks accepted by the embedded queue in batches of 100, against bare inserts into its table', value: embedded.product, against: embedded.bare, unit: 'tasks/s', target: { least: 0.5 } }),
    ]
    return {
      rows,
      notes: [
        `${tasks} tasks a run over ${HOSTS} hosts, none visited twice within ${DELAY_MS} ms (which allows ${HOSTS * (1000 / DELAY_MS)} a second); medians of ${runs} runs of each side in turn. One redis-server with appendonly, everysec. All processes share the machine's cores with it.`,
        `A task has ${PAYLOAD_BYTES} bytes of its own: weight, URL and words as JSON. Its id (22 characters), request, order and its host's name come on top, and what Redis needs to hold it.`,
        'gannet: startDispatcher with its defaults; each server says that it has room for 2,000 visits, collects, and ends at once what it collected, a hundred a call. Every task is leased, granted its visit, counted and kept known.',
        'BullMQ: workers of concurrency 32, jobs with an id of their own (that is what keeps one from being queued twice) and removed when done; no pace a host, which it has not.',
        `The weight is used_memory with ${pending} tasks waiting, less that of an empty server.`,
        'Embedded: schedule.db against the same rows inserted into a table of the same columns and indexes, both waiting for the disk at each batch (synchronous = FULL).',
      ],
    }
  } finally {
    await server.close()
  }
}
