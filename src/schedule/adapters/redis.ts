/**
 * The schedule on Redis, for a fleet under one dispatcher. Every port step is one Lua script
 * (redis-scripts.ts). Durable against the death of any process when the server keeps an append-only
 * file (`appendonly yes`) and evicts nothing (`maxmemory-policy noeviction`).
 */
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { GannetError } from '../../core/errors.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { outcomeOf, type Outcome, type Reason } from '../../core/reasons.ts'
import {
  HISTORY_LENGTH, addressKey, compareTallyRows,
  type Admission, type ScheduleOptions, type ScheduleStore, type Settled, type TallyRow, type TaskRecord,
} from '../schedule-store.ts'
import type { Grant, Lease, NewTask, Task, TaskKind } from '../task.ts'
import { LAYOUT_VERSION, SCRIPTS } from './redis-scripts.ts'

export interface RedisScheduleOptions extends ScheduleOptions {
  /** `redis://…`, or a connection of the caller's, which `close` leaves open. */
  readonly redis: string | Redis
  /** Begins every key; its hash tag keeps them in one slot of a cluster. Default `{gannet}:`. */
  readonly prefix?: string
}

type Step = keyof typeof SCRIPTS

const digests = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, lua]) => [name, createHash('sha1').update(lua).digest('hex')]),
) as Record<Step, string>

/** Replies by which a server says that it is there but cannot serve yet. */
const PASSING = /^(LOADING|READONLY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|BUSY) /
/** Replies by which it says that it has no room to keep a write. */
const FULL = /^(OOM|MISCONF) /

const explain = (error: unknown, where: string): unknown => {
  if (!(error instanceof Error) || GannetError.is(error)) return error
  const options = { cause: error }
  if (FULL.test(error.message)) {
    const what = `Redis at ${where} has no room left`
    return new GannetError('disk-full', `${what}: give it more memory or disk, then resume`, options)
  }
  if (error.name === 'ReplyError' && !PASSING.test(error.message)) return error
  const what = `Redis at ${where} does not answer (${error.message})`
  return new GannetError('engine-unreachable', `${what}: is it running, and is the address right?`, options)
}

/** q r h k u w p a s n x y z, as redis-scripts.ts names them. */
type Fields = readonly (string | null)[]

const taskOf = (id: string, fields: Fields): Task => {
  const [sequence, request, host, kind, url, weight, payload, attempts] = fields as string[]
  return {
    id: id as TaskId,
    request: request as RequestId,
    kind: kind as TaskKind,
    host: host ?? '',
    url: url ?? '',
    weight: Number(weight),
    payload: JSON.parse(payload ?? 'null') as Json,
    attempts: Number(attempts),
    sequence: Number(sequence),
  }
}

const STATES = { w: 'waiting', l: 'leased', e: 'ended' } as const

const recordOf = ([id, fields]: readonly [string, Fields]): TaskRecord => {
  const [state, notBefore, outcome, reason, history] = fields.slice(8)
  return {
    task: taskOf(id, fields),
    state: STATES[state as keyof typeof STATES],
    notBefore: Number(notBefore),
    end: outcome ? { outcome: outcome as Outcome, reason: (reason ?? null) as Reason | null } : null,
    history: history ? (history.split(',') as Reason[]) : [],
  }
}

/** What the scripts need of a new task: the payload as text, and the outcome of a refusal. */
const wire = (task: NewTask): object => ({
  ...task,
  payload: JSON.stringify(task.payload),
  ...(task.refused === undefined ? {} : { outcome: outcomeOf(task.refused) }),
})

const pairs = function* (flat: readonly string[]): Generator<readonly [string, number]> {
  for (let at = 0; at + 1 < flat.length; at += 2) yield [flat[at] ?? '', Number(flat[at + 1])]
}

const connect = async (url: string): Promise<Redis> => {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 })
  // Each call that fails says so itself; without a listener ioredis would print the same again.
  redis.on('error', () => {})
  try {
    await redis.connect()
    return redis
  } catch (error) {
    redis.disconnect()
    throw error
  }
}

/** @throws GannetError `engine-unreachable`, `data-newer`; later calls also `disk-full` */
export const openRedisSchedule = async (options: RedisScheduleOptions): Promise<ScheduleStore> => {
  const { prefix = '{gannet}:', delayMs, addressDelayMs = 0 } = options
  // Without the password that the URL may hold.
  const where = typeof options.redis === 'string' ? new URL(options.redis).host : 'the given connection'
  const redis = typeof options.redis === 'string'
    ? await connect(options.redis).catch((error: unknown) => Promise.reject(explain(error, where)))
    : options.redis

  const run = async <Result>(name: Step, input: unknown): Promise<Result> => {
    const args = [1, prefix, JSON.stringify(input), String(delayMs), String(addressDelayMs)] as const
    try {
      return (await redis.evalsha(digests[name], ...args).catch((error: unknown) => {
        if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return redis.eval(SCRIPTS[name], ...args)
        throw error
      })) as Result
    } catch (error) {
      throw explain(error, where)
    }
  }

  const close = async (): Promise<void> => {
    if (typeof options.redis === 'string') redis.disconnect()
  }

  const version = Number(await run<string>('open', { version: LAYOUT_VERSION }))
  if (version > LAYOUT_VERSION) {
    await close()
    throw new GannetError(
      'data-newer',
      `the schedule in Redis at ${where} was written by a newer gannet (version ${version}, this one reads ` +
        `${LAYOUT_VERSION}): update gannet on this machine`,
    )
  }

  return {
    add: (batch) => run<Admission[]>('add', { ...batch, tasks: batch.tasks.map(wire) }),

    async reserve(ask) {
      type Row = [id: string, fence: string, notBefore: string, intervalMs: string, fields: Fields]
      const [rows, nextAt] = await run<[Row[], string]>('reserve', ask)
      const leases = rows.map(([id, token, notBefore, intervalMs, fields]): Lease => {
        const task = taskOf(id, fields)
        const fence = Number(token)
        const grant: Grant = {
          host: task.host, notBefore: Number(notBefore), count: 1, intervalMs: Number(intervalMs), fence,
        }
        return { task, fence, until: ask.now + ask.leaseMs, grant }
      })
      return { leases, nextAt: nextAt === '' ? null : Number(nextAt) }
    },

    async renew(held, until) {
      return (await run<number[]>('renew', { held, until })).map((kept) => kept === 1)
    },

    complete: (completions) =>
      run<Settled[]>('complete', completions.map((done) => ({ ...done, spawn: done.spawn.map(wire) }))),

    fail: (failures) =>
      run<Settled[]>(
        'fail',
        failures.map((failed) => ({ ...failed, outcome: outcomeOf(failed.reason), keep: HISTORY_LENGTH })),
      ),

    recover: (owner, held) => run<number>('recover', { owner, held }),

    async tally(requests) {
      const parts = await run<[string[], string[], string[], string][]>('tally', requests === 'all' ? requests : [...new Set(requests)])
      const counts = new Map<string, number>()
      const pending = { page: 0, image: 0, process: 0 }
      const sums: Record<string, number> = {}
      for (const [ended, waiting, amounts] of parts) {
        for (const [key, count] of pairs(ended)) counts.set(key, (counts.get(key) ?? 0) + count)
        for (const [kind, count] of pairs(waiting)) pending[kind as TaskKind] += count
        for (const [name, amount] of pairs(amounts)) sums[name] = (sums[name] ?? 0) + amount
      }
      const rows = [...counts].map(([key, count]): TallyRow => {
        const [kind, outcome, reason] = key.split('|')
        return { kind: kind as TaskKind, outcome: outcome as Outcome, reason: (reason || null) as Reason | null, count }
      })
      return {
        ended: rows.sort(compareTallyRows),
        pending, sums,
        sequence: Math.max(0, ...parts.map((part) => Number(part[3]))),
      }
    },

    async tasks({ after, limit, ...narrow }) {
      const rows = await run<[string, Fields][]>('tasks', { after: Number(after ?? 0), limit: limit + 1, ...narrow })
      const items = rows.slice(0, limit).map(recordOf)
      return { items, next: rows.length > limit ? String(items.at(-1)?.task.sequence ?? after) : null }
    },

    async grant(asks) {
      const rows = await run<[string, string, string][]>('grant', asks)
      return asks.map(({ host, count }, index): Grant => {
        const [fence, notBefore, intervalMs] = (rows[index] ?? []).map(Number)
        return { host, notBefore: notBefore ?? 0, count, intervalMs: intervalMs ?? 0, fence: fence ?? 0 }
      })
    },

    async pace(updates) {
      await run('pace', updates.map((update) =>
        typeof update.address === 'string' ? { ...update, address: addressKey(update.address) } : update))
    },

    async memories({ after, limit }) {
      const rows = await run<[string, string][]>('memories', { after, limit: limit + 1 })
      const items = rows.slice(0, limit).map(([host, memory]) => ({ host, memory }))
      return { items, next: rows.length > limit ? (items.at(-1)?.host ?? null) : null }
    },

    close,
  }
}
