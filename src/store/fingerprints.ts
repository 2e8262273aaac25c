/**
 * Which stored pictures have nearly this perceptual hash? An index in memory, a projection of the
 * catalogue: it follows `changes` from the start at each opening. A scan is linear and stops early
 * on each row; a picture costs 33 bytes here and about 100 for its id.
 * PDQ's own advice is followed: a hash of quality 49 or less says too little to propose anything.
 */
import { GannetError } from '../core/errors.ts'
import { bitsIn, PDQ_MIN_QUALITY, wordsOf } from '../core/hamming.ts'
import type { AssetId } from '../core/ids.ts'
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
   * Nearest first, ties by id. The asker sees to it that its own hash has quality enough.
   * @param pdq 64 hexadecimal digits
   * @param limit at most so many; default 64
   */
  near(pdq: string, maxDistance: number, limit?: number): readonly NearPrint[]
  clear(): Promise<void>
}

const WORDS = 8
/** Rows a block: 2 MB. Memory grows by blocks, never by doubling. */
const BLOCK = 1 << 16

const printOf = (pdq: string): Uint32Array => {
  if (!/^[0-9a-f]{64}$/i.test(pdq)) {
    throw new GannetError('usage', `a PDQ hash has 64 hexadecimal digits, this is not one: ${pdq.slice(0, 80)}`)
  }
  return wordsOf(pdq)
}

export const createFingerprints = (): Fingerprints => {
  const blocks: Uint32Array[] = []
  const ids: AssetId[] = []
  /** Where an asset's row is; null for one that proposes nothing. */
  const rows = new Map<AssetId, number | null>()
  let position = 0

  const rowAt = (row: number): Uint32Array => {
    const block = blocks[Math.floor(row / BLOCK)] ?? new Uint32Array(BLOCK * WORDS)
    blocks[Math.floor(row / BLOCK)] = block
    const start = (row % BLOCK) * WORDS
    return block.subarray(start, start + WORDS)
  }
  const drop = (id: AssetId): void => {
    const row = rows.get(id)
    rows.delete(id)
    if (row === undefined || row === null) return
    const last = ids.pop() as AssetId
    if (last === id) return
    rowAt(row).set(rowAt(ids.length))
    ids[row] = last
    rows.set(last, row)
  }
  const put = ({ id, fingerprint }: Extract<Change, { kind: 'put' }>): void => {
    drop(id)
    const tells = fingerprint.pdqQuality >= PDQ_MIN_QUALITY
    rows.set(id, tells ? ids.length : null)
    if (!tells) return
    rowAt(ids.length).set(printOf(fingerprint.pdq))
    ids.push(id)
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
    near(pdq, maxDistance, limit = 64) {
      const words = printOf(pdq)
      const [a = 0, b = 0, c = 0] = words
      const found: NearPrint[] = []
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
          if (distance <= maxDistance) found.push({ id: ids[index * BLOCK + at / WORDS] as AssetId, distance })
        }
      }
      return found.sort((x, y) => x.distance - y.distance || (x.id < y.id ? -1 : 1)).slice(0, limit)
    },
    async clear() {
      blocks.length = 0
      ids.length = 0
      rows.clear()
      position = 0
    },
  }
}
