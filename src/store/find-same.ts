/**
 * What could be the same as this picture: exact by hashes, copies by PDQ, similar by vectors.
 * It only proposes; the judge decides. `amongPending` adds what a group of commits holds that the
 * stores do not know yet, so that two copies that arrive together see each other.
 */
import type { AssetId } from '../core/ids.ts'
import type { Asset, Fingerprint, StoredVector } from './asset.ts'
import type { Catalogue } from './catalogue.ts'
import { MIN_PDQ_QUALITY, pdqDistance, type Fingerprints } from './fingerprints.ts'
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

/** In the order in which they count. */
const EXACT = ['sha256', 'pixels', 'thumbnail'] as const
type ExactBy = (typeof EXACT)[number]

export interface Found extends SameFound {
  readonly exactBy: ExactBy | null
}

/** Decided in this group, not yet in the stores. */
export interface Pending {
  readonly stored: readonly { readonly asset: Asset; readonly fingerprint: Fingerprint; readonly vectors: readonly StoredVector[] }[]
  /** Superseded in this group: by whom. */
  readonly gone: ReadonlyMap<AssetId, AssetId>
}

export const briefOf = ({ id, url, width, height, bytes, duplicateOf }: Asset): StoredBrief => ({
  id, url, width, height, bytes, duplicateOf,
})

/** Those of the assets that have been superseded: they cannot be found by their bytes any more. */
export const supersededAmong = async (catalogue: Catalogue, assets: readonly Asset[]): Promise<ReadonlySet<AssetId>> => {
  const linked = assets.filter((asset) => asset.level === 'copy')
  const live = await catalogue.get('sha256', linked.map((asset) => asset.sha256))
  return new Set(linked.filter((_, i) => live[i] === null).map((asset) => asset.id))
}

const assetsBy = async (
  catalogue: Catalogue,
  by: 'id' | ExactBy,
  values: readonly (string | null)[],
): Promise<ReadonlyMap<string, Asset>> => {
  const asked = [...new Set(values.filter((value) => value !== null))]
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
    pdqQuality < MIN_PDQ_QUALITY ? [] : fingerprints.near(pdq, limits.pdqDistance, MAX_COPIES),
  )
  const similar = await Promise.all(searches.map(async (each) => (await Promise.all(each)).flat()))
  const exact = await Promise.all(EXACT.map((by) => assetsBy(catalogue, by, subjects.map(({ fingerprint }) => fingerprint[by]))))

  const exactOf = ({ fingerprint }: SameSubject): readonly [Asset, ExactBy] | null => {
    for (const [i, by] of EXACT.entries()) {
      const value = fingerprint[by]
      const asset = value === null ? undefined : exact[i]?.get(value)
      if (asset) return [asset, by]
    }
    return null
  }
  const exacts = subjects.map(exactOf)
  const gone = await supersededAmong(catalogue, exacts.flatMap((each) => (each?.[1] === 'thumbnail' ? [each[0]] : [])))

  const copyIds = [...new Set(near.flat().map((print) => print.id))]
  const prints = await catalogue.fingerprints(copyIds)
  const printOf = new Map(copyIds.map((id, i) => [id, prints[i]]))
  const assets = await assetsBy(catalogue, 'id', [
    ...copyIds,
    ...similar.flat().map((hit) => hit.id),
    ...exacts.map((each) => (each && gone.has(each[0].id) ? each[0].duplicateOf : null)),
  ])

  return subjects.map((_, i) => {
    const [asset, exactBy] = exacts[i] ?? [null, null]
    const held = asset && gone.has(asset.id) ? (assets.get(asset.duplicateOf ?? '') ?? null) : asset
    return {
      exact: held && briefOf(held),
      exactBy: held && exactBy,
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

/** What `findSame` would have found had the pending commits been made one by one. */
export const amongPending = (subject: SameSubject, found: Found, pending: Pending, limits: SameLimits): SameFound => {
  const representative = (id: AssetId): AssetId => {
    let at = id
    for (let next = pending.gone.get(at); next !== undefined; next = pending.gone.get(at)) at = next
    return at
  }
  const current = <Brief extends StoredBrief>(brief: Brief): Brief =>
    brief.duplicateOf === null ? brief : { ...brief, duplicateOf: representative(brief.duplicateOf) }
  const { fingerprint } = subject
  const stored = pending.stored.filter(({ asset }) => !pending.gone.has(asset.id))

  const exactRank = (by: ExactBy | null): number => (by === null ? EXACT.length : EXACT.indexOf(by))
  let exact = found.exact
  let exactBy = found.exactBy
  if (exact && pending.gone.has(exact.id)) {
    const heir = stored.find(({ asset }) => asset.id === representative((exact as StoredBrief).id))
    exact = exactBy === 'thumbnail' && heir ? briefOf(heir.asset) : null
    exactBy = exact && exactBy
  }
  for (const other of stored) {
    const by = EXACT.find((each) => fingerprint[each] !== null && fingerprint[each] === other.fingerprint[each]) ?? null
    if (exactRank(by) < exactRank(exactBy)) {
      exact = briefOf(other.asset)
      exactBy = by
    }
  }

  const copies = stored.flatMap((other) => {
    const { pdq, pdqQuality, tile } = other.fingerprint
    if (pdqQuality < MIN_PDQ_QUALITY || fingerprint.pdqQuality < MIN_PDQ_QUALITY) return []
    const distance = pdqDistance(pdq, fingerprint.pdq)
    return distance <= limits.pdqDistance ? [{ ...briefOf(other.asset), distance, pdqQuality, tile }] : []
  })
  const similar = stored.flatMap((other) =>
    other.vectors.flatMap(({ space, values }) => {
      const threshold = limits.similarAt[space]
      const mine = subject.vectors.find((vector) => vector.space === space)
      if (threshold === undefined || !mine) return []
      const score = cosine(mine.values, values)
      return score >= threshold ? [{ ...briefOf(other.asset), score, space: space as string }] : []
    }),
  )
  const stays = (brief: StoredBrief): boolean => !pending.gone.has(brief.id)
  return {
    exact: exact && current(exact),
    copies: [...found.copies.filter(stays), ...copies].map(current).sort(byDistance).slice(0, MAX_COPIES),
    similar: [...found.similar.filter(stays), ...similar].map(current).sort(byScore).slice(0, MAX_SIMILAR),
  }
}
