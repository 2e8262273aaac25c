/** What the indexes hold in memory a picture, measured in a process that does nothing else. Run with --expose-gc. */
import { rm, mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spaceId, type AssetId, type Sha256 } from '../src/core/ids.ts'
import { createFingerprints, type Change } from '../src/store/index.ts'
import { openFlatVectors } from '../src/store/adapters/flat-vectors.ts'
import { randomOf } from '../test/site/random.ts'
import { serve } from './crew.ts'

export interface IndexBytesJob {
  /** Whole blocks of the fingerprint index, which grows by 65,536. */
  readonly prints: number
  /** Whole blocks of the vector index, which grows by 4,096. */
  readonly vectors: number
  readonly dimension: number
}

export interface IndexBytes {
  /** A picture, in memory. */
  readonly fingerprints: number
  readonly vectors: number
  /** A picture, on disk. */
  readonly vectorsOnDisk: number
}

const held = (): number => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const hex = (random: () => number, digits: number): string => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

const change = (sequence: number, random: () => number, values: Float32Array | null, dimension: number): Change => ({
  kind: 'put', sequence, id: hex(random, 24) as AssetId, duplicateOf: null,
  fingerprint: { sha256: hex(random, 64) as Sha256, pixels: null, thumbnail: null, pdq: hex(random, 64), pdqQuality: 100, sketch: new Uint8Array(0), panels: [] },
  vectors: values ? [{ space: spaceId({ pack: 'bench', dimension, metric: 'cosine' }), values }] : [],
})

serve<IndexBytesJob, IndexBytes>(async ({ prints, vectors: rows, dimension }) => async () => {
  const random = randomOf('index')
  const fingerprints = createFingerprints()
  let before = held()
  for (let i = 1; i <= prints; i++) await fingerprints.apply([change(i, random, null, dimension)])
  const perPrint = (held() - before) / prints

  const dir = await mkdtemp(path.join(tmpdir(), 'gannet-bench-index-'))
  try {
    const vectors = await openFlatVectors({ dir })
    before = held()
    for (let i = 1; i <= rows; i++) {
      await vectors.apply([change(i, random, Float32Array.from({ length: dimension }, () => random() - 0.5), dimension)])
    }
    await vectors.flush()
    const inMemory = (held() - before) / rows
    const sizes = await Promise.all((await readdir(dir, { recursive: true })).map(async (name) => {
      const found = await stat(path.join(dir, name))
      return found.isFile() ? found.size : 0
    }))
    await vectors.close()
    // Used once more, so that no collection in between could take it.
    if (fingerprints.size !== prints) throw new Error(`${fingerprints.size} of ${prints} pictures were followed`)
    return { fingerprints: perPrint, vectors: inMemory, vectorsOnDisk: sizes.reduce((a, b) => a + b, 0) / rows }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
