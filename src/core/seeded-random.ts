/** Numbers that look random and are the same for the same seed: mulberry32, by Tommy Ettinger (public domain). */

/** @returns draws of 0 up to, not including, 1 */
export const seededRandom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

/** A copy in an order drawn by `random`: Fisher and Yates's. */
export const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] => {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1))
    ;[order[last], order[at]] = [order[at] as Item, order[last] as Item]
  }
  return order
}
