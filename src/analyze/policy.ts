/** What is worth having. Pure data: a verdict is a function of evidence and policy, so it can be given again. */
export interface Policy {
  /** Short side of the full picture, in pixels. */
  readonly minSide: number
  /** Short side of a thumbnail that has a larger rendition behind it. */
  readonly minThumbnailSide: number
  /** Long side over short side. */
  readonly maxAspect: number
  /** Contrast below which a picture is blank (8-bit levels, standard deviation). */
  readonly blankContrast: number
  /** Entropy below which a picture is blank, in bits. */
  readonly blankEntropy: number
  /** Blur measure below which a picture is blurred. */
  readonly blur: number
  /** Names of detector classes of which one must be shown; empty: no gate. */
  readonly targets: readonly string[]
  /** Least score of a box that counts, 0 to 1. */
  readonly confidence: number
  readonly same: {
    readonly exact: SamePolicy
    readonly copy: SamePolicy
    readonly similar: SamePolicy
  }
}

/** What to do with a picture that is the same as a stored one. */
export type SamePolicy = 'skip' | 'keep-best' | 'link'
