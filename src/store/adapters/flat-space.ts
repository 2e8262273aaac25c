/**
 * One space of the flat vector index. The exact rows lie in a file of f32; in memory there is a
 * copy rounded to 8 bits, which is scanned whole. The error that rounding can make is known for
 * each row, so the scan yields a superset of the true neighbours, whose exact rows then decide:
 * a search costs a quarter of the memory traffic and misses nothing.
 *
 * A row's place in the file is its slot. A dropped slot is written again only once the drop is
 * durable, so a crash finds every row that the last position speaks of unharmed, and the file
 * needs no compaction.
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exactSearch, MetricKind } from 'usearch'
import type { AssetId } from '../../core/ids.ts'
import type { Neighbour } from '../vector-index.ts'
import { cosine } from '../vector-math.ts'

/** What the position file says of a space: all that is not said here was never there. */
export interface SpacePosition {
  readonly dimension: number
  /** Slots in use or free. */
  readonly slots: number
  readonly free: readonly number[]
}

export interface FlatQuery {
  readonly values: Float32Array
  /** At least 1. */
  readonly top: number
  readonly threshold: number
}

export interface FlatSpace {
  readonly dimension: number
  readonly size: number
  readonly bytes: number
  put(id: AssetId, values: Float32Array): void
  drop(id: AssetId): void
  search(queries: readonly FlatQuery[]): readonly (readonly Neighbour[])[]
  /** Syncs the rows; the position returned holds once it is written, which `settle` then tells. */
  sync(): Promise<{ readonly position: SpacePosition; settle(): void }>
  close(): void
}

/** Rows a block: 5 MB of a 1280-dimensional space. Memory grows by blocks, never by doubling. */
const BLOCK = 4096
const ID_BYTES = 24
/** For the arithmetic of the scan itself, which is f32. */
const SLACK = 1e-5
/** Candidates beyond `top` that the first scan of a block brings. */
const SPARE = 24

interface Block {
  readonly rows: Int8Array
  /** Largest distance between a row and its rounded self, both at length 1. */
  error: number
}

const dataSync = promisify(fdatasync)

/** Scales by 127 / max|v| and rounds into `into`; returns the distance that this moved the direction by. */
const quantise = (values: Float32Array, into: Int8Array): number => {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number)
    if (size > largest) largest = size
  }
  if (largest === 0) {
    into.fill(0)
    return 0
  }
  const scale = 127 / largest
  let product = 0
  let squares = 0
  let length = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    // Rounds half away from zero: which way does not matter, Math.round takes three times as long.
    const rounded = (value * scale + (value < 0 ? -0.5 : 0.5)) | 0
    into[i] = rounded
    product += rounded * value
    squares += rounded * rounded
    length += value * value
  }
  return Math.sqrt(Math.max(0, 2 - (2 * product) / Math.sqrt(squares * length)))
}

const closer = (a: Neighbour, b: Neighbour): number => b.score - a.score || (a.id < b.id ? -1 : 1)

/** The best so far of one query, and the score below which nothing can enter. */
const createBest = ({ top, threshold }: FlatQuery) => {
  const hits: Neighbour[] = []
  return {
    hits,
    floor: () => (hits.length < top ? threshold : Math.max(threshold, (hits.at(-1) as Neighbour).score)),
    offer(hit: Neighbour): void {
      if (!(hit.score >= threshold)) return
      let at = hits.length
      while (at > 0 && closer(hit, hits[at - 1] as Neighbour) < 0) at--
      hits.splice(at, 0, hit)
      if (hits.length > top) hits.pop()
    },
  }
}

/** @throws what the file system throws; `RangeError` when the files hold less than `position` says */
export const openFlatSpace = (dir: string, position: SpacePosition, readOnly: boolean): FlatSpace => {
  const { dimension } = position
  const rowBytes = 4 * dimension
  if (!readOnly) mkdirSync(dir, { recursive: true })
  const openFile = (name: string, recordBytes: number): number => {
    const file = openSync(join(dir, name), readOnly ? 'r' : position.slots === 0 ? 'w+' : 'r+')
    const size = fstatSync(file).size
    if (size < position.slots * recordBytes) {
      closeSync(file)
      throw new RangeError(`${join(dir, name)} holds ${size} bytes, fewer than its position says`)
    }
    // What was written after the position was: it will be told again.
    if (!readOnly) ftruncateSync(file, position.slots * recordBytes)
    return file
  }
  const rowFile = openFile('rows.f32', rowBytes)
  const idFile = openFile('ids', ID_BYTES)

  const blocks: Block[] = []
  const ids: (AssetId | null)[] = []
  const slots = new Map<AssetId, number>()
  /** Slots that may be written again, and those that may be after the next position. */
  const free: number[] = [...position.free]
  const dropped = new Set<number>()

  const blockOf = (slot: number): Block => {
    const index = Math.floor(slot / BLOCK)
    const block = blocks[index] ?? { rows: new Int8Array(BLOCK * dimension), error: 0 }
    blocks[index] = block
    return block
  }
  const roundedRow = (slot: number): Int8Array => {
    const start = (slot % BLOCK) * dimension
    return blockOf(slot).rows.subarray(start, start + dimension)
  }
  const hold = (slot: number, id: AssetId, values: Float32Array): void => {
    const block = blockOf(slot)
    block.error = Math.max(block.error, quantise(values, roundedRow(slot)))
    ids[slot] = id
    slots.set(id, slot)
  }

  const load = (): void => {
    const dead = new Set(free)
    const names = Buffer.alloc(ID_BYTES * BLOCK)
    const rows = new Float32Array(BLOCK * dimension)
    for (let start = 0; start < position.slots; start += BLOCK) {
      const count = Math.min(BLOCK, position.slots - start)
      readSync(idFile, names, 0, count * ID_BYTES, start * ID_BYTES)
      readSync(rowFile, rows, 0, count * rowBytes, start * rowBytes)
      for (let i = 0; i < count; i++) {
        ids.push(null)
        if (dead.has(start + i)) continue
        const id = names.toString('latin1', i * ID_BYTES, (i + 1) * ID_BYTES).trimEnd() as AssetId
        hold(start + i, id, rows.subarray(i * dimension, (i + 1) * dimension))
      }
    }
  }
  load()

  const exactRow = new Float32Array(dimension)
  const exactScore = (slot: number, query: Float32Array): number => {
    readSync(rowFile, exactRow, 0, rowBytes, slot * rowBytes)
    return cosine(query, exactRow)
  }

  const drop = (id: AssetId): void => {
    const slot = slots.get(id)
    if (slot === undefined) return
    slots.delete(id)
    ids[slot] = null
    dropped.add(slot)
    roundedRow(slot).fill(0)
  }

  const search = (queries: readonly FlatQuery[]): readonly (readonly Neighbour[])[] => {
    const asks = queries.map((query) => {
      const rounded = new Int8Array(dimension)
      const error = quantise(query.values, rounded)
      // A zero query has no direction: everything is a candidate.
      return { query, rounded, error: rounded.some((value) => value !== 0) ? error : 2, best: createBest(query) }
    })
    const all = new Int8Array(asks.length * dimension)
    asks.forEach(({ rounded }, i) => all.set(rounded, i * dimension))

    blocks.forEach((block, index) => {
      const used = Math.min(BLOCK, ids.length - index * BLOCK)
      // usearch reads the buffer from its start whatever the view's offset: ours are all 0.
      const rows = block.rows.subarray(0, used * dimension)
      const scan = (needles: Int8Array, count: number) =>
        exactSearch(rows, needles, dimension, count, MetricKind.Cos, 1)
      const first = Math.min(used, Math.max(...queries.map((query) => query.top)) + SPARE)
      const found = scan(all, first)
      asks.forEach(({ query, rounded, error, best }, at) => {
        const margin = block.error + error + SLACK
        const seen = new Set<number>()
        let { keys, distances } = found
        let base = at * first
        let count = first
        for (let i = 0; ; i++) {
          if (i === count) {
            if (count === used) break
            // All that came back could still enter, so what did not come back could too. The
            // order of ties differs from scan to scan, so it is read from the start again.
            count = Math.min(used, count * 4)
            ;({ keys, distances } = scan(rounded, count))
            base = 0
            i = 0
          }
          if (1 - (distances[base + i] as number) + margin < best.floor()) break
          const slot = index * BLOCK + Number(keys[base + i])
          const id = ids[slot]
          if (!id || seen.has(slot)) continue
          seen.add(slot)
          best.offer({ id, score: exactScore(slot, query.values) })
        }
      })
    })
    return asks.map(({ best }) => best.hits)
  }

  return {
    dimension,
    get size() {
      return slots.size
    },
    get bytes() {
      return ids.length * (rowBytes + ID_BYTES)
    },
    put(id, values) {
      drop(id)
      const slot = free.pop() ?? ids.length
      if (slot === ids.length) ids.push(null)
      writeSync(rowFile, values, 0, rowBytes, slot * rowBytes)
      writeSync(idFile, Buffer.from(id.padEnd(ID_BYTES), 'latin1'), 0, ID_BYTES, slot * ID_BYTES)
      hold(slot, id, values)
    },
    drop,
    search,
    async sync() {
      const settled = [...dropped]
      const next: SpacePosition = { dimension, slots: ids.length, free: [...free, ...settled] }
      await Promise.all([dataSync(rowFile), dataSync(idFile)])
      return {
        position: next,
        settle() {
          for (const slot of settled) {
            dropped.delete(slot)
            free.push(slot)
          }
        },
      }
    },
    close() {
      closeSync(rowFile)
      closeSync(idFile)
    },
  }
}
