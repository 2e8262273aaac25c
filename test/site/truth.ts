/** What a perfect crawler would bring home from the site, and what everything on it weighs. */
import type { Reason } from '../../src/core/reasons.ts'
import type { GalleryPlan, PictureKind, PlannedPicture } from './gallery.ts'
import type { NearWay } from './recipe.ts'
import type { Studio } from './studio.ts'
import { consequence, falls, type Switch } from './switches.ts'

export interface PictureTruth {
  readonly id: string
  readonly kind: PictureKind
  /** Whether a perfect crawler keeps it, switches considered. */
  readonly keep: boolean
  /** Any of these is a right verdict where it is not kept. */
  readonly reasons: readonly Reason[]
  readonly of: string | null
  readonly how: NearWay | null
  readonly pageUrl: string
  readonly thumbUrl: string
  readonly fullUrl: string
  /** Bytes of the file; null where the site did not prepare its pictures. */
  readonly thumbBytes: number | null
  readonly fullBytes: number | null
  readonly plan: PlannedPicture
}

export interface SiteTruth {
  readonly pictures: readonly PictureTruth[]
  /** Full URLs of what is to be kept. */
  readonly keep: readonly string[]
  /** Pictures by the kind planned. */
  readonly kinds: Readonly<Partial<Record<PictureKind, number>>>
  /** Null where the site did not prepare its pictures. */
  readonly bytes: {
    readonly thumbs: number
    /** What a crawler fetches that looks at no thumbnails. */
    readonly fulls: number
    /** What a perfect one fetches in full. */
    readonly keptFulls: number
    /** Share of `fulls` that a perfect crawler saves, thumbnails paid. */
    readonly saving: number
  } | null
}

interface Sources {
  readonly plan: GalleryPlan
  readonly switches: readonly Switch[]
  readonly repeated: ReadonlySet<string>
  readonly studio: Studio | null
  urlOf(path: string): string
}

const spoilt = (picture: PlannedPicture, { plan, switches, repeated }: Sources): readonly Reason[] => {
  const places = [
    { kind: 'thumb', path: picture.thumbPath },
    { kind: 'full', path: picture.fullPath },
  ] as const
  const single = picture.thumbPath === picture.fullPath
  const reasons = switches.flatMap((one, index) =>
    places.some(
      ({ kind, path }) =>
        !(single && kind === 'thumb') && (kind === 'thumb' || picture.worth) &&
        falls(one, index, plan.seed, kind, path, picture, repeated),
    )
      ? consequence(one)
      : [],
  )
  return [...new Set(reasons)]
}

export const truthOf = async (sources: Sources): Promise<SiteTruth> => {
  const { plan, studio, urlOf } = sources
  const pictures: PictureTruth[] = []
  const kinds: Partial<Record<PictureKind, number>> = {}
  let thumbs = 0
  let fulls = 0
  let keptFulls = 0
  for (const picture of plan.pictures) {
    const spoils = spoilt(picture, sources)
    const keep = picture.worth && spoils.length === 0
    const thumbBytes = studio ? (await studio.get(picture.order, 'thumb')).bytes.length : null
    const fullBytes = studio ? (await studio.get(picture.order, 'full')).bytes.length : null
    const single = picture.thumbPath === picture.fullPath
    thumbs += single ? 0 : (thumbBytes ?? 0)
    fulls += fullBytes ?? 0
    keptFulls += keep || single ? (fullBytes ?? 0) : 0
    kinds[picture.kind] = (kinds[picture.kind] ?? 0) + 1
    pictures.push({
      id: picture.id,
      kind: picture.kind,
      keep,
      reasons: [...picture.reasons, ...spoils],
      of: picture.of,
      how: picture.how,
      pageUrl: urlOf(picture.page),
      thumbUrl: urlOf(picture.thumbPath),
      fullUrl: urlOf(picture.fullPath),
      thumbBytes,
      fullBytes,
      plan: picture,
    })
  }
  return {
    pictures,
    keep: pictures.filter((picture) => picture.keep).map((picture) => picture.fullUrl),
    kinds,
    bytes: studio ? { thumbs, fulls, keptFulls, saving: fulls === 0 ? 0 : 1 - (thumbs + keptFulls) / fulls } : null,
  }
}
