/**
 * What could be the same as this picture: exact by hashes, copies by PDQ and by vectors, similar by vectors.
 * It only proposes; the judge decides. `withPending` adds what a group of commits holds that the
 * stores do not know yet, so that two copies that arrive together see each other.
 */
import type { AssetId } from '../core/ids.ts'
import type { Asset } from './asset.ts'
import type { Catalogue, CommitEntry } from './catalogue.ts'
import { nearestOf, type Fingerprints } from './fingerprints.ts'
import type { ProposedCopy, SameFound, SameLimits, SameSubject, StoredBrief } from './same.ts'
import type { VectorIndex } from './vector-index.ts'
import { cosine } from './vector-math.ts'

export interface SameStores {
  readonly catalogue: Catalogue
  readonly vectors: VectorIndex
  readonly fingerprints: Fingerprints
  readonly limits: SameLimits
}

/** Most proposals of each level; a placeholder met a thousand times is proposed no oftener. */
const MAX_COPIES = 32
const MAX_SIMILAR = 16
/** Of those that only a vector proposes: copies are among the very nearest, and each proposal costs a registration. */
const MAX_BY_VECTOR = 6

/** In the order in which they count; the thumbnail of a superseded asset comes after them. */
const EXACT = ['sha256', 'pixels', 'thumbnail'] as const
type ExactBy = (typeof EXACT)[number]
const SUPERSEDED = EXACT.length
const NONE = SUPERSEDED + 1

export interface Found extends SameFound {
  /** By what `exact` was found, as a place in the order above. */
  readonly exactRank: number
}

/** Decided in this group, not yet in the stores. */
export interface Pending {
  readonly stored: readonly Pick<CommitEntry, 'asset' | 'fingerprint' | 'vectors'>[]
  /** Superseded in this group. */
  readonly gone: ReadonlySet<AssetId>
}

export const briefOf = ({ id, url, width, height, bytes, duplicateOf }: Asset): StoredBrief => ({
  id, url, width, height, bytes, duplicateOf,
})

/** Those of the assets that have been superseded: they cannot be found by their bytes any more. */
export const supersededAmong = async (catalogue: Catalogue, assets: readonly Asset[]): Promise<ReadonlySet<AssetId>> => {
  const linked = assets.filter((asset) => asset.level === 'copy')
  if (linked.length === 0) return new Set()
  const live = await catalogue.get('sha256', linked.map((asset) => asset.sha256))
  return new Set(linked.filter((_, i) => live[i] === null).map((asset) => asset.id))
}

const assetsBy = async (
  catalogue: Catalogue,
  by: 'id' | ExactBy,
  values: readonly (string | null)[],
): Promise<ReadonlyMap<string, Asset>> => {
  const asked = [...new Set(values.filter((value) => value !== null))]
  if (asked.length === 0) return new Map()
  const assets = await catalogue.get(by, asked)
  return new Map(asked.flatMap((value, i) => (assets[i] ? [[value, assets[i]] as const] : [])))
}

type Proposal = Pick<ProposedCopy, 'id' | 'distance' | 'cosine'>

/** By hash before by vector alone. */
const byLikelihood = (a: Proposal, b: Proposal): number =>
  (a.distance ?? 256) - (b.distance ?? 256) || (b.cosine ?? -1) - (a.cosine ?? -1) || (a.id < b.id ? -1 : 1)

/** Those of the hashes, and the nearest of those that a vector proposes alone. */
const proposals = <One extends Proposal>(all: readonly One[]): readonly One[] => {
  const sorted = [...all].sort(byLikelihood)
  return [...sorted.filter(({ distance }) => distance !== null).slice(0, MAX_COPIES), ...sorted.filter(({ distance }) => distance === null).slice(0, MAX_BY_VECTOR)]
}

const byScore = (a: { score: number; id: string }, b: typeof a): number => b.score - a.score || (a.id < b.id ? -1 : 1)

/** Looks in the stores, for many subjects at the cost of few calls. */
export const findSame = async (
  { catalogue, vectors, fingerprints, limits }: SameStores,
  subjects: readonly SameSubject[],
): Promise<readonly Found[]> => {
  const searches = subjects.map((subject) =>
    subject.vectors.flatMap(({ space, values }) => {
      const threshold = Math.min(limits.similarAt[space] ?? Infinity, limits.copyAt[space] ?? Infinity)
      return threshold === Infinity ? []
        : [vectors.search(space, values, { top: MAX_SIMILAR, threshold }).then((hits) => hits.map((hit) => ({ ...hit, space })))]
    }),
  )
  const near = subjects.map(({ fingerprint }) => fingerprints.near(fingerprint, limits.pdqDistance, MAX_COPIES))
  const resembling = await Promise.all(searches.map(async (each) => (await Promise.all(each)).flat()))
  const similar = resembling.map((hits) => hits.filter(({ space, score }) => score >= (limits.similarAt[space] ?? Infinity)))
  const proposed = near.map((prints, i) => {
    const cosines = new Map((resembling[i] ?? []).filter(({ space, score }) => score >= (limits.copyAt[space] ?? Infinity)).map(({ id, score }) => [id, score]))
    const byHash = prints.map(({ id, distance }) => ({ id, distance, cosine: cosines.get(id) ?? null }))
    const hashed = new Set(prints.map(({ id }) => id))
    return proposals<Proposal>([...byHash, ...[...cosines].filter(([id]) => !hashed.has(id)).map(([id, cosine]) => ({ id, distance: null, cosine }))])
  })
  const exact = await Promise.all(EXACT.map((by) => assetsBy(catalogue, by, subjects.map(({ fingerprint }) => fingerprint[by]))))

  const exacts = subjects.map(({ fingerprint }) => {
    for (const [rank, by] of EXACT.entries()) {
      const asset = exact[rank]?.get(fingerprint[by] ?? '')
      if (asset) return { asset, rank }
    }
    return null
  })
  const superseded = await supersededAmong(catalogue, exacts.flatMap((each) => each?.asset ?? []))

  const copyIds = [...new Set(proposed.flat().map(({ id }) => id))]
  const traits = await catalogue.traits(copyIds)
  const printOf = new Map(copyIds.map((id, i) => [id, traits[i]?.fingerprint]))
  const assets = await assetsBy(catalogue, 'id', [
    ...copyIds,
    ...similar.flat().map((hit) => hit.id),
    ...exacts.map((each) => (each && superseded.has(each.asset.id) ? each.asset.duplicateOf : null)),
  ])

  return subjects.map((_, i) => {
    const hit = exacts[i]
    const heir = hit && superseded.has(hit.asset.id) ? assets.get(hit.asset.duplicateOf ?? '') : undefined
    const held = heir ?? hit?.asset
    return {
      exact: held ? briefOf(held) : null,
      exactRank: heir ? SUPERSEDED : (hit?.rank ?? NONE),
      copies: (proposed[i] ?? []).flatMap(({ id, distance, cosine }) => {
        const [copy, print] = [assets.get(id), printOf.get(id)]
        return copy && print ? [{ ...briefOf(copy), distance, cosine, sketch: print.sketch, panels: print.panels }] : []
      }),
      similar: (similar[i] ?? [])
        .flatMap(({ id, score, space }) => {
          const other = assets.get(id)
          return other ? [{ ...briefOf(other), score, space: space as string }] : []
        })
        .sort(byScore)
        .slice(0, MAX_SIMILAR),
    }
  })
}

/**
 * What `findSame` would have found had the pending commits been made. Null when that cannot be told
 * without making them: when a candidate, or its representative, was superseded among them.
 */
export const withPending = (
  { fingerprint, vectors }: SameSubject,
  found: Found,
  { stored, gone }: Pending,
  limits: SameLimits,
): SameFound | null => {
  let { exact, exactRank } = found
  for (const other of stored) {
    const rank = EXACT.findIndex((by) => fingerprint[by] !== null && fingerprint[by] === other.fingerprint[by])
    if (rank !== -1 && gone.has(other.asset.id)) return null
    if (rank === -1 || rank >= exactRank) continue
    exact = briefOf(other.asset)
    exactRank = rank
  }
  const resembling = stored.map((other) => other.vectors.flatMap(({ space, values }) => {
    const mine = vectors.find((vector) => vector.space === space)
    return mine ? [{ space: space as string, score: cosine(mine.values, values) }] : []
  }))
  const copies = stored.flatMap((other, i): ProposedCopy[] => {
    const near = nearestOf(fingerprint, other.fingerprint)
    const distance = near <= limits.pdqDistance ? near : null
    const score = resembling[i]?.find((one) => one.score >= (limits.copyAt[one.space] ?? Infinity))?.score ?? null
    const { sketch, panels } = other.fingerprint
    return distance === null && score === null ? [] : [{ ...briefOf(other.asset), distance, cosine: score, sketch, panels }]
  })
  const similar = stored.flatMap((other, i) =>
    (resembling[i] ?? []).filter(({ space, score }) => score >= (limits.similarAt[space] ?? Infinity)).map((one) => ({ ...briefOf(other.asset), ...one })))
  const all = {
    exact,
    copies: proposals([...found.copies, ...copies]),
    similar: [...found.similar, ...similar].sort(byScore).slice(0, MAX_SIMILAR),
  }
  const candidates: readonly StoredBrief[] = [...(exact ? [exact] : []), ...all.copies, ...all.similar]
  const touched = candidates.some(({ id, duplicateOf }) => gone.has(id) || (duplicateOf !== null && gone.has(duplicateOf)))
  return touched ? null : all
}
