/** Random assets for the contracts of this room: few values of each kind, so that they collide. */
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { assetIdOf, sha256Of, type AssetId, type RequestId, type Sha256, type SpaceId, type TaskId } from '../core/ids.ts'
import type { Asset, AssetRendition, Fingerprint, StoredVector, VerdictRecord } from './asset.ts'
import type { CommitEntry } from './catalogue.ts'

export const digest = (seed: string | number): Sha256 => sha256Of(`${seed}`)
export const idOf = (seed: string | number): AssetId => assetIdOf(digest(seed))
export const space = (name: string, dimension: number): SpaceId => `${name}/${dimension}/cosine` as SpaceId

export const unit = (values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length))
}

export const fingerprintOf = (seed: string | number, over: Partial<Fingerprint> = {}): Fingerprint => ({
  sha256: digest(seed),
  pixels: null,
  thumbnail: null,
  pdq: createHash('sha256').update(`pdq ${seed}`).digest('hex'),
  pdqQuality: 100,
  sketch: new Uint8Array(4608).fill(Number.parseInt(digest(seed).slice(0, 2), 16)),
  panels: [],
  ...over,
})

export const assetOf = (seed: string | number, over: Partial<Asset> = {}): Asset => ({
  id: idOf(seed),
  sha256: digest(seed),
  url: `https://example.org/${seed}.jpg`,
  pageUrl: 'https://example.org/page',
  thumbnailUrl: `https://example.org/${seed}-small.jpg`,
  host: 'example.org',
  title: null,
  alt: null,
  caption: null,
  category: null,
  publishedAt: null,
  licence: null,
  creator: null,
  fields: null,
  format: 'jpeg',
  width: 640,
  height: 480,
  bytes: 1000,
  orientation: 1,
  pdq: fingerprintOf(seed).pdq,
  looks: { blur: 120.5, brightness: 128, contrast: 40, entropy: 7.25 },
  kind: null,
  labels: [],
  boxes: [],
  spaces: [],
  duplicateOf: null,
  level: null,
  storedAt: '2026-01-02T03:04:05.678Z',
  grabbedAt: '2026-01-02T03:04:05.000Z',
  renditions: [],
  requestIds: ['r1' as RequestId],
  ...over,
})

export const renditionOf = (seed: string | number, over: Partial<AssetRendition> = {}): AssetRendition => ({
  name: 'small', crop: null, fit: 'inside', format: 'jpeg', quality: 80, asked: { width: 320, height: null },
  sha256: digest(`rendition ${seed}`), width: 320, height: 240, bytes: 99, reason: null, detail: null, ...over,
})

export const verdictOf = (seed: string | number, over: Partial<VerdictRecord> = {}): VerdictRecord => ({
  task: `task-${seed}` as TaskId,
  request: 'r1' as RequestId,
  url: `https://example.org/${seed}.jpg`,
  thumbnailUrl: `https://example.org/${seed}-small.jpg`,
  pageUrl: 'https://example.org/page',
  outcome: 'kept',
  reason: null,
  asset: idOf(seed),
  evidence: { score: 0.5, boxes: [1, 2, 3], note: null },
  at: '2026-01-02T03:04:05.678Z',
  ...over,
})

export const entryOf = (
  seed: string | number,
  over: {
    readonly asset?: Partial<Asset>
    readonly fingerprint?: Partial<Fingerprint>
    readonly vectors?: readonly StoredVector[]
    readonly verdict?: Partial<VerdictRecord>
    readonly supersedes?: readonly AssetId[]
  } = {},
): CommitEntry => ({
  asset: assetOf(seed, { spaces: (over.vectors ?? []).map((vector) => vector.space), ...over.asset }),
  fingerprint: fingerprintOf(seed, over.fingerprint),
  vectors: over.vectors ?? [],
  verdict: verdictOf(seed, over.verdict),
  supersedes: over.supersedes ?? [],
})

const seeds = fc.integer({ min: 0, max: 11 })
const words = fc.constantFrom('phone', 'Phones', 'shop', 'café', 'CAFE', '红色手机壳', '手机', '机手', 'ภาพถ่าย', 'スマホ', 'red "AND" phone*')
const someText = fc.option(fc.array(words, { minLength: 1, maxLength: 3 }).map((picked) => picked.join(' ')))
const requests = fc.constantFrom('r1', 'r2', 'r3') as fc.Arbitrary<RequestId>
const names = fc.constantFrom('cat', 'dogs', '杯子')
const digestOrNull = fc.option(fc.integer({ min: 0, max: 3 }).map((n) => digest(`shared ${n}`)))

const coordinates = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 })
const vectors = fc.record({ a: fc.option(coordinates), b: fc.option(coordinates) }).map((picked) =>
  Object.entries(picked).flatMap(([name, values]): StoredVector[] =>
    values === null ? [] : [{ space: space(name, 4), values: unit(values) }],
  ),
)

export const entries: fc.Arbitrary<CommitEntry> = fc
  .record({
    seed: seeds,
    title: someText,
    alt: someText,
    caption: someText,
    category: fc.option(names),
    host: fc.constantFrom('example.org', 'example.net'),
    labels: fc.uniqueArray(names, { maxLength: 2 }),
    boxes: fc.array(names, { maxLength: 2 }),
    requestIds: fc.array(requests, { maxLength: 3 }),
    request: requests,
    bytes: fc.nat(5000),
    pixels: digestOrNull,
    thumbnail: digestOrNull,
    pdqQuality: fc.nat(100),
    vectors,
    linked: fc.option(seeds, { freq: 3 }),
    supersedes: fc.oneof({ weight: 3, arbitrary: fc.constant<number[]>([]) }, fc.array(seeds, { maxLength: 2 })),
    at: fc.integer({ min: 0, max: 3 }),
  })
  .map((r) =>
    entryOf(r.seed, {
      asset: {
        title: r.title,
        alt: r.alt,
        caption: r.caption,
        category: r.category,
        host: r.host,
        bytes: r.bytes,
        requestIds: r.requestIds,
        labels: r.labels.map((name) => ({ name, score: 0.5, by: 'pack' })),
        boxes: r.boxes.map((name, i) => ({ x: i, y: 1, width: 2, height: 3, name, score: 0.25, by: 'pack' })),
        duplicateOf: r.linked === null ? null : idOf(r.linked),
        level: r.linked === null ? null : 'similar',
      },
      fingerprint: { pixels: r.pixels, thumbnail: r.thumbnail, pdqQuality: r.pdqQuality },
      vectors: r.vectors,
      verdict: { request: r.request, at: `2026-01-02T03:04:0${r.at}.000Z` },
      supersedes: r.supersedes.map(idOf),
    }),
  )

export const verdicts: fc.Arbitrary<VerdictRecord> = fc
  .record({ seed: seeds, request: requests, at: fc.integer({ min: 0, max: 3 }), thumbnail: fc.boolean() })
  .map((r) =>
    verdictOf(r.seed, {
      request: r.request,
      outcome: 'rejected',
      reason: 'blank',
      asset: null,
      thumbnailUrl: r.thumbnail ? 'https://example.org/thumb.jpg' : null,
      at: `2026-01-02T03:04:0${r.at}.500Z`,
    }),
  )
