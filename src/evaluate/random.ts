/** Draws that generators of cases share. */

export type Random = () => number

export const between = (random: Random, least: number, most: number): number => least + random() * (most - least)

export const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
