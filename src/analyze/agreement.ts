/**
 * How well two pictures agree once one is laid over the other: in how many of the places that show anything, and in colour.
 * Correlation of the whole is blind to small differences: another smile, another line of text, another colour of paint.
 */
import { addMoments, addPairs, correlationIn, noMoments, variancesOf, type Moments } from './moments.ts'
import type { Registration } from './registration.ts'
import { WHOLE, type SketchView, type Window } from './sketch-view.ts'

export interface Agreement {
  /** Share, 0 to 1, of the textured blocks whose details are the same, each counted by how much it shows. */
  readonly details: number
  /** Correlation of all that is not textured and different, −1 to 1: what is covered in places agrees in the others to the pixel. */
  readonly uncovered: number
  /** Of the others: share where both show something, and not the same: two texts, two smiles; 0 where one only covers the other. */
  readonly clash: number
  /** Share of the blocks that show next to nothing: plain ground. */
  readonly plain: number
  /** What is left of the difference of colour when one is as much paler as fits best, root mean square in levels. */
  readonly colour: number
  /** Colourfulness of the paler over that of the other, 0 to 1; 1 where neither has any. */
  readonly paler: number
}

/** Cells of a block's side. */
const BLOCK = 8
/** Samples a side where the window is the whole. */
const SAMPLES = 64
const LEAST_SAMPLES = 24
/** Variance below which a block is plain, and the least that is divided by; levels squared. */
const TEXTURE = 25
const NOISE = 4
/** Correlation from which a block's details are the same. */
const SAME = 0.7
/** Least ratio of variances where both sides show something. */
const BOTH = 0.15
/** Contrast in levels from which a block counts in full. */
const STARK = 20

/** What a window of the sketch really holds: no more samples than it has cells. */
const samplesOf = (side: number): number => Math.max(LEAST_SAMPLES, Math.round((SAMPLES * Math.min(1, side)) / BLOCK) * BLOCK)

/** A window seldom lies on whole cells: what the interpolation blurs on one side is blurred on both. 1 2 1 along rows and columns. */
const soften = (plane: Float32Array, columns: number, rows: number): Float32Array => {
  const at = (row: number, column: number): number =>
    plane[Math.min(rows - 1, Math.max(0, row)) * columns + Math.min(columns - 1, Math.max(0, column))] as number
  return plane.map((_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns]
    const line = (y: number): number => at(y, column - 1) + 2 * at(y, column) + at(y, column + 1)
    return (line(row - 1) + 2 * line(row) + line(row + 1)) / 16
  })
}

const blockOf = (a: Float32Array, b: Float32Array, columns: number, top: number, left: number): Moments => {
  const sums = noMoments()
  for (let row = top; row < top + BLOCK; row++) addPairs(sums, a, b, row * columns + left, BLOCK)
  return sums
}

const detailsOf = (inner: SketchView, outer: SketchView, window: Window): Pick<Agreement, 'details' | 'uncovered' | 'clash' | 'plain'> => {
  const [columns, rows] = [samplesOf(window.width), samplesOf(window.height)]
  const [a, b] = [inner.shrunk(columns, rows), outer.luma(window, columns, rows)].map((plane) => soften(plane, columns, rows)) as [Float32Array, Float32Array]
  const uncovered = noMoments()
  let [shown, same, clash, plain, blocks] = [0, 0, 0, 0, 0]
  for (let top = 0; top < rows; top += BLOCK) {
    for (let left = 0; left < columns; left += BLOCK) {
      const block = blockOf(a, b, columns, top, left)
      const [least, most] = variancesOf(block).toSorted((p, q) => p - q) as [number, number]
      const weight = Math.min(Math.sqrt(most), STARK)
      const isPlain = most < TEXTURE
      const isSame = !isPlain && correlationIn(block, NOISE) >= SAME
      blocks++
      if (isPlain) plain++
      else shown += weight
      if (isSame) same += weight
      if (isPlain || isSame) addMoments(uncovered, block)
      else if (least >= most * BOTH) clash += weight
    }
  }
  return { details: shown === 0 ? 1 : same / shown, uncovered: uncovered.n === 0 ? 0 : correlationIn(uncovered, NOISE), clash: shown === 0 ? 0 : clash / shown, plain: plain / blocks }
}

const colourOf = (inner: SketchView, outer: SketchView, window: Window): Pick<Agreement, 'colour' | 'paler'> => {
  const [a, b] = [inner.colour(WHOLE), outer.colour(window)]
  const [energyA, energyB] = [a, b].map((plane) => plane.reduce((sum, value) => sum + value * value, 0)) as [number, number]
  const [strong, pale, energy] = energyA >= energyB ? [a, b, energyA] : [b, a, energyB]
  // Levels squared below which there is no colour to compare.
  const none = NOISE * a.length
  const product = strong.reduce((sum, value, at) => sum + value * (pale[at] as number), 0)
  const scale = energy <= none ? 1 : Math.max(0, product / energy)
  const left = pale.reduce((sum, value, at) => sum + (value - scale * (strong[at] as number)) ** 2, 0)
  return { colour: Math.sqrt(left / (a.length / 2)), paler: energy <= none ? 1 : Math.min(1, scale) }
}

export const agreementOf = (first: SketchView, second: SketchView, { inner, window, mirrored }: Registration): Agreement => {
  const other = mirrored ? second.mirrored() : second
  const [inside, outside] = inner === 'first' ? [first, other] : [other, first]
  return { ...detailsOf(inside, outside, window), ...colourOf(inside, outside, window) }
}
