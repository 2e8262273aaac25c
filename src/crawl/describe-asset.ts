/** The rows of a picture that is worth having, from all that was learned on its walk. */
import { assetIdOf, type RequestId } from '../core/ids.ts'
import type { PictureKind } from '../core/picture-kinds.ts'
import type { Look } from '../image/look.ts'
import type { Sight } from '../models/pack.ts'
import type { Candidate } from '../page/candidate.ts'
import type { Asset, Fingerprint, Label, StoredVector } from '../store/asset.ts'

export const fingerprintOf = (look: Look, thumbnail: Look | null): Fingerprint => ({
  sha256: look.sha256,
  pixels: look.pixels,
  thumbnail: thumbnail?.sha256 ?? null,
  pdq: look.pdq,
  pdqQuality: look.pdqQuality,
  sketch: look.sketch,
  panels: look.panels,
})

export const describeAsset = (from: {
  readonly request: RequestId
  readonly candidate: Candidate
  readonly look: Look
  readonly sight: Sight | null
  /** Null where it cannot be told. */
  readonly kind: PictureKind | null
  /** Labels beside those that the models gave. */
  readonly marks: readonly Label[]
  /** Null when the picture was its own thumbnail. */
  readonly thumbnail: Look | null
  readonly now: number
}): { asset: Asset; fingerprint: Fingerprint; vectors: readonly StoredVector[] } => {
  const { candidate, look, sight } = from
  const { credits } = look
  const at = new Date(from.now).toISOString()
  const vectors = sight?.vectors ?? []
  const asset: Asset = {
    id: assetIdOf(look.sha256),
    sha256: look.sha256,
    url: candidate.fullUrl,
    pageUrl: candidate.pageUrl,
    thumbnailUrl: candidate.thumbnailUrl,
    host: new URL(candidate.fullUrl).host,
    // The page's words come first: they were written for readers.
    title: candidate.title ?? credits?.title ?? null,
    alt: candidate.alt,
    caption: candidate.caption ?? credits?.caption ?? null,
    category: candidate.category,
    publishedAt: candidate.publishedAt,
    licence: candidate.licence ?? credits?.licence ?? null,
    creator: candidate.creator ?? credits?.creator ?? credits?.credit ?? null,
    fields: candidate.fields,
    format: look.format,
    width: look.width,
    height: look.height,
    bytes: look.bytes,
    orientation: look.orientation,
    pdq: look.pdq,
    looks: look.looks,
    kind: from.kind,
    labels: [...(sight?.labels ?? []), ...from.marks],
    boxes: sight?.boxes ?? [],
    spaces: vectors.map((vector) => vector.space),
    duplicateOf: null,
    level: null,
    storedAt: at,
    grabbedAt: at,
    renditions: [],
    requestIds: [from.request],
  }
  return { asset, fingerprint: fingerprintOf(look, from.thumbnail), vectors }
}
