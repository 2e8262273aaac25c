/**
 * What a decoder will hold at once: some read a picture row by row, others whole, and a few several times over.
 * The limit of pixels alone would let those take gigabytes.
 */
import type { Metadata } from 'sharp'
import type { Native } from './sniff.ts'

/** A pixel: libheif's planes, its copy as RGB, and the codec's own frames; measured on libheif 1.23 with libaom 3.15. */
const HEIF_BYTES = { plain: 16, alpha: 19, deeper: 1.6 } as const

const SAMPLE_BYTES: Readonly<Record<string, number>> = {
  uchar: 1, char: 1, ushort: 2, short: 2, uint: 4, int: 4, float: 4, double: 8, complex: 8, dpcomplex: 16,
}

/** @returns bytes, besides the file's own; 0 for what is decoded row by row, or made smaller as it is */
export const weightOf = (format: Native, header: Metadata): number => {
  const { width, height, channels, depth, isProgressive, hasAlpha, bitsPerSample = 8 } = header
  const pixels = width * height
  const whole = pixels * channels * (SAMPLE_BYTES[depth] ?? 16)
  switch (format) {
    case 'heif': return pixels * (hasAlpha ? HEIF_BYTES.alpha : HEIF_BYTES.plain) * (bitsPerSample > 8 ? HEIF_BYTES.deeper : 1)
    // One strip or tile may be all of it.
    case 'tiff': return whole
    case 'png': return isProgressive ? whole : 0
    // The coefficients of all scans, of two bytes each.
    case 'jpeg': return isProgressive ? pixels * channels * 2 : 0
    case 'gif': case 'webp': return pixels * 8
    case 'svg': return 0
    default: return format satisfies never
  }
}
