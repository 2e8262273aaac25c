/**
 * Where one picture lies in another: whole in whole, a crop in its original, an original within a border, above a caption or
 * beside another picture, mirrored or not. Normalised cross-correlation of sketches (Lewis, "Fast Normalized
 * Cross-Correlation", 1995) over scales and places on a coarse grid, the best refined by descent; the shapes of both
 * pictures fix the ratio of the window's sides, so that one scale is searched and not two.
 */
import { addPairs, correlationIn, noMoments, variancesOf } from './moments.ts'
import { WHOLE, type SketchView, type Window } from './sketch-view.ts'

export interface Registration {
  /** Which of the two lies in the other. */
  readonly inner: 'first' | 'second'
  /** Where, in shares of the other. */
  readonly window: Window
  /** Whether the second is seen in a mirror. */
  readonly mirrored: boolean
  /** Pearson correlation of luminance within the window, −1 to 1. */
  readonly correlation: number
}

/** Cells of the coarse grid's side. */
const GRID = 20
/** Least side of a window, in shares: a collage of two gives each a half, of two unlike ones less. */
const LEAST_SCALE = 0.3
const LEAST_CELLS = 6
/** Coarse correlation below which nothing is refined: copies come to .85 and more, most other pictures stay below it. */
const GATE = 0.78
/** Places that are refined by one step, and the correlation that the best of them must have to be refined further. */
const STARTS = 3
const PROMISING = 0.72
const STEPS = [1 / 32, 1 / 64, 1 / 128, 1 / 256] as const
/** Samples a side while refining. */
const SAMPLES = 28
/** Variance below which a plane is flat, levels squared. */
const FLAT = 1
/** A window may reach so far beyond the edge. */
const SLACK = 0.012

/** Of two planes, sample by sample; two flat ones are alike. */
export const correlationOf = (a: Float32Array, b: Float32Array): number => {
  const sums = noMoments()
  addPairs(sums, a, b)
  return Math.max(...variancesOf(sums)) < FLAT ? 1 : correlationIn(sums, 1e-6)
}

interface Place {
  readonly window: Window
  readonly correlation: number
}

/** Sums and sums of squares over any rectangle of the grid in four look-ups each. */
const integrals = (grid: Float32Array): { readonly sums: Float64Array; readonly squares: Float64Array } => {
  const line = GRID + 1
  const [sums, squares] = [new Float64Array(line * line), new Float64Array(line * line)]
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      const value = grid[row * GRID + column] as number
      const at = (row + 1) * line + column + 1
      sums[at] = value + (sums[at - 1] as number) + (sums[at - line] as number) - (sums[at - line - 1] as number)
      squares[at] = value * value + (squares[at - 1] as number) + (squares[at - line] as number) - (squares[at - line - 1] as number)
    }
  }
  return { sums, squares }
}

const far = (a: Window, b: Window): boolean => Math.abs(a.x - b.x) + Math.abs(a.y - b.y) + Math.abs(a.width - b.width) > 0.09

/** The best places for the whole of `inner` in `outer`, each apart from the others. */
const coarsePlaces = (inner: SketchView, outer: SketchView): readonly Place[] => {
  const grid = outer.shrunk(GRID, GRID)
  const { sums, squares } = integrals(grid)
  const line = GRID + 1
  const ratio = inner.aspect / outer.aspect
  const best: Place[] = []
  for (let size = GRID; size >= GRID * LEAST_SCALE; size--) {
    const [columns, rows] = [Math.round(ratio >= 1 ? size : size * ratio), Math.round(ratio >= 1 ? size / ratio : size)]
    if (columns < LEAST_CELLS || rows < LEAST_CELLS) continue
    const n = columns * rows
    const pattern = inner.shrunk(columns, rows)
    let [sum, energy] = [0, 0]
    for (let at = 0; at < n; at++) {
      sum += pattern[at] as number
      energy += (pattern[at] as number) ** 2
    }
    energy = Math.max(1, energy - (sum * sum) / n)
    for (let top = 0; top + rows <= GRID; top++) {
      for (let left = 0; left + columns <= GRID; left++) {
        let product = 0
        for (let row = 0; row < rows; row++) {
          const [from, at] = [row * columns, (top + row) * GRID + left]
          for (let column = 0; column < columns; column++) product += (pattern[from + column] as number) * (grid[at + column] as number)
        }
        const [a, b] = [top * line + left, (top + rows) * line + left]
        const there = (sums[b + columns] as number) - (sums[a + columns] as number) - (sums[b] as number) + (sums[a] as number)
        const square = (squares[b + columns] as number) - (squares[a + columns] as number) - (squares[b] as number) + (squares[a] as number)
        const correlation = (product - (sum * there) / n) / Math.sqrt(energy * Math.max(1, square - (there * there) / n))
        if (correlation < GATE || correlation <= (best[STARTS - 1]?.correlation ?? 0)) continue
        const window = { x: left / GRID, y: top / GRID, width: columns / GRID, height: rows / GRID }
        const near = best.findIndex((other) => !far(other.window, window))
        if (near !== -1 && (best[near] as Place).correlation >= correlation) continue
        if (near !== -1) best.splice(near, 1)
        best.push({ window, correlation })
        best.sort((p, q) => q.correlation - p.correlation)
        best.length = Math.min(best.length, STARTS)
      }
    }
  }
  return best
}

/** What may be done to a window: moved, widened, heightened, grown about its middle. */
const MOVES = [
  [1, 0, 0, 0], [-1, 0, 0, 0], [0, 1, 0, 0], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, -1, 0], [0, 0, 0, 1], [0, 0, 0, -1], [-0.5, -0.5, 1, 1], [0.5, 0.5, -1, -1],
] as const
const MOST_ROUNDS = 4

/** A picture as it is laid over another. */
export interface Compared {
  readonly view: SketchView
  /** Where pictures seem to lie in it: the other may be one of them. */
  readonly panels: readonly Window[]
}

/** Of a panel that may be the other picture: sides so alike, as a ratio. */
const PANEL_SHAPE = 1.15

const reversed = ({ x, y, width, height }: Window): Window => ({ x: 1 - x - width, y, width, height })

/** Panels of `outer` that have the shape of `inner`, as far as they agree. */
const panelPlaces = (inner: SketchView, outer: SketchView, panels: readonly Window[]): readonly Place[] =>
  panels.flatMap((window) => {
    const ratio = (outer.aspect * window.width) / window.height / inner.aspect
    if (Math.max(ratio, 1 / ratio) > PANEL_SHAPE || Math.min(window.width, window.height) < LEAST_SCALE) return []
    const correlation = correlationOf(inner.luma(WHOLE, SAMPLES, SAMPLES), outer.luma(window, SAMPLES, SAMPLES))
    return correlation < GATE ? [] : [{ window, correlation }]
  })

/** Walks uphill by one step's length until no move leads higher. */
const climb = (inner: SketchView, outer: SketchView, start: Window, step: number): Place => {
  const pattern = inner.luma(WHOLE, SAMPLES, SAMPLES)
  const at = (window: Window): Place => ({ window, correlation: correlationOf(pattern, outer.luma(window, SAMPLES, SAMPLES)) })
  let best = at(start)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const from = best
    for (const [x, y, width, height] of MOVES) {
      const { window } = best
      const moved = { x: window.x + x * step, y: window.y + y * step, width: window.width + width * step, height: window.height + height * step }
      const outside = moved.x < -SLACK || moved.y < -SLACK || moved.x + moved.width > 1 + SLACK || moved.y + moved.height > 1 + SLACK
      if (outside || moved.width < LEAST_SCALE * 0.9 || moved.height < LEAST_SCALE * 0.9) continue
      const place = at(moved)
      if (place.correlation > best.correlation + 1e-4) best = place
    }
    if (best === from) break
  }
  return best
}

/** @returns the best of all ways that one lies in the other; null where none is worth a closer look */
export const register = (first: Compared, second: Compared, options: { readonly mirrored: boolean } = { mirrored: true }): Registration | null => {
  const ways = (options.mirrored ? [false, true] : [false]).flatMap((mirrored) => {
    const other = mirrored ? { view: second.view.mirrored(), panels: second.panels.map(reversed) } : second
    // The same shape fits in itself whole; which is the inner one is a matter of chance then.
    return ([['first', first, other], ['second', other, first]] as const).flatMap(([inner, { view: inside }, { view: outside, panels }]) =>
      [...panelPlaces(inside, outside, panels), ...coarsePlaces(inside, outside)].map((place) => ({ inner, inside, outside, mirrored, ...place })))
  })
  const [coarsest, ...finer] = STEPS
  const [start] = ways.sort((a, b) => b.correlation - a.correlation).slice(0, STARTS)
    .map((way) => ({ ...way, ...climb(way.inside, way.outside, way.window, coarsest) })).sort((a, b) => b.correlation - a.correlation)
  if (!start) return null
  const { inner, inside, outside, mirrored } = start
  let place: Place = start
  for (const step of place.correlation < PROMISING ? [] : finer) place = climb(inside, outside, place.window, step)
  return { inner, mirrored, window: place.window, correlation: place.correlation }
}
