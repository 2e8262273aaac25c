/**
 * The schedule in one SQLite file (libsql), for a crawl on one machine. Each port step is one
 * transaction. What a step changes of hosts and tallies is collected in memory and written once,
 * at its end, so that a batch costs a host and a counter one write each, however many tasks it holds.
 */
import Database from 'libsql'
import { GannetError } from '../../core/errors.ts'
import type { RequestId, TaskId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { outcomeOf, type Outcome, type Reason } from '../../core/reasons.ts'
import {
  HISTORY_LENGTH, compareTallyRows,
  type Admission, type ScheduleOptions, type ScheduleStore, type TallyRow, type TaskRecord,
} from '../schedule-store.ts'
import type { Grant, Held, Lease, NewTask, Task, TaskKind } from '../task.ts'
import { SCHEMA, SCHEMA_VERSION, STATE } from './sqlite-schema.ts'

export interface SqliteScheduleOptions extends ScheduleOptions {
  /** The file; made when absent, in a folder that exists. Its `-wal` and `-shm` lie beside it. */
  readonly path: string
}

type Value = string | number | null

interface Host {
  readonly id: number
  readonly name: string
  delay: number
  free: number
  blocked: number
  fresh: number
  dirty: boolean
}

/** A task's row as the steps that settle it need it. */
interface Row {
  readonly sequence: number
  readonly request: number
  readonly kind: TaskKind
  readonly host: number
  readonly state: number
  readonly notBefore: number
  readonly fence: number | null
  readonly settled: number | null
}

/** sequence, id, request, host, kind, url, weight, payload, attempts */
type TaskColumns = [number, string, string, string, TaskKind, string, number, string, number]
const TASK_COLUMNS = 't.sequence, t.id, r.name, h.name, t.kind, t.url, t.weight, t.payload, t.attempts'
const TASK_JOINS = 'CROSS JOIN requests r ON r.id = t.request CROSS JOIN hosts h ON h.id = t.host'
const HOST_COLUMNS = 'id, name, delay, free, blocked, fresh'

const taskOf = ([sequence, id, request, host, kind, url, weight, payload, attempts]: TaskColumns): Task => ({
  id: id as TaskId,
  request: request as RequestId,
  kind, host, url, weight,
  payload: JSON.parse(payload) as Json,
  attempts, sequence,
})

const explain = (error: unknown, path: string): unknown => {
  const code = (error as { code?: unknown } | null)?.code
  const options = { cause: error }
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    const what = `${path} is damaged and cannot be read`
    return new GannetError('data-corrupt', `${what}: put a backup of it back, or move it away to start the crawl afresh`, options)
  }
  if (code === 'SQLITE_BUSY') {
    return new GannetError('data-locked', `${path} is in use by another process: stop that one first`, options)
  }
  return error
}

const open = (path: string): Database.Database => {
  const db = new Database(path)
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536')
    const version = (db.prepare('PRAGMA user_version').raw().get() as [number])[0]
    if (version > SCHEMA_VERSION) {
      throw new GannetError(
        'data-newer',
        `${path} was written by a newer gannet (schedule version ${version}, this one reads ${SCHEMA_VERSION}): ` +
          'update gannet, or choose another folder with --data',
      )
    }
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Opens or makes the file.
 * @throws GannetError `data-newer`, `data-corrupt`, `data-locked`; a full disk surfaces as SQLite's
 *   own error, which `isDiskFull` knows, and leaves the file as it was before the step
 */
export const openSqliteSchedule = async (options: SqliteScheduleOptions): Promise<ScheduleStore> => {
  const { path, delayMs } = options
  let db: Database.Database
  try {
    db = open(path)
  } catch (error) {
    throw explain(error, path)
  }

  const query = <Columns extends readonly Value[]>(sql: string) => {
    const statement = db.prepare(sql).raw()
    return {
      one: (...values: Value[]) => statement.get(...values) as Columns | undefined,
      all: (...values: Value[]) => statement.all(...values) as Columns[],
    }
  }
  const command = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: Value[]): number => statement.run(...values).changes
  }

  const metaOf = query<[number]>('SELECT value FROM meta WHERE key = ?')
  const setMeta = command('UPDATE meta SET value = ? WHERE key = ?')
  const requestByName = query<[number, number]>('SELECT id, sequence FROM requests WHERE name = ?')
  const setSequence = query<[number]>(
    `INSERT INTO requests (name, sequence) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence RETURNING id`,
  )
  const makeHost = command(
    'INSERT INTO hosts (name, delay, free, blocked, fresh) VALUES (?, 0, 0, 0, 0) ON CONFLICT (name) DO NOTHING',
  )
  type HostColumns = [number, string, number, number, number, number]
  const hostByName = query<HostColumns>(`SELECT ${HOST_COLUMNS} FROM hosts WHERE name = ?`)
  const hostById = query<HostColumns>(`SELECT ${HOST_COLUMNS} FROM hosts WHERE id = ?`)
  const hostsReady = query<HostColumns>(
    `SELECT ${HOST_COLUMNS} FROM hosts WHERE ready_at <= ? ORDER BY ready_at, name LIMIT ?`,
  )
  const firstReady = query<[number]>('SELECT ready_at FROM hosts WHERE ready_at IS NOT NULL ORDER BY ready_at LIMIT 1')
  const setHost = command('UPDATE hosts SET delay = ?, free = ?, blocked = ?, fresh = ?, ready_at = ? WHERE id = ?')
  const firstLater = query<[number]>(
    'SELECT not_before FROM tasks WHERE host = ? AND state < 2 AND not_before > 0 ORDER BY not_before LIMIT 1',
  )
  const makeTask = command(
    `INSERT INTO tasks (sequence, id, request, host, state, not_before, kind, weight, attempts, url, payload, outcome, reason)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  const taskById = query<[number, number, TaskKind, number, number, number, number | null, number | null]>(
    'SELECT sequence, request, kind, host, state, not_before, fence, settled FROM tasks WHERE id = ?',
  )
  const endById = query<[Outcome | null, Reason | null]>('SELECT outcome, reason FROM tasks WHERE id = ?')
  const historyOf = query<[string | null]>('SELECT history FROM tasks WHERE sequence = ?')
  const tasksReady = query<[...TaskColumns, number]>(
    `SELECT ${TASK_COLUMNS}, t.not_before FROM tasks t ${TASK_JOINS}
     WHERE t.host = ? AND t.state = 0 AND t.not_before <= ? ORDER BY t.weight DESC, t.sequence LIMIT ?`,
  )
  const promote = command('UPDATE tasks SET state = 0 WHERE state = 1 AND not_before <= ?')
  const leasesOut = query<[number, number, number]>(
    'SELECT sequence, host, not_before FROM tasks WHERE state = 2 AND until <= ? ORDER BY until',
  )
  const leasesOf = query<[number, number, number, string, number]>(
    'SELECT sequence, host, not_before, id, fence FROM tasks WHERE state = 2 AND owner = ?',
  )
  const firstOut = query<[number]>('SELECT until FROM tasks WHERE state = 2 ORDER BY until LIMIT 1')
  const leaseTask = command('UPDATE tasks SET state = 2, owner = ?, fence = ?, until = ? WHERE sequence = ?')
  const giveBackTask = command('UPDATE tasks SET state = 0, owner = NULL, fence = NULL, until = NULL WHERE sequence = ?')
  const renewLease = command('UPDATE tasks SET until = max(until, ?) WHERE id = ? AND state = 2 AND fence = ?')
  const endTask = command(
    `UPDATE tasks SET state = 3, owner = NULL, fence = NULL, until = NULL, settled = ?, outcome = ?, reason = ?
     WHERE sequence = ?`,
  )
  const countFailure = command('UPDATE tasks SET attempts = attempts + 1, history = ? WHERE sequence = ?')
  const delayTask = command(
    `UPDATE tasks SET state = 1, owner = NULL, fence = NULL, until = NULL, settled = ?, not_before = ?
     WHERE sequence = ?`,
  )
  const addTally = command(
    `INSERT INTO tallies VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (request, kind, outcome, reason) DO UPDATE SET count = count + excluded.count`,
  )
  const addPending = command(
    'INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT (request, kind) DO UPDATE SET count = count + excluded.count',
  )
  const addSum = command(
    'INSERT INTO sums VALUES (?, ?, ?) ON CONFLICT (request, name) DO UPDATE SET amount = amount + excluded.amount',
  )

  /** One port step: what it has read and changed so far. Keys of the counts are JSON tuples. */
  const beginUnit = () => {
    const hosts = new Map<number, Host>()
    const idOfHost = new Map<string, number>()
    const tallies = new Map<string, number>()
    const pending = new Map<string, number>()
    const sums = new Map<string, number>()
    const counters = { sequence: metaOf.one('sequence')?.[0] ?? 0, fence: metaOf.one('fence')?.[0] ?? 0 }
    const before = { ...counters }

    const keep = ([id, name, delay, free, blocked, fresh]: HostColumns): Host => {
      const host = hosts.get(id) ?? { id, name, delay, free, blocked, fresh, dirty: false }
      hosts.set(id, host)
      idOfHost.set(name, id)
      return host
    }
    const host = (key: string | number): Host => {
      const known = hosts.get(typeof key === 'number' ? key : (idOfHost.get(key) ?? 0))
      if (known) return known
      if (typeof key === 'string') makeHost(key)
      const row = typeof key === 'number' ? hostById.one(key) : hostByName.one(key)
      if (row) return keep(row)
      throw new GannetError('data-corrupt', `${path} misses host ${key}: put a backup of it back, or move it away`)
    }
    const bump = (counts: Map<string, number>, key: readonly Value[], by: number) => {
      const text = JSON.stringify(key)
      counts.set(text, (counts.get(text) ?? 0) + by)
    }
    const drain = (counts: Map<string, number>, write: (...values: Value[]) => number) => {
      for (const [key, by] of counts) if (by !== 0) write(...(JSON.parse(key) as Value[]), by)
    }

    return {
      counters, keep, host,
      /** A waiting task came to (+1) or left (−1) the host. */
      waits(of: Host, notBefore: number, by: 1 | -1) {
        of.dirty = true
        if (notBefore <= 0) of.fresh += by
      },
      ended: (request: number, kind: TaskKind, outcome: Outcome, reason: Reason | null) =>
        bump(tallies, [request, kind, outcome, reason ?? ''], 1),
      pending: (request: number, kind: TaskKind, by: 1 | -1) => bump(pending, [request, kind], by),
      sums(request: number, amounts: Readonly<Record<string, number>> = {}) {
        for (const [name, amount] of Object.entries(amounts)) bump(sums, [request, name], amount)
      },
      flushHosts() {
        for (const of of hosts.values()) {
          if (!of.dirty) continue
          const first = of.fresh > 0 ? 0 : (firstLater.one(of.id)?.[0] ?? null)
          const readyAt = first === null ? null : Math.max(of.free, of.blocked, first)
          setHost(of.delay, of.free, of.blocked, of.fresh, readyAt, of.id)
          of.dirty = false
        }
      },
      flush() {
        this.flushHosts()
        drain(tallies, addTally)
        drain(pending, addPending)
        drain(sums, addSum)
        if (counters.sequence !== before.sequence) setMeta(counters.sequence, 'sequence')
        if (counters.fence !== before.fence) setMeta(counters.fence, 'fence')
      },
    }
  }
  type Unit = ReturnType<typeof beginUnit>

  const step = <Result>(body: (unit: Unit) => Result): Result => {
    try {
      db.exec('BEGIN IMMEDIATE')
      const unit = beginUnit()
      const result = body(unit)
      unit.flush()
      db.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk has rolled back by itself.
      if (db.inTransaction) db.exec('ROLLBACK')
      throw explain(error, path)
    }
  }
  const look = <Result>(body: () => Result): Result => {
    try {
      return body()
    } catch (error) {
      throw explain(error, path)
    }
  }

  const rowOf = (id: TaskId): Row | undefined => {
    const row = taskById.one(id)
    if (!row) return undefined
    const [sequence, request, kind, host, state, notBefore, fence, settled] = row
    return { sequence, request, kind, host, state, notBefore, fence, settled }
  }

  const grantVisits = (unit: Unit, host: Host, count: number, now: number): Grant => {
    const intervalMs = Math.max(delayMs, host.delay)
    const notBefore = Math.max(now, host.free, host.blocked)
    host.free = notBefore + count * intervalMs
    host.dirty = true
    return { host: host.name, notBefore, count, intervalMs, fence: ++unit.counters.fence }
  }

  const refusalOf = (known: Row, request: number): Reason =>
    known.request === request || known.state !== STATE.ended ? 'duplicate-url' : 'already-done'

  const admit = (unit: Unit, request: number, task: NewTask): Admission => {
    const { id, kind, weight, url, refused } = task
    const host = unit.host(task.host)
    const outcome = refused === undefined ? null : outcomeOf(refused)
    const state = refused === undefined ? STATE.ready : STATE.ended
    const payload = JSON.stringify(task.payload)
    const sequence = unit.counters.sequence + 1
    if (makeTask(sequence, id, request, host.id, state, kind, weight, url, payload, outcome, refused ?? null) === 0) {
      const known = rowOf(id)
      const reason = known ? refusalOf(known, request) : 'duplicate-url'
      if (kind === 'image') unit.ended(request, kind, 'refused', reason)
      return reason
    }
    unit.counters.sequence = sequence
    if (refused !== undefined) {
      if (kind === 'image') unit.ended(request, kind, outcomeOf(refused), refused)
      return refused
    }
    unit.pending(request, kind, 1)
    unit.waits(host, 0, 1)
    return 'queued'
  }

  const standing = (request: number, id: TaskId): Admission => {
    const known = rowOf(id)
    if (!known) return 'duplicate-url'
    if (known.request !== request) return refusalOf(known, request)
    const [outcome, reason] = endById.one(id) ?? [null, null]
    return outcome === 'refused' && reason ? reason : 'queued'
  }

  const giveBack = (unit: Unit, sequence: number, host: number, notBefore: number): void => {
    giveBackTask(sequence)
    unit.waits(unit.host(host), notBefore, 1)
  }

  /** The row when the lease holds; else what the caller is told. */
  const settle = (held: Held): Row | 'done' | 'void' => {
    const row = rowOf(held.id)
    if (row?.settled === held.fence) return 'done'
    return row?.state === STATE.leased && row.fence === held.fence ? row : 'void'
  }

  const end = (unit: Unit, row: Row, fence: number, outcome: Outcome, reason: Reason | null): void => {
    endTask(fence, outcome, reason, row.sequence)
    unit.pending(row.request, row.kind, -1)
    unit.ended(row.request, row.kind, outcome, reason)
  }

  return {
    add: async ({ request: name, sequence, tasks }) =>
      step((unit) => {
        const [known, highest] = requestByName.one(name) ?? [0, 0]
        if (sequence <= highest) return tasks.map((task) => standing(known, task.id))
        const request = setSequence.one(name, sequence)?.[0] ?? 0
        return tasks.map((task) => admit(unit, request, task))
      }),

    reserve: async ({ owner, count, perHost, busy, leaseMs, now }) =>
      step((unit) => {
        promote(now)
        for (const [sequence, host, notBefore] of leasesOut.all(now)) giveBack(unit, sequence, host, notBefore)
        unit.flushHosts()

        const leases: Lease[] = []
        const until = now + leaseMs
        // Each ready host with room yields at least one lease, so these are enough hosts.
        const full = Object.values(busy).filter((visits) => visits >= perHost).length
        const ready = count > 0 && perHost > 0 ? hostsReady.all(now, count + full) : []
        for (const row of ready) {
          if (leases.length >= count) break
          const host = unit.keep(row)
          const room = Math.min(perHost - (busy[host.name] ?? 0), count - leases.length)
          if (room <= 0) continue
          const paced = Math.max(delayMs, host.delay) > 0
          for (const found of tasksReady.all(host.id, now, paced ? 1 : room)) {
            const grant = grantVisits(unit, host, 1, now)
            leaseTask(owner, grant.fence, until, found[0])
            unit.waits(host, found[9], -1)
            leases.push({ task: taskOf(found.slice(0, 9) as TaskColumns), fence: grant.fence, until, grant })
          }
        }
        unit.flushHosts()
        const times = [firstReady.one()?.[0], firstOut.one()?.[0]].filter((at) => at !== undefined)
        return { leases, nextAt: times.length === 0 ? null : Math.max(now, Math.min(...times)) }
      }),

    renew: async (held, until) => step(() => held.map(({ id, fence }) => renewLease(until, id, fence) > 0)),

    complete: async (completions) =>
      step((unit) =>
        completions.map((done) => {
          const row = settle(done)
          if (typeof row === 'string') return row
          end(unit, row, done.fence, done.end.outcome, done.end.reason)
          unit.sums(row.request, done.end.sums)
          for (const task of done.spawn) admit(unit, row.request, task)
          return 'done'
        }),
      ),

    fail: async (failures) =>
      step((unit) =>
        failures.map((failed) => {
          const row = settle(failed)
          if (typeof row === 'string') return row
          const history = JSON.parse(historyOf.one(row.sequence)?.[0] ?? '[]') as Reason[]
          countFailure(JSON.stringify([...history, failed.reason].slice(-HISTORY_LENGTH)), row.sequence)
          if (failed.retryAt === null) {
            end(unit, row, failed.fence, outcomeOf(failed.reason), failed.reason)
          } else {
            delayTask(failed.fence, failed.retryAt, row.sequence)
            unit.waits(unit.host(row.host), failed.retryAt, 1)
          }
          unit.sums(row.request, failed.sums)
          return 'done'
        }),
      ),

    recover: async (owner, held) =>
      step((unit) => {
        const kept = new Set(held.map(({ id, fence }) => `${id} ${fence}`))
        const lost = leasesOf.all(owner).filter(([, , , id, fence]) => !kept.has(`${id} ${fence}`))
        for (const [sequence, host, notBefore] of lost) giveBack(unit, sequence, host, notBefore)
        return lost.length
      }),

    tally: async (requests) =>
      look(() => {
        const names = JSON.stringify(requests)
        const asked = 'SELECT id FROM requests WHERE name IN (SELECT value FROM json_each(?))'
        const ended = query<[TaskKind, Outcome, string, number]>(
          `SELECT kind, outcome, reason, sum(count) FROM tallies WHERE request IN (${asked}) GROUP BY 1, 2, 3`,
        ).all(names)
        const waiting = query<[TaskKind, number]>(
          `SELECT kind, sum(count) FROM pending WHERE request IN (${asked}) GROUP BY 1`,
        ).all(names)
        const sums = query<[string, number]>(
          `SELECT name, sum(amount) FROM sums WHERE request IN (${asked}) GROUP BY 1`,
        ).all(names)
        return {
          ended: ended
            .map(([kind, outcome, reason, count]): TallyRow =>
              ({ kind, outcome, reason: reason === '' ? null : (reason as Reason), count }))
            .sort(compareTallyRows),
          pending: { page: 0, image: 0, process: 0, ...Object.fromEntries(waiting) },
          sums: Object.fromEntries(sums),
          sequence: Math.max(0, ...requests.map((request) => requestByName.one(request)?.[1] ?? 0)),
        }
      }),

    tasks: async ({ after, limit, state, ids }) =>
      look(() => {
        const states = { waiting: 't.state < 2', leased: 't.state = 2', ended: 't.state = 3' }
        const rows = query<[...TaskColumns, number, number, Outcome | null, Reason | null, string | null]>(
          `SELECT ${TASK_COLUMNS}, t.state, t.not_before, t.outcome, t.reason, t.history
           FROM tasks t ${TASK_JOINS}
           WHERE t.sequence > ? ${state ? `AND ${states[state]}` : ''}
             ${ids ? 'AND t.id IN (SELECT value FROM json_each(?))' : ''}
           ORDER BY t.sequence LIMIT ?`,
        ).all(Number(after ?? 0), ...(ids ? [JSON.stringify(ids)] : []), limit + 1)
        const items = rows.slice(0, limit).map((row): TaskRecord => {
          const [at, notBefore, outcome, reason, history] = [row[9], row[10], row[11], row[12], row[13]]
          return {
            task: taskOf(row.slice(0, 9) as TaskColumns),
            state: at === STATE.ended ? 'ended' : at === STATE.leased ? 'leased' : 'waiting',
            notBefore,
            end: outcome && { outcome, reason },
            history: JSON.parse(history ?? '[]') as Reason[],
          }
        })
        return { items, next: rows.length > limit ? String(items.at(-1)?.task.sequence ?? after) : null }
      }),

    grant: async (asks) =>
      step((unit) => asks.map(({ host, count, now }) => grantVisits(unit, unit.host(host), count, now))),

    pace: async (updates) =>
      step((unit) => {
        for (const update of updates) {
          const host = unit.host(update.host)
          host.delay = update.delayMs ?? host.delay
          host.blocked = update.notBefore ?? host.blocked
          host.dirty = true
        }
      }),

    async close() {
      if (db.open) db.close()
    },
  }
}
