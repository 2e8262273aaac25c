/**
 * Rows of 256-bit hashes, and those within a Hamming distance of one. Few are scanned, each until three words settle it. Many
 * are found by sixteen tables of sixteen bits (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index
 * Hashing", CVPR 2012): of two hashes that differ in at most 31 bits, one sixteenth differs in at most one, so that 17 of 65,536
 * entries of each table hold all that can be near: a tenth of a scan's time at a million rows. (44 bits, two of a sixteenth, would
 * take five times as long.) 32 bytes a row while they are scanned, 96 with the tables, which take 4 MB.
 */
import { bitsIn } from '../core/hamming.ts'

export interface HashRows {
  readonly size: number
  /** @returns its row, the last one */
  add(words: Uint32Array): number
  /** The last row takes its place. */
  drop(row: number): void
  /** Told of each row at most `maxDistance` bits away, of some more than once. */
  near(words: Uint32Array, maxDistance: number, tell: (row: number, distance: number) => void): void
}

const WORDS = 8
/** Rows a block: 2 MB. Memory grows by blocks, never by doubling. */
const BLOCK_BITS = 16
const BLOCK = 1 << BLOCK_BITS
/** Rows from which tables pay for their memory: a scan of so many takes a millisecond or two. */
const TABLES_FROM = 1 << 16
const PARTS = 16
const ENTRIES = 1 << 16
const NONE = -1
/** What sixteen bits may be changed by: in no place or in one. */
const CHANGES: readonly number[] = [0, ...Array.from({ length: 16 }, (_, bit) => 1 << bit)]
/** With these, all within so many bits are found. */
const MOST_BY_TABLES = 2 * PARTS - 1

const partOf = (words: Uint32Array, part: number): number => ((words[part >> 1] as number) >>> (16 * (part & 1))) & 0xffff

export const createHashRows = (): HashRows => {
  const blocks: Uint32Array[] = []
  let size = 0
  /** First row of each entry of each table, and the next row after each row in each; null while rows are scanned. */
  let heads: Int32Array | null = null
  const nexts: Int32Array[] = []

  const wordsAt = (row: number): Uint32Array => {
    const block = blocks[row >>> BLOCK_BITS] ?? new Uint32Array(BLOCK * WORDS)
    blocks[row >>> BLOCK_BITS] = block
    const start = (row & (BLOCK - 1)) * WORDS
    return block.subarray(start, start + WORDS)
  }
  const nextsOf = (row: number): Int32Array => (nexts[row >>> BLOCK_BITS] ??= new Int32Array(BLOCK * PARTS))
  const nextAt = (row: number, part: number): number => nextsOf(row)[(row & (BLOCK - 1)) * PARTS + part] as number
  const setNext = (row: number, part: number, next: number): void => {
    nextsOf(row)[(row & (BLOCK - 1)) * PARTS + part] = next
  }

  const link = (table: Int32Array, row: number): void => {
    const words = wordsAt(row)
    for (let part = 0; part < PARTS; part++) {
      const entry = part * ENTRIES + partOf(words, part)
      setNext(row, part, table[entry] as number)
      table[entry] = row
    }
  }
  const unlink = (table: Int32Array, row: number): void => {
    const words = wordsAt(row)
    for (let part = 0; part < PARTS; part++) {
      const entry = part * ENTRIES + partOf(words, part)
      if (table[entry] === row) {
        table[entry] = nextAt(row, part)
        continue
      }
      let before = table[entry] as number
      while (nextAt(before, part) !== row) before = nextAt(before, part)
      setNext(before, part, nextAt(row, part))
    }
  }

  const scan = (words: Uint32Array, maxDistance: number, tell: (row: number, distance: number) => void): void => {
    const [a = 0, b = 0, c = 0] = words
    for (const [index, block] of blocks.entries()) {
      const end = Math.min(BLOCK, size - index * BLOCK) * WORDS
      for (let at = 0; at < end; at += WORDS) {
        // Unrelated hashes differ in about half their bits: three words settle nearly all of them
        // (two would leave half, and a branch that cannot be foreseen).
        let distance = bitsIn((block[at] as number) ^ a) + bitsIn((block[at + 1] as number) ^ b) + bitsIn((block[at + 2] as number) ^ c)
        for (let i = 3; i < WORDS && distance <= maxDistance; i++) distance += bitsIn((block[at + i] as number) ^ (words[i] as number))
        if (distance <= maxDistance) tell(index * BLOCK + at / WORDS, distance)
      }
    }
  }
  const lookUp = (table: Int32Array, words: Uint32Array, maxDistance: number, tell: (row: number, distance: number) => void): void => {
    const [a = 0, b = 0, c = 0] = words
    for (let part = 0; part < PARTS; part++) {
      const mine = partOf(words, part)
      for (const change of CHANGES) {
        for (let row = table[part * ENTRIES + (mine ^ change)] as number; row !== NONE; row = nextAt(row, part)) {
          const block = blocks[row >>> BLOCK_BITS] as Uint32Array
          const at = (row & (BLOCK - 1)) * WORDS
          let distance = bitsIn((block[at] as number) ^ a) + bitsIn((block[at + 1] as number) ^ b) + bitsIn((block[at + 2] as number) ^ c)
          for (let i = 3; i < WORDS && distance <= maxDistance; i++) distance += bitsIn((block[at + i] as number) ^ (words[i] as number))
          if (distance <= maxDistance) tell(row, distance)
        }
      }
    }
  }

  return {
    get size() {
      return size
    },
    add(words) {
      const row = size++
      wordsAt(row).set(words)
      if (heads) link(heads, row)
      else if (size === TABLES_FROM) {
        heads = new Int32Array(PARTS * ENTRIES).fill(NONE)
        for (let each = 0; each < size; each++) link(heads, each)
      }
      return row
    },
    drop(row) {
      const last = size - 1
      if (heads) {
        unlink(heads, row)
        if (row !== last) unlink(heads, last)
      }
      size = last
      if (row === last) return
      wordsAt(row).set(wordsAt(last))
      if (heads) link(heads, row)
    },
    near(words, maxDistance, tell) {
      if (heads && maxDistance <= MOST_BY_TABLES) lookUp(heads, words, maxDistance, tell)
      else scan(words, maxDistance, tell)
    },
  }
}
