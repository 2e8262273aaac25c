/**
 * Does the data folder still agree with itself? Each row with its blobs, each blob with its row,
 * each index with the rows. It runs where the committer runs and while it rests: a blob whose row
 * is on its way would look like one without.
 */
import { sha256Of, type Sha256 } from '../core/ids.ts'
import { pages } from '../core/page-of.ts'
import type { Asset } from './asset.ts'
import type { BlobStore } from './blob-store.ts'
import type { Catalogue } from './catalogue.ts'
import type { Fingerprints } from './fingerprints.ts'
import { follow, type Projection } from './follow.ts'
import type { VectorIndex } from './vector-index.ts'

export interface CheckedStores {
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly vectors: VectorIndex
  readonly fingerprints: Fingerprints
}

export interface StoreCheckOptions {
  /** Remove blobs without a row, rebuild indexes that disagree. Lost bytes cannot be mended. Default false. */
  readonly repair?: boolean
  /** Read every blob and hash it, and look for a sample of vectors. Default false: sizes and counts. */
  readonly deep?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly stage: 'rows' | 'blobs' | 'indexes'; readonly done: number }) => void
}

export interface StoreProblem {
  readonly kind: 'blob-missing' | 'blob-size' | 'blob-hash' | 'blob-orphan' | 'vectors-differ' | 'fingerprints-differ'
  /** Asset, or blob where it is a rendition's or nobody's, or the index concerned. */
  readonly of: string
}

export interface StoreCheckReport {
  /** False when the signal ended it early. */
  readonly complete: boolean
  /** Nothing is amiss (any more). */
  readonly ok: boolean
  readonly rows: number
  readonly blobs: number
  readonly found: Readonly<Record<StoreProblem['kind'], number>>
  readonly mended: Readonly<Record<StoreProblem['kind'], number>>
  /** The first hundred, by name. */
  readonly examples: readonly StoreProblem[]
}

const PAGE = 200
const MAX_EXAMPLES = 100
/** Vectors looked for by their own values in a deep check: a search each. */
const SAMPLE = 64
const TWINS = 16

const none = (): Record<StoreProblem['kind'], number> => ({
  'blob-missing': 0, 'blob-size': 0, 'blob-hash': 0, 'blob-orphan': 0, 'vectors-differ': 0, 'fingerprints-differ': 0,
})

/** Whether the index holds a sample of the rows under their ids. */
const holdsSample = async ({ catalogue, vectors }: CheckedStores): Promise<boolean> => {
  const { sequence } = await catalogue.stats([])
  const step = Math.max(1, Math.floor(sequence / SAMPLE))
  for (let after = 0; after < sequence; after += step) {
    const [change] = await catalogue.changes(after, 1)
    for (const { space, values } of change?.kind === 'put' ? change.vectors : []) {
      const hits = await vectors.search(space, values, { top: TWINS, threshold: 0.999 })
      // More twins than were asked for say nothing about this one.
      if (hits.length < TWINS && !hits.some((hit) => hit.id === change?.id)) return false
    }
  }
  return true
}

const vectorsAgree = async (stores: CheckedStores, deep: boolean): Promise<boolean> => {
  const { spaces, sequence } = await stores.catalogue.stats()
  const held = new Map((await stores.vectors.spaces()).map(({ space, vectors }) => [space, vectors]))
  const counted = spaces.length === held.size && spaces.every(({ space, vectors }) => held.get(space) === vectors)
  if (!counted || (await stores.vectors.position()) > sequence) return false
  return !deep || holdsSample(stores)
}

/** Throws only when a store does; what it finds is in the report. */
export const checkStore = async (stores: CheckedStores, options: StoreCheckOptions = {}): Promise<StoreCheckReport> => {
  const { catalogue, blobs, vectors, fingerprints } = stores
  const { repair = false, deep = false, signal, onProgress } = options
  const found = none()
  const kinds = Object.keys(found) as StoreProblem['kind'][]
  const mended = none()
  const examples: StoreProblem[] = []
  let rows = 0
  let blobCount = 0
  const tell = (kind: StoreProblem['kind'], of: string): void => {
    found[kind]++
    if (examples.length < MAX_EXAMPLES) examples.push({ kind, of })
  }
  const report = (complete: boolean): StoreCheckReport => ({
    complete,
    ok: complete && kinds.every((kind) => found[kind] === mended[kind]),
    rows, blobs: blobCount,
    found,
    mended,
    examples,
  })

  const checkBlob = async (sha256: Sha256, length: number | null, of: string): Promise<void> => {
    if (!deep) {
      if (!(await blobs.has(sha256))) tell('blob-missing', of)
      return
    }
    const bytes = await blobs.get(sha256)
    if (bytes === null) tell('blob-missing', of)
    else if (bytes.byteLength === length && sha256Of(bytes) !== sha256) tell('blob-hash', of)
  }
  const checkRow = async (asset: Asset): Promise<void> => {
    await checkBlob(asset.sha256, asset.bytes, asset.id)
    for (const { sha256, bytes } of asset.renditions) if (sha256 !== null) await checkBlob(sha256, bytes, sha256)
  }
  for await (const asset of pages((after) => catalogue.list({ after, limit: PAGE }))) {
    if (signal?.aborted) return report(false)
    await checkRow(asset)
    if (++rows % PAGE === 0) onProgress?.({ stage: 'rows', done: rows })
  }

  for (let after: string | null = null, more = true; more; ) {
    const page: Awaited<ReturnType<BlobStore['list']>> = await blobs.list(after, PAGE)
    const addresses = page.items.map((blob) => blob.sha256)
    const [owners, havers] = await Promise.all([catalogue.get('sha256', addresses), catalogue.get('rendition', addresses)])
    for (const [i, { sha256, bytes }] of page.items.entries()) {
      if (signal?.aborted) return report(false)
      blobCount++
      const owner = owners[i]
      if (owner) {
        if (owner.bytes !== bytes) tell('blob-size', owner.id)
        continue
      }
      const rendition = havers[i]?.renditions.find((one) => one.sha256 === sha256)
      if (rendition) {
        if (rendition.bytes !== bytes) tell('blob-size', sha256)
        continue
      }
      tell('blob-orphan', sha256)
      if (!repair) continue
      await blobs.delete(sha256)
      mended['blob-orphan']++
    }
    onProgress?.({ stage: 'blobs', done: blobCount })
    after = page.next
    more = after !== null
  }

  const mend = async (kind: StoreProblem['kind'], projection: Projection): Promise<void> => {
    tell(kind, kind === 'vectors-differ' ? 'vectors' : 'fingerprints')
    if (!repair) return
    await projection.clear()
    const { lag } = await follow(catalogue, projection, {
      ...(signal && { signal }),
      onProgress: (done) => onProgress?.({ stage: 'indexes', done }),
    })
    if (lag === 0) mended[kind]++
  }
  // An index that is only behind is not wrong: it catches up first.
  for (const projection of [vectors, fingerprints]) await follow(catalogue, projection, signal && { signal })
  if (signal?.aborted) return report(false)
  if (!(await vectorsAgree(stores, deep))) await mend('vectors-differ', vectors)
  if (fingerprints.size !== (await catalogue.stats()).assets) await mend('fingerprints-differ', fingerprints)
  if (repair) await vectors.flush()
  return report(!signal?.aborted)
}
