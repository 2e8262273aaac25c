/** Seeded chance: the same draws for the same seed, on every machine. */

export interface Random {
  /** In [0, 1). */
  (): number
}

/** mulberry32. */
export const randomOf = (seed: number): Random => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

export const between = (random: Random, least: number, most: number): number => least + random() * (most - least)

export const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
