/**
 * Which of an `img`'s sources a browser would load ("update the source set" and "select an image
 * source" of the HTML standard). The crawler itself wants the smallest and the largest instead.
 */
import type { Viewport } from './css-length.ts'
import { sourceSize } from './sizes.ts'
import { parseSrcset } from './srcset.ts'

export interface SourceQuestion {
  readonly src?: string | null | undefined
  readonly srcset?: string | null | undefined
  readonly sizes?: string | null | undefined
  /** In CSS pixels. */
  readonly viewport: Viewport
  /** Device pixels a CSS pixel, above 0. */
  readonly dpr: number
}

/**
 * The URL as written, or null when there is none. Of equal densities the first counts; chosen is
 * the least density that is at least `dpr`, or else the greatest (the standard leaves this open).
 */
export const selectSource = (ask: SourceQuestion): string | null => {
  const entries = parseSrcset(ask.srcset ?? '')
  const hasWidths = entries.some((entry) => entry.width !== null)
  const size = hasWidths ? sourceSize(ask.sizes ?? '', { ...ask.viewport, dpr: ask.dpr }) : 1
  const sources = entries.map(({ url, width, density }) => ({
    url,
    density: width === null ? (density ?? 1) : width / size,
  }))
  const src = ask.src ?? ''
  const hasOne = entries.some((entry) => entry.width === null && (entry.density ?? 1) === 1)
  if (src !== '' && !hasOne && !hasWidths) sources.push({ url: src, density: 1 })

  let best: { url: string; density: number } | null = null
  for (const source of sources) {
    const better =
      best === null ||
      (best.density < ask.dpr ? source.density > best.density : source.density >= ask.dpr && source.density < best.density)
    if (better) best = source
  }
  return best?.url ?? null
}
