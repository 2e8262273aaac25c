/**
 * The data folder: what lies where, which gannet may open it, and who owns it. The lock is one
 * that the operating system holds on `lock.db`, so it ends with its process however that ends;
 * `owner.json` beside it only tells a person who holds it.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import Database from 'libsql'
import { z } from 'zod'
import { systemClock, type Clock } from '../core/clock.ts'
import { GannetError, isDiskFull, systemCode } from '../core/errors.ts'

/** Of the folder as a whole. A change here needs a step that leads to it. */
export const FOLDER_FORMAT = 1

export interface FolderPaths {
  readonly dir: string
  readonly catalogue: string
  readonly schedule: string
  /** A task server's sub-queue. */
  readonly outbox: string
  /** Names the folder among others. */
  readonly identity: string
  /** What people ordered of a task server that is a fleet by itself (schedule/adapters/file-fleet.ts). */
  readonly orders: string
  readonly blobs: string
  readonly vectors: string
  /** Bodies on their way, on the file system of the blobs. Emptied when the lock is taken. */
  readonly spool: string
  /** Of the committer: blobs under way. */
  readonly journal: string
  readonly lock: string
  readonly owner: string
  readonly format: string
}

export const folderPaths = (dir: string): FolderPaths => {
  const root = resolve(dir)
  return {
    dir: root,
    catalogue: join(root, 'catalogue.db'),
    schedule: join(root, 'schedule.db'),
    outbox: join(root, 'outbox.db'),
    identity: join(root, 'identity'),
    orders: join(root, 'orders.json'),
    blobs: join(root, 'blobs'),
    vectors: join(root, 'vectors'),
    spool: join(root, 'spool'),
    journal: join(root, 'blobs.journal'),
    lock: join(root, 'lock.db'),
    owner: join(root, 'owner.json'),
    format: join(root, 'format.json'),
  }
}

export interface FolderOwner {
  readonly pid: number
  readonly command: string
  /** ISO 8601, UTC. */
  readonly since: string
}

export interface LockedFolder {
  readonly paths: FolderPaths
  release(): Promise<void>
}

export interface LockOptions {
  /** How long to wait for another owner to end, in milliseconds; default 0. */
  readonly waitMs?: number
  /** Whom others are told of; default this process. */
  readonly owner?: Pick<FolderOwner, 'pid' | 'command'>
  /** Leaves the spool as it is: its bodies belong to pictures still on their way. Default false. */
  readonly keepSpool?: boolean
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

const RETRY_MS = 100

/** A file where the folder should be, no permission, a read-only file system. */
const UNWRITABLE = new Set(['ENOENT', 'EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'SQLITE_CANTOPEN', 'SQLITE_READONLY'])

const ownerFile = z.object({ pid: z.number(), command: z.string(), since: z.string() })
const formatFile = z.object({ format: z.number().int().positive() })

const jsonIn = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Who holds the folder, as far as it can be told: the last owner's word, who may have been killed. */
export const folderOwner = (dir: string): FolderOwner | null =>
  ownerFile.safeParse(jsonIn(folderPaths(dir).owner)).data ?? null

const checkFormat = ({ dir, format }: FolderPaths): void => {
  if (!existsSync(format)) return
  const { data } = formatFile.safeParse(jsonIn(format))
  if (!data) {
    throw new GannetError(
      'data-corrupt',
      `${format} cannot be read: put back {"format":${FOLDER_FORMAT}} if ${dir} is a data folder of this gannet`,
    )
  }
  if (data.format > FOLDER_FORMAT) {
    throw new GannetError(
      'data-newer',
      `${dir} was written by a newer gannet (its format is ${data.format}, this one knows ${FOLDER_FORMAT}): ` +
        'update gannet, or choose another folder with --data',
    )
  }
}

/** For a process that only reads while another owns the folder. Throws `data-missing` where there is none. */
export const existingFolder = (dir: string): FolderPaths => {
  const paths = folderPaths(dir)
  if (!existsSync(paths.format)) {
    throw new GannetError('data-missing', `there is no data folder at ${paths.dir}: check --data, or run a crawl first`)
  }
  checkFormat(paths)
  return paths
}

/** What names a folder among others, wherever it is moved: made by its owner when it is first asked for. */
export const folderIdentity = async (path: string): Promise<string> => {
  const known = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return ''
    throw error
  })
  if (known.trim() !== '') return known.trim()
  const made = randomUUID()
  await writeFile(path, `${made}\n`)
  return made
}

/** The connection that holds the lock, or null when another has it. */
const tryLock = (path: string): { close(): void } | null => {
  const database = new Database(path)
  try {
    // By `exec` alone: a prepared statement would keep the file, and so the lock, open after `close`.
    database.exec('PRAGMA busy_timeout = 0')
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE')
    return {
      close() {
        database.exec('ROLLBACK')
        database.close()
      },
    }
  } catch (error) {
    database.close()
    if (systemCode(error) === 'SQLITE_BUSY') return null
    throw error
  }
}

const replaceFile = async (path: string, value: object): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(value)}\n`)
  await rename(`${path}.new`, path)
}

const lockedBy = (dir: string): GannetError => {
  const owner = folderOwner(dir)
  const who = owner ? `process ${owner.pid} (${owner.command}) since ${owner.since}` : 'another process'
  return new GannetError(
    'data-locked',
    `${resolve(dir)} is in use by ${who}: wait for it to end or stop it` +
      `${owner ? ` with "kill ${owner.pid}"` : ''}, or choose another folder with --data`,
  )
}

/** Node's own recursive mkdir never returns where a file system (/proc) denies what it has. */
const makeFolder = async (dir: string): Promise<void> => {
  try {
    await mkdir(dir)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST' && (await stat(dir)).isDirectory()) return
    const parent = dirname(dir)
    if (code !== 'ENOENT' || existsSync(parent)) throw error
    await makeFolder(parent)
    await mkdir(dir)
  }
}

const thisProcess = (): Pick<FolderOwner, 'pid' | 'command'> =>
  ({ pid: process.pid, command: ['gannet', ...process.argv.slice(2)].join(' ') })

/** Makes the folder where there is none, and this process its owner until `release` or its death. */
export const lockFolder = async (dir: string, options: LockOptions = {}): Promise<LockedFolder> => {
  const { waitMs = 0, signal, clock = systemClock, owner = thisProcess(), keepSpool = false } = options
  const paths = folderPaths(dir)
  try {
    await makeFolder(paths.dir)
    checkFormat(paths)
    const until = clock.now() + waitMs
    let lock = tryLock(paths.lock)
    while (lock === null) {
      if (clock.now() >= until) throw lockedBy(dir)
      await clock.until(Math.min(until, clock.now() + RETRY_MS), signal)
      lock = tryLock(paths.lock)
    }
    const held = lock
    try {
      // Again: the owner before may have been another gannet.
      checkFormat(paths)
      // A password in a URL is nobody's business.
      const command = owner.command.replace(/\/\/[^/\s@]*@/g, '//…@').slice(0, 200)
      const said: FolderOwner = { pid: owner.pid, command, since: new Date(clock.now()).toISOString() }
      await replaceFile(paths.owner, said)
      if (!existsSync(paths.format)) await replaceFile(paths.format, { format: FOLDER_FORMAT })
      await mkdir(paths.spool, { recursive: true })
      for (const name of keepSpool ? [] : await readdir(paths.spool)) {
        await rm(join(paths.spool, name), { recursive: true, force: true })
      }
      for (const folder of [paths.blobs, paths.vectors]) await mkdir(folder, { recursive: true })
    } catch (error) {
      held.close()
      throw error
    }
    let released = false
    return {
      paths,
      async release() {
        if (released) return
        released = true
        await rm(paths.owner, { force: true })
        held.close()
      },
    }
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (UNWRITABLE.has(code)) {
      const message = `${paths.dir} cannot be used as a data folder (${code}): name one that may be written with --data`
      throw new GannetError('data-unwritable', message, { cause: error })
    }
    if (!isDiskFull(error)) throw error
    const message = `no room left in ${paths.dir}: free some, then run the same command again`
    throw new GannetError('disk-full', message, { cause: error })
  }
}
