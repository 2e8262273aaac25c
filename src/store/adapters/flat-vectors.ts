/**
 * The vector index of one machine: every space a flat file, searched exactly. Engine: files, and
 * `usearch` for the scan. Options: `dir`, `readOnly`.
 *
 * A vector costs its dimension in bytes of memory and about 100 for its id, and four times its
 * dimension and 24 bytes on disk. A scan is linear: when that gets too slow, an engine takes over.
 */
import { readFileSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { GannetError, isDiskFull, systemCode } from '../../core/errors.ts'
import type { SpaceId } from '../../core/ids.ts'
import type { Neighbour, VectorIndex } from '../vector-index.ts'
import { openFlatSpace, type FlatQuery, type FlatSpace, type SpacePosition } from './flat-space.ts'

export interface FlatVectorsOptions {
  /** Created when it is not there. */
  readonly dir: string
  /** For a process that does not own the data folder. Default false. */
  readonly readOnly?: boolean
}

const POSITION = 'position.json'
const positionFile = z.object({
  format: z.literal(1),
  sequence: z.number().int().nonnegative(),
  spaces: z.record(
    z.string(),
    z.object({
      dimension: z.number().int().positive(),
      slots: z.number().int().nonnegative(),
      free: z.array(z.number().int().nonnegative()),
    }),
  ),
})

/** Null when there is none or it cannot be understood: a projection is then built anew. */
const readPosition = (dir: string): Position | null => {
  try {
    return positionFile.safeParse(JSON.parse(readFileSync(join(dir, POSITION), 'utf8'))).data ?? null
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

interface Position {
  readonly format: 1
  /** Of the last step applied. */
  readonly sequence: number
  readonly spaces: Readonly<Record<string, SpacePosition>>
}

interface Waiting extends FlatQuery {
  resolve(hits: readonly Neighbour[]): void
  reject(error: unknown): void
}

export const openFlatVectors = async ({ dir, readOnly = false }: FlatVectorsOptions): Promise<VectorIndex> => {
  const spaces = new Map<SpaceId, FlatSpace>()
  const waiting = new Map<FlatSpace, Waiting[]>()
  let sequence = 0
  let lastWrite: Promise<unknown> = Promise.resolve()

  const folderOf = (space: string): string => join(dir, encodeURIComponent(space))
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = lastWrite.then(work, work)
    lastWrite = result.catch(() => null)
    return result
  }
  const mayWrite = (): void => {
    if (readOnly) throw new GannetError('usage', `${dir} was opened for reading only: write through its owner`)
  }
  const closeAll = (): void => {
    for (const space of spaces.values()) space.close()
    spaces.clear()
  }

  const writePosition = async (position: Position): Promise<void> => {
    const path = join(dir, POSITION)
    const file = await open(`${path}.new`, 'w')
    try {
      await file.writeFile(JSON.stringify(position))
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
  }

  const load = async (): Promise<void> => {
    const position = readPosition(dir)
    try {
      for (const [space, at] of Object.entries(position?.spaces ?? {})) {
        spaces.set(space as SpaceId, openFlatSpace(folderOf(space), at, readOnly))
      }
      sequence = position?.sequence ?? 0
    } catch (error) {
      // Files that are missing or short: start anew, and let the catalogue tell it all again.
      if (!(error instanceof RangeError) && systemCode(error) !== 'ENOENT') throw error
      closeAll()
      sequence = 0
    }
    if (readOnly) return
    const folders = [...spaces.keys()].map((space) => encodeURIComponent(space))
    const known = new Set([...folders, ...(sequence > 0 ? [POSITION] : [])])
    await mkdir(dir, { recursive: true })
    for (const name of await readdir(dir)) {
      if (!known.has(name)) await rm(join(dir, name), { recursive: true, force: true })
    }
  }
  await load()

  const spaceFor = (space: SpaceId, dimension: number): FlatSpace => {
    const known = spaces.get(space)
    if (known && known.dimension !== dimension) {
      throw new GannetError(
        'usage',
        `a vector of ${dimension} values was offered to ${space}, whose vectors have ${known.dimension}`,
      )
    }
    const opened = known ?? openFlatSpace(folderOf(space), { dimension, slots: 0, free: [] }, false)
    spaces.set(space, opened)
    return opened
  }

  const answer = (space: FlatSpace): void => {
    const asks = waiting.get(space) ?? []
    waiting.delete(space)
    try {
      const found = space.search(asks)
      asks.forEach((ask, i) => ask.resolve(found[i] ?? []))
    } catch (error) {
      for (const ask of asks) ask.reject(error)
    }
  }

  return {
    capabilities: { exact: true },
    async apply(changes) {
      mayWrite()
      try {
        for (const change of changes) {
          if (change.sequence <= sequence) continue
          const vectors = change.kind === 'put' ? change.vectors : []
          const targets = vectors.map(({ space, values }) => ({ space: spaceFor(space, values.length), values }))
          for (const space of spaces.values()) space.drop(change.id)
          for (const { space, values } of targets) space.put(change.id, values)
          sequence = change.sequence
        }
      } catch (error) {
        if (!isDiskFull(error)) throw error
        const message = `no room left in ${dir}: free some, then run the same command again to resume`
        throw new GannetError('disk-full', message, { cause: error })
      }
    },
    position: async () => sequence,
    search: (space, query, { top, threshold }) =>
      new Promise((resolve, reject) => {
        const rows = spaces.get(space)
        if (!rows || rows.size === 0) return resolve([])
        if (rows.dimension !== query.length) {
          return reject(
            new GannetError('usage', `the query has ${query.length} values, vectors of ${space} have ${rows.dimension}`),
          )
        }
        if (top < 1) return resolve([])
        // What is asked in one breath is answered by one scan, at half the cost each.
        const asks = waiting.get(rows) ?? []
        if (asks.length === 0) queueMicrotask(() => answer(rows))
        waiting.set(rows, [...asks, { values: query, top, threshold, resolve, reject }])
      }),
    spaces: async () =>
      [...spaces]
        .filter(([, rows]) => rows.size > 0)
        .map(([space, rows]) => ({ space, vectors: rows.size, bytes: rows.bytes }))
        .sort((a, b) => (a.space < b.space ? -1 : 1)),
    flush: () =>
      inTurn(async () => {
        if (readOnly) return
        const at = sequence
        const synced = await Promise.all([...spaces].map(async ([space, rows]) => [space, await rows.sync()] as const))
        await writePosition({
          format: 1,
          sequence: at,
          spaces: Object.fromEntries(synced.map(([space, { position }]) => [space, position])),
        })
        for (const [, { settle }] of synced) settle()
      }),
    clear: () =>
      inTurn(async () => {
        mayWrite()
        // The position goes first: rows without one are swept at the next opening.
        await rm(join(dir, POSITION), { force: true })
        const gone = [...spaces.keys()]
        closeAll()
        sequence = 0
        for (const space of gone) await rm(folderOf(space), { recursive: true, force: true })
      }),
    close: () =>
      inTurn(async () => {
        closeAll()
      }),
  }
}

