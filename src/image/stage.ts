/**
 * The memory that pictures are worked on in, and the kernels that work on it (kernels/pixels.as).
 * One stage a process: everything here is synchronous, so pictures take turns on it. Regions have
 * fixed places, sized for the largest working picture, with room at their ends for kernels that
 * work in whole groups; only the planes of a tensor, the last region, may need more.
 */
import { GannetError } from '../core/errors.ts'
import type { Rgb } from './decode.ts'
import { PIXELS_WASM } from './pixels-wasm.ts'
import type { Taps } from './taps.ts'

/** Addresses and sizes in bytes. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  luma(rgb: number, count: number, out: number): void
  statistics(luma: number, width: number, height: number, histogram: number, sums: number): void
  resample(
    source: number, stride: number, count: number,
    rowFirst: number, rowWeights: number, rowTaps: number, down: number,
    columnFirst: number, columnWeights: number, columnTaps: number, across: number,
    scale: number, mean: number, line: number, out: number, plane: number,
  ): void
  decimate(
    luma: number, width: number,
    rowFirst: number, rowWeights: number, rowTaps: number,
    columnFirst: number, columnWeights: number, columnTaps: number,
    line: number, out: number,
  ): void
  transform(matrix: number, samples: number, half: number, bands: number): void
}

/** Node has it; its type declarations and ES2023's do not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: object }
}
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(PIXELS_WASM, 'base64')))
export const kernels = exports as Kernels

/** Longest side, in pixels, of a picture whose luminance is on the stage, and of one that is only resampled there. */
const STAGE_SIDE = 512
const FINE_STAGE_SIDE = 1024
const PIXELS = STAGE_SIDE * STAGE_SIDE
const KIB = 1024
const PAGE = 64 * KIB
/** Room for a filter's table: an input of 4,096 pixels a side has some 64 KiB. */
const TABLE = 256 * KIB

let free = KIB
const region = (bytes: number): number => {
  const at = free
  free += Math.ceil(bytes / 64) * 64 + 128
  return at
}

/** Where things lie. */
export const at = {
  rgb: region(FINE_STAGE_SIDE * FINE_STAGE_SIDE * 3),
  luma: region(PIXELS * 4),
  line: region(FINE_STAGE_SIDE * 3 * 4),
  rows: region(TABLE),
  columns: region(TABLE),
  matrix: region(16 * 64 * 4),
  samples: region(64 * 64 * 4),
  half: region(16 * 64 * 4),
  bands: region(256 * 4),
  histogram: region(4 * 256 * 4),
  sums: region(5 * 8),
  planes: free,
} as const

const room = (bytes: number): void => {
  const missing = bytes - kernels.memory.buffer.byteLength
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE))
}
room(at.planes + 3 * PIXELS * 4)

// Growing the memory detaches what was seen of it, so every view is made for one use.
export const floatsAt = (address: number, length: number): Float32Array =>
  new Float32Array(kernels.memory.buffer, address, length)
export const doublesAt = (address: number, length: number): Float64Array =>
  new Float64Array(kernels.memory.buffer, address, length)
export const countsAt = (address: number, length: number): Uint32Array =>
  new Uint32Array(kernels.memory.buffer, address, length)

const mustFit = (width: number, height: number, values: number, each: number, side: number): void => {
  if (width <= side && height <= side && values === width * height * each) return
  throw new GannetError(
    'internal',
    `${values} values are not a picture of ${width} × ${height}, at most ${side} × ${side}: pass one that decodeForLook made`,
  )
}

/** @throws GannetError `internal` for what is not a working picture */
export const putRgb = ({ data, width, height }: Rgb): void => {
  mustFit(width, height, data.length, 3, FINE_STAGE_SIDE)
  new Uint8Array(kernels.memory.buffer, at.rgb, data.length).set(data)
}

/** @throws GannetError `internal` for what is not a working picture's luminance */
export const putLuma = (luma: Float32Array, width: number, height: number): void => {
  mustFit(width, height, luma.length, 1, STAGE_SIDE)
  floatsAt(at.luma, luma.length).set(luma)
}

/** Tables in the kernels' form. @param base input sample that the first of the kernel's line is */
const putTaps = (address: number, taps: Taps, base: number): readonly [first: number, weights: number] => {
  const weights = address + taps.first.byteLength
  if (taps.first.byteLength + taps.weights.byteLength > TABLE) {
    throw new GannetError('pack-damaged', `an input of ${taps.length} pixels a side is too large: correct the pack's manifest`)
  }
  const first = new Int32Array(kernels.memory.buffer, address, taps.first.length)
  first.set(taps.first)
  if (base > 0) for (let i = 0; i < first.length; i++) first[i] = (first[i] as number) - base
  floatsAt(weights, taps.weights.length).set(taps.weights)
  return [address, weights]
}

/** Red, green and blue planes, one after another. */
export interface Planes {
  /** Floats of a row; those beyond the filter's `length` are filling. */
  readonly across: number
  readonly data: Float32Array
}

/** Filters the picture on the stage: `value × scale − mean`. The result is valid until the next call. */
export const resample = (width: number, rows: Taps, columns: Taps, scale: number, mean: number): Planes => {
  const across = columns.first.length
  const plane = across * rows.length * 4
  room(at.planes + 3 * plane)
  // A crop's columns do not reach to the edges: what they never take is not blended.
  const base = columns.first[0] as number
  const count = (columns.first[columns.length - 1] as number) + columns.width - base
  const [rowFirst, rowWeights] = putTaps(at.rows, rows, 0)
  const [columnFirst, columnWeights] = putTaps(at.columns, columns, base)
  kernels.resample(
    at.rgb + base * 3, width * 3, count * 3, rowFirst, rowWeights, rows.width, rows.length,
    columnFirst, columnWeights, columns.width, across, scale, mean, at.line, at.planes, plane,
  )
  return { across, data: floatsAt(at.planes, (3 * plane) / 4) }
}

/** Filters the luminance on the stage. @returns 64 × 64 samples, valid until the next call */
export const decimate = (width: number, rows: Taps, columns: Taps): Float32Array => {
  const [rowFirst, rowWeights] = putTaps(at.rows, rows, 0)
  const [columnFirst, columnWeights] = putTaps(at.columns, columns, 0)
  kernels.decimate(
    at.luma, width, rowFirst, rowWeights, rows.width, columnFirst, columnWeights, columns.width, at.line, at.samples,
  )
  return floatsAt(at.samples, 64 * 64)
}
