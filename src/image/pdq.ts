/**
 * PDQ, the perceptual hash by which copies are proposed: 256 bits that hardly change when a
 * picture is resized or re-encoded. Written from its description ("The TMK+PDQF Video-Hashing
 * Algorithm and the PDQ Image-Hashing Algorithm", Facebook, 2019): luminance, two passes of a
 * Jarosz box filter, 64 × 64 samples, the 16 × 16 lowest frequencies of a DCT without its constant
 * row and column, each compared with their median; and a quality from the gradients.
 */
import { at, decimate, floatsAt, kernels, putLuma } from './stage.ts'
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

floatsAt(at.matrix, DCT.length).set(DCT)

/** Sum of whole-percent differences between neighbours, over 90, at most 100. */
const qualityOf = (samples: Float32Array): number => {
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

/** @param luma one value a pixel, 0 to 255; at most 512 × 512, to which the paper reduces larger pictures */
export const pdq = (luma: Float32Array, width: number, height: number): Pdq => {
  putLuma(luma, width, height)
  return pdqOnStage(width, height)
}

/** Of the luminance that is on the stage. */
export const pdqOnStage = (width: number, height: number): Pdq => {
  const quality = qualityOf(decimate(width, tapsFor(height, SIDE), tapsFor(width, SIDE)))
  kernels.transform(at.matrix, at.samples, at.half, at.bands)
  const bands = floatsAt(at.bands, BITS)
  const median = bands.slice().sort()[BITS / 2 - 1] as number
  let hex = ''
  for (let bit = BITS - 4; bit >= 0; bit -= 4) {
    let digit = 0
    for (let k = 3; k >= 0; k--) digit = digit * 2 + ((bands[bit + k] as number) > median ? 1 : 0)
    hex += digit.toString(16)
  }
  return { hex, quality }
}
