/**
 * Opening a SQLite file the way a data folder needs it: durable, checked for its version, its
 * errors in gannet's words. Engine: SQLite, by `libsql` (the better-sqlite3 API, all synchronous).
 */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import { GannetError, isDiskFull, systemCode } from '../../core/errors.ts'

export type Bindable = string | number | null | Uint8Array

export interface SqliteFile {
  /** Rows as objects; blobs come back as ArrayBuffer. */
  all(sql: string, parameters: readonly Bindable[]): readonly unknown[]
  /** @returns the rowid of the last row inserted */
  run(sql: string, parameters: readonly Bindable[]): number
  /** All of `work` or nothing. Not to be nested. */
  transaction<Result>(work: () => Result): Result
  close(): void
}

export interface SqliteFileOptions {
  readonly path: string
  /** Statements that create version `version` in an empty file. */
  readonly schema: string
  /** Kept in `user_version`; a file with a higher one is refused. */
  readonly version: number
  /** Statements that lead from a version to the next. */
  readonly steps?: Readonly<Record<number, string>>
  /** For a second process while the owner writes: sees each transaction whole, changes nothing. */
  readonly readOnly: boolean
  /** How long to wait for another process's lock, in milliseconds. */
  readonly busyMs: number
}

const DAMAGED = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB'])

const inWords = (error: unknown, path: string): unknown => {
  const code = systemCode(error) ?? ''
  if (isDiskFull(error)) {
    const message = `no room left to write ${path}: free some, then run the same command again to resume`
    return new GannetError('disk-full', message, { cause: error })
  }
  if (DAMAGED.has(code)) {
    const message = `${path} is damaged: restore it from a backup, or move it away to start anew`
    return new GannetError('data-corrupt', message, { cause: error })
  }
  if (code === 'SQLITE_READONLY') {
    const message = `${path} was opened for reading only: write through the process that owns the data folder`
    return new GannetError('usage', message, { cause: error })
  }
  if (code === 'SQLITE_BUSY') {
    const message = `${path} is being written by another process: wait for it to end, or stop it`
    return new GannetError('data-locked', message, { cause: error })
  }
  return error
}

export const openSqliteFile = (options: SqliteFileOptions): SqliteFile => {
  const { path, readOnly } = options
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw inWords(error, path)
    }
  }
  if (readOnly && !existsSync(path)) {
    throw new GannetError('data-missing', `there is no ${path}: check --data, or run a crawl first`)
  }
  const database = guarded(() => new Database(readOnly ? `${pathToFileURL(path).href}?mode=ro` : path))
  const statements = new Map<string, ReturnType<typeof database.prepare>>()
  const prepared = (sql: string) => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const transaction = <Result>(work: () => Result): Result =>
    guarded(() => {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        // A full disk has SQLite roll back by itself.
        if (database.inTransaction) database.exec('ROLLBACK')
        throw error
      }
    })

  const prepareFile = (): void => {
    database.exec(`PRAGMA busy_timeout = ${options.busyMs}`)
    if (!readOnly) {
      // The page size holds a 1280-dimensional vector; it can only be chosen for a new file.
      database.exec('PRAGMA page_size = 8192')
      database.pragma('journal_mode = WAL')
      database.exec('PRAGMA synchronous = FULL')
      database.pragma('journal_size_limit = 67108864')
    }
    database.exec('PRAGMA cache_size = -32768')
    const [row] = prepared('SELECT user_version AS version FROM pragma_user_version').all([]) as { version: number }[]
    const version = row?.version ?? 0
    if (version > options.version) {
      throw new GannetError(
        'data-newer',
        `${path} was written by a newer gannet (its format is ${version}, this one knows ${options.version}): update gannet`,
      )
    }
    if (version === options.version) return
    const steps = options.steps ?? {}
    if (version !== 0 && steps[version] !== undefined) {
      if (readOnly) {
        throw new GannetError('data-older', `${path} was written by an older gannet: open it once with a command that writes (gannet crawl or gannet node), then it can be read`)
      }
      transaction(() => {
        for (let at = version; at < options.version; at++) database.exec(steps[at] as string)
        database.exec(`PRAGMA user_version = ${options.version}`)
      })
      return
    }
    if (version !== 0) {
      throw new GannetError(
        'data-corrupt',
        `${path} says it has format ${version}, which no gannet wrote: restore it from a backup`,
      )
    }
    if (readOnly) throw new GannetError('data-missing', `${path} holds nothing yet: run a crawl first`)
    transaction(() => {
      database.exec(options.schema)
      database.exec(`PRAGMA user_version = ${options.version}`)
    })
  }
  try {
    guarded(prepareFile)
  } catch (error) {
    database.close()
    throw error
  }

  return {
    all: (sql, parameters) => guarded(() => prepared(sql).all(parameters)),
    run: (sql, parameters) => guarded(() => Number(prepared(sql).run(parameters).lastInsertRowid)),
    transaction,
    close: () => {
      // The library closes a file only once its statements are collected, so tidy up before that.
      if (!readOnly) guarded(() => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
      statements.clear()
      database.close()
    },
  }
}
