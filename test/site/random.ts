/**
 * Everything on the site follows from a seed, so that a failure seen once can be seen again. One small
 * generator (mulberry32) serves drawing, planning and switches; a text key gives each use its own stream.
 */
export interface Random {
  /** 0 ≤ x < 1. */
  (): number
}

/** FNV-1a over UTF-16 units, finished with murmur3's mixer: near keys give unrelated numbers. */
export const hash32 = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** @param key any text or number; the same key always yields the same stream */
export const randomOf = (key: string | number): Random => {
  let state = hash32(String(key))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** `low` ≤ x < `high`. */
export const between = (random: Random, low: number, high: number): number => low + random() * (high - low)

/** A whole number, `low` ≤ x ≤ `high`. */
export const whole = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))

export const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('cannot pick from an empty list')
  return item
}

/** Fisher–Yates, on a copy. */
export const shuffled = <Item>(random: Random, items: readonly Item[]): Item[] => {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = out[i] as Item
    out[i] = out[j] as Item
    out[j] = held
  }
  return out
}
