/**
 * What can be seen of a SQLite schedule (`ScheduleStore.overview`), from counts that each step keeps. Of hosts it looks at
 * no more than 9,000 rows (4,000 hosts whose time has come, the longest in line first; 4,000 that wait for theirs, the next
 * first; 1,000 that are paused), and at the first task of no more than 400: some 10 ms at the most.
 */
import type Database from 'libsql'
import type { Outcome, Reason } from '../../core/reasons.ts'
import { MARK_MS, MOST_MARKS } from '../marks.ts'
import { compareDepths, compareLines, compareTallyRows, type Depth, type Overview, type TallyRow } from '../schedule-store.ts'
import type { TaskKind } from '../task.ts'
import { ALL_REQUESTS, command, query } from './sqlite-unit.ts'

/** Of each sort of host: those whose time has come, and those that wait for it. */
const MOST_LINES = 4_000
const MOST_PAUSED = 1_000
/** Of hosts whose first task is looked at. */
const MOST_FIRST = 400
const MOST_COUNTED = 100_000

type Line = [id: number, name: string, waiting: number, paused: number]

export interface SqliteOverview {
  overview(top: number, now: number): Overview
  /** Tasks up to this sequence have arrived by then. */
  mark(sequence: number, now: number): void
}

export const prepareOverview = (db: Database.Database): SqliteOverview => {
  const depths = query<[number, TaskKind, number]>(db, 'SELECT weight, kind, count FROM depths WHERE count > 0')
  const pending = query<[TaskKind, number]>(db, `SELECT kind, count FROM pending WHERE request = ${ALL_REQUESTS}`)
  const ended = query<[TaskKind, Outcome, Reason | '', number]>(
    db, `SELECT kind, outcome, reason, count FROM tallies WHERE request = ${ALL_REQUESTS} AND count > 0`,
  )
  const counter = query<[number]>(db, 'SELECT value FROM meta WHERE key = ?')
  const WAITING = ['due = 1', 'ready_at IS NOT NULL AND due = 0 AND paused = 0', 'paused = 1 AND ready_at IS NOT NULL'] as const
  const counts = WAITING.map((where) => query<[number]>(db, `SELECT count(*) FROM (SELECT 1 FROM hosts WHERE ${where} LIMIT ${MOST_COUNTED})`))
  const paused = query<[number]>(db, 'SELECT count(*) FROM hosts WHERE paused = 1')
  const linesOf = (at: 0 | 1 | 2, order: string, limit: number) =>
    query<Line>(db, `SELECT id, name, waiting, paused FROM hosts WHERE ${WAITING[at]} ORDER BY ${order} LIMIT ${limit}`)
  const lines = [linesOf(0, 'stamp, name', MOST_LINES), linesOf(2, 'name', MOST_PAUSED), linesOf(1, 'ready_at', MOST_LINES)]
  const firstOf = query<[number]>(db, 'SELECT sequence FROM ready WHERE host = ? ORDER BY stamp, sequence LIMIT 1')
  const markFrom = query<[number]>(db, 'SELECT at FROM marks WHERE sequence >= ? ORDER BY sequence LIMIT 1')
  const lastMark = query<[number, number]>(db, 'SELECT sequence, at FROM marks ORDER BY sequence DESC LIMIT 1')
  const countMarks = query<[number]>(db, 'SELECT count(*) FROM marks')
  const addMark = command(db, 'INSERT INTO marks VALUES (?, ?)')
  const moveMark = command(db, 'UPDATE marks SET sequence = ? WHERE sequence = ?')
  const thinMarks = command(
    db,
    `DELETE FROM marks WHERE sequence IN (SELECT sequence FROM (
       SELECT sequence, row_number() OVER (ORDER BY sequence) AS place FROM marks LIMIT ${MOST_MARKS / 2}) WHERE place % 2 = 1)`,
  )

  const oldestOf = (found: readonly Line[], now: number): number | null => {
    const firsts = found.slice(0, MOST_FIRST).flatMap(([id]) => firstOf.one(id)?.[0] ?? [])
    return firsts.length === 0 ? null : (markFrom.one(Math.min(...firsts))?.[0] ?? now)
  }

  return {
    overview(top, now) {
      const waiting = depths.all().map(([weight, kind, count]): Depth => ({ weight, kind, count })).sort(compareDepths)
      const kinds = { page: 0, image: 0, process: 0, ...Object.fromEntries(pending.all()) }
      const found = top === 0 ? [] : lines.flatMap((some) => some.all())
      return {
        waiting,
        leased: Object.values(kinds).reduce((sum, n) => sum + n, 0) - waiting.reduce((sum, { count }) => sum + count, 0),
        pending: kinds,
        ended: ended.all().map(([kind, outcome, reason, count]): TallyRow => ({ kind, outcome, reason: reason || null, count })).sort(compareTallyRows),
        accepted: counter.one('accepted')?.[0] ?? 0,
        dispatched: counter.one('dispatched')?.[0] ?? 0,
        dead: counter.one('dead')?.[0] ?? 0,
        hosts: Math.min(MOST_COUNTED, counts.reduce((sum, count) => sum + (count.one()?.[0] ?? 0), 0)),
        deepest: found.map(([, host, count, isPaused]) => ({ host, waiting: count, paused: isPaused === 1 })).sort(compareLines).slice(0, top),
        oldestAt: oldestOf(found, now),
        paused: paused.one()?.[0] ?? 0,
      }
    },
    mark(sequence, now) {
      const [last = 0, at = -Infinity] = lastMark.one() ?? []
      if (sequence <= last) return
      if (now - at < MARK_MS) moveMark(sequence, last)
      else {
        addMark(sequence, now)
        if ((countMarks.one()?.[0] ?? 0) > MOST_MARKS) thinMarks()
      }
    },
  }
}
