/** How well kinds are told: of each picture, and of what a gate for photographs would keep. */
import type { PictureKind } from '../core/picture-kinds.ts'

export interface JudgedKind {
  readonly truth: PictureKind
  /** Null where it could not be told. */
  readonly told: PictureKind | null
  /** Whether a gate for photographs and products lets it pass. */
  readonly isKept: boolean
}

export interface KindMetrics {
  /** Share that was told right. */
  readonly accuracy: number
  /** Of what the gate keeps, the share that is a photograph or product. */
  readonly keptWorth: number
  /** Of photographs and products, the share that it keeps. */
  readonly worthKept: number
}

const isWorth = (kind: PictureKind): boolean => kind === 'photograph' || kind === 'product'

const share = (part: number, of: number): number => (of === 0 ? Number.NaN : part / of)

/** NaN where there is nothing to count. */
export const kindMetrics = (judged: readonly JudgedKind[]): KindMetrics => {
  const kept = judged.filter(({ isKept }) => isKept)
  const worth = judged.filter(({ truth }) => isWorth(truth))
  const both = kept.filter(({ truth }) => isWorth(truth)).length
  return {
    accuracy: share(judged.filter(({ truth, told }) => truth === told).length, judged.length),
    keptWorth: share(both, kept.length), worthKept: share(both, worth.length),
  }
}
