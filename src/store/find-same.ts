/**
 * What could be the same as this picture: exact by hashes, copies by PDQ, similar by vectors.
 * It only proposes; the judge decides. `withPending` adds what a group of commits holds that the
 * stores do not know yet, so that two copies that arrive together see each other.
 */
import { hammingHex, PDQ_MIN_QUALITY } from '../core/hamming.ts'
import type { AssetId } from '../core/ids.ts'
import type { Asset } from './asset.ts'
import type { Catalogue, CommitEntry } from './catalogue.ts'
import type { Fingerprints } from './fingerprints.ts'
import type { SameFound, SameLimits, SameSubject, StoredBrief } from './same.ts'
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

const byDistance = (a: { distance: number; id: string }, b: typeof a): number => a.distance - b.distance || (a.id < b.id ? -1 : 1)
const byScore = (a: { score: number; id: string }, b: typeof a): number => b.score - a.score || (a.id < b.id ? -1 : 1)

/** Looks in the stores, for many subjects at the cost of few calls. */
export const findSame = async (
  { catalogue, vectors, fingerprints, limits }: SameStores,
  subjects: readonly SameSubject[],
): Promise<readonly Found[]> => {
  const searches = subjects.map((subject) =>
    subject.vectors.flatMap(({ space, values }) => {
      const threshold = limits.similarAt[space]
      return threshold === undefined ? []
        : [vectors.search(space, values, { top: MAX_SIMILAR, threshold }).then((hits) => hits.map((hit) => ({ ...hit, space })))]
    }),
  )
  const near = subjects.map(({ fingerprint: { pdq, pdqQuality } }) =>
    pdqQuality < PDQ_MIN_QUALITY ? [] : fingerprints.near(pdq, limits.pdqDistance, MAX_COPIES),
  )
  const similar = await Promise.all(searches.map(async (each) => (await Promise.all(each)).flat()))
  const exact = await Promise.all(EXACT.map((by) => assetsBy(catalogue, by, subjects.map(({ fingerprint }) => fingerprint[by]))))

  const exacts = subjects.map(({ fingerprint }) => {
    for (const [rank, by] of EXACT.entries()) {
      const asset = exact[rank]?.get(fingerprint[by] ?? '')
      if (asset) return { asset, rank }
    }
    return null
  })
  const superseded = await supersededAmong(catalogue, exacts.flatMap((each) => each?.asset ?? []))

  const copyIds = [...new Set(near.flat().map((print) => print.id))]
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
      copies: (near[i] ?? []).flatMap(({ id, distance }) => {
        const [copy, print] = [assets.get(id), printOf.get(id)]
        return copy && print ? [{ ...briefOf(copy), distance, pdqQuality: print.pdqQuality, tile: print.tile }] : []
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
  const copies = stored.flatMap((other) => {
    const { pdq, pdqQuality, tile } = other.fingerprint
    if (pdqQuality < PDQ_MIN_QUALITY || fingerprint.pdqQuality < PDQ_MIN_QUALITY) return []
    const distance = hammingHex(pdq, fingerprint.pdq)
    return distance <= limits.pdqDistance ? [{ ...briefOf(other.asset), distance, pdqQuality, tile }] : []
  })
  const similar = stored.flatMap((other) =>
    other.vectors.flatMap(({ space, values }) => {
      const threshold = limits.similarAt[space]
      const mine = vectors.find((vector) => vector.space === space)
      if (threshold === undefined || !mine) return []
      const score = cosine(mine.values, values)
      return score >= threshold ? [{ ...briefOf(other.asset), score, space: space as string }] : []
    }),
  )
  const all = {
    exact,
    copies: [...found.copies, ...copies].sort(byDistance).slice(0, MAX_COPIES),
    similar: [...found.similar, ...similar].sort(byScore).slice(0, MAX_SIMILAR),
  }
  const candidates: readonly StoredBrief[] = [...(exact ? [exact] : []), ...all.copies, ...all.similar]
  const touched = candidates.some(({ id, duplicateOf }) => gone.has(id) || (duplicateOf !== null && gone.has(duplicateOf)))
  return touched ? null : all
}
