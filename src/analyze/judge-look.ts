/** The cheap verdict: what size, shape and the plain statistics of a picture say before any model sees it. */
import type { Json } from '../core/json.ts'
import type { Reason } from '../core/reasons.ts'
import type { Look } from '../image/look.ts'
import type { Policy } from './policy.ts'

/** A reason to turn a picture away, with the numbers it rests on. */
export interface Objection {
  readonly reason: Reason
  readonly evidence: { readonly [key: string]: Json }
}

export type LookPolicy = Pick<Policy, 
  'minSide' | 'minThumbnailSide' | 'maxAspect' | 'blankContrast' | 'minBrightness' | 'maxBrightness' | 'minSharpness' | 'optOut'
>

/** What of a look a verdict rests on. */
export type LookEvidence = Pick<Look, 'format' | 'width' | 'height' | 'looks' | 'warning'> & Partial<Pick<Look, 'credits'>>

/**
 * @param as `thumbnail` when a larger rendition stands behind it: then only the thumbnail's own floor holds
 * @returns null when nothing speaks against it
 */
export const judgeLook = (look: LookEvidence, as: 'thumbnail' | 'full', policy: LookPolicy): Objection | null => {
  const short = Math.min(look.width, look.height)
  const aspect = Math.max(look.width, look.height) / Math.max(1, short)
  const least = as === 'full' ? policy.minSide : policy.minThumbnailSide
  // Before all else: an owner's word is not weighed against the picture.
  const reserved = look.credits?.reserved ?? null
  if (reserved !== null && policy.optOut !== false) return { reason: 'opt-out', evidence: { reserved } }
  // What is drawn from a description is no photograph, whatever its size when drawn.
  if (look.format === 'svg') return { reason: 'graphic', evidence: { format: look.format } }
  // Shape first: a banner is a banner at any size, and that word tells more than "too small".
  if (aspect > policy.maxAspect) return { reason: 'bad-aspect', evidence: { aspect: round(aspect), most: policy.maxAspect } }
  if (short < least) return { reason: 'too-small', evidence: { shortSide: short, least } }
  // Before the statistics: they would be those of pixels that never arrived.
  if (look.warning !== null) return { reason: 'damaged', evidence: { warning: look.warning } }
  if (look.looks.contrast < policy.blankContrast) {
    return { reason: 'blank', evidence: { contrast: round(look.looks.contrast), least: policy.blankContrast } }
  }
  const { brightness } = look.looks
  if (brightness < policy.minBrightness || brightness > policy.maxBrightness) {
    return { reason: 'blank', evidence: { brightness: round(brightness), least: policy.minBrightness, most: policy.maxBrightness } }
  }
  if (look.looks.blur < policy.minSharpness) {
    return { reason: 'blurry', evidence: { sharpness: round(look.looks.blur), least: policy.minSharpness } }
  }
  return null
}

/** What the page says of the full picture's size, before anything is fetched. */
export const judgeStated = (
  stated: { readonly width: number | null; readonly height: number | null },
  policy: LookPolicy,
): Objection | null => {
  const { width, height } = stated
  if (width === null || height === null || width <= 0 || height <= 0) return null
  const short = Math.min(width, height)
  return short < policy.minSide ? { reason: 'too-small', evidence: { statedShortSide: short, least: policy.minSide } } : null
}

const round = (value: number): number => Math.round(value * 100) / 100
