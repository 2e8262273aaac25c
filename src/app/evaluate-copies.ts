/**
 * How well copies are found: a store is filled with copies of some pictures, made as the web makes them, and with other pictures;
 * then the originals are asked for, as a crawl asks before it keeps one. Everything on the way is the product's own: decoder,
 * embedder, indexes, judge.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { likenessOf, viewSketch, type Compared } from '../analyze/index.ts'
import { PDQ_MATCH } from '../core/hamming.ts'
import type { AssetId, RequestId, TaskId } from '../core/ids.ts'
import { GannetError } from '../core/errors.ts'
import { seededRandom } from '../core/seeded-random.ts'
import { COPY_KINDS, copyCase, picturesBelow, retrievalMetrics, templateCase, wilson, type CopyKind, type Interval, type ScoredPair } from '../evaluate/index.ts'
import { bareCandidate, describeAsset } from '../crawl/index.ts'
import type { PackChoice } from '../models/index.ts'
import { createFingerprints, findSame, follow, type CommitEntry, type Fingerprint, type SameSubject } from '../store/index.ts'
import { openFlatVectors } from '../store/adapters/flat-vectors.ts'
import { openSqliteCatalogue } from '../store/adapters/sqlite.ts'
import { copyAtOf } from './house.ts'
import { DECODE_SECONDS } from './look-at-files.ts'
import { openVision } from './vision-house.ts'

export interface CopyEvaluationOptions {
  /** Pictures whose copies are to be found, in the folder or below it. */
  readonly data: string
  /** Pictures that are none of them. */
  readonly others?: readonly string[]
  /** A folder a scene: pictures that look alike and are no copies of one another; neighbours in each are compared. */
  readonly alike?: string
  readonly choice: PackChoice
  readonly seed: number
  readonly onProgress?: (done: number, of: number) => void
}

export interface CopyEvaluation {
  readonly images: number
  readonly undecodable: number
  readonly metrics: Readonly<Record<string, number>>
  readonly intervals: Readonly<Record<string, Interval>>
  readonly msPerImage: number
  /** The pairs that were taken for copies and are none. */
  readonly mistaken: readonly (readonly [string, string])[]
}

/** What the project means to reach. */
const PRECISION = 0.995
const COMMIT_GROUP = 64
/** Designs that are drawn: one a picture, but so many at most. */
const MOST_DESIGNS = 200
const REQUEST = 'evaluation' as RequestId

/** A picture in the store: what it is called in the answer, and of which original it is a copy. */
interface Stored {
  readonly name: string
  readonly of: number | null
  readonly kind: CopyKind | null
}

type Described = ReturnType<typeof describeAsset>

/** @throws usage where there are no pictures */
export const evaluateCopies = async ({ data, others, alike, choice, seed, onProgress }: CopyEvaluationOptions): Promise<CopyEvaluation> => {
  const originals = await picturesBelow(data)
  if (originals.length < 2) throw new GannetError('usage', `${data} has ${originals.length} pictures: copies are made of two or more`)
  const unrelated = (await Promise.all((others ?? []).map(picturesBelow))).flat()
  const folder = await mkdtemp(join(tmpdir(), 'gannet-copies-'))
  const vision = openVision({ choice: { ...choice, detect: null, classify: null }, processes: 1, batch: 1, decodeSeconds: DECODE_SECONDS, emit: () => undefined })
  const [catalogue, vectors] = [await openSqliteCatalogue({ path: join(folder, 'catalogue.db'), readOnly: false }), await openFlatVectors({ dir: join(folder, 'vectors') })]
  const fingerprints = createFingerprints()
  let [undecodable, done] = [0, 0]
  const of = originals.length * (1 + COPY_KINDS.length) + unrelated.length

  const describe = async (bytes: Uint8Array, name: string): Promise<Described | null> => {
    const seen = await vision.look({ kind: 'inline', bytes })
    onProgress?.(Math.min(++done, of), of)
    if (!seen.look.ok) {
      undecodable++
      return null
    }
    const sight = choice.embed ? await seen.infer() : null
    seen.release()
    const url = `http://evaluation.invalid/${encodeURIComponent(name)}`
    return describeAsset({ request: REQUEST, candidate: bareCandidate(url, 'seed'), look: seen.look, sight, kind: null, marks: [], thumbnail: null, now: 0 })
  }

  const stored = new Map<AssetId, Stored>()
  let group: CommitEntry[] = []
  const flush = async (): Promise<void> => {
    await catalogue.commit(group)
    group = []
  }
  const store = async (bytes: Uint8Array, what: Stored): Promise<void> => {
    const described = await describe(bytes, what.name)
    // The same bytes twice among the others are one.
    if (described === null || stored.has(described.asset.id)) return
    stored.set(described.asset.id, what)
    group.push({
      ...described, supersedes: [],
      verdict: {
        task: what.name as TaskId, request: REQUEST, url: described.asset.url, thumbnailUrl: null, pageUrl: null,
        outcome: 'kept', reason: null, asset: described.asset.id, evidence: null, at: described.asset.storedAt,
      },
    })
    if (group.length >= COMMIT_GROUP) await flush()
  }

  const subjectOf = ({ asset, fingerprint, vectors: seen }: Described): SameSubject =>
    ({ task: asset.id as unknown as TaskId, url: '', fingerprint, vectors: seen, aspect: asset.width / asset.height, width: asset.width, height: asset.height, bytes: asset.bytes })
  const comparedOf = ({ sketch, panels }: Pick<Fingerprint, 'sketch' | 'panels'>, { width, height }: { readonly width: number; readonly height: number }): Compared | null => {
    const view = viewSketch(sketch, width, height)
    return view && { view, panels }
  }
  const isCopy = (a: Described | null, b: Described | null): boolean => {
    const [first, second] = [a && comparedOf(a.fingerprint, a.asset), b && comparedOf(b.fingerprint, b.asset)]
    return first !== null && second !== null && (likenessOf(first, second)?.score ?? -1) >= 0
  }

  try {
    const random = seededRandom(seed)
    for (const [at, path] of originals.entries()) {
      const other = originals[(at + 1) % originals.length] as string
      const [file, beside] = [await readFile(path), await readFile(other)]
      for (const kind of COPY_KINDS) await store(await copyCase(kind, file, random, beside), { name: `${kind} of ${path}`, of: at, kind })
    }
    for (const path of unrelated) await store(await readFile(path), { name: path, of: null, kind: null })
    await flush()
    for (const projection of [fingerprints, vectors]) await follow(catalogue, projection)

    const pairs: (ScoredPair & { readonly kind: CopyKind | null; readonly names: readonly [string, string] })[] = []
    const times: number[] = []
    for (const [at, path] of originals.entries()) {
      const file = await readFile(path)
      const began = performance.now()
      const original = await describe(file, path)
      if (original === null) continue
      const subject = subjectOf(original)
      const [found] = await findSame({ catalogue, vectors, fingerprints, limits: { pdqDistance: PDQ_MATCH, copyAt: copyAtOf(choice), similarAt: {} } }, [subject])
      const mine = comparedOf(original.fingerprint, original.asset)
      for (const copy of found?.copies ?? []) {
        const [other, is] = [comparedOf(copy, copy), stored.get(copy.id)]
        const score = (mine && other && likenessOf(mine, other)?.score) ?? -Infinity
        // The half of a collage that is not this one's is the next one's.
        const right = is?.of === at || (is?.kind === 'collage' && (((is.of ?? 0) + 1) % originals.length) === at)
        pairs.push({ score, right, kind: is?.of === at ? is.kind : right ? 'collage' : null, names: [path, is?.name ?? ''] })
      }
      times.push(performance.now() - began)
    }

    // Each original is in a collage of its own and in one of its neighbour's.
    const there = originals.length * (COPY_KINDS.length + 1)
    const all = retrievalMetrics(pairs, there, 0, PRECISION)
    const foundOf = (kind: CopyKind): number => pairs.filter((pair) => pair.right && pair.kind === kind && pair.score >= 0).length
    const ofKind = (kind: CopyKind): number => originals.length * (kind === 'collage' ? 2 : 1)
    const wrong = pairs.filter((pair) => !pair.right && pair.score >= 0)

    let taken = 0
    const designs = Math.min(MOST_DESIGNS, originals.length)
    for (let design = 0; design < designs; design++) {
      const [first, second] = await templateCase(random)
      if (isCopy(await describe(first as Buffer, `design ${design}`), await describe(second as Buffer, `design ${design}, other words`))) taken++
    }
    const scenes = alike === undefined ? null : await compareNeighbours(alike, describe, isCopy)

    const metrics: Record<string, number> = {
      microAp: all.microAp, precision: all.precision, recall: all.recall, recallAtPrecision: all.recallAtPrecision,
      ...Object.fromEntries(COPY_KINDS.map((kind) => [`recall.${kind}`, foundOf(kind) / ofKind(kind)])),
      'mistaken.design': taken / designs, ...(scenes && { 'mistaken.alike': scenes.taken / Math.max(1, scenes.pairs) }),
    }
    return {
      images: stored.size + originals.length, undecodable, metrics,
      intervals: {
        recall: wilson(pairs.filter((pair) => pair.right && pair.score >= 0).length, there),
        precision: wilson(pairs.filter((pair) => pair.right && pair.score >= 0).length, pairs.filter((pair) => pair.score >= 0).length),
        ...Object.fromEntries(COPY_KINDS.map((kind) => [`recall.${kind}`, wilson(foundOf(kind), ofKind(kind))])),
        'mistaken.design': wilson(taken, designs), ...(scenes && { 'mistaken.alike': wilson(scenes.taken, scenes.pairs) }),
      },
      msPerImage: times.reduce((a, b) => a + b, 0) / Math.max(1, times.length),
      mistaken: [...wrong.map(({ names }) => names), ...(scenes?.mistaken ?? [])],
    }
  } finally {
    await vision.close()
    await Promise.all([catalogue.close(), vectors.close()])
    await rm(folder, { recursive: true, force: true })
  }
}

const compareNeighbours = async (
  folder: string,
  describe: (bytes: Uint8Array, name: string) => Promise<Described | null>,
  isCopy: (a: Described | null, b: Described | null) => boolean,
): Promise<{ readonly pairs: number; readonly taken: number; readonly mistaken: readonly (readonly [string, string])[] }> => {
  const paths = await picturesBelow(folder)
  const mistaken: (readonly [string, string])[] = []
  let [pairs, before, pathBefore]: [number, Described | null, string] = [0, null, '']
  for (const path of paths) {
    const described = await describe(await readFile(path), path)
    if (before !== null && described !== null && join(path, '..') === join(pathBefore, '..')) {
      pairs++
      if (isCopy(before, described)) mistaken.push([pathBefore, path])
    }
    ;[before, pathBefore] = [described, path]
  }
  return { pairs, taken: mistaken.length, mistaken }
}
