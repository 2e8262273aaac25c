/** The files one picture can be had in, and which two of them to fetch: the scout's and the keeper's. */
import type { CandidateVia } from './candidate.ts'
import { fileAddress, type FileAddress } from './file-address/file-address.ts'
import { likelyName } from './file-address/likely-name.ts'
import { UNNAMED_RANK } from './file-address/size-words.ts'
import { looksLikeStandIn } from './picture-url.ts'

export interface Rendition {
  /** Canonical and absolute. */
  readonly url: string
  /** Pixels of the file as the page states them; null where it does not. */
  readonly width: number | null
  readonly height: number | null
  /** The `x` descriptor; null without one. */
  readonly density: number | null
  /**
   * What the page says of it: `thumb` is a smaller copy, `src` stands in the `img`, `main` is shown, `full` is
   * offered for a closer look, `target` is where a link leads.
   */
  readonly role: 'thumb' | 'src' | 'main' | 'full' | 'target'
  /** Pixels of the viewport it is meant for, from a media query; orders renditions of unknown size. */
  readonly viewportPx: number
  readonly via: CandidateVia
}

/** A thumbnail smaller than this, in pixels, shows the models too little. */
export const MIN_THUMBNAIL_PX = 160

/** Width by height of a picture whose shape nobody states: most phones'. */
const USUAL_ASPECT = 4 / 3

export const TIER = { thumb: 0, src: 1, main: 2, full: 3, target: 4 } as const
/** What counts before stated sizes: the `img` and what is shown in its place are one. */
const OFFERED = { ...TIER, main: TIER.src } as const

/** Types that the image room does not decode. */
const UNDECODED = /\.(?:jxl|jp2|heic|heif|psd|svg|ico|raw|cr2|nef|dng)$/i

/** A rendition with what choosing asks of it again and again. */
interface Entrant {
  readonly one: Rendition
  readonly file: FileAddress
  /** Pixels to compare by, stated by page or address; null where neither does. */
  readonly width: number | null
  readonly short: number | null
}

const widthOf = ({ width, height }: Rendition, file: FileAddress, aspect: number): number | null => {
  if (width !== null) return width
  if (height !== null) return height * aspect
  if (file.width === null) return file.height === null ? null : file.height * aspect
  return file.within && file.height !== null ? Math.min(file.width, file.height * aspect) : file.width
}

const heightOf = ({ width, height }: Rendition, file: FileAddress): number | null =>
  height ?? (width === null && !file.within ? file.height : null)

/** The shape that a rendition of known size has, or that the page shows. */
const aspectOf = (renditions: readonly Rendition[], files: readonly FileAddress[], shownAspect: number | null): number => {
  for (let at = 0; at < renditions.length; at++) {
    const file = files[at] as FileAddress
    if (file.cropped) continue
    const { width, height } = renditions[at] as Rendition
    const w = width ?? (file.within ? null : file.width)
    const h = height ?? (file.within ? null : file.height)
    if (w !== null && h !== null && (width === null) === (height === null)) return w / h
  }
  return shownAspect ?? USUAL_ASPECT
}

/** How much a file's name promises among those of its picture: its word of size, then its density. */
const rankOf = (file: FileAddress): number =>
  (file.rank ?? likelyName(file)?.rank ?? UNNAMED_RANK) + (file.density - 1) / 10

/** Less than any two words of size are apart. */
const MADE = 0.25

/** What a resizer made of a file promises less than the file. */
const levelOf = (file: FileAddress): number => rankOf(file) - (file.original ? 0 : MADE)

/** Equal for the files that are sizes of each other by their names. */
const placeOf = (file: FileAddress): string => {
  const path = likelyName(file)?.path
  return path === undefined ? file.key : file.key.slice(0, file.key.indexOf('/')) + path
}

/** The largest width known of each name, by what it promises. */
type Widths = ReadonlyMap<string, ReadonlyMap<number, number>>

const widthsOf = (entrants: readonly Entrant[]): Widths => {
  const widths = new Map<string, Map<number, number>>()
  for (const { file, width } of entrants) {
    if (width === null) continue
    const place = placeOf(file)
    const known = widths.get(place)
    const level = levelOf(file)
    if (known === undefined) widths.set(place, new Map([[level, width]]))
    else known.set(level, Math.max(known.get(level) ?? 0, width))
  }
  return widths
}

/** The widest of what stands in the `img`, as far as addresses tell. */
const widestShown = (entrants: readonly Entrant[]): number | null => {
  let widest: number | null = null
  for (const { one, width } of entrants) if (TIER[one.role] <= TIER.src && width !== null) widest = Math.max(widest ?? 0, width)
  return widest
}

/**
 * The uploaded file is no smaller than what was made of it, nor `gannet.jpg` than `gannet-300x225.jpg`: wider by half
 * a pixel than the widest whose name promises less. Null where there is none.
 */
const floorOf = (file: FileAddress, widths: Widths): number | null => {
  const own = levelOf(file)
  let floor: number | null = null
  for (const [level, width] of widths.get(placeOf(file)) ?? []) if (level < own) floor = Math.max(floor ?? 0, width + 0.5)
  return floor
}

const isUnsizedOriginal = ({ file, width }: Entrant): boolean => file.original && width === null

const entrantsOf = (renditions: readonly Rendition[], { shownAspect = null, files: known }: Known): readonly Entrant[] => {
  const files = known ?? renditions.map(({ url }) => fileAddress(url))
  const aspect = aspectOf(renditions, files, shownAspect)
  const stated = renditions.map((one, at): Entrant => {
    const file = files[at] as FileAddress
    const width = widthOf(one, file, aspect)
    return { one, file, width, short: width === null ? null : Math.min(width, heightOf(one, file) ?? width / aspect) }
  })
  if (!stated.some(isUnsizedOriginal)) return stated
  const widths = widthsOf(stated)
  if (widths.size === 0) return stated
  const shown = widestShown(stated)
  return stated.map((entrant) => {
    if (!isUnsizedOriginal(entrant)) return entrant
    // What is shown in the place of another file is no smaller, where the names do not tell.
    const inPlace = entrant.one.role === 'main' && shown !== null && !widths.has(placeOf(entrant.file)) ? shown + 0.5 : null
    const floor = floorOf(entrant.file, widths) ?? inPlace
    return floor === null ? entrant : { ...entrant, width: floor, short: floor / aspect }
  })
}

const isDecoded = ({ url }: Rendition): number => {
  const query = url.indexOf('?')
  return UNDECODED.test(query === -1 ? url.slice(-6) : url.slice(Math.max(0, query - 6), query)) ? 0 : 1
}

/** Above 0 when `a` promises more than `b`. */
const promise = (a: Entrant, b: Entrant): number =>
  OFFERED[a.one.role] - OFFERED[b.one.role] ||
  (a.width ?? 0) - (b.width ?? 0) ||
  (a.one.density ?? 1) - (b.one.density ?? 1) ||
  a.one.viewportPx - b.one.viewportPx ||
  rankOf(a.file) - rankOf(b.file) ||
  isDecoded(a.one) - isDecoded(b.one) ||
  TIER[a.one.role] - TIER[b.one.role]

const pick = (from: readonly Entrant[], better: (a: Entrant, b: Entrant) => boolean): Entrant | null => {
  let best: Entrant | null = null
  for (const entrant of from) if (best === null || better(entrant, best)) best = entrant
  return best
}

const isShownOnly = ({ role }: Rendition): boolean => role !== 'full' && role !== 'target'

/** Nothing cut where the whole is to be had. */
const uncropped = (entrants: readonly Entrant[]): readonly Entrant[] => {
  if (!entrants.some(({ file }) => file.cropped)) return entrants
  const hasWhole = entrants.some(({ file, width }) => !file.cropped && width !== null)
  return hasWhole ? entrants.filter(({ file }) => !file.cropped) : entrants
}

const largestOf = (entrants: readonly Entrant[]): Entrant => {
  const widest = pick(entrants, (a, b) => (a.width ?? 0) > (b.width ?? 0)) as Entrant
  const offered = pick(entrants, (a, b) => promise(a, b) > 0) as Entrant
  return offered.width !== null && (widest.width ?? 0) > offered.width ? widest : offered
}

const standsIn = ({ one }: Entrant): boolean => isShownOnly(one) && looksLikeStandIn(one.url)

const fullOf = (entrants: readonly Entrant[]): Entrant => {
  const eligible = uncropped(entrants)
  const full = largestOf(eligible)
  if (!standsIn(full)) return full
  const real = eligible.filter((entrant) => !standsIn(entrant))
  return real.length === 0 ? full : largestOf(real)
}

/** A recipe's word on which is which holds against what sizes would say. */
const chosenByRecipe = (renditions: readonly Rendition[]): Choice | null => {
  if (renditions[0]?.via !== 'recipe') return null
  const full = renditions.find(({ via, role }) => via === 'recipe' && role === 'target')
  if (full === undefined) return null
  return { thumbnail: renditions.find(({ via, role }) => via === 'recipe' && role !== 'target') ?? full, full }
}

/** A side smaller than this is a sign of a picture, not one to judge it by. */
const MIN_SHOWN_PX = 64

/** What the page shows in place of a file that it only offers: its own word on which is the thumbnail. */
const isLinkedFrom = ({ one, width, short }: Entrant, full: Entrant): boolean =>
  isShownOnly(one) && !isShownOnly(full.one) && (short ?? 0) >= MIN_SHOWN_PX && (full.width === null || (width ?? 0) < full.width)

export interface Choice {
  readonly thumbnail: Rendition
  readonly full: Rendition
}

/** What helps to choose. */
export interface Known {
  /** Width by height as the page shows the picture; null where it does not say (the default). */
  readonly shownAspect?: number | null
  /** Those of the renditions, where they have been read before. */
  readonly files?: readonly FileAddress[]
}

/**
 * Full: what the page offers for a closer look (a link's target before an attribute), else the
 * largest that page or address state; but never a file stated to be narrower than another. Thumbnail:
 * the smallest whose short side is stated to be at least 160 pixels (by a usual shape where only one
 * side is; what is only offered counts last), else the one that promises least, else the largest of those too small that the page shows
 * for a file it leads to, else the full one.
 * @param renditions at least one; a recipe's first
 */
export const chooseRenditions = (renditions: readonly Rendition[], known: Known = {}): Choice => {
  const [only] = renditions
  if (renditions.length === 1 && only !== undefined) return { thumbnail: only, full: only }
  const told = chosenByRecipe(renditions)
  if (told !== null) return told
  const entrants = entrantsOf(renditions, known)
  const full = fullOf(entrants)
  /** Of those the page shows, and of those it offers for a closer look. */
  let sized: Entrant | null = null
  let offered: Entrant | null = null
  let unsized: Entrant | null = null
  let small: Entrant | null = null
  for (const entrant of entrants) {
    const { one, width, short } = entrant
    if (one.url === full.one.url) continue
    if (width === null) {
      if (promise(entrant, full) < 0 && (unsized === null || promise(entrant, unsized) < 0)) unsized = entrant
    } else if ((short ?? 0) >= MIN_THUMBNAIL_PX && (full.width === null || width < full.width)) {
      if (isShownOnly(one)) sized = sized === null || width < (sized.width ?? 0) ? entrant : sized
      else if (offered === null || width < (offered.width ?? 0)) offered = entrant
    } else if (isLinkedFrom(entrant, full) && (small === null || width > (small.width ?? 0))) small = entrant
  }
  return { thumbnail: (sized ?? unsized ?? offered ?? small ?? full).one, full: full.one }
}
