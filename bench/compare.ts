/** Side by side in one run, in turn: what the machine does meanwhile meets both. */

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** @param share 0 to 1 */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN

export interface Sides<A, B> {
  readonly a: readonly A[]
  readonly b: readonly B[]
}

/** Runs A B A B …, `runs` of each. */
export const interleaved = async <A, B>(runs: number, a: (run: number) => Promise<A>, b: (run: number) => Promise<B>): Promise<Sides<A, B>> => {
  const sides = { a: [] as A[], b: [] as B[] }
  for (let run = 0; run < runs; run++) {
    sides.a.push(await a(run))
    sides.b.push(await b(run))
  }
  return sides
}
