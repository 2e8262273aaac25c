/**
 * What sort of picture one is: a small linear classifier over its surface and, where the embedder that it was fitted with has
 * seen it, over that one's vector too. Standardised features, one score a kind. Where the weights come from stands beside them.
 */
import { PICTURE_KINDS, type PictureKind } from '../core/picture-kinds.ts'
import type { Reason } from '../core/reasons.ts'
import type { StoredVector } from '../store/asset.ts'
import type { Objection } from './judge-look.ts'
import { kindFeatures, type KindEvidence } from './kind-features.ts'
import { KIND_WEIGHTS, type KindWeights } from './kind-weights.ts'
import type { Policy } from './policy.ts'

/** Standard deviations from the mean beyond which a feature says no more. */
const MOST_DEVIATION = 4

export interface KindScores {
  /** From 0 to 1, summing to 1. */
  readonly scores: { readonly [Kind in PictureKind]: number }
  /** What they were told from. */
  readonly by: 'surface' | 'surface and vector'
}

const classify = ({ mean, deviation, kinds, bias }: KindWeights, features: readonly number[]): readonly number[] => {
  const standard = features.map((value, i) =>
    Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, (value - (mean[i] as number)) / (deviation[i] as number))))
  const logits = kinds.map((row, at) => standard.reduce((sum, value, i) => sum + value * (row[i] as number), bias[at] as number))
  const most = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp(logit - most))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** Null where the surface was not measured. @param vectors of the same picture, in any spaces */
export const kindScores = (evidence: KindEvidence, vectors: readonly StoredVector[]): KindScores | null => {
  const features = kindFeatures(evidence)
  if (features === null) return null
  const vector = vectors.find(({ space }) => space === KIND_WEIGHTS.space)
  const scores = vector ? classify(KIND_WEIGHTS.both, [...features, ...vector.values]) : classify(KIND_WEIGHTS.surface, features)
  return {
    scores: Object.fromEntries(PICTURE_KINDS.map((kind, at) => [kind, scores[at] as number])) as KindScores['scores'],
    by: vector ? 'surface and vector' : 'surface',
  }
}

export const likeliest = ({ scores }: KindScores): PictureKind =>
  PICTURE_KINDS.reduce((best, kind) => (scores[kind] > scores[best] ? kind : best))

/**
 * Sum of the scores of the kinds that are wanted below which a picture is turned away: the highest at which 97 % of what is
 * worth keeping stayed, on variants of junk, seeds and photographs that were held out from the fit.
 */
const LEAST = 0.45
/** The same while more of the picture is still to be learned. */
const LEAST_YET = 0.03

const REASONS: { readonly [Kind in PictureKind]: Reason } = {
  photograph: 'label-excluded', product: 'label-excluded', illustration: 'graphic', icon: 'graphic', banner: 'banner', screenshot: 'graphic', placeholder: 'placeholder',
}

/**
 * Nothing speaks against a picture whose kind cannot be told.
 * @param isLast whether it is all that will be known of it
 */
export const judgeKind = (told: KindScores | null, policy: Pick<Policy, 'kinds'>, isLast: boolean): Objection | null => {
  if (policy.kinds.length === 0 || told === null) return null
  const wanted = policy.kinds.reduce((sum, kind) => sum + told.scores[kind], 0)
  const least = isLast ? LEAST : LEAST_YET
  if (wanted >= least) return null
  const kind = PICTURE_KINDS.filter((one) => !policy.kinds.includes(one)).reduce((best, one) => (told.scores[one] > told.scores[best] ? one : best))
  return { reason: REASONS[kind], evidence: { kind, score: round(told.scores[kind]), wanted: round(wanted), least, by: told.by } }
}

const round = (value: number): number => Math.round(value * 1000) / 1000
