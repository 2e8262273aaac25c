/**
 * The schedule in one SQLite file (libsql), for a crawl on one machine. Each port step is one
 * transaction; the file is this process's alone.
 */
import type { RequestId, TaskId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { isLane, LANE_NAMES } from '../../core/lanes.ts'
import { outcomeOf, type Outcome, type Reason } from '../../core/reasons.ts'
import {
  HISTORY_LENGTH, addressKey, compareTallyRows, isAddressKey,
  type Admission, type ScheduleOptions, type ScheduleStore, type TallyRow, type TaskRecord,
} from '../schedule-store.ts'
import type { Grant, Held, Lease, NewTask, Task, TaskKind } from '../task.ts'
import { prepareOverview } from './sqlite-overview.ts'
import { explain, openScheduleFile } from './sqlite-schema.ts'
import { command, prepareUnits, query, type Host, type Queued, type Unit, type Value } from './sqlite-unit.ts'

export interface SqliteScheduleOptions extends ScheduleOptions {
  /** The file; made when absent, in a folder that exists. Its `-wal` and `-shm` lie beside it. */
  readonly path: string
  /** Size at which the file counts as a full disk, in bytes. Default: none but the disk's own. */
  readonly maxBytes?: number
}

/** A task's row as the steps that settle it need it; `fence` is its lease's, null when it has none. */
interface Row extends Queued {
  readonly request: number
  readonly kind: TaskKind
  readonly outcome: Outcome | null
  readonly settled: number | null
  readonly fence: number | null
  readonly isDead: boolean
}

/** Hosts that one call looks at, so that a crowd at one address cannot hold up the file. */
const MOST_LOOKED = 2000

type TaskColumns = [
  sequence: number, id: string, request: string, host: string, kind: TaskKind,
  url: string, weight: number, payload: string, attempts: number,
]
const TASK_COLUMNS = 't.sequence, t.id, r.name, h.name, t.kind, t.url, t.weight, t.payload, t.attempts'

const taskOf = (columns: TaskColumns): Task => {
  const [sequence, id, request, host, kind, url, weight, payload, attempts] = columns
  return {
    id: id as TaskId, request: request as RequestId, kind, host, url, weight,
    payload: JSON.parse(payload) as Json, attempts, sequence,
  }
}

/** For the listing: what narrows it to a state. Leases are few, so they lead the way to theirs. */
const FROM = {
  any: 'tasks t LEFT JOIN leases l ON l.sequence = t.sequence WHERE true',
  dead: 'tasks t LEFT JOIN leases l ON l.sequence = t.sequence WHERE t.dead = 1',
  waiting: 'tasks t LEFT JOIN leases l ON l.sequence = t.sequence WHERE t.outcome IS NULL AND l.sequence IS NULL',
  leased: 'leases l CROSS JOIN tasks t ON t.sequence = l.sequence WHERE true',
  ended: 'tasks t LEFT JOIN leases l ON l.sequence = t.sequence WHERE t.outcome IS NOT NULL',
}

/**
 * Opens or makes the file.
 * @throws GannetError `data-newer`, `data-corrupt`, `data-locked`, `data-missing`; a full disk
 *   surfaces as SQLite's own error, which `isDiskFull` knows, and the step has then changed nothing
 */
export const openSqliteSchedule = async (options: SqliteScheduleOptions): Promise<ScheduleStore> => {
  const { path, delayMs, addressDelayMs = 0, maxBytes } = options
  const db = openScheduleFile(path, maxBytes)
  const beginUnit = prepareUnits(db, path)
  const seen = prepareOverview(db)

  const lastSequence = query<[number]>(db, 'SELECT coalesce(max(sequence), 0) FROM requests')
  const requestByName = query<[number, number]>(db, 'SELECT id, sequence FROM requests WHERE name = ?')
  const setSequence = query<[number]>(
    db,
    `INSERT INTO requests (name, sequence) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence RETURNING id`,
  )
  const makeTask = command(
    db,
    `INSERT INTO tasks (sequence, id, request, host, not_before, kind, weight, attempts, url, payload, outcome, reason, stamp)
     VALUES (?, ?, ?, ?, 0, ?, ?, 0, ?, ?, ?, ?, ?)`,
  )
  const isKnown = query<[number]>(db, 'SELECT 1 FROM tasks WHERE id = ?')
  const taskById = query<
    [number, number, number, number, number, TaskKind, Outcome | null, number | null, number | null, number, number]
  >(
    db,
    `SELECT t.sequence, t.host, t.stamp, t.not_before, t.request, t.kind, t.outcome, t.settled, l.fence, t.dead, t.weight
     FROM tasks t LEFT JOIN leases l ON l.sequence = t.sequence WHERE t.id = ?`,
  )
  const reasonOf = query<[Reason]>(db, 'SELECT reason FROM tasks WHERE sequence = ?')
  const historyOf = query<[string | null]>(db, 'SELECT history FROM tasks WHERE sequence = ?')
  const tasksReady = query<[...TaskColumns, number, number]>(
    db,
    `SELECT ${TASK_COLUMNS}, q.not_before, q.stamp FROM ready q CROSS JOIN tasks t ON t.sequence = q.sequence
     CROSS JOIN requests r ON r.id = t.request CROSS JOIN hosts h ON h.id = t.host
     WHERE q.host = ? ORDER BY q.stamp, q.sequence LIMIT ?`,
  )
  const countReady = query<[number]>(db, 'SELECT count(*) FROM ready WHERE host = ?')
  const firstRequest = query<[RequestId]>(
    db,
    `SELECT r.name FROM ready q CROSS JOIN tasks t ON t.sequence = q.sequence CROSS JOIN requests r ON r.id = t.request
     WHERE q.host = ? ORDER BY q.stamp, q.sequence LIMIT 1`,
  )
  const lost =
    'SELECT t.sequence, t.host, t.stamp, t.not_before, t.id, l.fence, t.weight, t.kind ' +
    'FROM leases l CROSS JOIN tasks t ON t.sequence = l.sequence'
  type Lost = [number, number, number, number, string, number, number, TaskKind]
  const leasesOut = query<Lost>(db, `${lost} WHERE l.until <= ?`)
  const leasesOf = query<Lost>(db, `${lost} WHERE l.owner = ?`)
  const pausedAfter = query<[string]>(db, 'SELECT name FROM hosts WHERE paused = 1 AND name > ? ORDER BY name LIMIT ?')
  const remembered = query<[string, string]>(
    db, 'SELECT name, memory FROM hosts WHERE memory IS NOT NULL AND name > ? ORDER BY name LIMIT ?',
  )
  const anyDue = query<[number]>(db, 'SELECT 1 FROM hosts WHERE due = 1 LIMIT 1')
  const firstReady = query<[number]>(
    db, 'SELECT ready_at FROM hosts WHERE ready_at IS NOT NULL AND due = 0 AND paused = 0 ORDER BY ready_at LIMIT 1',
  )
  const firstOut = query<[number]>(db, 'SELECT until FROM leases ORDER BY until LIMIT 1')
  const addLease = command(db, 'INSERT INTO leases (sequence, owner, fence, until, granted, interval) VALUES (?, ?, ?, ?, ?, ?)')
  const addToInbox = command(db, 'INSERT INTO inbox (owner, sequence, fence) VALUES (?, ?, ?)')
  const inboxOf = query<[...TaskColumns, number, number, number, number, number]>(
    db,
    `SELECT ${TASK_COLUMNS}, i.position, l.fence, l.until, l.granted, l.interval FROM inbox i
     CROSS JOIN leases l ON l.sequence = i.sequence AND l.fence = i.fence CROSS JOIN tasks t ON t.sequence = i.sequence
     CROSS JOIN requests r ON r.id = t.request CROSS JOIN hosts h ON h.id = t.host
     WHERE i.owner = ? ORDER BY i.position LIMIT ?`,
  )
  const inboxes = query<[string, number]>(db, 'SELECT owner, count(*) FROM inbox GROUP BY owner')
  const leader = query<[number]>(db, "SELECT value FROM meta WHERE key = 'leader'")
  const setLeader = command(db, "INSERT INTO meta VALUES ('leader', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
  /** With those before it, which hold no longer. */
  const dropFromInbox = command(db, 'DELETE FROM inbox WHERE owner = ? AND position <= ?')
  const dropLease = command(db, 'DELETE FROM leases WHERE sequence = ?')
  const renewLease = command(
    db,
    `UPDATE leases SET until = max(until, ?)
     WHERE sequence = (SELECT sequence FROM tasks WHERE id = ?) AND fence = ?`,
  )
  const endTask = command(db, 'UPDATE tasks SET settled = ?, outcome = ?, reason = ?, dead = ? WHERE sequence = ?')
  const reviveTask = command(
    db,
    `UPDATE tasks SET outcome = NULL, reason = NULL, dead = 0, attempts = 0, history = NULL, not_before = 0
     WHERE sequence = ?`,
  )
  const buryTask = command(db, 'UPDATE tasks SET dead = 0 WHERE id = ? AND dead = 1')
  const countFailure = command(db, 'UPDATE tasks SET attempts = attempts + 1, history = ? WHERE sequence = ?')
  const delayTask = command(db, 'UPDATE tasks SET settled = ?, not_before = ? WHERE sequence = ?')

  const look = <Result>(body: () => Result): Result => {
    try {
      return body()
    } catch (error) {
      throw explain(error, path)
    }
  }
  /**
   * Only what was promised to somebody waits for the disk: a request accepted. A power cut may take back the
   * last leases, grants and ends; they are given, asked for and reached again, for every step is idempotent.
   */
  const acceptance = <Result>(body: (unit: Unit) => Result): Result => {
    db.exec('PRAGMA synchronous = FULL')
    try {
      return step(body)
    } finally {
      db.exec('PRAGMA synchronous = NORMAL')
    }
  }
  const step = <Result>(body: (unit: Unit) => Result): Result =>
    look(() => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const unit = beginUnit()
        const result = body(unit)
        unit.flush()
        db.exec('COMMIT')
        return result
      } catch (error) {
        // After some errors (a full disk) SQLite has rolled back by itself.
        if (db.inTransaction) db.exec('ROLLBACK')
        throw error
      }
    })

  const rowOf = (id: TaskId): Row | undefined => {
    const columns = taskById.one(id)
    if (!columns) return undefined
    const [sequence, host, stamp, notBefore, request, kind, outcome, settled, fence, dead, weight] = columns
    return { sequence, host, stamp, notBefore, request, kind, outcome, settled, fence, isDead: dead === 1, weight }
  }

  const floorOf = (name: string): number => (isAddressKey(name) ? addressDelayMs : isLane(name) ? 0 : delayMs)
  const intervalOf = (host: Host): number => Math.max(floorOf(host.name), host.delay)

  /** Whether the host must wait for its address, which then gives it a place in line. */
  const putOff = (host: Host, address: Host, now: number): boolean => {
    const freeAt = Math.max(address.free, address.blocked)
    if (freeAt <= now) return false
    const inLine = host.held > 0
    host.held = inLine ? freeAt : Math.max(freeAt, address.held)
    host.dirty = true
    if (!inLine) {
      address.held = host.held + intervalOf(address)
      address.dirty = true
    }
    return true
  }

  const grantVisits = (unit: Unit, host: Host, count: number, now: number): Grant => {
    const intervalMs = intervalOf(host)
    const address = host.address === null ? null : unit.host(host.address)
    const ofAddress = address === null ? now : Math.max(now, address.free, address.blocked)
    if (address !== null) {
      address.free = ofAddress + count * intervalOf(address)
      address.dirty = true
    }
    const notBefore = Math.max(ofAddress, host.free, host.blocked)
    host.free = notBefore + count * intervalMs
    host.dirty = true
    return { host: host.name, notBefore, count, intervalMs, fence: ++unit.counters.fence }
  }

  const refusalOf = (known: Row, request: number): Reason =>
    known.request === request || known.outcome === null ? 'duplicate-url' : 'already-done'

  const admit = (unit: Unit, request: number, task: NewTask): Admission => {
    const { id, kind, weight, url, refused = null } = task
    const host = unit.host(task.host).id
    if (isKnown.one(id)) {
      const reason = refusalOf(rowOf(id) as Row, request)
      if (kind === 'image') unit.ended(request, kind, 'refused', reason)
      return reason
    }
    const outcome = refused === null ? null : outcomeOf(refused)
    const sequence = ++unit.counters.sequence
    const stamp = refused === null ? unit.shares.arrive(weight) : 0
    makeTask(sequence, id, request, host, kind, weight, url, JSON.stringify(task.payload), outcome, refused, stamp)
    if (refused !== null) {
      if (kind === 'image') unit.ended(request, kind, outcomeOf(refused), refused)
      return refused
    }
    unit.pending(request, kind, 1)
    unit.counters.accepted++
    unit.enqueue({ sequence, host, stamp, notBefore: 0, weight, kind }, 'ready')
    return 'queued'
  }

  const giveBack = (unit: Unit, [sequence, host, stamp, notBefore, , , weight, kind]: Lost): void => {
    dropLease(sequence)
    unit.enqueue({ sequence, host, stamp, notBefore, weight, kind }, notBefore === 0 ? 'ready' : 'delayed')
  }

  const mark = (unit: Unit, now: number): void => seen.mark(unit.counters.sequence, now)

  /** Leases that have run out wait again, and hosts whose time has come are due. */
  const freshen = (unit: Unit, now: number): void => {
    mark(unit, now)
    for (const columns of leasesOut.all(now)) giveBack(unit, columns)
    unit.promote(now)
  }

  const nextAt = (now: number): number | null => {
    if (anyDue.one()) return now
    const times = [firstReady.one()?.[0], firstOut.one()?.[0]].filter((at) => at !== undefined)
    return times.length === 0 ? null : Math.max(now, Math.min(...times))
  }

  const isPaced = (unit: Unit, host: Host): boolean =>
    intervalOf(host) > 0 || (host.address !== null && intervalOf(unit.host(host.address)) > 0)

  /** Leases up to `count` tasks of a host that is due; none when its address makes it wait. */
  const take = (unit: Unit, host: Host, owner: string, count: number, leaseMs: number, now: number): readonly Lease[] => {
    if (host.address !== null && putOff(host, unit.host(host.address), now)) return []
    host.held = 0
    const until = now + leaseMs
    return tasksReady.all(host.id, isPaced(unit, host) ? 1 : count).map((columns) => {
      const [notBefore, stamp] = columns.slice(9) as [number, number]
      const task = taskOf(columns.slice(0, 9) as TaskColumns)
      const grant = grantVisits(unit, host, 1, now)
      unit.shares.serve(stamp)
      unit.dequeue({ sequence: task.sequence, host: host.id, stamp, notBefore, weight: task.weight, kind: task.kind })
      unit.counters.dispatched++
      addLease(task.sequence, owner, grant.fence, until, grant.notBefore, grant.intervalMs)
      return { task, fence: grant.fence, until, grant }
    })
  }

  /** The row when the lease holds; else what the caller is told. */
  const settle = (held: Held): Row | 'done' | 'void' => {
    const row = rowOf(held.id)
    if (row?.settled === held.fence) return 'done'
    return row?.fence === held.fence ? row : 'void'
  }

  const end = (unit: Unit, row: Row, fence: number, outcome: Outcome, reason: Reason | null): void => {
    dropLease(row.sequence)
    endTask(fence, outcome, reason, outcome === 'failed' ? 1 : 0, row.sequence)
    unit.pending(row.request, row.kind, -1)
    unit.ended(row.request, row.kind, outcome, reason)
    if (outcome === 'failed') unit.counters.dead++
  }

  return {
    can: { ordered: true, listsEnded: true },

    add: async ({ request: name, sequence, tasks, now }) =>
      acceptance((unit) => {
        const [, highest] = requestByName.one(name) ?? [0, 0]
        if (sequence <= highest) return tasks.map(() => 'repeated')
        const request = setSequence.one(name, sequence)?.[0] ?? 0
        const answers = tasks.map((task) => admit(unit, request, task))
        if (now !== undefined) mark(unit, now)
        return answers
      }),

    reserve: async ({ owner, count, perHost, busy, leaseMs, now }) =>
      step((unit) => {
        freshen(unit, now)
        const leases: Lease[] = []
        // Each due host with room yields at least one lease, unless it is put off: then there may be more behind them.
        const full = Object.values(busy).filter((visits) => visits >= perHost).length
        const page = count > 0 ? count + full : 0
        let looked = 0
        const more = function* (): Generator<Host> {
          for (let found = page; found > 0 && found === page && looked < MOST_LOOKED; looked += found) {
            const hosts = unit.due(page, looked)
            found = hosts.length
            yield* hosts
          }
        }
        for (const host of more()) {
          if (leases.length >= count) break
          const room = Math.min(perHost - (busy[host.name] ?? 0), count - leases.length)
          if (room > 0) leases.push(...take(unit, host, owner, room, leaseMs, now))
        }
        unit.flushHosts()
        return { leases, nextAt: nextAt(now) }
      }),

    due: async ({ limit, now, requests = false }) =>
      step((unit) => {
        freshen(unit, now)
        const first = (limit > 0 ? unit.due(limit + LANE_NAMES.length, 0) : []).filter(({ name }) => !isLane(name)).slice(0, limit)
        const hosts = [...first, ...unit.dueAmong(LANE_NAMES)].map((host) => ({
          host: host.name,
          count: isPaced(unit, host) ? 1 : (countReady.one(host.id)?.[0] ?? 0),
          request: requests ? (firstRequest.one(host.id)?.[0] ?? null) : null,
        }))
        return { hosts, nextAt: nextAt(now) }
      }),

    assign: async ({ assignments, leaseMs, now, fence }) =>
      step((unit) => {
        if (fence < (leader.one()?.[0] ?? 0)) return null
        setLeader(fence)
        unit.promote(now)
        return assignments.map(({ host: name, owner, count }) => {
          const host = count > 0 ? unit.dueHost(name, now) : null
          if (host === null) return 0
          const leases = take(unit, host, owner, count, leaseMs, now)
          for (const { task, fence } of leases) addToInbox(owner, task.sequence, fence)
          return leases.length
        })
      }),

    uncollected: async () => look(() => Object.fromEntries(inboxes.all())),

    collect: async ({ owner, count }) =>
      step(() => {
        const rows = count > 0 ? inboxOf.all(owner, count) : []
        const last = rows.at(-1)
        if (last) dropFromInbox(owner, last[9])
        return rows.map((columns): Lease => {
          const task = taskOf(columns.slice(0, 9) as TaskColumns)
          const [, fence, until, notBefore, intervalMs] = columns.slice(9) as [number, number, number, number, number]
          return { task, fence, until, grant: { host: task.host, notBefore, count: 1, intervalMs, fence } }
        })
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
        failures.map(({ reason, retryAt, uncounted = false, sums, ...held }) => {
          const row = settle(held)
          if (typeof row === 'string') return row
          if (!uncounted) {
            const history = JSON.parse(historyOf.one(row.sequence)?.[0] ?? '[]') as Reason[]
            countFailure(JSON.stringify([...history, reason].slice(-HISTORY_LENGTH)), row.sequence)
          }
          if (retryAt === null) {
            end(unit, row, held.fence, outcomeOf(reason), reason)
          } else {
            dropLease(row.sequence)
            delayTask(held.fence, retryAt, row.sequence)
            unit.enqueue({ ...row, notBefore: retryAt }, 'delayed')
          }
          unit.sums(row.request, sums)
          return 'done'
        }),
      ),

    recover: async (owner, held) =>
      step((unit) => {
        const kept = new Set(held.map(({ id, fence }) => `${id} ${fence}`))
        const given = leasesOf.all(owner).filter(([, , , , id, fence]) => !kept.has(`${id} ${fence}`))
        for (const columns of given) giveBack(unit, columns)
        return given.length
      }),

    revive: async (ids, which = 'dead') =>
      step((unit) =>
        ids.map((id) => {
          const row = rowOf(id)
          if (!row || row.outcome === null || !(row.isDead || (which === 'ended' && row.settled !== null))) return false
          unit.ended(row.request, row.kind, row.outcome, reasonOf.one(row.sequence)?.[0] ?? null, -1)
          unit.pending(row.request, row.kind, 1)
          reviveTask(row.sequence)
          if (row.isDead) unit.counters.dead--
          unit.enqueue({ ...row, notBefore: 0 }, 'ready')
          return true
        }),
      ),

    bury: async (ids) =>
      step((unit) => ids.map((id) => {
        const buried = buryTask(id) > 0
        if (buried) unit.counters.dead--
        return buried
      })),

    tally: async (requests) =>
      look(() => {
        const sum = <Columns extends readonly Value[]>(columns: string, amount: string, table: string) =>
          query<Columns>(
            db,
            `SELECT ${columns}, sum(${amount}) FROM ${table} WHERE request IN
             (SELECT id FROM requests WHERE ?1 = '"all"' OR name IN (SELECT value FROM json_each(?1))) GROUP BY ${columns}`,
          ).all(JSON.stringify(requests))
        const ended = sum<[TaskKind, Outcome, Reason | '', number]>('kind, outcome, reason', 'count', 'tallies')
        return {
          ended: ended
            .filter(([, , , count]) => count > 0)
            .map(([kind, outcome, reason, count]): TallyRow => ({ kind, outcome, reason: reason || null, count }))
            .sort(compareTallyRows),
          pending: {
            page: 0, image: 0, process: 0,
            ...Object.fromEntries(sum<[TaskKind, number]>('kind', 'count', 'pending')),
          },
          sums: Object.fromEntries(sum<[string, number]>('name', 'amount', 'sums')),
          sequence: requests === 'all'
            ? (lastSequence.one()?.[0] ?? 0)
            : Math.max(0, ...requests.map((request) => requestByName.one(request)?.[1] ?? 0)),
        }
      }),

    tasks: async ({ after, limit, state, ids }) =>
      look(() => {
        type Columns = [...TaskColumns, number | null, number, Outcome | null, Reason | null, string | null]
        const rows = query<Columns>(
          db,
          `SELECT ${TASK_COLUMNS}, found.fence, t.not_before, t.outcome, t.reason, t.history
           FROM (SELECT t.sequence, l.fence FROM ${FROM[state ?? 'any']} AND t.sequence > ?
                 ${ids ? 'AND t.id IN (SELECT value FROM json_each(?))' : ''} ORDER BY t.sequence LIMIT ?) found
           CROSS JOIN tasks t ON t.sequence = found.sequence
           CROSS JOIN requests r ON r.id = t.request CROSS JOIN hosts h ON h.id = t.host ORDER BY t.sequence`,
        ).all(Number(after ?? 0), ...(ids ? [JSON.stringify(ids)] : []), limit + 1)
        const items = rows.slice(0, limit).map((columns): TaskRecord => {
          const [, , , , , , , , , fence, notBefore, outcome, reason, history] = columns
          return {
            task: taskOf(columns.slice(0, 9) as TaskColumns),
            state: outcome !== null ? 'ended' : fence !== null ? 'leased' : 'waiting',
            notBefore,
            end: outcome && { outcome, reason },
            history: JSON.parse(history ?? '[]') as Reason[],
          }
        })
        return { items, next: rows.length > limit ? String(items.at(-1)?.task.sequence ?? after) : null }
      }),

    grant: async (asks) =>
      step((unit) => asks.map(({ host: name, count, now }) => {
        const host = unit.host(name)
        return host.paused ? null : grantVisits(unit, host, count, now)
      })),

    pace: async (updates) =>
      step((unit) => {
        for (const update of updates) {
          const host = unit.host(update.host)
          host.delay = update.delayMs ?? host.delay
          host.blocked = update.notBefore ?? host.blocked
          if (update.address !== undefined) host.address = update.address === null ? null : unit.host(addressKey(update.address)).id
          if (update.memory !== undefined) host.memory = update.memory
          host.dirty = true
        }
      }),

    memories: async ({ after, limit }) =>
      look(() => {
        const rows = remembered.all(after ?? '', limit + 1)
        const items = rows.slice(0, limit).map(([host, memory]) => ({ host, memory }))
        return { items, next: rows.length > limit ? (items.at(-1)?.host ?? null) : null }
      }),

    pause: async (names, paused) =>
      step((unit) => names.map((name) => {
        const host = unit.host(name)
        const changes = host.paused !== paused
        host.paused = paused
        host.dirty = true
        return changes
      })),

    pausedHosts: async ({ after, limit }) =>
      look(() => {
        const items = pausedAfter.all(after ?? '', limit + 1).map(([name]) => name)
        return { items: items.slice(0, limit), next: items.length > limit ? (items[limit - 1] ?? null) : null }
      }),

    overview: async ({ top, now }) => look(() => seen.overview(top, now)),

    async close() {
      if (db.open) db.close()
    },
  }
}
