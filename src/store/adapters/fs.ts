/**
 * Blobs as files: `ab/cd/<sha256>` under one folder. Engine: the file system, by `node:fs`.
 * A blob is written or spooled elsewhere on the same file system, synced, and renamed into its
 * place; what a crash leaves half-written lies in `incoming/` and is removed at the next opening.
 *
 * In `put` only the sync of the bytes is left to the thread pool. The calls round it take
 * microseconds, and in a pool of four they would wait behind other blobs' syncs.
 */
import { closeSync, fdatasync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bodySize, type Body } from '../../core/body.ts'
import { GannetError, isDiskFull, systemCode } from '../../core/errors.ts'
import type { Sha256 } from '../../core/ids.ts'
import type { BlobStore } from '../blob-store.ts'

export interface FsBlobStoreOptions {
  /** Created when it is not there. */
  readonly dir: string
  /** Opens without touching `incoming/`, for a process that does not own the folder. Default false. */
  readonly readOnly?: boolean
}

const ADDRESS = /^[0-9a-f]{64}$/
const PREFIX = /^[0-9a-f]{2}$/

const orNull = async <Result>(work: Promise<Result>, code: string): Promise<Result | null> => {
  try {
    return await work
  } catch (error) {
    if (systemCode(error) === code) return null
    throw error
  }
}

const namesIn = async (dir: string, pattern: RegExp): Promise<readonly string[]> =>
  ((await orNull(readdir(dir), 'ENOENT')) ?? []).filter((name) => pattern.test(name)).sort()

const dataSync = promisify(fdatasync)

const writeAll = (file: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at)
}

/** Opens the file, writes the bytes where there are any, and sees them on the disk. */
const synced = async (path: string, flags: 'wx' | 'r+', bytes?: Uint8Array): Promise<void> => {
  const file = openSync(path, flags)
  try {
    if (bytes) writeAll(file, bytes)
    await dataSync(file)
  } finally {
    closeSync(file)
  }
}

export const openFsBlobStore = async ({ dir, readOnly = false }: FsBlobStoreOptions): Promise<BlobStore> => {
  const incoming = join(dir, 'incoming')
  const folderOf = (sha256: string): string => join(dir, sha256.slice(0, 2), sha256.slice(2, 4))
  const pathOf = (sha256: Sha256): string => join(folderOf(sha256), sha256)
  const underWay = new Map<Sha256, Promise<boolean>>()
  let lastTemporary = 0

  if (!readOnly) {
    await rm(incoming, { recursive: true, force: true })
    await mkdir(incoming, { recursive: true })
  }

  const moveIn = (from: string, sha256: Sha256): void => {
    const to = pathOf(sha256)
    try {
      renameSync(from, to)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      mkdirSync(folderOf(sha256), { recursive: true })
      renameSync(from, to)
    }
  }

  const store = async (sha256: Sha256, body: Body): Promise<boolean> => {
    const there = statSync(pathOf(sha256), { throwIfNoEntry: false })
    // A file of another size is what a power cut left of it.
    if (there?.size === bodySize(body)) {
      if (body.kind === 'spool') await rm(body.path, { force: true })
      return false
    }
    const temporary = join(incoming, `${process.pid}-${++lastTemporary}`)
    try {
      if (body.kind === 'inline') {
        await synced(temporary, 'wx', body.bytes)
        moveIn(temporary, sha256)
        return there === undefined
      }
      await synced(body.path, 'r+')
      try {
        moveIn(body.path, sha256)
      } catch (error) {
        if (systemCode(error) !== 'EXDEV') throw error
        await copyFile(body.path, temporary)
        await synced(temporary, 'r+')
        moveIn(temporary, sha256)
        await rm(body.path, { force: true })
      }
      return there === undefined
    } catch (error) {
      await rm(temporary, { force: true })
      if (isDiskFull(error)) {
        const message = `no room left in ${dir}: free some, then run the same command again to resume`
        throw new GannetError('disk-full', message, { cause: error })
      }
      if (body.kind === 'spool' && systemCode(error) === 'ENOENT') {
        throw new GannetError('not-found', `the spooled body ${body.path} is gone: fetch the picture again`, { cause: error })
      }
      throw error
    }
  }

  return {
    async put(sha256, body) {
      const before = underWay.get(sha256)
      const work = (before ?? Promise.resolve(true)).then(
        () => store(sha256, body),
        () => store(sha256, body),
      )
      underWay.set(sha256, work)
      try {
        return await work
      } finally {
        if (underWay.get(sha256) === work) underWay.delete(sha256)
      }
    },
    async get(sha256) {
      return await orNull(readFile(pathOf(sha256)), 'ENOENT')
    },
    async slice(sha256, offset, length) {
      const file = await orNull(open(pathOf(sha256)), 'ENOENT')
      if (file === null) return null
      try {
        const { size } = await file.stat()
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)))
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
        return bytes.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    async has(sha256) {
      return (await orNull(stat(pathOf(sha256)), 'ENOENT')) !== null
    },
    async delete(sha256) {
      await orNull(unlink(pathOf(sha256)), 'ENOENT')
    },
    async list(after, limit) {
      const items: { sha256: Sha256; bytes: number }[] = []
      const from = after ?? ''
      for (const first of await namesIn(dir, PREFIX)) {
        if (first < from.slice(0, 2)) continue
        for (const second of await namesIn(join(dir, first), PREFIX)) {
          if (first + second < from.slice(0, 4)) continue
          for (const name of await namesIn(join(dir, first, second), ADDRESS)) {
            if (name <= from) continue
            if (items.length === limit) return { items, next: items.at(-1)?.sha256 ?? null }
            const found = await orNull(stat(join(dir, first, second, name)), 'ENOENT')
            if (found) items.push({ sha256: name as Sha256, bytes: found.size })
          }
        }
      }
      return { items, next: null }
    },
    pathOf,
    async close() {
      await Promise.allSettled(underWay.values())
    },
  }
}
