/**
 * The tables of schedule.db, and its opening. A task's row is written when it arrives and when it
 * is settled; that it waits or is leased is a narrow row in a queue. So a lease touches few pages,
 * and ended tasks (most of them, in the end) weigh on no queue.
 */
import Database from 'libsql'
import { GannetError } from '../../core/errors.ts'

/** Kept in `user_version`; raised with every change that an older gannet could not read. */
const SCHEMA_VERSION = 4

/**
 * - ready, delayed: the waiting tasks; delayed are those whose `not_before` had not come at meta.promoted, the time
 *   of the last look. later: those of both whose `not_before` is above 0, for the host's earliest.
 * - hosts.fresh: waiting tasks whose `not_before` is 0, so that the usual answer to "the host's
 *   earliest" needs no look. hosts.ready_at: kept by every step; NULL when nothing waits there. hosts.stamp: that
 *   of its first ready task; hosts.due: its ready_at had come at the last look, and it was not paused. hosts.waiting: all
 *   its waiting tasks.
 * - depths: waiting tasks by weight and kind. In tallies and pending, request 0 is all of them together. meta.accepted,
 *   meta.dispatched: how many tasks were ever queued and leases given; meta.dead: how many tasks are.
 * - marks: tasks up to this sequence, from the mark before on, had arrived at that time or within a second of it.
 * - shares: the last stamp given, by weight; meta.clock: of the stamps (fair-share.ts).
 * - inbox: leases assigned to an owner who has not collected them; those that hold no longer stay until collected.
 * - hosts.address: the row of the host's address, which is a host of its own. hosts.held: the host is
 *   put off until then, 0 when not; of an address, the place at the end of its line.
 * - tasks.settled: the fence under which the task was last completed or failed. It has ended when
 *   `outcome` is set, is leased when in leases, and waits otherwise.
 */
const HOST_INDEXES = `
CREATE INDEX hosts_ready ON hosts (ready_at) WHERE ready_at IS NOT NULL AND due = 0 AND paused = 0;
CREATE INDEX hosts_due ON hosts (stamp, name) WHERE due = 1;
CREATE INDEX hosts_paused ON hosts (name) WHERE paused = 1;
`
const DEAD_INDEX = 'CREATE INDEX tasks_dead ON tasks (sequence) WHERE dead = 1;'
const READY = `
CREATE TABLE ready (
  host INTEGER NOT NULL, stamp INTEGER NOT NULL, sequence INTEGER NOT NULL, not_before INTEGER NOT NULL,
  PRIMARY KEY (host, stamp, sequence)
) WITHOUT ROWID;
`
const INBOX = `
CREATE TABLE inbox (position INTEGER PRIMARY KEY, owner TEXT NOT NULL, sequence INTEGER NOT NULL, fence INTEGER NOT NULL);
CREATE INDEX inbox_owner ON inbox (owner, position);
`

const SEEN = `
INSERT INTO meta VALUES ('accepted', 0), ('dispatched', 0), ('dead', 0);
CREATE TABLE depths (weight INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (weight, kind)) WITHOUT ROWID;
CREATE TABLE marks (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL);
`

const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('sequence', 0), ('fence', 0), ('clock', 0), ('promoted', 0);
${SEEN}
CREATE TABLE shares (weight INTEGER PRIMARY KEY, stamp INTEGER NOT NULL);

CREATE TABLE requests (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL);

CREATE TABLE hosts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  delay INTEGER NOT NULL,
  free INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  fresh INTEGER NOT NULL,
  ready_at INTEGER,
  address INTEGER,
  held INTEGER NOT NULL DEFAULT 0,
  memory TEXT,
  stamp INTEGER,
  due INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,
  paused INTEGER NOT NULL DEFAULT 0
);
${HOST_INDEXES}

CREATE TABLE tasks (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  request INTEGER NOT NULL,
  host INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  kind TEXT NOT NULL,
  weight NUMERIC NOT NULL,
  attempts INTEGER NOT NULL,
  settled INTEGER,
  outcome TEXT,
  reason TEXT,
  history TEXT,
  url TEXT NOT NULL,
  payload TEXT NOT NULL,
  stamp INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0
);
${DEAD_INDEX}

${READY}
CREATE TABLE delayed (
  not_before INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (not_before, sequence)
) WITHOUT ROWID;
CREATE TABLE later (
  host INTEGER NOT NULL, not_before INTEGER NOT NULL, sequence INTEGER NOT NULL,
  PRIMARY KEY (host, not_before, sequence)
) WITHOUT ROWID;
CREATE TABLE leases (
  sequence INTEGER PRIMARY KEY, owner TEXT NOT NULL, fence INTEGER NOT NULL, until INTEGER NOT NULL,
  granted INTEGER NOT NULL DEFAULT 0, interval INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX leases_until ON leases (until);
${INBOX}

CREATE TABLE tallies (
  request INTEGER NOT NULL, kind TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (request, kind, outcome, reason)
) WITHOUT ROWID;
CREATE TABLE pending (
  request INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (request, kind)
) WITHOUT ROWID;
CREATE TABLE sums (
  request INTEGER NOT NULL, name TEXT NOT NULL, amount NUMERIC NOT NULL, PRIMARY KEY (request, name)
) WITHOUT ROWID;
`

/** Version 1 had no addresses and no memory. */
const FROM_1 = `
ALTER TABLE hosts ADD COLUMN address INTEGER;
ALTER TABLE hosts ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN memory TEXT;
`

/** Version 2 ordered a host's tasks by weight and arrival, and hosts by the time they became ready. */
const FROM_2 = `
INSERT INTO meta VALUES ('clock', 0), ('promoted', 0);
CREATE TABLE shares (weight INTEGER PRIMARY KEY, stamp INTEGER NOT NULL);
ALTER TABLE hosts ADD COLUMN stamp INTEGER;
ALTER TABLE hosts ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN dead INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leases ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leases ADD COLUMN interval INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET dead = 1 WHERE outcome = 'failed';
UPDATE tasks SET stamp = sequence WHERE outcome IS NULL;
DROP INDEX hosts_ready;
DROP TABLE ready;
${READY} ${DEAD_INDEX} ${INBOX}
INSERT INTO ready (host, stamp, sequence, not_before)
  SELECT host, stamp, sequence, not_before FROM tasks WHERE outcome IS NULL
    AND sequence NOT IN (SELECT sequence FROM leases) AND sequence NOT IN (SELECT sequence FROM delayed);
UPDATE hosts SET stamp = (SELECT min(stamp) FROM ready WHERE ready.host = hosts.id);
`

/** Version 3 paused no hosts and counted only by request. */
const FROM_3 = `
${SEEN}
ALTER TABLE hosts ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
DROP INDEX IF EXISTS hosts_ready;
DROP INDEX IF EXISTS hosts_due;
${HOST_INDEXES}
INSERT INTO depths SELECT weight, kind, count(*) FROM tasks
  WHERE outcome IS NULL AND sequence NOT IN (SELECT sequence FROM leases) GROUP BY weight, kind;
UPDATE hosts SET waiting = coalesce((SELECT count(*) FROM tasks WHERE tasks.host = hosts.id AND outcome IS NULL
  AND sequence NOT IN (SELECT sequence FROM leases)), 0) WHERE ready_at IS NOT NULL;
INSERT INTO tallies SELECT 0, kind, outcome, reason, sum(count) FROM tallies GROUP BY kind, outcome, reason;
INSERT INTO pending SELECT 0, kind, sum(count) FROM pending GROUP BY kind;
UPDATE meta SET value = (SELECT count(*) FROM tasks WHERE outcome IS NULL OR settled IS NOT NULL) WHERE key = 'accepted';
UPDATE meta SET value = (SELECT count(*) FROM tasks WHERE settled IS NOT NULL) + (SELECT count(*) FROM leases) WHERE key = 'dispatched';
UPDATE meta SET value = (SELECT count(*) FROM tasks WHERE dead = 1) WHERE key = 'dead';
`
const MEND = [FROM_1, FROM_2, FROM_3]

const PAGE_BYTES = 4096

/** SQLite's codes in gannet's words; what it says of a full disk stays as it is (`isDiskFull`). */
export const explain = (error: unknown, path: string): unknown => {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string }
  const options = { cause: error }
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    const what = `${path} is damaged and cannot be read: put back a backup, or move it away to start the crawl afresh`
    return new GannetError('data-corrupt', what, options)
  }
  if (code === 'SQLITE_BUSY') {
    return new GannetError('data-locked', `${path} is in use by another process: stop that one first`, options)
  }
  // libsql gives no code for a file that it cannot open (SQLite's 14), only these words.
  if (message.includes('Unable to open connection')) {
    const what = `${path} cannot be opened: make its folder, and let this user write there`
    return new GannetError('data-missing', what, options)
  }
  return error
}

/**
 * Opens the file, or makes it.
 * In WAL mode every step outlives the death of the process; whether one also waits for the disk, and so
 * outlives a power cut, is said step by step.
 * @param maxBytes size at which the file counts as a full disk
 */
export const openScheduleFile = (path: string, maxBytes: number | undefined): Database.Database => {
  let db: Database.Database | undefined
  try {
    db = new Database(path)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    // Up to 16 MB of log, 64 MB of cache: batches touch pages all over the file.
    db.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536')
    const [version] = db.prepare('PRAGMA user_version').raw().get() as [number]
    if (version > SCHEMA_VERSION) {
      throw new GannetError(
        'data-newer',
        `${path} was written by a newer gannet (schedule version ${version}, this one reads ${SCHEMA_VERSION}): ` +
          'update gannet, or choose another folder with --data',
      )
    }
    const mend = version === 0 ? '' : MEND.slice(version - 1).join('')
    if (mend !== '') db.exec(`BEGIN IMMEDIATE; ${mend} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    if (maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`)
    return db
  } catch (error) {
    db?.close()
    throw explain(error, path)
  }
}
