/** The tables of outbox.db, and its opening: what broke off before it was accepted is cleared away then. */
import Database from 'libsql'
import { GannetError } from '../../core/errors.ts'
import { explain } from './sqlite-schema.ts'

/** Kept in `user_version`; raised with every change that an older gannet could not read. */
const SCHEMA_VERSION = 1

/**
 * - requests.row: the draft, never used twice. id, fingerprint, accepted_at: NULL while it is open.
 * - requests.highest: sequence of the last chunk appended. chunks_left, tasks_left: of the chunks that are left.
 * - requests.delivery_at: NULL unless the callback waits and the request has ended.
 * - refusals: apart, so that a step of a request does not write megabytes anew.
 */
const SCHEMA = `
CREATE TABLE requests (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT UNIQUE,
  key TEXT UNIQUE,
  fingerprint TEXT,
  options TEXT NOT NULL,
  weight INTEGER NOT NULL,
  accepted_at INTEGER,
  ended_at INTEGER,
  accepted INTEGER NOT NULL DEFAULT 0,
  refused TEXT NOT NULL DEFAULT '{}',
  highest INTEGER NOT NULL DEFAULT 0,
  chunks_left INTEGER NOT NULL DEFAULT 0,
  tasks_left INTEGER NOT NULL DEFAULT 0,
  answers TEXT NOT NULL DEFAULT '[]',
  counts TEXT,
  delivery TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  delivery_at INTEGER
);
CREATE INDEX requests_open ON requests (row) WHERE id IS NULL;
CREATE INDEX requests_unsent ON requests (weight, row) WHERE id IS NOT NULL AND chunks_left > 0;
CREATE INDEX requests_running ON requests (row) WHERE id IS NOT NULL AND chunks_left = 0 AND ended_at IS NULL;
CREATE INDEX requests_due ON requests (delivery_at) WHERE delivery_at IS NOT NULL;
CREATE INDEX requests_ended ON requests (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE chunks (
  request INTEGER NOT NULL, sequence INTEGER NOT NULL, size INTEGER NOT NULL, tasks TEXT NOT NULL, UNIQUE (request, sequence)
);
CREATE TABLE refusals (request INTEGER PRIMARY KEY, list TEXT NOT NULL);
`

const CLEAR = `
DELETE FROM requests WHERE id IS NULL;
DELETE FROM chunks WHERE request NOT IN (SELECT row FROM requests);
`

const PAGE_BYTES = 4096

/** @param maxBytes size at which the file counts as a full disk */
export const openOutboxFile = (path: string, maxBytes: number | undefined): Database.Database => {
  let db: Database.Database | undefined
  try {
    db = new Database(path)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000')
    const [version] = db.prepare('PRAGMA user_version').raw().get() as [number]
    if (version > SCHEMA_VERSION) {
      throw new GannetError(
        'data-newer',
        `${path} was written by a newer gannet (outbox version ${version}, this one reads ${SCHEMA_VERSION}): ` +
          'update gannet, or choose another folder with --data',
      )
    }
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    db.exec(`BEGIN IMMEDIATE; ${CLEAR} COMMIT`)
    if (maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`)
    return db
  } catch (error) {
    db?.close()
    throw explain(error, path)
  }
}
