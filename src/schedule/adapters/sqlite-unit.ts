/**
 * One step of the SQLite schedule while it runs: the hosts it has read and the counts it has
 * changed, written once at its end. So a batch costs a host and a counter one write each, however
 * many tasks it holds.
 */
import type Database from 'libsql'
import { GannetError } from '../../core/errors.ts'
import type { Outcome, Reason } from '../../core/reasons.ts'
import type { TaskKind } from '../task.ts'

export type Value = string | number | null

export const query = <Columns extends readonly Value[]>(db: Database.Database, sql: string) => {
  const statement = db.prepare(sql).raw()
  return {
    one: (...values: Value[]) => statement.get(...values) as Columns | undefined,
    all: (...values: Value[]) => statement.all(...values) as Columns[],
  }
}

/** Returns how many rows it changed. */
export const command = (db: Database.Database, sql: string) => {
  const statement = db.prepare(sql)
  return (...values: Value[]): number => statement.run(...values).changes
}

export interface Host {
  readonly id: number
  readonly name: string
  /** The host's own delay. */
  delay: number
  /** First time not yet granted to anyone. */
  free: number
  /** No visit before then. */
  blocked: number
  /** Waiting tasks whose `not_before` is 0. */
  fresh: number
  /** The host that is its address. */
  address: number | null
  /** Put off until then, 0 when not; of an address: when the next host is put off to. */
  held: number
  memory: string | null
  dirty: boolean
}

/** A task as the queues know it. */
export interface Queued {
  readonly sequence: number
  readonly host: number
  readonly weight: number
  readonly notBefore: number
}

export interface Unit {
  readonly counters: { sequence: number; fence: number }
  host(key: string | number): Host
  /** Ready hosts as they were when last flushed, the first to become so first. */
  ready(now: number, limit: number, offset: number): Host[]
  /** The task waits. One that is delayed joins the ready when a `promote` finds its time come. */
  enqueue(task: Queued, queue: 'ready' | 'delayed'): void
  /** A ready task leaves its queue. */
  dequeue(task: Queued): void
  /** Moves what is due from delayed to ready. */
  promote(now: number): void
  ended(request: number, kind: TaskKind, outcome: Outcome, reason: Reason | null): void
  pending(request: number, kind: TaskKind, by: 1 | -1): void
  sums(request: number, amounts: Readonly<Record<string, number>> | undefined): void
  /** Writes the hosts back, so that queries see when they are ready. */
  flushHosts(): void
  flush(): void
}

type HostColumns = [
  id: number, name: string, delay: number, free: number, blocked: number, fresh: number,
  address: number | null, held: number, memory: string | null,
]
const HOST_COLUMNS = 'id, name, delay, free, blocked, fresh, address, held, memory'

export const prepareUnits = (db: Database.Database, path: string): (() => Unit) => {
  const metaOf = query<[number]>(db, 'SELECT value FROM meta WHERE key = ?')
  const setMeta = command(db, 'UPDATE meta SET value = ? WHERE key = ?')
  const makeHost = query<HostColumns>(
    db, `INSERT INTO hosts (name, delay, free, blocked, fresh) VALUES (?, 0, 0, 0, 0) RETURNING ${HOST_COLUMNS}`,
  )
  const hostByName = query<HostColumns>(db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE name = ?`)
  const hostById = query<HostColumns>(db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE id = ?`)
  const hostsReady = query<HostColumns>(
    db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE ready_at <= ? ORDER BY ready_at, name LIMIT ? OFFSET ?`,
  )
  const setHost = command(
    db,
    `UPDATE hosts SET delay = ?, free = ?, blocked = ?, fresh = ?, ready_at = ?, address = ?, held = ?, memory = ?
     WHERE id = ?`,
  )
  const firstLater = query<[number]>(db, 'SELECT not_before FROM later WHERE host = ? ORDER BY not_before LIMIT 1')
  const addReady = command(db, 'INSERT INTO ready (host, weight, sequence, not_before) VALUES (?, ?, ?, ?)')
  const dropReady = command(db, 'DELETE FROM ready WHERE host = ? AND weight = ? AND sequence = ?')
  const addLater = command(db, 'INSERT INTO later (host, not_before, sequence) VALUES (?, ?, ?)')
  const dropLater = command(db, 'DELETE FROM later WHERE host = ? AND not_before = ? AND sequence = ?')
  const addDelayed = command(db, 'INSERT INTO delayed (not_before, sequence) VALUES (?, ?)')
  const readyFromDelayed = command(
    db,
    `INSERT INTO ready (host, weight, sequence, not_before)
     SELECT t.host, t.weight, t.sequence, t.not_before FROM delayed d CROSS JOIN tasks t ON t.sequence = d.sequence
     WHERE d.not_before <= ?`,
  )
  const dropDelayed = command(db, 'DELETE FROM delayed WHERE not_before <= ?')
  const addTally = command(
    db,
    `INSERT INTO tallies VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (request, kind, outcome, reason) DO UPDATE SET count = count + excluded.count`,
  )
  const addPending = command(
    db, 'INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT (request, kind) DO UPDATE SET count = count + excluded.count',
  )
  const addSum = command(
    db, 'INSERT INTO sums VALUES (?, ?, ?) ON CONFLICT (request, name) DO UPDATE SET amount = amount + excluded.amount',
  )

  return () => {
    const hosts = new Map<number, Host>()
    const idOfHost = new Map<string, number>()
    /** Keys are JSON tuples: the columns before the count. */
    const tallies = new Map<string, number>()
    const pending = new Map<string, number>()
    const sums = new Map<string, number>()
    const counters = { sequence: metaOf.one('sequence')?.[0] ?? 0, fence: metaOf.one('fence')?.[0] ?? 0 }
    const before = { ...counters }

    const keep = ([id, name, delay, free, blocked, fresh, address, held, memory]: HostColumns): Host => {
      const host = hosts.get(id) ?? { id, name, delay, free, blocked, fresh, address, held, memory, dirty: false }
      hosts.set(id, host)
      idOfHost.set(name, id)
      return host
    }
    const host = (key: string | number): Host => {
      const known = hosts.get(typeof key === 'number' ? key : (idOfHost.get(key) ?? 0))
      if (known) return known
      const row = typeof key === 'number' ? hostById.one(key) : (hostByName.one(key) ?? makeHost.one(key))
      if (row) return keep(row)
      throw new GannetError('data-corrupt', `${path} misses host ${key}: put back a backup, or move it away`)
    }
    const waits = (of: number, notBefore: number, by: 1 | -1) => {
      const at = host(of)
      at.dirty = true
      if (notBefore === 0) at.fresh += by
    }
    const bump = (counts: Map<string, number>, key: readonly Value[], by: number) => {
      const text = JSON.stringify(key)
      counts.set(text, (counts.get(text) ?? 0) + by)
    }
    const drain = (counts: Map<string, number>, write: (...values: Value[]) => number) => {
      for (const [key, by] of counts) write(...(JSON.parse(key) as Value[]), by)
    }
    const flushHosts = () => {
      for (const of of hosts.values()) {
        if (!of.dirty) continue
        const first = of.fresh > 0 ? 0 : (firstLater.one(of.id)?.[0] ?? null)
        const readyAt = first === null ? null : Math.max(of.free, of.blocked, of.held, first)
        setHost(of.delay, of.free, of.blocked, of.fresh, readyAt, of.address, of.held, of.memory, of.id)
        of.dirty = false
      }
    }

    return {
      counters, host, flushHosts,
      ready: (now, limit, offset) => hostsReady.all(now, limit, offset).map(keep),
      enqueue({ sequence, host: of, weight, notBefore }, queue) {
        if (queue === 'ready') addReady(of, weight, sequence, notBefore)
        else addDelayed(notBefore, sequence)
        if (notBefore !== 0) addLater(of, notBefore, sequence)
        waits(of, notBefore, 1)
      },
      dequeue({ sequence, host: of, weight, notBefore }) {
        dropReady(of, weight, sequence)
        if (notBefore !== 0) dropLater(of, notBefore, sequence)
        waits(of, notBefore, -1)
      },
      promote(now) {
        if (readyFromDelayed(now) > 0) dropDelayed(now)
      },
      ended: (request, kind, outcome, reason) => bump(tallies, [request, kind, outcome, reason ?? ''], 1),
      pending: (request, kind, by) => bump(pending, [request, kind], by),
      sums(request, amounts = {}) {
        for (const [name, amount] of Object.entries(amounts)) bump(sums, [request, name], amount)
      },
      flush() {
        flushHosts()
        drain(tallies, addTally)
        drain(pending, addPending)
        drain(sums, addSum)
        if (counters.sequence !== before.sequence) setMeta(counters.sequence, 'sequence')
        if (counters.fence !== before.fence) setMeta(counters.fence, 'fence')
      },
    }
  }
}
