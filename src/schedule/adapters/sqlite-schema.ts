/**
 * The tables of schedule.db. A task's state is a number so that every index that the crawl walks
 * is partial: it holds only the tasks it is about, and ended tasks (most of them, in the end) cost
 * nothing but their row.
 */

/** Kept in `user_version`; raised with every change that an older gannet could not read. */
export const SCHEMA_VERSION = 1

/** States in the table. A delayed task is a waiting one whose `notBefore` had not come when last looked. */
export const STATE = { ready: 0, delayed: 1, leased: 2, ended: 3 } as const

/**
 * - hosts.fresh: waiting tasks with `not_before` 0, so that the usual answer to "the earliest
 *   not_before" needs no look at the tasks; `ready_at` is kept up to date by every step (NULL when
 *   nothing waits there).
 * - tasks.settled: the fence under which the task was last completed or failed.
 */
export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('sequence', 0), ('fence', 0);

CREATE TABLE requests (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL);

CREATE TABLE hosts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  delay INTEGER NOT NULL,
  free INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  fresh INTEGER NOT NULL,
  ready_at INTEGER
);
CREATE INDEX hosts_ready ON hosts (ready_at, name) WHERE ready_at IS NOT NULL;

CREATE TABLE tasks (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  request INTEGER NOT NULL,
  host INTEGER NOT NULL,
  state INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  kind TEXT NOT NULL,
  weight NUMERIC NOT NULL,
  attempts INTEGER NOT NULL,
  owner TEXT,
  fence INTEGER,
  until INTEGER,
  settled INTEGER,
  outcome TEXT,
  reason TEXT,
  history TEXT,
  url TEXT NOT NULL,
  payload TEXT NOT NULL
);
CREATE INDEX tasks_ready ON tasks (host, weight DESC, sequence) WHERE state = 0;
CREATE INDEX tasks_delayed ON tasks (not_before) WHERE state = 1;
CREATE INDEX tasks_later ON tasks (host, not_before) WHERE state < 2 AND not_before > 0;
CREATE INDEX tasks_leased ON tasks (until) WHERE state = 2;

CREATE TABLE tallies (
  request INTEGER NOT NULL,
  kind TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (request, kind, outcome, reason)
) WITHOUT ROWID;
CREATE TABLE pending (
  request INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (request, kind)
) WITHOUT ROWID;
CREATE TABLE sums (
  request INTEGER NOT NULL, name TEXT NOT NULL, amount NUMERIC NOT NULL, PRIMARY KEY (request, name)
) WITHOUT ROWID;
`
