/** The files one picture can be had in, and which two of them to fetch: the scout's and the keeper's. */
import type { CandidateVia } from './candidate.ts'

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

const TIER = { thumb: 0, src: 1, main: 2, full: 3, target: 4 } as const
/** What counts before stated sizes: the `img` and what is shown in its place are one. */
const OFFERED = { ...TIER, main: TIER.src } as const

/** Above 0 when `a` promises more than `b`. */
const promise = (a: Rendition, b: Rendition): number => {
  const offered = OFFERED[a.role] - OFFERED[b.role]
  return (
    offered ||
    (a.width ?? 0) - (b.width ?? 0) ||
    (a.density ?? 1) - (b.density ?? 1) ||
    a.viewportPx - b.viewportPx ||
    TIER[a.role] - TIER[b.role]
  )
}

const shortSide = (r: Rendition): number => Math.min(r.width ?? 0, r.height ?? Number.POSITIVE_INFINITY)

const pick = (from: readonly Rendition[], better: (a: Rendition, b: Rendition) => boolean): Rendition | null => {
  let best: Rendition | null = null
  for (const rendition of from) if (best === null || better(rendition, best)) best = rendition
  return best
}

/**
 * Full: what the page offers for a closer look (a link's target before an attribute), else the
 * largest it states; but never a file stated to be narrower than another. Thumbnail: the smallest
 * stated to be at least 160 pixels, else the one that promises least, else the full one.
 * @param renditions at least one
 */
export const chooseRenditions = (
  renditions: readonly Rendition[],
): { readonly thumbnail: Rendition; readonly full: Rendition } => {
  const widest = pick(renditions, (a, b) => (a.width ?? 0) > (b.width ?? 0)) as Rendition
  const offered = pick(renditions, (a, b) => promise(a, b) > 0) as Rendition
  const full = offered.width !== null && (widest.width ?? 0) > offered.width ? widest : offered

  const others = renditions.filter((r) => r.url !== full.url)
  const sized = others.filter((r) => r.width !== null && shortSide(r) >= MIN_THUMBNAIL_PX)
  const unsized = others.filter((r) => r.width === null && promise(r, full) < 0)
  const thumbnail =
    pick(sized, (a, b) => (a.width ?? 0) < (b.width ?? 0)) ?? pick(unsized, (a, b) => promise(a, b) < 0) ?? full
  return { thumbnail, full }
}
