/**
 * PDQ, the perceptual hash by which copies are proposed: 256 bits that hardly change when a
 * picture is resized or re-encoded. Written from its description ("The TMK+PDQF Video-Hashing
 * Algorithm and the PDQ Image-Hashing Algorithm", Facebook, 2019): luminance, two passes of a
 * Jarosz box filter, 64 × 64 samples, the 16 × 16 lowest frequencies of a DCT without its constant
 * row and column, each compared with their median; and a quality from the gradients.
 */
import { jaroszTaps, remember } from './taps.ts'

const SIDE = 64
const BANDS = 16
const BITS = BANDS * BANDS

export interface Pdq {
  /** 64 hexadecimal digits; the lowest frequency is the last bit. */
  readonly hex: string
  /** 0 (flat) to 100; hashes of quality 49 or less are not worth comparing (the paper). */
  readonly quality: number
}

/** Rows 1 to 16 of the orthonormal DCT-II of 64 samples; row 0, the mean, is left out. */
const DCT = Float32Array.from({ length: BANDS * SIDE }, (_, i) => {
  const frequency = Math.floor(i / SIDE) + 1
  const sample = i % SIDE
  return Math.sqrt(2 / SIDE) * Math.cos((Math.PI / (2 * SIDE)) * frequency * (2 * sample + 1))
})

const tapsFor = remember(jaroszTaps)

// Everything below is synchronous, so one set of buffers serves all calls.
const samples = new Float32Array(SIDE * SIDE)
const half = new Float32Array(BANDS * SIDE)
const bands = new Float32Array(BITS)
const sorted = new Float32Array(BITS)
let line = new Float32Array(512)

/** Blurs and decimates to 64 × 64: only the rows, then the columns, that are sampled. */
const decimate = (luma: Float32Array, width: number, height: number): void => {
  if (line.length < width) line = new Float32Array(width)
  const rows = tapsFor(height, SIDE)
  const columns = tapsFor(width, SIDE)
  for (let y = 0; y < SIDE; y++) {
    const first = rows.first[y] as number
    for (let k = 0; k < rows.width; k++) {
      const weight = rows.weights[y * rows.width + k] as number
      const at = (first + k) * width
      if (k === 0) for (let x = 0; x < width; x++) line[x] = weight * (luma[at + x] as number)
      else if (weight !== 0) for (let x = 0; x < width; x++) line[x] = (line[x] as number) + weight * (luma[at + x] as number)
    }
    for (let x = 0; x < SIDE; x++) {
      const at = columns.first[x] as number
      const tap = x * columns.width
      let sum = 0
      for (let k = 0; k < columns.width; k++) sum += (columns.weights[tap + k] as number) * (line[at + k] as number)
      samples[y * SIDE + x] = sum
    }
  }
}

/** Sum of whole-percent differences between neighbours, over 90, at most 100. */
const qualityOf = (): number => {
  let sum = 0
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const value = samples[y * SIDE + x] as number
      if (y + 1 < SIDE) sum += Math.abs(Math.trunc(((value - (samples[(y + 1) * SIDE + x] as number)) * 100) / 255))
      if (x + 1 < SIDE) sum += Math.abs(Math.trunc(((value - (samples[y * SIDE + x + 1] as number)) * 100) / 255))
    }
  }
  return Math.min(100, Math.floor(sum / 90))
}

const transform = (): void => {
  half.fill(0)
  for (let i = 0; i < BANDS; i++) {
    for (let y = 0; y < SIDE; y++) {
      const weight = DCT[i * SIDE + y] as number
      for (let x = 0; x < SIDE; x++) {
        half[i * SIDE + x] = (half[i * SIDE + x] as number) + weight * (samples[y * SIDE + x] as number)
      }
    }
  }
  for (let i = 0; i < BANDS; i++) {
    for (let j = 0; j < BANDS; j++) {
      let sum = 0
      for (let x = 0; x < SIDE; x++) sum += (half[i * SIDE + x] as number) * (DCT[j * SIDE + x] as number)
      bands[i * BANDS + j] = sum
    }
  }
}

/**
 * @param luma one value a pixel, 0 to 255; at most 512 × 512 (a larger picture works, but is not
 * reduced as the paper's is)
 */
export const pdq = (luma: Float32Array, width: number, height: number): Pdq => {
  decimate(luma, width, height)
  const quality = qualityOf()
  transform()
  sorted.set(bands)
  sorted.sort()
  const median = sorted[BITS / 2 - 1] as number
  let hex = ''
  for (let bit = BITS - 4; bit >= 0; bit -= 4) {
    let digit = 0
    for (let k = 3; k >= 0; k--) digit = digit * 2 + ((bands[bit + k] as number) > median ? 1 : 0)
    hex += digit.toString(16)
  }
  return { hex, quality }
}

const ONES = Uint8Array.from({ length: 16 }, (_, n) => (n & 1) + ((n >> 1) & 1) + ((n >> 2) & 1) + (n >> 3))

/** Bits that differ between two hashes of equal length in hexadecimal digits: 0 to 256 for PDQ. */
export const hammingHex = (a: string, b: string): number => {
  let bits = 0
  for (let i = 0; i < a.length; i++) bits += ONES[Number.parseInt(a[i] as string, 16) ^ Number.parseInt(b[i] as string, 16)] ?? 0
  return bits
}
