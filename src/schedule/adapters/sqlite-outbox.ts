/**
 * A task server's sub-queue in one SQLite file (libsql), this process's alone. Each port step is one transaction. Only
 * an acceptance waits for the disk: the log is one file, so what its draft wrote before is made sure of with it.
 * Acceptances that come within one turn of the loop share one wait.
 */
import type { RequestId } from '../../core/ids.ts'
import {
  addUpAnswers,
  type Acceptance, type Answered, type Delivery, type DraftId, type EndCounts, type Outbox, type OutboxFilter, type OutboxRequest,
  type ReasonCounts, type Refusal,
} from '../outbox/outbox.ts'
import type { RequestOptions } from '../outbox/request-options.ts'
import type { Settled } from '../schedule-store.ts'
import type { NewTask } from '../task.ts'
import { openOutboxFile } from './sqlite-outbox-file.ts'
import { explain } from './sqlite-schema.ts'
import { command, query } from './sqlite-unit.ts'

export interface SqliteOutboxOptions {
  /** The file; made when absent, in a folder that exists. Its `-wal` and `-shm` lie beside it. */
  readonly path: string
  /** Size at which the file counts as a full disk, in bytes. Default: none but the disk's own. */
  readonly maxBytes?: number
}

/** Deleting gigabytes at once would hold up everybody. */
const CHUNKS_A_STEP = 16

interface Waiting {
  readonly draft: DraftId
  readonly acceptance: Acceptance
  readonly resolve: (settled: Settled) => void
  readonly reject: (error: unknown) => void
}

type Columns = [
  row: number, id: string, key: string | null, fingerprint: string, options: string, acceptedAt: number, endedAt: number | null,
  accepted: number, refused: string, chunksLeft: number, tasksLeft: number, answers: string, counts: string | null,
  delivery: Delivery['state'], attempts: number, deliveryAt: number | null,
]
const COLUMNS =
  'row, id, key, fingerprint, options, accepted_at, ended_at, accepted, refused, chunks_left, tasks_left, answers, counts, ' +
  'delivery, attempts, delivery_at'

const requestOf = (columns: Columns): OutboxRequest => {
  const [, id, key, fingerprint, options, acceptedAt, endedAt, accepted, refused, chunksLeft, tasksLeft, answers, counts] = columns
  const [delivery, attempts, nextAt] = columns.slice(13) as [Delivery['state'], number, number | null]
  return {
    id: id as RequestId, key, fingerprint, options: JSON.parse(options) as RequestOptions,
    state: endedAt === null ? 'closed' : 'ended', acceptedAt, endedAt, accepted, refused: JSON.parse(refused) as ReasonCounts,
    chunksLeft, tasksLeft, answers: JSON.parse(answers) as readonly Answered[],
    counts: counts === null ? null : (JSON.parse(counts) as EndCounts), delivery: { state: delivery, attempts, nextAt },
  }
}

const WHERE = {
  any: 'id IS NOT NULL',
  running: 'id IS NOT NULL AND chunks_left = 0 AND ended_at IS NULL',
  due: 'delivery_at IS NOT NULL AND delivery_at <= ?',
} as const satisfies Record<OutboxFilter['state'], string>

/**
 * Opens or makes the file; drafts that were not accepted are cleared away.
 * @throws GannetError `data-newer`, `data-corrupt`, `data-locked`, `data-missing`; a full disk surfaces as SQLite's own
 *   error, which `isDiskFull` knows, and the step has then changed nothing
 */
export const openSqliteOutbox = async ({ path, maxBytes }: SqliteOutboxOptions): Promise<Outbox> => {
  const db = openOutboxFile(path, maxBytes)

  const byKey = query<[number, string | null]>(db, 'SELECT row, id FROM requests WHERE key = ?')
  const byRow = query<[string | null]>(db, 'SELECT id FROM requests WHERE row = ?')
  const byId = query<Columns>(db, `SELECT ${COLUMNS} FROM requests WHERE id = ?`)
  const refusalsOf = query<[string]>(db, 'SELECT list FROM refusals WHERE request = ?')
  const make = query<[number]>(db, 'INSERT INTO requests (key, options, weight, delivery) VALUES (?, ?, ?, ?) RETURNING row')
  const addChunk = command(db, 'INSERT INTO chunks (request, sequence, size, tasks) VALUES (?, ?, ?, ?)')
  const count = query<[number]>(
    db,
    `UPDATE requests SET highest = ?2, accepted = accepted + ?3, chunks_left = chunks_left + 1, tasks_left = tasks_left + ?3
     WHERE row = ?1 AND id IS NULL AND highest < ?2 RETURNING row`,
  )
  const closeDraft = command(db, 'UPDATE requests SET id = ?, fingerprint = ?, refused = ?, accepted_at = ? WHERE row = ?')
  const addRefusals = command(db, 'INSERT INTO refusals (request, list) VALUES (?, ?)')
  const dropChunks = command(
    db, `DELETE FROM chunks WHERE rowid IN (SELECT rowid FROM chunks WHERE request = ? LIMIT ${CHUNKS_A_STEP})`,
  )
  const dropRefusals = command(db, 'DELETE FROM refusals WHERE request = ?')
  const dropRequest = command(db, 'DELETE FROM requests WHERE row = ?')
  const nextWeight = query<[number]>(
    db, 'SELECT weight FROM requests WHERE id IS NOT NULL AND chunks_left > 0 AND weight > ? ORDER BY weight LIMIT 1',
  )
  const headsOf = query<[string, number]>(
    db,
    `SELECT id, (SELECT min(sequence) FROM chunks WHERE request = row) FROM requests
     WHERE id IS NOT NULL AND chunks_left > 0 AND weight = ? ORDER BY row LIMIT ?`,
  )
  const chunkOf = query<[string]>(
    db, 'SELECT c.tasks FROM requests r CROSS JOIN chunks c ON c.request = r.row WHERE r.id = ? AND c.sequence = ?',
  )
  const dropChunk = query<[number]>(db, 'DELETE FROM chunks WHERE request = ? AND sequence = ? RETURNING size')
  const settleChunk = command(
    db, 'UPDATE requests SET chunks_left = chunks_left - 1, tasks_left = tasks_left - ?, answers = ? WHERE row = ?',
  )
  const end = command(
    db,
    `UPDATE requests SET ended_at = ?1, counts = ?2, delivery_at = CASE delivery WHEN 'waiting' THEN ?1 END
     WHERE id = ?3 AND ended_at IS NULL AND chunks_left = 0`,
  )
  const delivered = command(
    db, "UPDATE requests SET delivery = 'delivered', delivery_at = NULL WHERE id = ? AND delivery_at IS NOT NULL",
  )
  const failed = command(
    db,
    'UPDATE requests SET delivery = ?, delivery_at = ?, attempts = attempts + 1 WHERE id = ? AND delivery_at IS NOT NULL',
  )
  const old = query<[number]>(
    db, "SELECT row FROM requests WHERE ended_at IS NOT NULL AND ended_at < ? AND delivery <> 'waiting' ORDER BY row LIMIT ?",
  )
  const listing = (state: OutboxFilter['state']) =>
    query<Columns>(db, `SELECT ${COLUMNS} FROM requests WHERE ${WHERE[state]} AND row > ? ORDER BY row LIMIT ?`)
  const listings = { any: listing('any'), running: listing('running'), due: listing('due') }

  const look = <Result>(body: () => Result): Result => {
    try {
      return body()
    } catch (error) {
      throw explain(error, path)
    }
  }
  const step = <Result>(body: () => Result): Result =>
    look(() => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = body()
        db.exec('COMMIT')
        return result
      } catch (error) {
        // After some errors (a full disk) SQLite has rolled back by itself.
        if (db.inTransaction) db.exec('ROLLBACK')
        throw error
      }
    })

  const drop = (row: number): void => {
    dropRefusals(row)
    dropRequest(row)
  }
  /** Chunks of no request; should this not come to its end, the next opening does. */
  const sweep = async (row: number): Promise<void> => {
    while (db.open && step(() => dropChunks(row)) > 0) await new Promise(setImmediate)
  }

  const acceptOne = (draft: DraftId, { id, fingerprint, refused, refusals, now }: Acceptance): Settled => {
    const known = byRow.one(draft)
    if (!known) return 'void'
    if (known[0] !== null) return known[0] === id ? 'done' : 'void'
    if (byId.one(id)) return 'void'
    closeDraft(id, fingerprint, JSON.stringify(refused), now, draft)
    if (refusals.length > 0) addRefusals(draft, JSON.stringify(refusals))
    return 'done'
  }

  const acceptAll = (batch: readonly Waiting[]): readonly Settled[] => {
    db.exec('PRAGMA synchronous = FULL')
    try {
      return step(() => batch.map(({ draft, acceptance }) => acceptOne(draft, acceptance)))
    } finally {
      db.exec('PRAGMA synchronous = NORMAL')
    }
  }
  let waiting: readonly Waiting[] = []
  const flush = (): void => {
    const batch = waiting
    waiting = []
    try {
      const settled = acceptAll(batch)
      batch.forEach(({ resolve }, at) => resolve(settled[at] as Settled))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    async begin({ key, options }) {
      const { begun, dropped } = step(() => {
        const [row, id] = (key === null ? undefined : byKey.one(key)) ?? [null, null]
        const columns = id === null ? undefined : byId.one(id)
        if (columns) {
          const refusals = JSON.parse(refusalsOf.one(columns[0])?.[0] ?? '[]') as readonly Refusal[]
          return { begun: { kind: 'known', request: requestOf(columns), refusals } as const, dropped: null }
        }
        if (row !== null) drop(row)
        const delivery = options.callback === null ? 'none' : 'waiting'
        const [draft] = make.one(key, JSON.stringify(options), options.weight, delivery) as [number]
        return { begun: { kind: 'draft', draft } as const, dropped: row }
      })
      if (dropped !== null) await sweep(dropped)
      return begun
    },

    append: async (draft, { sequence, tasks }) =>
      step(() => {
        const known = byRow.one(draft)
        if (!known || known[0] !== null) return 'void'
        if (count.one(draft, sequence, tasks.length)) addChunk(draft, sequence, tasks.length, JSON.stringify(tasks))
        return 'done'
      }),

    accept: (draft, acceptance) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        waiting = [...waiting, { draft, acceptance, resolve, reject }]
      }),

    async drop(draft) {
      const isOpen = step(() => {
        if (byRow.one(draft)?.[0] !== null) return false
        drop(draft)
        return true
      })
      if (isOpen) await sweep(draft)
    },

    heads: async (perWeight) =>
      look(() => {
        const found = []
        for (let weight = nextWeight.one(0)?.[0]; weight !== undefined; weight = nextWeight.one(weight)?.[0]) {
          for (const [id, sequence] of headsOf.all(weight, perWeight)) found.push({ id: id as RequestId, weight, sequence })
        }
        return found
      }),

    chunk: async (id, sequence) =>
      look(() => {
        const columns = chunkOf.one(id, sequence)
        return columns ? (JSON.parse(columns[0]) as readonly NewTask[]) : null
      }),

    settle: async (id, sequence, answers) =>
      step(() => {
        const columns = byId.one(id)
        const size = columns && dropChunk.one(columns[0], sequence)?.[0]
        if (columns && size !== undefined) {
          settleChunk(size, JSON.stringify(addUpAnswers([...requestOf(columns).answers, ...answers])), columns[0])
        }
      }),

    find: async (id) =>
      look(() => {
        const columns = byId.one(id)
        return columns ? requestOf(columns) : null
      }),

    list: async ({ after, limit, ...filter }) =>
      look(() => {
        const narrow = filter.state === 'due' ? [filter.now] : []
        const found = listings[filter.state].all(...narrow, Number(after ?? 0), limit + 1)
        const items = found.slice(0, limit)
        return { items: items.map(requestOf), next: found.length > limit ? String(items.at(-1)?.[0]) : null }
      }),

    mark: async (id, change) =>
      step(() => {
        switch (change.kind) {
          case 'ended':
            return end(change.now, JSON.stringify(change.counts), id) > 0
          case 'delivered':
            return delivered(id) > 0
          case 'delivery-failed':
            return failed(change.nextAt === null ? 'given-up' : 'waiting', change.nextAt, id) > 0
          default:
            throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`)
        }
      }),

    forget: async (before, limit) =>
      step(() => {
        const rows = old.all(before, limit)
        for (const [row] of rows) drop(row)
        return rows.length
      }),

    async close() {
      if (db.open) db.close()
    },
  }
}
