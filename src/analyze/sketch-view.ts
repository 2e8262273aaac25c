/**
 * A sketch as registration sees it: floating planes, mirrored where that is asked for, shrunk to a grid or sampled through a
 * window. What was computed is kept, as one picture is held against many.
 */
import { SKETCH_BYTES, SKETCH_CELLS, SKETCH_COLOUR_SIDE, SKETCH_COLOURS, SKETCH_SIDE } from '../core/sketch-layout.ts'
import type { Panel } from '../image/look.ts'

/** Stores of catalogue format 2 kept a tile instead: 32 × 32 RGB. */
const TILE_SIDE = 32
const TILE_BYTES = TILE_SIDE * TILE_SIDE * 3

/** Where one picture lies in another. */
export type Window = Panel

export const WHOLE: Window = { x: 0, y: 0, width: 1, height: 1 }

export interface SketchView {
  /** Width over height of the picture that the sketch is of. */
  readonly aspect: number
  /** Means of areas, rows × columns. */
  shrunk(columns: number, rows: number): Float32Array
  /** Luminance through a window, bilinear, `columns` × `rows`. */
  luma(window: Window, columns: number, rows: number): Float32Array
  /** Cb and Cr about 0 through a window, 16 × 16 of each. */
  colour(window: Window): Float32Array
  mirrored(): SketchView
}

interface Planes {
  readonly luma: Float32Array
  readonly blue: Float32Array
  readonly red: Float32Array
}

/** What an old tile says, on the finer grid. */
const planesOfTile = (tile: Uint8Array): Planes => {
  const [luma, blue, red] = [new Float32Array(SKETCH_CELLS), new Float32Array(SKETCH_COLOURS), new Float32Array(SKETCH_COLOURS)]
  const [perLuma, perColour] = [SKETCH_SIDE / TILE_SIDE, TILE_SIDE / SKETCH_COLOUR_SIDE]
  for (let cell = 0; cell < TILE_SIDE * TILE_SIDE; cell++) {
    const [row, column] = [Math.floor(cell / TILE_SIDE), cell % TILE_SIDE]
    const [r, g, b] = tile.subarray(cell * 3, cell * 3 + 3) as unknown as [number, number, number]
    const y = 0.299 * r + 0.587 * g + 0.114 * b
    for (let k = 0; k < perLuma * perLuma; k++) luma[(row * perLuma + Math.floor(k / perLuma)) * SKETCH_SIDE + column * perLuma + (k % perLuma)] = y
    const at = Math.floor(row / perColour) * SKETCH_COLOUR_SIDE + Math.floor(column / perColour)
    blue[at] = (blue[at] as number) + (b - y) * (0.5 / 0.886) / perColour ** 2
    red[at] = (red[at] as number) + (r - y) * (0.5 / 0.701) / perColour ** 2
  }
  return { luma, blue, red }
}

const planesOf = (sketch: Uint8Array): Planes | null => {
  if (sketch.length === TILE_BYTES) return planesOfTile(sketch)
  if (sketch.length !== SKETCH_BYTES) return null
  const centred = (from: number): Float32Array => Float32Array.from(sketch.subarray(from, from + SKETCH_COLOURS), (level) => level - 128)
  return { luma: Float32Array.from(sketch.subarray(0, SKETCH_CELLS)), blue: centred(SKETCH_CELLS), red: centred(SKETCH_CELLS + SKETCH_COLOURS) }
}

const mirror = (plane: Float32Array, side: number): Float32Array =>
  plane.map((_, at) => plane[at - (at % side) + side - 1 - (at % side)] as number)

/** Area means of a square plane. */
const shrink = (plane: Float32Array, columns: number, rows: number): Float32Array => {
  const [across, down] = [SKETCH_SIDE / columns, SKETCH_SIDE / rows]
  const lines = new Float32Array(SKETCH_SIDE * columns)
  for (let column = 0; column < columns; column++) {
    const [from, to] = [column * across, (column + 1) * across]
    for (let x = Math.floor(from); x < Math.min(SKETCH_SIDE, Math.ceil(to)); x++) {
      const weight = (Math.min(to, x + 1) - Math.max(from, x)) / across
      for (let y = 0; y < SKETCH_SIDE; y++) lines[y * columns + column] = (lines[y * columns + column] as number) + weight * (plane[y * SKETCH_SIDE + x] as number)
    }
  }
  const out = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * down, (row + 1) * down]
    for (let y = Math.floor(from); y < Math.min(SKETCH_SIDE, Math.ceil(to)); y++) {
      const weight = (Math.min(to, y + 1) - Math.max(from, y)) / down
      for (let column = 0; column < columns; column++) {
        out[row * columns + column] = (out[row * columns + column] as number) + weight * (lines[y * columns + column] as number)
      }
    }
  }
  return out
}

/** Bilinear, from the middles of cells; the edge's cells go on beyond it. */
const sample = (plane: Float32Array, side: number, window: Window, columns: number, rows: number, out: Float32Array, at: number): void => {
  const last = side - 1
  for (let row = 0; row < rows; row++) {
    const y = Math.min(last, Math.max(0, (window.y + ((row + 0.5) / rows) * window.height) * side - 0.5))
    const top = Math.min(last - 1, Math.floor(y)) * side
    const down = y - top / side
    for (let column = 0; column < columns; column++) {
      const x = Math.min(last, Math.max(0, (window.x + ((column + 0.5) / columns) * window.width) * side - 0.5))
      const left = Math.min(last - 1, Math.floor(x))
      const across = x - left
      const cell = top + left
      const upper = (plane[cell] as number) * (1 - across) + (plane[cell + 1] as number) * across
      const lower = (plane[cell + side] as number) * (1 - across) + (plane[cell + side + 1] as number) * across
      out[at + row * columns + column] = upper * (1 - down) + lower * down
    }
  }
}

const viewOf = ({ luma, blue, red }: Planes, aspect: number): SketchView => {
  const grids = new Map<number, Float32Array>()
  let reversed: SketchView | null = null
  return {
    aspect,
    shrunk(columns, rows) {
      const key = columns * 1000 + rows
      const grid = grids.get(key) ?? shrink(luma, columns, rows)
      grids.set(key, grid)
      return grid
    },
    luma(window, columns, rows) {
      const out = new Float32Array(columns * rows)
      sample(luma, SKETCH_SIDE, window, columns, rows, out, 0)
      return out
    },
    colour(window) {
      const out = new Float32Array(2 * SKETCH_COLOURS)
      sample(blue, SKETCH_COLOUR_SIDE, window, SKETCH_COLOUR_SIDE, SKETCH_COLOUR_SIDE, out, 0)
      sample(red, SKETCH_COLOUR_SIDE, window, SKETCH_COLOUR_SIDE, SKETCH_COLOUR_SIDE, out, SKETCH_COLOURS)
      return out
    },
    mirrored: () => (reversed ??= viewOf({ luma: mirror(luma, SKETCH_SIDE), blue: mirror(blue, SKETCH_COLOUR_SIDE), red: mirror(red, SKETCH_COLOUR_SIDE) }, aspect)),
  }
}

/**
 * @param sketch as in Fingerprint, or the tile of an older store
 * @param width @param height of the picture, in pixels
 * @returns null for what is no sketch
 */
export const viewSketch = (sketch: Uint8Array, width: number, height: number): SketchView | null => {
  const planes = planesOf(sketch)
  return planes && viewOf(planes, width / Math.max(1, height))
}
