/** The embedded queue's intake against the bare inserts that it rests on: one table, its indexes, the same syncs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import type * as Sqlite from '../../src/schedule/adapters/sqlite.ts'
import type { RequestId } from '../../src/core/ids.ts'
import type { NewTask } from '../../src/schedule/index.ts'
import { interleaved, median } from '../compare.ts'
import { benchBatches } from './tasks.ts'

const HOSTS = 10_000

const inFolder = async (measure: (file: string) => Promise<void>, tasks: number): Promise<number> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'gannet-bench-queue-'))
  const began = performance.now()
  try {
    await measure(path.join(folder, 'schedule.db'))
    return tasks / ((performance.now() - began) / 1000)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** As adapters/sqlite-schema.ts makes it, and what a waiting task is found by. */
const TABLE = `
CREATE TABLE tasks (
  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, request INTEGER NOT NULL, host INTEGER NOT NULL,
  not_before INTEGER NOT NULL, kind TEXT NOT NULL, weight NUMERIC NOT NULL, attempts INTEGER NOT NULL, settled INTEGER,
  outcome TEXT, reason TEXT, history TEXT, url TEXT NOT NULL, payload TEXT NOT NULL, stamp INTEGER NOT NULL, dead INTEGER NOT NULL
);
CREATE INDEX tasks_dead ON tasks (sequence) WHERE dead = 1;
CREATE TABLE ready (
  host INTEGER NOT NULL, stamp INTEGER NOT NULL, sequence INTEGER NOT NULL, not_before INTEGER NOT NULL, PRIMARY KEY (host, stamp, sequence)
) WITHOUT ROWID;
`

const bareInserts = (batches: readonly (readonly NewTask[])[]) => async (file: string): Promise<void> => {
  const db = new Database(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536')
  db.exec(TABLE)
  const insert = db.prepare(
    `INSERT INTO tasks (sequence, id, request, host, not_before, kind, weight, attempts, url, payload, stamp, dead)
     VALUES (?, ?, 1, ?, 0, ?, ?, 0, ?, ?, ?, 0)`,
  )
  const enqueue = db.prepare('INSERT INTO ready VALUES (?, ?, ?, 0)')
  let sequence = 0
  for (const batch of batches) {
    db.exec('BEGIN IMMEDIATE')
    for (const { id, kind, weight, url, payload } of batch) {
      const host = sequence++ % HOSTS
      insert.run(sequence, id, host, kind, weight, url, JSON.stringify(payload), sequence)
      enqueue.run(host, sequence, sequence)
    }
    db.exec('COMMIT')
  }
  db.close()
}

/** Tasks a second, medians. */
export const embeddedAdd = async (setting: {
  readonly dist: string
  readonly tasks: number
  readonly runs: number
  say(text: string): void
}): Promise<{ readonly product: number; readonly bare: number }> => {
  const { dist, tasks, runs, say } = setting
  const { openSqliteSchedule } = (await import(pathToFileURL(path.join(dist, 'schedule/adapters/sqlite.js')).href)) as typeof Sqlite
  const batches = [...benchBatches(0, 1, tasks, HOSTS)]
  const product = async (file: string): Promise<void> => {
    const store = await openSqliteSchedule({ path: file, delayMs: 500 })
    for (const [index, batch] of batches.entries()) await store.add({ request: 'bench' as RequestId, sequence: index + 1, tasks: batch })
    await store.close()
  }
  const sides = await interleaved(runs, () => inFolder(product, tasks), () => inFolder(bareInserts(batches), tasks))
  const result = { product: median(sides.a), bare: median(sides.b) }
  say(`  embedded: ${result.product.toFixed(0)}/s, bare ${result.bare.toFixed(0)}/s`)
  return result
}
