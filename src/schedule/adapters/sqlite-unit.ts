/**
 * One step of the SQLite schedule while it runs: the hosts it has read and the counts it has
 * changed, written once at its end. So a batch costs a host and a counter one write each, however
 * many tasks it holds.
 */
import type Database from 'libsql'
import { GannetError } from '../../core/errors.ts'
import type { Outcome, Reason } from '../../core/reasons.ts'
import { createFairShare, type FairShare } from '../fair-share.ts'
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
  /** Waiting tasks, all of them. */
  waiting: number
  paused: boolean
  /** The host that is its address. */
  address: number | null
  /** Put off until then, 0 when not; of an address: when the next host is put off to. */
  held: number
  memory: string | null
  /** Of its first ready task; null when that is to be looked up, `stampKnown` then being false, or when there is none. */
  stamp: number | null
  stampKnown: boolean
  dirty: boolean
}

/** A task as the queues know it. */
export interface Queued {
  readonly sequence: number
  readonly host: number
  readonly stamp: number
  readonly notBefore: number
  readonly weight: number
  readonly kind: TaskKind
}

export interface Unit {
  /** sequence, fence: the last given. accepted, dispatched: how many ever were. dead: how many are. */
  readonly counters: { sequence: number; fence: number; accepted: number; dispatched: number; dead: number }
  /** Stamps of tasks as they arrive and are served. */
  readonly shares: Pick<FairShare, 'arrive' | 'serve'>
  host(key: string | number): Host
  /** Due hosts as they were when last flushed, the lowest stamp first. */
  due(limit: number, offset: number): Host[]
  /** Of these hosts the due ones, in the same order. */
  dueAmong(names: readonly string[]): Host[]
  /** The host, where its time has come as it stands within this step, and it is not paused. */
  dueHost(name: string, now: number): Host | null
  /** The task waits. One that is delayed joins the ready when a `promote` finds its time come. */
  enqueue(task: Queued, queue: 'ready' | 'delayed'): void
  /** A ready task leaves its queue. */
  dequeue(task: Queued): void
  /** Makes tasks ready and hosts due whose time has come, and those not whose time, by this clock, has not come after all. */
  promote(now: number): void
  ended(request: number, kind: TaskKind, outcome: Outcome, reason: Reason | null, by?: 1 | -1): void
  pending(request: number, kind: TaskKind, by: 1 | -1): void
  sums(request: number, amounts: Readonly<Record<string, number>> | undefined): void
  /** Writes the hosts back, so that queries see when they are ready. */
  flushHosts(): void
  flush(): void
}

type HostColumns = [
  id: number, name: string, delay: number, free: number, blocked: number, fresh: number,
  address: number | null, held: number, memory: string | null, stamp: number | null, waiting: number, paused: number,
]
const HOST_COLUMNS = 'id, name, delay, free, blocked, fresh, address, held, memory, stamp, waiting, paused'
const COUNTERS = ['sequence', 'fence', 'accepted', 'dispatched', 'dead'] as const
/** Under this number the counts of all requests together are kept beside each one's own; of ends, those that were taken back too. */
export const ALL_REQUESTS = 0

export const prepareUnits = (db: Database.Database, path: string): (() => Unit) => {
  const metaOf = query<[number]>(db, 'SELECT value FROM meta WHERE key = ?')
  const setMeta = command(db, 'UPDATE meta SET value = ? WHERE key = ?')
  const makeHost = query<HostColumns>(
    db, `INSERT INTO hosts (name, delay, free, blocked, fresh) VALUES (?, 0, 0, 0, 0) RETURNING ${HOST_COLUMNS}`,
  )
  const hostByName = query<HostColumns>(db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE name = ?`)
  const hostById = query<HostColumns>(db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE id = ?`)
  const hostsDue = query<HostColumns>(
    db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE due = 1 ORDER BY stamp, name LIMIT ? OFFSET ?`,
  )
  const hostsDueAmong = query<HostColumns>(
    db, `SELECT ${HOST_COLUMNS} FROM hosts WHERE +due = 1 AND name IN (SELECT value FROM json_each(?)) ORDER BY stamp, name`,
  )
  const setHost = command(
    db,
    `UPDATE hosts SET delay = ?, free = ?, blocked = ?, fresh = ?, ready_at = ?, address = ?, held = ?, memory = ?,
     stamp = ?, waiting = ?, paused = ?, due = 0 WHERE id = ?`,
  )
  const makeDue = command(db, 'UPDATE hosts SET due = 1 WHERE due = 0 AND paused = 0 AND ready_at <= ?')
  const makeAllWait = command(db, 'UPDATE hosts SET due = 0 WHERE due = 1')
  const firstStamp = query<[number]>(db, 'SELECT stamp FROM ready WHERE host = ? ORDER BY stamp LIMIT 1')
  const shareOf = query<[number]>(db, 'SELECT stamp FROM shares WHERE weight = ?')
  const setShare = command(db, 'INSERT INTO shares VALUES (?, ?) ON CONFLICT (weight) DO UPDATE SET stamp = excluded.stamp')
  const firstLater = query<[number]>(db, 'SELECT not_before FROM later WHERE host = ? ORDER BY not_before LIMIT 1')
  const addReady = command(db, 'INSERT INTO ready (host, stamp, sequence, not_before) VALUES (?, ?, ?, ?)')
  const dropReady = command(db, 'DELETE FROM ready WHERE host = ? AND stamp = ? AND sequence = ?')
  const addLater = command(db, 'INSERT INTO later (host, not_before, sequence) VALUES (?, ?, ?)')
  const dropLater = command(db, 'DELETE FROM later WHERE host = ? AND not_before = ? AND sequence = ?')
  const addDelayed = command(db, 'INSERT INTO delayed (not_before, sequence) VALUES (?, ?)')
  type Moved = [sequence: number, host: number, stamp: number, notBefore: number]
  const delayedDue = query<Moved>(
    db,
    `SELECT t.sequence, t.host, t.stamp, t.not_before FROM delayed d CROSS JOIN tasks t ON t.sequence = d.sequence
     WHERE d.not_before <= ?`,
  )
  const dropDelayed = command(db, 'DELETE FROM delayed WHERE not_before <= ?')
  const readyEarly = query<Moved>(
    db,
    `SELECT q.sequence, q.host, q.stamp, q.not_before FROM later l
     CROSS JOIN tasks t ON t.sequence = l.sequence
     CROSS JOIN ready q ON q.host = l.host AND q.stamp = t.stamp AND q.sequence = l.sequence WHERE l.not_before > ?`,
  )
  const addTally = command(
    db,
    `INSERT INTO tallies VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (request, kind, outcome, reason) DO UPDATE SET count = count + excluded.count`,
  )
  const addPending = command(
    db, 'INSERT INTO pending VALUES (?, ?, ?) ON CONFLICT (request, kind) DO UPDATE SET count = count + excluded.count',
  )
  const addDepth = command(
    db, 'INSERT INTO depths VALUES (?, ?, ?) ON CONFLICT (weight, kind) DO UPDATE SET count = count + excluded.count',
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
    const depths = new Map<string, number>()
    const sums = new Map<string, number>()
    const counters = Object.fromEntries(COUNTERS.map((name) => [name, metaOf.one(name)?.[0] ?? 0])) as Unit['counters']
    const before = { ...counters }
    const clock = metaOf.one('clock')?.[0] ?? 0
    const lasts = new Map<number, number>()
    const shares = createFairShare(lasts, clock)

    const keep = ([id, name, delay, free, blocked, fresh, address, held, memory, stamp, waiting, paused]: HostColumns): Host => {
      const host = hosts.get(id) ??
        { id, name, delay, free, blocked, fresh, address, held, memory, stamp, waiting, paused: paused === 1, stampKnown: true, dirty: false }
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
    const waits = ({ host: of, notBefore, weight, kind }: Queued, by: 1 | -1) => {
      bump(depths, [weight, kind], by)
      const at = host(of)
      at.dirty = true
      at.waiting += by
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
        if (!of.stampKnown) {
          of.stamp = firstStamp.one(of.id)?.[0] ?? null
          of.stampKnown = true
        }
        setHost(of.delay, of.free, of.blocked, of.fresh, readyAt, of.address, of.held, of.memory, of.stamp, of.waiting, Number(of.paused), of.id)
        of.dirty = false
      }
    }
    const join = (of: number, stamp: number) => {
      const at = host(of)
      at.dirty = true
      if (at.stampKnown) at.stamp = Math.min(at.stamp ?? stamp, stamp)
    }
    const leave = (of: number) => {
      const at = host(of)
      at.dirty = true
      at.stampKnown = false
    }

    return {
      counters, host, flushHosts,
      shares: {
        arrive(weight) {
          if (!lasts.has(weight)) lasts.set(weight, shareOf.one(weight)?.[0] ?? 0)
          return shares.arrive(weight)
        },
        serve: (stamp) => shares.serve(stamp),
      },
      dueHost(name, now) {
        const row = hostByName.one(name)
        const of = row === undefined ? null : keep(row)
        if (of === null || of.paused || Math.max(of.free, of.blocked, of.held) > now) return null
        return of.fresh > 0 || (firstLater.one(of.id)?.[0] ?? Infinity) <= now ? of : null
      },
      due: (limit, offset) => hostsDue.all(limit, offset).map(keep),
      dueAmong: (names) => hostsDueAmong.all(JSON.stringify(names)).map(keep),
      enqueue(task, queue) {
        const { sequence, host: of, stamp, notBefore } = task
        if (queue === 'ready') {
          addReady(of, stamp, sequence, notBefore)
          join(of, stamp)
        } else addDelayed(notBefore, sequence)
        if (notBefore !== 0) addLater(of, notBefore, sequence)
        waits(task, 1)
      },
      dequeue(task) {
        const { sequence, host: of, stamp, notBefore } = task
        dropReady(of, stamp, sequence)
        if (notBefore !== 0) dropLater(of, notBefore, sequence)
        waits(task, -1)
        leave(of)
      },
      promote(now) {
        const promoted = metaOf.one('promoted')?.[0] ?? 0
        if (now < promoted) {
          for (const [sequence, of, stamp, notBefore] of readyEarly.all(now)) {
            dropReady(of, stamp, sequence)
            addDelayed(notBefore, sequence)
            leave(of)
          }
          makeAllWait()
        }
        const moved = delayedDue.all(now)
        for (const [sequence, of, stamp, notBefore] of moved) {
          addReady(of, stamp, sequence, notBefore)
          join(of, stamp)
        }
        if (moved.length > 0) dropDelayed(now)
        flushHosts()
        makeDue(now)
        if (now !== promoted) setMeta(now, 'promoted')
      },
      ended(request, kind, outcome, reason, by = 1) {
        bump(tallies, [request, kind, outcome, reason ?? ''], by)
        if (by > 0) bump(tallies, [ALL_REQUESTS, kind, outcome, reason ?? ''], by)
      },
      pending(request, kind, by) {
        for (const of of [request, ALL_REQUESTS]) bump(pending, [of, kind], by)
      },
      sums(request, amounts = {}) {
        for (const [name, amount] of Object.entries(amounts)) bump(sums, [request, name], amount)
      },
      flush() {
        flushHosts()
        drain(tallies, addTally)
        drain(pending, addPending)
        drain(depths, addDepth)
        drain(sums, addSum)
        for (const name of COUNTERS) if (counters[name] !== before[name]) setMeta(counters[name], name)
        if (shares.now !== clock) setMeta(shares.now, 'clock')
        for (const [weight, stamp] of lasts) setShare(weight, stamp)
      },
    }
  }
}
