/**
 * The schedule on Redis, for a fleet under one dispatcher. Every port step is one Lua script
 * (redis-scripts.ts). Durable against the death of any process when the server keeps an append-only
 * file (`appendonly yes`) and evicts nothing (`maxmemory-policy noeviction`).
 */
import { createHash } from 'node:crypto'
import { Redis, type Cluster } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { GannetError } from '../../core/errors.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { outcomeOf, type Outcome, type Reason } from '../../core/reasons.ts'
import {
  HISTORY_LENGTH, addressKey, compareDepths, compareTallyRows,
  type Admission, type Depth, type DueHost, type ScheduleOptions, type Settled, type TallyRow,
  type TaskFilter, type TaskRecord, type TaskState,
} from '../schedule-store.ts'
import type { ScheduleShard } from '../sharded-schedule.ts'
import type { Grant, Held, Lease, NewTask, Task, TaskKind } from '../task.ts'
import { explainRedis } from './redis-errors.ts'
import { RETENTION, hashOf, type Retention } from './redis-known.ts'
import { LAYOUT_VERSION, scriptsOf, type Step } from './redis-scripts.ts'

export interface RedisScheduleOptions extends Partial<ScheduleOptions> {
  /** Sets the pace of all who share the queue; without it the pace is what another has set, 500 ms where nobody has. */
  readonly delayMs?: number
  /** `redis://…`, or a connection of the caller's, which `close` leaves open. */
  readonly redis: string | Redis | Cluster
  /** Begins every key; its hash tag keeps them in one slot of a cluster. Default `{gannet}:`. */
  readonly prefix?: string
  /** The server's address in words; needed where it cannot be read off `redis`. */
  readonly where?: string
}

/** The first that has what the scripts use: flags of scripts, LPOP of several. */
const LEAST_VERSION = 7

/** What the scripts need of a new task: id; kind, weight, hash, refusal, host; and the text that they keep as it is. */
const wire = ({ id, kind, weight, refused, host, url, payload }: NewTask): readonly [string, string, string] => [
  id,
  `${kind} ${weight} ${hashOf(id)} ${refused ?? ''} ${refused === undefined ? '' : outcomeOf(refused)} ${host}`,
  JSON.stringify([weight, url, payload]),
]

/** A record: "sequence stamp request kind id", NUL, the text (redis-scripts.ts). */
const taskOf = (record: string, host: string, attempts: number, request: string): Task => {
  const end = record.indexOf('\0')
  const [sequence, , , kind, ...id] = record.slice(0, end).split(' ')
  const [weight, url, payload] = JSON.parse(record.slice(end + 1)) as [number, string, Json]
  return {
    id: id.join(' ') as TaskId, request: request as RequestId, kind: kind as TaskKind, host, url, weight, payload, attempts,
    sequence: Number(sequence),
  }
}

/** Four parts, the last of which may hold more NULs. */
const partsOf = (lease: string): [head: string, host: string, record: string] => {
  const owner = lease.indexOf('\0')
  const host = lease.indexOf('\0', owner + 1)
  const record = lease.indexOf('\0', host + 1)
  return [lease.slice(0, owner), lease.slice(host + 1, record), lease.slice(record + 1)]
}

type RecordRow = [
  state: TaskState, attempts: string, notBefore: string, history: string, host: string, outcome: Outcome | '', reason: Reason | '',
  request: string, record: string,
]

const recordOf = ([state, attempts, notBefore, history, host, outcome, reason, request, record]: RecordRow): TaskRecord => ({
  task: taskOf(record, host, Number(attempts), request),
  state,
  notBefore: Number(notBefore),
  end: outcome === '' ? null : { outcome, reason: reason || null },
  history: history === '' ? [] : (history.split(',') as Reason[]),
})

const START = JSON.stringify({ phase: 'leased', offset: 0, host: '', line: 1 })
const PHASES: Readonly<Record<TaskFilter, readonly string[]>> = { waiting: ['waiting'], leased: ['leased'], ended: ['dead'], dead: ['dead'] }

const pairs = function* (flat: readonly string[]): Generator<readonly [string, number]> {
  for (let at = 0; at + 1 < flat.length; at += 2) yield [flat[at] ?? '', Number(flat[at + 1])]
}

/** Of counts by `kind|outcome|reason`. */
const tallyRows = (counts: Iterable<readonly [string, number]>): readonly TallyRow[] =>
  [...counts].filter(([, count]) => count > 0).map(([key, count]): TallyRow => {
    const [kind, outcome, reason] = key.split('|')
    return { kind: kind as TaskKind, outcome: outcome as Outcome, reason: (reason || null) as Reason | null, count }
  }).sort(compareTallyRows)

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

/** Whenever a connection stands again: of a cluster, that to any of its servers. @returns what ends it */
const onReconnect = (redis: Redis | Cluster, listener: () => void): (() => void) => {
  if (redis instanceof Redis) {
    redis.on('ready', listener)
    return () => void redis.off('ready', listener)
  }
  const known = new Set<Redis>()
  const watch = (node: Redis): void => {
    // Each shard of the queue watches them all.
    node.setMaxListeners(0)
    node.on('ready', listener)
    known.add(node)
  }
  for (const node of redis.nodes()) watch(node)
  redis.setMaxListeners(0)
  redis.on('+node', watch)
  return () => {
    redis.off('+node', watch)
    for (const node of known) node.off('ready', listener)
  }
}

/**
 * @param retention of all who share the queue alike
 * @throws GannetError `engine-unreachable`, `engine-unfit`, `data-newer`; later calls also `disk-full`
 */
export const openRedisSchedule = async (options: RedisScheduleOptions, retention: Retention = RETENTION): Promise<ScheduleShard> => {
  const scripts = scriptsOf(retention)
  const digests = Object.fromEntries(
    Object.entries(scripts).map(([name, lua]) => [name, createHash('sha1').update(lua).digest('hex')]),
  ) as Record<Step, string>
  const { prefix = '{gannet}:', delayMs = '', addressDelayMs = 0 } = options
  // Without the password that the URL may hold.
  const where = typeof options.redis === 'string' ? new URL(options.redis).host : (options.where ?? 'the given connection')
  const redis = typeof options.redis === 'string'
    ? await connect(options.redis).catch((error: unknown) => Promise.reject(explainRedis(error, where)))
    : options.redis

  const run = async <Result>(name: Step, ...input: readonly (string | number)[]): Promise<Result> => {
    const args = [1, prefix, delayMs, addressDelayMs, ...input] as const
    try {
      return (await redis.evalsha(digests[name], ...args).catch((error: unknown) => {
        if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return redis.eval(scripts[name], ...args)
        throw error
      })) as Result
    } catch (error) {
      throw explainRedis(error, where)
    }
  }

  let unwatch = (): void => undefined
  const close = async (): Promise<void> => {
    unwatch()
    if (typeof options.redis === 'string') redis.disconnect()
  }

  const refuse = async (error: GannetError): Promise<never> => {
    await close()
    throw error
  }
  const openLayout = async (): Promise<number> => Number(await run<string>('open', LAYOUT_VERSION))
  const reopen = (): void => void openLayout().catch(() => undefined)
  const serverVersion = async (): Promise<string> => {
    const info = await redis.info('server').catch((error: unknown) => Promise.reject(explainRedis(error, where)))
    return /redis_version:(\S+)/.exec(info)?.[1] ?? '0'
  }
  const found = await serverVersion()
  if (Number.parseInt(found, 10) < LEAST_VERSION) {
    await refuse(new GannetError('engine-unfit', `Redis at ${where} is of version ${found}: gannet needs ${LEAST_VERSION}.0 or later`))
  }
  const version = await openLayout().catch(async (error: unknown) => {
    await close()
    throw error
  })
  // A connection that comes back may be to a server that was started again.
  unwatch = onReconnect(redis, reopen)
  if (version > LAYOUT_VERSION) {
    await refuse(new GannetError(
      'data-newer',
      `the schedule in Redis at ${where} was written by a newer gannet (version ${version}, this one reads ` +
        `${LAYOUT_VERSION}): update gannet on this machine`,
    ))
  }
  if (version < LAYOUT_VERSION) {
    await refuse(new GannetError(
      'engine-unfit',
      `the schedule in Redis at ${where} was written by an older gannet (version ${version}, this one writes ` +
        `${LAYOUT_VERSION}): let that one finish it, or name another --prefix`,
    ))
  }

  /** Requests go by number there; the names of those met lately are kept. */
  const requestNames = new LRUCache<string, string>({ max: 10_000 })
  const nameRequests = async (numbers: ReadonlySet<string>): Promise<void> => {
    const unknown = [...numbers].filter((number) => !requestNames.has(number))
    if (unknown.length === 0) return
    const names = await redis.hmget(`${prefix}names`, ...unknown).catch((error: unknown) => Promise.reject(explainRedis(error, where)))
    for (const [index, name] of names.entries()) requestNames.set(unknown[index] as string, name ?? '')
  }
  /** Of leases as they are kept, each followed by its end. */
  const leasesOf = async (rows: readonly string[]): Promise<readonly Lease[]> => {
    const found = []
    for (let at = 0; at < rows.length; at += 2) {
      const [head, host, record] = partsOf(rows[at] as string)
      found.push({ fields: head.split(' '), host, record, until: Number(rows[at + 1]) })
    }
    await nameRequests(new Set(found.map(({ fields }) => fields[1] as string)))
    return found.map(({ fields, host, record, until }): Lease => {
      const [fence = 0, , , notBefore = 0, intervalMs = 0, attempts = 0] = fields.map(Number)
      const task = taskOf(record, host, attempts, requestNames.get(fields[1] as string) ?? '')
      return { task, fence, until, grant: { host, notBefore, count: 1, intervalMs, fence } }
    })
  }
  const yes = (answers: readonly number[]): readonly boolean[] => answers.map((answer) => answer === 1)
  const pairsOf = (held: readonly Held[]): (string | number)[] => held.flatMap(({ id, fence }) => [id, fence])

  return {
    can: { ordered: false, listsEnded: false },

    async add({ request, sequence, tasks, now }) {
      const answer = await run<string>('add', request, sequence, now ?? '', ...tasks.flatMap(wire))
      if (answer === 'repeated') return tasks.map(() => 'repeated')
      return answer === '' ? [] : (answer.split(' ') as Admission[])
    },

    async reserve(ask) {
      const [rows, nextAt] = await run<[string[], string]>('reserve', JSON.stringify(ask))
      return { leases: await leasesOf(rows), nextAt: nextAt === '' ? null : Number(nextAt) }
    },

    async due({ limit, now, requests = false }) {
      const [rows, nextAt] = await run<[(string | number)[], string]>('due', limit, now, requests ? 1 : 0)
      const hosts: DueHost[] = []
      for (let at = 0; at < rows.length; at += 3) {
        hosts.push({ host: String(rows[at]), count: Number(rows[at + 1]), request: requests ? (String(rows[at + 2]) as RequestId) : null })
      }
      return { hosts, nextAt: nextAt === '' ? null : Number(nextAt) }
    },

    assign: ({ assignments, leaseMs, now, fence }) =>
      run<number[] | null>('assign', now, leaseMs, fence, ...assignments.flatMap(({ host, owner, count }) => [host, owner, count])),

    uncollected: async () => Object.fromEntries(pairs(await run<string[]>('uncollected'))),
    collect: async ({ owner, count }) => leasesOf(await run<string[]>('collect', owner, count)),

    renew: async (held, until) => yes(await run<number[]>('renew', until, ...pairsOf(held))),

    complete: (completions) =>
      run<Settled[]>('complete', ...completions.flatMap(({ id, fence, end, spawn }) => [
        id, fence, hashOf(id), end.outcome, end.reason ?? '', end.sums === undefined ? '' : JSON.stringify(end.sums), spawn.length,
        ...spawn.flatMap(wire),
      ])),

    async spawn({ request, by, tasks }) {
      await run('spawn', request, by, ...tasks.flatMap(wire))
    },
    requestsOf: async (held) => (await run<(string | null)[]>('requests_of', ...pairsOf(held))) as (RequestId | null)[],

    fail: (failures) =>
      run<Settled[]>('fail', JSON.stringify(failures.map((failed) =>
        ({ ...failed, outcome: outcomeOf(failed.reason), hash: hashOf(failed.id), keep: HISTORY_LENGTH })))),

    recover: (owner, held) => run<number>('recover', owner, ...pairsOf(held)),

    async tally(requests) {
      const parts = await run<[string[], string[], string[], string][]>('tally', JSON.stringify(requests === 'all' ? requests : [...new Set(requests)]))
      const counts = new Map<string, number>()
      const pending = { page: 0, image: 0, process: 0 }
      const sums: Record<string, number> = {}
      for (const [ended, waiting, amounts] of parts) {
        for (const [key, count] of pairs(ended)) counts.set(key, (counts.get(key) ?? 0) + count)
        for (const [kind, count] of pairs(waiting)) pending[kind as TaskKind] += count
        for (const [name, amount] of pairs(amounts)) sums[name] = (sums[name] ?? 0) + amount
      }
      return {
        ended: tallyRows(counts),
        pending, sums,
        sequence: Math.max(0, ...parts.map((part) => Number(part[3]))),
      }
    },

    async tasks({ after, limit, state, ids }) {
      const phases = state === undefined ? ['leased', 'dead', 'waiting'] : PHASES[state]
      const ask = {
        after: JSON.parse(after ?? START) as object, limit, states: Object.fromEntries(phases.map((phase) => [phase, true])),
        ...(ids === undefined ? {} : { ids }),
      }
      const [rows, next] = await run<[RecordRow[], string]>('tasks', JSON.stringify(ask))
      return { items: rows.map(recordOf), next: (JSON.parse(next) as { phase: string }).phase === 'end' ? null : next }
    },

    revive: async (ids) => yes(await run<number[]>('revive', ...ids.flatMap((id) => [id, hashOf(id)]))),
    bury: async (ids) => yes(await run<number[]>('bury', ...ids)),

    async grant(asks) {
      const rows = await run<string[]>('grant', ...asks.flatMap(({ host, count, now }) => [host, count, now]))
      return asks.map(({ host, count }, index): Grant | null => {
        if (rows[index] === '') return null
        const [fence = 0, notBefore = 0, intervalMs = 0] = (rows[index] ?? '').split(' ').map(Number)
        return { host, notBefore, count, intervalMs, fence }
      })
    },

    async pace(updates) {
      await run('pace', JSON.stringify(updates.map((update) =>
        typeof update.address === 'string' ? { ...update, address: addressKey(update.address) } : update)))
    },

    async memories({ after, limit }) {
      const rows = await run<[string, string][]>('memories', after ?? '', limit + 1)
      const items = rows.slice(0, limit).map(([host, memory]) => ({ host, memory }))
      return { items, next: rows.length > limit ? (items.at(-1)?.host ?? null) : null }
    },

    pause: async (hosts, paused) => yes(await run<number[]>('pause', paused ? 1 : 0, ...hosts)),

    async pausedHosts({ after, limit }) {
      const names = await run<string[]>('pausedHosts', after ?? '', limit + 1)
      return { items: names.slice(0, limit), next: names.length > limit ? (names[limit - 1] ?? null) : null }
    },

    async overview({ top, now }) {
      type Seen = [totals: string[], lines: [string, number, 0 | 1][], oldestAt: string, hosts: number, leased: number, dead: number, paused: number]
      const [totals, lines, oldestAt, hosts, leased, dead, paused] = await run<Seen>('overview', top, now)
      const counts = new Map(pairs(totals))
      const of = (prefix: string): (readonly [string, number])[] =>
        [...counts].flatMap(([field, count]) => (field.startsWith(prefix) ? [[field.slice(prefix.length), count] as const] : []))
      return {
        waiting: of('w:').filter(([, count]) => count > 0).map(([field, count]): Depth => {
          const [weight, kind] = field.split(':')
          return { weight: Number(weight), kind: kind as TaskKind, count }
        }).sort(compareDepths),
        leased,
        pending: { page: 0, image: 0, process: 0, ...Object.fromEntries(of('p:')) },
        ended: tallyRows(of('e:')),
        accepted: counts.get('accepted') ?? 0,
        dispatched: counts.get('dispatched') ?? 0,
        dead, hosts, paused,
        deepest: lines.map(([host, waiting, isPaused]) => ({ host, waiting, paused: isPaused === 1 })),
        oldestAt: oldestAt === '' ? null : Number(oldestAt),
      }
    },

    close,
  }
}

/** The pace that a fleet's dispatcher has set, in milliseconds; null while nobody has. */
export const fleetPace = async (redis: Redis | Cluster, prefix: string): Promise<{ readonly delayMs: number; readonly addressDelayMs: number } | null> => {
  const [delay, addressDelay] = await redis.hmget(`${prefix}meta`, 'delay', 'addressDelay')
  return delay ? { delayMs: Number(delay), addressDelayMs: Number(addressDelay ?? 0) } : null
}
