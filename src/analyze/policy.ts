/** What is worth having. Pure data: a verdict is a function of evidence and policy, so it can be given again. */
import { z } from 'zod'
import { setting, shape } from '../core/config.ts'

/** What to do with a picture that is the same as a stored one. */
export type SamePolicy = 'skip' | 'keep-best' | 'link'

export interface Policy {
  /** Short side of the full picture, in pixels. */
  readonly minSide: number
  /** Short side of a thumbnail that has a larger rendition behind it, in pixels. */
  readonly minThumbnailSide: number
  /** Long side over short side. */
  readonly maxAspect: number
  /** Standard deviation of luminance, in 8-bit levels, below which a picture is blank. */
  readonly blankContrast: number
  /** Variance of the Laplacian below which a picture is blurred. */
  readonly minSharpness: number
  /** Names of detector classes of which one must be shown; empty: no gate. */
  readonly target: readonly string[]
  /** Least score of a box that counts, 0 to 1. */
  readonly confidence: number
  /** Whether an owner's reservation inside the file holds: fetching's own setting. It holds unless it is false. */
  readonly optOut?: boolean
  readonly onExact: SamePolicy
  readonly onCopy: SamePolicy
  readonly onSimilar: SamePolicy
}

const same = (fallback: SamePolicy, help: string) =>
  setting(z.enum(['skip', 'keep-best', 'link']).default(fallback), { help, value: 'skip|keep-best|link' })

export const policySettings = {
  minSide: setting(shape.count(128), { help: 'Least short side of a full picture, in pixels.', value: 'px' }),
  minThumbnailSide: setting(shape.count(64), { help: 'Least short side of a thumbnail, in pixels.', value: 'px' }),
  maxAspect: setting(shape.amount(3.5, 1), { help: 'Most that the long side may exceed the short side, as a ratio.', value: 'ratio' }),
  blankContrast: setting(shape.amount(6, 0, 128), {
    help: 'Contrast (standard deviation of luminance, 8-bit levels) below which a picture is blank.', value: 'levels',
  }),
  minSharpness: setting(shape.amount(12), {
    help: 'Sharpness (variance of the Laplacian) below which a picture is blurred.', value: 'variance',
  }),
  target: setting(shape.list(), { help: 'Keep only pictures that show one of these detector classes.', value: 'class', list: true }),
  confidence: setting(shape.amount(0.5, 0, 1), { help: 'Least score of a detection that counts.', value: '0..1' }),
  onExact: same('skip', 'What to do with a picture stored already, byte for byte or pixel for pixel.'),
  onCopy: same('keep-best', 'What to do with another copy (resized, re-encoded) of a stored picture.'),
  onSimilar: same('link', 'What to do with a picture that resembles a stored one.'),
}
