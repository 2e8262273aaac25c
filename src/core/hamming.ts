/** Number of bits in which two hashes of the same length differ. */
const BITS = Uint8Array.from({ length: 16 }, (_, n) => (n & 1) + ((n >> 1) & 1) + ((n >> 2) & 1) + (n >> 3))

/** @param a, b hexadecimal digits, as many of each */
export const hammingHex = (a: string, b: string): number => {
  let distance = 0
  for (let at = 0; at < a.length; at++) {
    distance += BITS[(parseInt(a[at] as string, 16) ^ parseInt(b[at] as string, 16)) & 15] as number
  }
  return distance
}
