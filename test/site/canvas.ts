/**
 * A small painter's box over raw RGB pixels: cheaper by far than an SVG, and its shading and grain make
 * pictures that hashes, blur measures and encoders treat as they treat photographs.
 */
import { randomOf, type Random } from './random.ts'

export interface Pixels {
  /** RGB, 8 bits, row by row: `width × height × 3` bytes; clamped by the array itself, which costs nothing. */
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

export type Rgb = readonly [number, number, number]

export const blankCanvas = (width: number, height: number): Pixels => ({
  data: new Uint8ClampedArray(width * height * 3),
  width,
  height,
})

const channel = (n: number, hue: number, reach: number, light: number): number => {
  const k = (n + hue * 12) % 12
  return 255 * (light - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
}

/** @param hue 0 to 1; @param strength and @param light 0 to 1 (HSL, by the W3C's CSS Color formula) */
export const colour = (hue: number, strength: number, light: number): Rgb => {
  const reach = strength * Math.min(light, 1 - light)
  return [channel(0, hue, reach, light), channel(8, hue, reach, light), channel(4, hue, reach, light)]
}

/** Side of a noise tile; a power of two, so that wrapping is a mask. */
const SIDE = 256
const MASK = SIDE - 1
const tiles = new Map<number, Float32Array>()

const smooth = (t: number): number => t * t * (3 - 2 * t)

/** Adds one octave: a coarse grid of random heights, smoothly joined, wrapping at the edges. */
const addOctave = (field: Float32Array, grid: Float32Array, cells: number, weight: number): void => {
  const step = SIDE / cells
  for (let y = 0; y < SIDE; y++) {
    const ty = smooth((y % step) / step)
    const row = Math.floor(y / step) * cells
    const next = (row + cells) % (cells * cells)
    for (let x = 0; x < SIDE; x++) {
      const tx = smooth((x % step) / step)
      const here = Math.floor(x / step)
      const right = (here + 1) % cells
      const top = (grid[row + here] as number) * (1 - tx) + (grid[row + right] as number) * tx
      const low = (grid[next + here] as number) * (1 - tx) + (grid[next + right] as number) * tx
      const at = y * SIDE + x
      field[at] = (field[at] as number) + weight * (top * (1 - ty) + low * ty)
    }
  }
}

/** A tileable fractal field of −1 to 1 (six octaves of value noise), made once for each of a few ids. */
export const noiseTile = (id: number): Float32Array => {
  const made = tiles.get(id)
  if (made) return made
  const field = new Float32Array(SIDE * SIDE)
  for (let cells = 4, weight = 1; cells <= 128; cells *= 2, weight *= 0.6) {
    const random = randomOf(`noise ${id} ${cells}`)
    addOctave(field, Float32Array.from({ length: cells * cells }, () => random() * 2 - 1), cells, weight)
  }
  const most = field.reduce((m, v) => Math.max(m, Math.abs(v)), 0)
  for (let i = 0; i < field.length; i++) field[i] = (field[i] as number) / most
  tiles.set(id, field)
  return field
}

/** Bilinear, wrapping. */
export const sample = (tile: Float32Array, x: number, y: number): number => {
  const fx = Math.floor(x)
  const fy = Math.floor(y)
  const tx = x - fx
  const ty = y - fy
  const row = (fy & MASK) * SIDE
  const next = ((fy + 1) & MASK) * SIDE
  const a = tile[row + (fx & MASK)] as number
  const b = tile[row + ((fx + 1) & MASK)] as number
  const c = tile[next + (fx & MASK)] as number
  const d = tile[next + ((fx + 1) & MASK)] as number
  return (a + (b - a) * tx) * (1 - ty) + (c + (d - c) * tx) * ty
}

/** Covers the whole canvas with a mottled blend that runs from `top` to `bottom`. */
export const wash = (canvas: Pixels, random: Random, top: Rgb, bottom: Rgb, mottle: number, scale: number): void => {
  const { data, width, height } = canvas
  const tile = noiseTile(Math.floor(random() * 6))
  const ox = random() * SIDE
  const oy = random() * SIDE
  for (let y = 0, at = 0; y < height; y++) {
    const down = y / height
    for (let x = 0; x < width; x++, at += 3) {
      const n = sample(tile, ox + x * scale, oy + y * scale)
      const t = down + n * 0.5
      const light = n * mottle
      data[at] = top[0] + (bottom[0] - top[0]) * t + light
      data[at + 1] = top[1] + (bottom[1] - top[1]) * t + light
      data[at + 2] = top[2] + (bottom[2] - top[2]) * t + light
    }
  }
}

/** Nearest, wrapping: enough for the texture of a small thing. */
const texture = (tile: Float32Array, x: number, y: number): number =>
  tile[((y & MASK) << 8) | (x & MASK)] as number

export interface Solid {
  readonly x: number
  readonly y: number
  readonly rx: number
  readonly ry: number
  /** Radians. */
  readonly turn: number
  readonly colour: Rgb
  /** 2 an ellipse, 8 nearly a box: the exponent of a superellipse. */
  readonly squareness: 2 | 4 | 8
  /** Where the light comes from, −1 to 1 each way. */
  readonly lightX: number
  readonly lightY: number
  /** Strength of the surface's texture in levels. */
  readonly rough: number
  /** Stripes across the body; 0 for none. */
  readonly stripes: number
}

/** A lit body with a highlight, a texture and perhaps stripes. */
export const solid = (canvas: Pixels, random: Random, body: Solid): void => {
  const { data, width, height } = canvas
  const reach = Math.hypot(body.rx, body.ry)
  const cos = Math.cos(body.turn)
  const sin = Math.sin(body.turn)
  const tile = noiseTile(Math.floor(random() * 6))
  const ox = random() * SIDE
  const [r, g, b] = body.colour
  const x1 = Math.min(width - 1, Math.ceil(body.x + reach))
  const y1 = Math.min(height - 1, Math.ceil(body.y + reach))
  for (let y = Math.max(0, Math.floor(body.y - reach)); y <= y1; y++) {
    for (let x = Math.max(0, Math.floor(body.x - reach)); x <= x1; x++) {
      const dx = x - body.x
      const dy = y - body.y
      const u = (dx * cos + dy * sin) / body.rx
      const v = (dy * cos - dx * sin) / body.ry
      const uu = u * u
      const vv = v * v
      let inside = uu + vv
      if (body.squareness === 4) inside = uu * uu + vv * vv
      else if (body.squareness === 8) inside = uu * uu * uu * uu + vv * vv * vv * vv
      if (inside > 1) continue
      const lit = 0.78 + 0.3 * (u * body.lightX + v * body.lightY) - 0.25 * inside
      const su = u - body.lightX * 0.5
      const sv = v - body.lightY * 0.5
      const shine = Math.max(0, 1 - 6 * (su * su + sv * sv)) * 70
      const band = body.stripes > 0 && Math.floor((u + 1) * body.stripes) % 2 === 0 ? 0.6 : 1
      const n = texture(tile, ox + x, y) * body.rough + shine
      const at = (y * width + x) * 3
      data[at] = r * lit * band + n
      data[at + 1] = g * lit * band + n
      data[at + 2] = b * lit * band + n
    }
  }
}

/** Fills everything below a rough line; several of them, back to front, make a landscape. */
export const ridge = (canvas: Pixels, random: Random, level: number, rise: number, tint: Rgb, rough: number): void => {
  const { data, width, height } = canvas
  const line = noiseTile(Math.floor(random() * 6))
  const face = noiseTile(Math.floor(random() * 6))
  const ox = random() * SIDE
  const oy = random() * SIDE
  const stretch = 0.2 + random() * 0.5
  for (let x = 0; x < width; x++) {
    const top = Math.round(height * (level + rise * sample(line, ox + x * stretch, oy)))
    for (let y = Math.max(0, top); y < height; y++) {
      const n = texture(face, ox + x, y) * rough
      const depth = Math.min(1, (y - top) / (height * 0.4))
      const at = (y * width + x) * 3
      data[at] = tint[0] * (1.1 - 0.4 * depth) + n
      data[at + 1] = tint[1] * (1.1 - 0.4 * depth) + n
      data[at + 2] = tint[2] * (1.1 - 0.4 * depth) + n
    }
  }
}

const GRAIN_SIDE = 1024
let grainTile: Int8Array | undefined

/** Fixed film grain, roughly Gaussian with a deviation of 32, without the cost of drawing it anew. */
const grain = (): Int8Array => {
  if (grainTile) return grainTile
  const random = randomOf('grain')
  grainTile = Int8Array.from({ length: GRAIN_SIDE * GRAIN_SIDE }, () =>
    Math.max(-127, Math.min(127, Math.round((random() + random() + random() + random() - 2) * 55.4))),
  )
  return grainTile
}

/** @param levels standard deviation of the grain in 8-bit levels; the same on all three channels */
export const addGrain = (canvas: Pixels, random: Random, levels: number): void => {
  const { data, width, height } = canvas
  const film = grain()
  const ox = Math.floor(random() * GRAIN_SIDE)
  const oy = Math.floor(random() * GRAIN_SIDE)
  const gain = Math.round((levels / 32) * 256)
  for (let y = 0, at = 0; y < height; y++) {
    const row = ((y + oy) & (GRAIN_SIDE - 1)) * GRAIN_SIDE
    for (let x = 0; x < width; x++, at += 3) {
      const n = ((film[row + ((x + ox) & (GRAIN_SIDE - 1))] as number) * gain + 128) >> 8
      data[at] = (data[at] as number) + n
      data[at + 1] = (data[at + 1] as number) + n
      data[at + 2] = (data[at + 2] as number) + n
    }
  }
}
