/**
 * What a URL that has ended weighs in the general queue on Redis, which knows it for a month: it is what remains of a
 * crawl there. And what it takes to be told of a hundred URLs that all of them are known.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Known from '../src/schedule/adapters/redis-known.ts'
import type * as Prelude from '../src/schedule/adapters/redis-prelude.ts'
import type * as RedisSchedule from '../src/schedule/adapters/redis.ts'
import type { RequestId } from '../src/core/ids.ts'
import { row, type Benchmark, type Row } from './bench.ts'
import { median } from './compare.ts'
import { BATCH } from './queue/queue-job.ts'
import { startRedis, usedMemory } from './queue/redis-server.ts'
import { benchTask } from './queue/tasks.ts'

const HOSTS = 10_000
const MILLION = 1_000_000
/** Where the figure is asked for. */
const AT = 100 * MILLION
const A_CALL = 1000
const IN_FLIGHT = 4
const REPEATS = 500
/** A server after some days: fences of nine digits. */
const FIRST_FENCE = 100 * MILLION
/** One of thousands, and not the one that asks again. */
const REQUEST = 1000

/** first fence, then of each task: id, hash. What the step `complete` writes of a task's end for good, by its own words. */
const FILL = `
local fence = tonumber(ARGV[3])
for i = 4, #ARGV, 2 do
  set_seen(ARGV[i + 1], ARGV[i], '${REQUEST}', text(fence), true)
  fence = fence + 1
end
settle_all()
`

interface Weight {
  readonly urls: number
  readonly bytes: number
  readonly buckets: number
  /** Milliseconds of a call, median. */
  readonly repeatMs: number
}

/** Bytes a URL and bytes a bucket that explain the weights best: least squares of `bytes = urls · a + buckets · b`. */
const parts = (weights: readonly Weight[]): { readonly url: number; readonly bucket: number } => {
  const sum = (of: (weight: Weight) => number): number => weights.reduce((total, weight) => total + of(weight), 0)
  const [uu, ub, bb] = [sum(({ urls }) => urls * urls), sum(({ urls, buckets }) => urls * buckets), sum(({ buckets }) => buckets * buckets)]
  const [uy, by] = [sum(({ urls, bytes }) => urls * bytes), sum(({ buckets, bytes }) => buckets * bytes)]
  const determinant = uu * bb - ub * ub
  return { url: (uy * bb - by * ub) / determinant, bucket: (by * uu - uy * ub) / determinant }
}

export const knownUrls: Benchmark = async ({ quick, dist, say }) => {
  const sizes = (quick ? [0.1, 0.3, 1] : [1, 10, 30]).map((size) => size * MILLION)
  const load = async <Module>(file: string): Promise<Module> => (await import(pathToFileURL(path.join(dist, 'schedule/adapters', file)).href)) as Module
  const { RETENTION, hashOf, retentionLua } = await load<typeof Known>('redis-known.js')
  const { PRELUDE } = await load<typeof Prelude>('redis-prelude.js')
  const { openRedisSchedule } = await load<typeof RedisSchedule>('redis.js')
  // Its file would grow beside it and weigh nothing in memory.
  const server = await startRedis({ appendOnly: false })
  try {
    const { client } = server
    const prefix = '{gannet}:'
    const store = await openRedisSchedule({ redis: client, delayMs: 500 })
    const sha = String(await client.script('LOAD', retentionLua(RETENTION) + PRELUDE + FILL))
    const fill = async (from: number, to: number): Promise<void> => {
      let next = from
      await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
        while (next < to) {
          const first = next
          next = Math.min(first + A_CALL, to)
          const ids = Array.from({ length: next - first }, (_, i) => benchTask(first + i, HOSTS).id)
          await client.evalsha(sha, 1, prefix, '', 0, FIRST_FENCE + first, ...ids.flatMap((id) => [id, hashOf(id)]))
        }
      }))
    }

    const [empty, none] = [await usedMemory(client), await client.dbsize()]
    const weights: Weight[] = []
    let sequence = 0
    for (const [nth, urls] of sizes.entries()) {
      const began = performance.now()
      await fill(sizes[nth - 1] ?? 0, urls)
      const [bytes, buckets] = [(await usedMemory(client)) - empty, (await client.dbsize()) - none]
      const times: number[] = []
      for (let n = 0; n < REPEATS; n++) {
        // From all over, in no order: 7919 and the sizes have no factor in common.
        const tasks = Array.from({ length: BATCH }, (_, i) => benchTask(((n * BATCH + i) * 7919) % urls, HOSTS))
        const asked = performance.now()
        const answers = await store.add({ request: 'again' as RequestId, sequence: ++sequence, tasks })
        times.push(performance.now() - asked)
        if (answers.some((answer) => answer !== 'already-done')) throw new Error(`of ${urls} known URLs some are not known: ${[...new Set(answers)].join(' ')}`)
      }
      weights.push({ urls, bytes, buckets, repeatMs: median(times) })
      say(`  ${urls} URLs: ${(bytes / urls).toFixed(1)} bytes each, ${buckets} buckets, ${median(times).toFixed(2)} ms a call; ${((performance.now() - began) / 1000).toFixed(0)} s`)
    }

    const { url, bucket } = parts(weights)
    let [left, buckets, digits] = [AT, 0, RETENTION.digits]
    for (; left > 0; digits++) {
      left -= RETENTION.perBucket * 8 ** digits
      buckets += 8 ** digits
    }
    const named = (urls: number): string => `${urls / MILLION} million`
    const rows: Row[] = [
      ...weights.map(({ urls, bytes }) => row({ what: `memory of Redis a known URL, at ${named(urls)}`, value: bytes / urls, unit: 'bytes' })),
      row({ what: `the same at ${named(AT)}, by the parts of the above`, value: url + (bucket * buckets) / AT, unit: 'bytes' }),
      row({ what: `memory of Redis for ${named(AT)} known URLs, by the same`, value: (url * AT + bucket * buckets) / 1e9, unit: 'GB' }),
      ...weights.map(({ urls, repeatMs }) => row({ what: `add of ${BATCH} URLs that are known, at ${named(urls)}: median of ${REPEATS} calls`, value: repeatMs, unit: 'ms' })),
    ]
    return {
      rows,
      notes: [
        `The keys are written by the queue's own Lua for the end of a task (set_seen), called for ${A_CALL} tasks at a time and without the rest of that step, which leaves nothing of a task. Each URL has an id of 22 characters, a request's number of four digits and a fence of nine digits.`,
        `used_memory less that of an empty queue. Generations follow one another as they do in life: ${RETENTION.perBucket} tasks a bucket, ${8 ** RETENTION.digits} buckets and eight times as many in each next one. A URL weighs most when a larger generation has just been opened.`,
        `By least squares of what was measured a URL takes ${url.toFixed(1)} bytes and a bucket ${bucket.toFixed(0)}; at ${named(AT)} there are ${digits - RETENTION.digits} generations with ${buckets} buckets.`,
        'The calls of add go through the adapter, one at a time, over the loopback.',
      ],
    }
  } finally {
    await server.close()
  }
}
