/** Which pictures a gallery has, of which kinds and sizes, and in what order: duplicates after what they repeat. */
import type { GalleryOptions, JunkKind, PictureKind } from './gallery.ts'
import { between, pick, randomOf, shuffled, type Random } from './random.ts'
import { NEAR_WAYS, type NearWay, type Recipe, type Side, type Subject } from './recipe.ts'

const DEFAULT_JUNK: Readonly<Record<JunkKind, number>> = {
  icon: 5, tiny: 1, banner: 8, blank: 6, blurry: 7, exact: 4, near: 5,
}

const BANNERS: readonly Side[] = [
  { width: 728, height: 90 }, { width: 468, height: 60 }, { width: 970, height: 90 }, { width: 120, height: 600 },
]
const BANNER_SCALE = 3
const ICON_SIDES = [16, 24, 32, 48, 64]
const SHAPES = [[4, 3], [4, 3], [3, 2], [3, 4], [1, 1]] as const

/** The first 45 of 100 places hold what is repeated, the last 45 the repeats. */
const REPEATED_BEFORE = 0.45
const REPEATS_AFTER = 0.55

const sized = (long: number, wide: number, high: number): Side => {
  // Equal area for every shape, so that files of one range weigh alike.
  const unit = Math.sqrt((long * long * 0.75) / (wide * high))
  return { width: Math.round(unit * wide), height: Math.round(unit * high) }
}

const fitted = (side: Side, long: number): Side => {
  const shrink = Math.min(1, long / Math.max(side.width, side.height))
  return { width: Math.max(1, Math.round(side.width * shrink)), height: Math.max(1, Math.round(side.height * shrink)) }
}

const scaled = (side: Side, by: number): Side => ({
  width: Math.round(side.width * by),
  height: Math.round(side.height * by),
})

/** Shares a whole number by weights; the largest remainders get what is left. */
export const apportion = <Key extends string>(total: number, weights: Readonly<Record<Key, number>>): Record<Key, number> => {
  const keys = Object.keys(weights) as Key[]
  const sum = keys.reduce((n, key) => n + weights[key], 0)
  const exact = keys.map((key) => (sum === 0 ? 0 : (total * weights[key]) / sum))
  const out = Object.fromEntries(keys.map((key, i) => [key, Math.floor(exact[i] as number)])) as Record<Key, number>
  const byRemainder = keys.map((key, i) => ({ key, rest: (exact[i] as number) % 1 })).sort((a, b) => b.rest - a.rest)
  let left = sum === 0 ? 0 : total - keys.reduce((n, key) => n + out[key], 0)
  for (const { key } of byRemainder) if (left-- > 0) out[key]++
  return out
}

/** A picture before it has a place: the first half of a plan. */
export interface Draft {
  readonly kind: PictureKind
  readonly recipe: Recipe
  readonly thumb: Side
  readonly full: Side
  readonly label: string | null
  readonly stamp: boolean
  /** 0 to 1: where in the gallery it comes. */
  readonly place: number
  readonly of: Draft | null
}

/** In the order of the pages. */
export const draftsOf = (options: GalleryOptions, random: Random): Draft[] => {
  const seed = options.seed ?? 1
  const total = options.pictures ?? 100
  const worth = options.worth ?? 0.28
  const worthCount = Math.min(total, Math.round(worth < 1 ? total * worth : worth))
  const counts = apportion(total - worthCount, { ...DEFAULT_JUNK, ...options.junk })
  const fullSide = options.fullSide ?? 1040
  const thumbSide = options.thumbSide ?? 400
  const photos = shuffled(random, options.photos ?? [])
  const plain = { label: null, stamp: false, of: null }
  let scenes = 0

  const subject = (): { recipe: Subject; full: Side; label: string | null; stamp: boolean } => {
    const photo = photos.pop()
    if (photo) return { recipe: { kind: 'file', path: photo.path }, full: photo, label: photo.label, stamp: false }
    const number = scenes++
    const drawn = options.bank === undefined ? number : number % options.bank
    const [wide, high] = pick(randomOf(`shape ${seed} ${drawn}`), SHAPES)
    const size = sized(fullSide, wide, high)
    return {
      recipe: { kind: 'scene', seed: `${seed}-${drawn}`, size },
      full: size,
      label: null,
      stamp: drawn !== number,
    }
  }
  const worthy = Array.from({ length: worthCount }, (): Draft => {
    const made = subject()
    const { width, height } = made.full
    return { ...made, full: { width, height }, kind: 'worth', thumb: fitted(made.full, thumbSide), place: random(), of: null }
  })
  const early = worthy.filter((draft) => draft.place < REPEATED_BEFORE)
  const repeatable = early.length > 0 ? early : worthy.slice(0, 1)
  const junk: Record<JunkKind, (index: number) => Draft> = {
    icon: (i) => {
      const side = pick(random, ICON_SIDES)
      const size = { width: side, height: side }
      return { ...plain, kind: 'icon', recipe: { kind: 'icon', seed: `${seed}-${i}` }, thumb: size, full: size, place: random() }
    },
    tiny: () => {
      const size = { width: 1, height: 1 }
      return { ...plain, kind: 'tiny', recipe: { kind: 'tiny' }, thumb: size, full: size, place: random(), stamp: true }
    },
    banner: (i) => {
      const thumb = pick(random, BANNERS)
      const full = scaled(thumb, BANNER_SCALE)
      return { ...plain, kind: 'banner', recipe: { kind: 'banner', seed: `${seed}-${i}` }, thumb, full, place: random() }
    },
    blank: (i) => {
      const full = sized(fullSide, 4, 3)
      const recipe = { kind: 'blank', seed: `${seed}-${i}` } as const
      return { ...plain, kind: 'blank', recipe, full, thumb: fitted(full, thumbSide), place: random() }
    },
    blurry: (i) => {
      const full = sized(fullSide, 4, 3)
      const of = { kind: 'scene', seed: `blurry-${seed}-${i}`, size: { width: 400, height: 300 } } as const
      return { ...plain, kind: 'blurry', recipe: { kind: 'blurry', of }, full, thumb: fitted(full, thumbSide), place: random() }
    },
    exact: (i) => {
      const of = repeatable[(i * 2) % repeatable.length] as Draft
      return { ...of, kind: 'exact', of, place: between(random, REPEATS_AFTER, 1) }
    },
    near: (i) => {
      const of = repeatable[(i * 2 + 1) % repeatable.length] as Draft
      const how = NEAR_WAYS[i % NEAR_WAYS.length] as NearWay
      const full = scaled(of.full, how === 'reencoded' ? 0.95 : between(random, 0.7, 0.85))
      const recipe: Recipe = { kind: 'near', of: of.recipe as Subject, how }
      const place = between(random, REPEATS_AFTER, 1)
      return { kind: 'near', recipe, full, thumb: fitted(full, thumbSide), label: of.label, stamp: false, of, place }
    },
  }
  if (worthCount === 0 && counts.exact + counts.near > 0) throw new Error('duplicates need a picture worth having: set worth')
  return [
    ...worthy,
    ...(Object.keys(counts) as JunkKind[]).flatMap((kind) =>
      Array.from({ length: counts[kind] }, (_, i) => junk[kind](i)),
    ),
  ].sort((a, b) => a.place - b.place)
}
