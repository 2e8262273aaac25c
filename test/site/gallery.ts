/**
 * The plan of a site, pure and seeded: which pictures there are, what each is worth, where it is shown and how.
 * The plan is the truth a test compares with, so it is made before a single byte is.
 */
import type { Reason } from '../../src/core/reasons.ts'
import type { SizeRange } from './encode.ts'
import type { MarkupStyle } from './markup.ts'
import type { Photo } from './photos.ts'
import { hash32, pick, randomOf, shuffled, between, type Random } from './random.ts'
import { NEAR_WAYS, type NearWay, type Recipe, type Side, type Subject } from './recipe.ts'
import type { Order } from './studio.ts'
import { wordsOf, type PictureWords } from './words.ts'

export type JunkKind = 'icon' | 'tiny' | 'banner' | 'blank' | 'blurry' | 'exact' | 'near'
export type PictureKind = 'worth' | JunkKind

export interface PlannedPicture {
  /** `p00001` and on, in the order of the pages; says nothing of the kind. */
  readonly id: string
  readonly kind: PictureKind
  readonly worth: boolean
  /** Any of these is a right verdict; empty for what is worth having. */
  readonly reasons: readonly Reason[]
  /** Of an exact or a near duplicate: the picture it repeats, always shown earlier. */
  readonly of: string | null
  /** The change that makes a near duplicate. */
  readonly how: NearWay | null
  readonly style: MarkupStyle
  /** Path of the page that shows it. */
  readonly page: string
  /** The same as `fullPath` where the page offers one rendition only. */
  readonly thumbPath: string
  readonly fullPath: string
  readonly thumb: Side
  readonly full: Side
  readonly words: PictureWords
  readonly order: Order
}

export interface PlannedPage {
  readonly path: string
  readonly kind: 'index' | 'item'
  readonly title: string
  /** Ids, in order of appearance. */
  readonly pictures: readonly string[]
  /** Item pages an index lists, as paths; empty where pictures are shown on the index itself. */
  readonly items: readonly string[]
  readonly previous: string | null
  readonly next: string | null
}

export interface GalleryPlan {
  readonly seed: number
  readonly pictures: readonly PlannedPicture[]
  readonly pages: readonly PlannedPage[]
}

export interface GalleryOptions {
  /** Default 1. */
  readonly seed?: number
  /** All candidates together, worth having or not. Default 100. */
  readonly pictures?: number
  /** How many are worth having: below 1 a share, from 1 a count. Default 0.28. */
  readonly worth?: number
  /** Weights of the kinds of junk. */
  readonly junk?: Partial<Record<JunkKind, number>>
  /** Default 24. */
  readonly picturesPerPage?: number
  /** `linked`: pictures on the index pages; `pages`: each on a page of its own. Default linked. */
  readonly items?: 'linked' | 'pages'
  /** Dealt evenly by chance. Icons and spacers are always plain. Default: all that have a thumbnail. */
  readonly styles?: readonly MarkupStyle[]
  /** Default 20 to 40 KB. */
  readonly thumbBytes?: SizeRange
  /** Default 300 to 600 KB. */
  readonly fullBytes?: SizeRange
  /** Long side of a full picture in pixels. Default 1040. */
  readonly fullSide?: number
  /** Long side of a thumbnail in pixels. Default 400. */
  readonly thumbSide?: number
  /** Real photographs for what is worth having (see `photosIn`); each is used once. */
  readonly photos?: readonly Photo[]
  /** Draw no more than this many scenes: further pictures repeat their pixels under other bytes. */
  readonly bank?: number
}

export const DEFAULT_STYLES: readonly MarkupStyle[] = ['linked', 'srcset', 'picture', 'lazy', 'noscript', 'figure']

const DEFAULT_JUNK: Readonly<Record<JunkKind, number>> = {
  icon: 5, tiny: 1, banner: 8, blank: 6, blurry: 7, exact: 4, near: 5,
}

export const RIGHT_VERDICTS: Readonly<Record<PictureKind, readonly Reason[]>> = {
  worth: [],
  icon: ['too-small'],
  tiny: ['too-small', 'blank', 'placeholder'],
  banner: ['bad-aspect', 'too-small', 'banner'],
  blank: ['blank'],
  blurry: ['blurry', 'upscaled'],
  exact: ['exact-duplicate', 'copy-duplicate'],
  near: ['copy-duplicate', 'exact-duplicate'],
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

interface Draft {
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

const draftsOf = (options: GalleryOptions, random: Random): Draft[] => {
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

const extension = (recipe: Recipe): string => {
  if (recipe.kind === 'icon') return 'png'
  if (recipe.kind === 'tiny') return 'gif'
  return recipe.kind === 'file' ? (recipe.path.split('.').at(-1) ?? 'jpg').toLowerCase() : 'jpg'
}

const indexPath = (number: number): string => (number === 1 ? '/' : `/page/${number}`)

/** The same options always give the same plan. */
export const planGallery = (options: GalleryOptions = {}): GalleryPlan => {
  const seed = options.seed ?? 1
  const random = randomOf(`gallery ${seed}`)
  const drafts = draftsOf(options, random)
  const perPage = options.picturesPerPage ?? 24
  const styles = options.styles ?? DEFAULT_STYLES
  const ownPages = options.items === 'pages'
  const ids = new Map(drafts.map((draft, i) => [draft, `p${String(i + 1).padStart(5, '0')}`]))
  const thumbBytes = options.thumbBytes ?? { minBytes: 20_480, maxBytes: 40_960 }
  const fullBytes = options.fullBytes ?? { minBytes: 307_200, maxBytes: 614_400 }

  const pictures = drafts.map((draft, i): PlannedPicture => {
    const id = ids.get(draft) as string
    const single = draft.kind === 'icon' || draft.kind === 'tiny'
    const style = single ? 'plain' : pick(random, styles)
    const { recipe, thumb, full } = draft
    const fullPath = `/f/${id}.${extension(recipe)}`
    return {
      id,
      kind: draft.kind,
      worth: draft.kind === 'worth',
      reasons: RIGHT_VERDICTS[draft.kind],
      of: draft.of ? (ids.get(draft.of) as string) : null,
      how: recipe.kind === 'near' ? recipe.how : null,
      style,
      page: ownPages ? `/item/${id}` : indexPath(Math.floor(i / perPage) + 1),
      thumbPath: style === 'plain' ? fullPath : `/t/${id}.jpg`,
      fullPath,
      thumb: style === 'plain' ? full : thumb,
      full,
      words: wordsOf(randomOf(`words ${seed} ${hash32(id)}`), draft.label),
      order: { ask: { recipe, full, thumb, fullBytes, thumbBytes }, stamp: draft.stamp ? id : null },
    }
  })

  const count = Math.max(1, Math.ceil(pictures.length / perPage))
  const pages = Array.from({ length: count }, (_, i): PlannedPage => {
    const shown = pictures.slice(i * perPage, (i + 1) * perPage).map((picture) => picture.id)
    return {
      path: indexPath(i + 1),
      kind: 'index',
      title: `Gallery ${seed}, page ${i + 1} of ${count}`,
      pictures: ownPages ? [] : shown,
      items: ownPages ? shown.map((id) => `/item/${id}`) : [],
      previous: i > 0 ? indexPath(i) : null,
      next: i + 1 < count ? indexPath(i + 2) : null,
    }
  })
  if (ownPages) {
    for (const { id, page, words } of pictures) {
      const title = words.title ?? words.alt ?? id
      pages.push({ path: page, kind: 'item', title, pictures: [id], items: [], previous: null, next: null })
    }
  }
  return { seed, pictures, pages }
}
