/**
 * Finds stored pictures: by vector (another picture, or a stored one), by fingerprint where no
 * embedder is loaded, by words, and by filters on any of them. Runs beside the indexes.
 */
import { hammingHex, PDQ_MATCH } from '../core/hamming.ts'
import type { AssetId, Sha256, SpaceId } from '../core/ids.ts'
import type { Asset, SameLevel } from '../store/asset.ts'
import type { AssetFilter, Catalogue } from '../store/catalogue.ts'
import type { VectorIndex } from '../store/vector-index.ts'

export interface SearchAsk {
  readonly text?: string
  /** What a picture looks like: any of its fingerprint and vector that is known. */
  readonly like?: {
    readonly sha256: Sha256 | null
    readonly pdq: string | null
    readonly vector: { readonly space: SpaceId; readonly values: Float32Array } | null
    /** Left out of the hits: the picture itself. */
    readonly except: AssetId | null
  }
  /** Most hits. */
  readonly top: number
  /** Least score, 0 to 1; for text it has no meaning. */
  readonly threshold: number
  readonly where: AssetFilter
  /** Least cosine at which a hit is called similar, by space. */
  readonly similarAt: Readonly<Record<string, number>>
}

/** Field names are part of the public face (DESIGN §6). */
export interface SearchHit {
  readonly id: AssetId
  /** Cosine for vectors, 1 − bits/256 for hashes, relative relevance for words. */
  readonly score: number
  readonly level: SameLevel | null
  readonly url: string
  /** Where the original lies; null when it is not on this machine. */
  readonly path: string | null
  readonly title: string | null
  readonly alt: string | null
  readonly caption: string | null
  readonly label: string | null
  readonly category: string | null
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[]
  /** Steps of the catalogue that the index has not followed yet. */
  readonly lag: number
  readonly tookMs: number
}

/** Hashes further apart than this say nothing about each other. */
const FAR = 90

export interface SearchPorts {
  readonly catalogue: Catalogue
  readonly vectors: VectorIndex
  /** Nearest by PDQ, nearest first. */
  readonly near: (pdq: string, maxDistance: number) => readonly { readonly id: AssetId; readonly distance: number }[]
  readonly pathOf: (sha256: Sha256) => string | null
}

export interface Search {
  search(ask: SearchAsk): Promise<SearchAnswer>
}

const matches = (asset: Asset, where: AssetFilter): boolean =>
  (where.label === undefined || [...asset.labels, ...asset.boxes].some(({ name }) => name.toLowerCase() === where.label?.toLowerCase())) &&
  (where.category === undefined || asset.category?.toLowerCase() === where.category.toLowerCase()) &&
  (where.host === undefined || asset.host === where.host)

export const createSearch = (ports: SearchPorts): Search => {
  const bestLabel = (asset: Asset): string | null =>
    asset.labels.reduce<Asset['labels'][number] | null>((top, label) => (top && top.score >= label.score ? top : label), null)?.name ??
    asset.boxes[0]?.name ?? null

  const hit = (asset: Asset, score: number, level: SameLevel | null): SearchHit => ({
    id: asset.id, score: Math.round(score * 1e4) / 1e4, level, url: asset.url, path: ports.pathOf(asset.sha256),
    title: asset.title, alt: asset.alt, caption: asset.caption, label: bestLabel(asset), category: asset.category,
  })

  /** Ids by likeness, best first, more than asked for when a filter will thin them out. */
  const likeness = async (ask: SearchAsk): Promise<readonly { id: AssetId; score: number }[]> => {
    const { like } = ask
    if (!like) return []
    if (like.vector) {
      const filtered = Object.keys(ask.where).length > 0
      return ports.vectors.search(like.vector.space, like.vector.values, {
        top: (ask.top + 1) * (filtered ? 50 : 1), threshold: Math.max(ask.threshold, -1),
      })
    }
    if (like.pdq === null) return []
    return ports.near(like.pdq, FAR).map(({ id, distance }) => ({ id, score: 1 - distance / 256 }))
  }

  const levelOf = (asset: Asset, score: number, ask: SearchAsk): SameLevel | null => {
    const { like } = ask
    if (!like) return null
    if (like.sha256 === asset.sha256) return 'exact'
    if (like.pdq !== null && hammingHex(like.pdq, asset.pdq) <= PDQ_MATCH) return 'copy'
    const at = like.vector ? ask.similarAt[like.vector.space] : undefined
    return at !== undefined && score >= at ? 'similar' : null
  }

  return {
    async search(ask) {
      const from = performance.now()
      let hits: SearchHit[]
      if (ask.like) {
        const ranked = (await likeness(ask)).filter(({ id, score }) => id !== ask.like?.except && score >= ask.threshold)
        const assets = await ports.catalogue.get('id', ranked.map(({ id }) => id))
        const wanted = ask.text === undefined ? null : new Set(
          (await ports.catalogue.find({ text: ask.text, limit: 10_000, where: ask.where })).map(({ asset }) => asset.id))
        hits = ranked.flatMap(({ score }, at) => {
          const asset = assets[at]
          return asset && matches(asset, ask.where) && (wanted === null || wanted.has(asset.id))
            ? [hit(asset, score, levelOf(asset, score, ask))] : []
        }).slice(0, ask.top)
      } else if (ask.text !== undefined) {
        hits = (await ports.catalogue.find({ text: ask.text, limit: ask.top, where: ask.where }))
          .map(({ asset, score }) => hit(asset, score, null))
      } else {
        const page = await ports.catalogue.list({ after: null, limit: ask.top, where: ask.where })
        hits = page.items.map((asset) => hit(asset, 1, null))
      }
      const [{ sequence }, position] = await Promise.all([ports.catalogue.stats(), ports.vectors.position()])
      return { hits, lag: Math.max(0, sequence - position), tookMs: Math.round((performance.now() - from) * 10) / 10 }
    },
  }
}
