/** Distances between perceptual hashes: how many bits differ. Hexadecimal where two are compared, words where many are. */

/** Most bits, of 256, in which the PDQ hashes of two copies differ: its authors' limit. */
export const PDQ_MATCH = 31
/** Least PDQ quality, 0 to 100, of a hash that says enough to be compared: its authors' limit. */
export const PDQ_MIN_QUALITY = 50

/** Bits set in a 32-bit word. */
export const bitsIn = (word: number): number => {
  let n = word - ((word >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** @param hex hexadecimal digits, eight a word */
export const wordsOf = (hex: string): Uint32Array =>
  Uint32Array.from({ length: hex.length >> 3 }, (_, at) => Number.parseInt(hex.slice(8 * at, 8 * at + 8), 16))

/**
 * The PDQ hash of the picture in a mirror: what is odd across changes its sign, and so its side of the median, which lies near
 * 0 (measured: 12 bits of 256 off, where unrelated pictures differ in 128).
 * @param words of a hash, in their order
 */
export const mirroredWords = (words: Uint32Array): Uint32Array => words.map((word) => (word ^ 0x5555_5555) >>> 0)

/** @param a, b as many words of each */
export const hammingWords = (a: Uint32Array, b: Uint32Array): number => {
  let distance = 0
  for (let at = 0; at < a.length; at++) distance += bitsIn((a[at] as number) ^ (b[at] as number))
  return distance
}

/** @param a, b hexadecimal digits, as many of each, a multiple of eight */
export const hammingHex = (a: string, b: string): number => hammingWords(wordsOf(a), wordsOf(b))
