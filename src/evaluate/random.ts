/** Seeded chance: the same draws for the same seed, on every machine. */
export { seededRandom as randomOf } from '../core/seeded-random.ts'

export interface Random {
  /** In [0, 1). */
  (): number
}

export const between = (random: Random, least: number, most: number): number => least + random() * (most - least)

export const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
