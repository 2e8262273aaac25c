/** How well ranked classes match the truth. */

export interface RankedPicture {
  readonly truth: string
  /** Class names, the most probable first; none for a picture of which nothing is said. */
  readonly ranked: readonly string[]
}

/** Shares, 0 to 1; NaN without pictures. */
export interface ClassificationMetrics {
  /** Of pictures whose first class is right. */
  readonly top1: number
  /** Of pictures whose class is among the first five. */
  readonly top5: number
  /** Mean of the classes' own shares: a class counts the same however many pictures it has. */
  readonly perClass: number
}

export interface ClassOutcome {
  readonly name: string
  readonly pictures: number
  readonly right: number
}

/** By name. */
export const classesOf = (pictures: readonly RankedPicture[]): readonly ClassOutcome[] => {
  const classes = new Map<string, { pictures: number; right: number }>()
  for (const { truth, ranked } of pictures) {
    const own = classes.get(truth) ?? { pictures: 0, right: 0 }
    own.pictures++
    if (ranked[0] === truth) own.right++
    classes.set(truth, own)
  }
  return [...classes].map(([name, own]) => ({ name, ...own })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

export const classificationMetrics = (pictures: readonly RankedPicture[]): ClassificationMetrics => {
  const among = (first: number): number => pictures.filter(({ truth, ranked }) => ranked.slice(0, first).includes(truth)).length / pictures.length
  const shares = classesOf(pictures).map(({ pictures: of, right }) => right / of)
  return { top1: among(1), top5: among(5), perClass: shares.reduce((a, b) => a + b, 0) / shares.length }
}

export interface Confusion {
  readonly truth: string
  /** Null where nothing was said. */
  readonly said: string | null
  readonly pictures: number
}

/** The confusion table without its diagonal and its zeros, the worst first. */
export const confusionsOf = (pictures: readonly RankedPicture[]): readonly Confusion[] => {
  const cells = new Map<string, Confusion>()
  for (const { truth, ranked } of pictures) {
    const said = ranked[0] ?? null
    if (said === truth) continue
    const key = JSON.stringify([truth, said])
    cells.set(key, { truth, said, pictures: (cells.get(key)?.pictures ?? 0) + 1 })
  }
  return [...cells].sort(([a, { pictures: m }], [b, { pictures: n }]) => n - m || (a < b ? -1 : 1)).map(([, cell]) => cell)
}
