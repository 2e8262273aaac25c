/**
 * Whether something was seen before, in fixed memory: two Bloom filters (B. Bloom, 1970), a young and an old one.
 * When the young one is full it becomes the old one; what is asked for again moves to the young one, so what keeps
 * coming is never forgotten. It errs to one side: now and then it has seen what is new.
 */
export interface SeenFilter {
  /** Whether it was new; it is not any more. */
  isNew(text: string): boolean
}

/** Ten bits a text and five looks: under 1 % are mistaken for known. */
const BITS_EACH = 10
const LOOKS = 5

/** @param capacity texts until one half is forgotten (default a million: 2.5 MB) */
export const createSeenFilter = (capacity = 1_000_000): SeenFilter => {
  const words = Math.ceil((capacity * BITS_EACH) / 32)
  const bits = words * 32
  let young = new Uint32Array(words)
  let old = new Uint32Array(words)
  let count = 0
  const places = new Uint32Array(LOOKS)

  const locate = (text: string): void => {
    // FNV-1a and a second hash of the same walk; the rest are sums of the two (Kirsch and Mitzenmacher, 2006).
    let a = 0x811c9dc5
    let b = 0x9747b28c
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      a = Math.imul(a ^ code, 0x01000193)
      b = Math.imul(b ^ code, 0x5bd1e995)
      b ^= b >>> 15
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b)
    for (let look = 0; look < LOOKS; look++) places[look] = ((a + Math.imul(look, b | 1)) >>> 0) % bits
  }
  const has = (set: Uint32Array): boolean => places.every((place) => (((set[place >>> 5] as number) >>> (place & 31)) & 1) === 1)

  return {
    isNew(text) {
      locate(text)
      if (has(young)) return false
      const known = has(old)
      for (const place of places) young[place >>> 5] = (young[place >>> 5] as number) | (1 << (place & 31))
      if (++count >= capacity) {
        old = young
        young = new Uint32Array(words)
        count = 0
      }
      return !known
    },
  }
}
