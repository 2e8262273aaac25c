/** How well pairs are found, when each pair that is proposed has a score. */

export interface ScoredPair {
  readonly score: number
  /** Whether it is one of those looked for. */
  readonly right: boolean
}

export interface RetrievalMetrics {
  /** Area under precision over recall of all pairs of all queries ranked together, ties at their worst: µAP of Douze et al., arXiv:2106.09672. */
  readonly microAp: number
  /** Of the pairs at or above the threshold. */
  readonly precision: number
  readonly recall: number
  /** The most recall that is had at the precision asked for or more. */
  readonly recallAtPrecision: number
}

/** @param there pairs looked for, proposed or not @param precision asked for, 0 to 1 */
export const retrievalMetrics = (pairs: readonly ScoredPair[], there: number, threshold: number, precision: number): RetrievalMetrics => {
  // Worst case: what is wrong comes first among equals.
  const ranked = [...pairs].sort((a, b) => b.score - a.score || Number(a.right) - Number(b.right))
  let [right, area, recallAtPrecision] = [0, 0, 0]
  for (const [at, pair] of ranked.entries()) {
    if (!pair.right) continue
    right++
    area += right / (at + 1)
    // Equals are taken together: a threshold cannot part them.
    if (ranked[at + 1]?.score !== pair.score && right / (at + 1) >= precision) recallAtPrecision = right / there
  }
  const said = pairs.filter(({ score }) => score >= threshold)
  const hits = said.filter((pair) => pair.right).length
  return {
    microAp: there === 0 ? 1 : area / there, precision: said.length === 0 ? 1 : hits / said.length, recall: there === 0 ? 1 : hits / there,
    recallAtPrecision,
  }
}
