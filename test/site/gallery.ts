/**
 * The plan of a site, pure and seeded: which pictures there are, what each is worth, where it is shown and how.
 * The plan is the truth a test compares with, so it is made before a single byte is.
 */
import type { Reason } from '../../src/core/reasons.ts'
import { draftsOf } from './drafts.ts'
import type { SizeRange } from './encode.ts'
import type { MarkupStyle } from './markup.ts'
import type { Photo } from './photos.ts'
import { hash32, pick, randomOf, shuffled } from './random.ts'
import type { NearWay, Recipe, Side } from './recipe.ts'
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
  /** Pictures of earlier pages shown again, by the same URLs, on the last page. Default 0. */
  readonly repeats?: number
  /** Draw no more than this many scenes: further pictures repeat their pixels under other bytes. */
  readonly bank?: number
}

export const DEFAULT_STYLES: readonly MarkupStyle[] = ['linked', 'srcset', 'picture', 'lazy', 'noscript', 'figure']

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
  const earlier = pictures.slice(0, (count - 1) * perPage).map((picture) => picture.id)
  const repeats = shuffled(random, earlier).slice(0, options.repeats ?? 0)
  const pages = Array.from({ length: count }, (_, i): PlannedPage => {
    const shown = pictures.slice(i * perPage, (i + 1) * perPage).map((picture) => picture.id)
    if (i + 1 === count) shown.push(...repeats)
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
