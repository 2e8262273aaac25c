/**
 * Which stored pictures have nearly this perceptual hash, themselves or one of the pictures that they are put together from?
 * An index in memory, a projection of the catalogue: it follows `changes` from the start at each opening. A scan is linear and
 * stops early on each row; a picture costs 40 bytes for each hash here and about 100 for its id.
 * PDQ's own advice is followed: a hash of quality 49 or less says too little to propose anything.
 */
import { GannetError } from '../core/errors.ts'
import { bitsIn, hammingWords, mirroredWords, PDQ_MIN_QUALITY, wordsOf } from '../core/hamming.ts'
import type { AssetId } from '../core/ids.ts'
import type { Fingerprint } from './asset.ts'
import type { Change } from './catalogue.ts'

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

const WORDS = 8
/** Rows a block: 2 MB. Memory grows by blocks, never by doubling. */
const BLOCK = 1 << 16

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
  const blocks: Uint32Array[] = []
  /** By row. */
  const ids: AssetId[] = []
  /** Where an asset's rows are: none for one that proposes nothing. */
  const rows = new Map<AssetId, number[]>()
  let position = 0

  const rowAt = (row: number): Uint32Array => {
    const block = blocks[Math.floor(row / BLOCK)] ?? new Uint32Array(BLOCK * WORDS)
    blocks[Math.floor(row / BLOCK)] = block
    const start = (row % BLOCK) * WORDS
    return block.subarray(start, start + WORDS)
  }
  /** The last row takes the place of the one that goes. */
  const dropRow = (row: number): void => {
    const moved = ids.pop() as AssetId
    const last = ids.length
    if (row === last) return
    rowAt(row).set(rowAt(last))
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
      const row = ids.length
      rowAt(row).set(words)
      ids.push(id)
      return row
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
        const [a = 0, b = 0, c = 0] = words
        for (const [index, block] of blocks.entries()) {
          const end = Math.min(BLOCK, ids.length - index * BLOCK) * WORDS
          for (let at = 0; at < end; at += WORDS) {
            // Unrelated hashes differ in about half their bits: three words settle nearly all of them
            // (two would leave half, and a branch that cannot be foreseen).
            let distance =
              bitsIn((block[at] as number) ^ a) + bitsIn((block[at + 1] as number) ^ b) + bitsIn((block[at + 2] as number) ^ c)
            for (let i = 3; i < WORDS && distance <= maxDistance; i++) {
              distance += bitsIn((block[at + i] as number) ^ (words[i] as number))
            }
            if (distance > maxDistance) continue
            const id = ids[index * BLOCK + at / WORDS] as AssetId
            found.set(id, Math.min(distance, found.get(id) ?? distance))
          }
        }
      }
      return [...found].map(([id, distance]) => ({ id, distance })).sort((x, y) => x.distance - y.distance || (x.id < y.id ? -1 : 1)).slice(0, limit)
    },
    async clear() {
      blocks.length = 0
      ids.length = 0
      rows.clear()
      position = 0
    },
  }
}
