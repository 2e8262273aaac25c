/**
 * Which stored pictures have nearly this perceptual hash, themselves or one of the pictures that they are put together from?
 * An index in memory, a projection of the catalogue: it follows `changes` from the start at each opening. A picture costs the row
 * of each hash (hash-rows.ts) and 8 bytes for it here, and about 100 for its id.
 * PDQ's own advice is followed: a hash of quality 49 or less says too little to propose anything.
 */
import { GannetError } from '../core/errors.ts'
import { hammingWords, mirroredWords, PDQ_MIN_QUALITY, wordsOf } from '../core/hamming.ts'
import type { AssetId } from '../core/ids.ts'
import type { Fingerprint } from './asset.ts'
import type { Change } from './catalogue.ts'
import { createHashRows } from './hash-rows.ts'

export interface NearPrint {
  readonly id: AssetId
  /** Bits that differ, of 256. */
  readonly distance: number
}

export interface Fingerprints {
  /** In order of sequence; steps at or below `position` are ignored. */
  apply(changes: readonly Change[]): Promise<void>
  position(): Promise<number>
  /** Assets followed, those whose hash says too little among them. */
  readonly size: number
  /**
   * Nearest first, ties by id; each asset once, by its nearest hash. In a mirror as well.
   * @param print of which any hash that says enough may be near; see `hashesOf`
   * @param limit at most so many; default 64
   */
  near(print: Hashed, maxDistance: number, limit?: number): readonly NearPrint[]
  clear(): Promise<void>
}

/** What of a fingerprint is compared here. */
export type Hashed = Pick<Fingerprint, 'pdq' | 'pdqQuality' | 'panels'>

const wordsOfHash = (pdq: string): Uint32Array => {
  if (!/^[0-9a-f]{64}$/i.test(pdq)) {
    throw new GannetError('usage', `a PDQ hash has 64 hexadecimal digits, this is not one: ${pdq.slice(0, 80)}`)
  }
  return wordsOf(pdq)
}

/** Of the picture and of the pictures in it, those that say enough to be compared. */
export const hashesOf = ({ pdq, pdqQuality, panels }: Hashed): readonly Uint32Array[] =>
  [{ pdq, pdqQuality }, ...panels].filter((one) => one.pdqQuality >= PDQ_MIN_QUALITY).map((one) => wordsOfHash(one.pdq))

/** Of any two of their hashes, in a mirror as well; 256 where one of them has none. */
export const nearestOf = (a: Hashed, b: Hashed): number => {
  const [mine, theirs] = [hashesOf(a), hashesOf(b)]
  const both = [...mine, ...mine.map(mirroredWords)]
  return Math.min(256, ...both.flatMap((one) => theirs.map((other) => hammingWords(one, other))))
}

export const createFingerprints = (): Fingerprints => {
  let table = createHashRows()
  /** By row. */
  const ids: AssetId[] = []
  /** Where an asset's rows are: none for one that proposes nothing. */
  const rows = new Map<AssetId, number[]>()
  let position = 0

  /** The last row takes the place of the one that goes. */
  const dropRow = (row: number): void => {
    table.drop(row)
    const moved = ids.pop() as AssetId
    const last = ids.length
    if (row === last) return
    ids[row] = moved
    const places = rows.get(moved)
    if (places) places[places.indexOf(last)] = row
  }
  const drop = (id: AssetId): void => {
    const places = rows.get(id)
    // From the last on, so that no row that is yet to go is the one that moves.
    while (places !== undefined && places.length > 0) {
      const row = Math.max(...places)
      places.splice(places.indexOf(row), 1)
      dropRow(row)
    }
    rows.delete(id)
  }
  const put = ({ id, fingerprint }: Extract<Change, { kind: 'put' }>): void => {
    drop(id)
    rows.set(id, hashesOf(fingerprint).map((words) => {
      ids.push(id)
      return table.add(words)
    }))
  }

  return {
    async apply(changes) {
      for (const change of changes) {
        if (change.sequence <= position) continue
        if (change.kind === 'put') put(change)
        else drop(change.id)
        position = change.sequence
      }
    },
    position: async () => position,
    get size() {
      return rows.size
    },
    near(print, maxDistance, limit = 64) {
      const hashes = hashesOf(print)
      const found = new Map<AssetId, number>()
      for (const words of [...hashes, ...hashes.map(mirroredWords)]) {
        table.near(words, maxDistance, (row, distance) => {
          const id = ids[row] as AssetId
          found.set(id, Math.min(distance, found.get(id) ?? distance))
        })
      }
      return [...found].map(([id, distance]) => ({ id, distance })).sort((x, y) => x.distance - y.distance || (x.id < y.id ? -1 : 1)).slice(0, limit)
    },
    async clear() {
      table = createHashRows()
      ids.length = 0
      rows.clear()
      position = 0
    },
  }
}
