/**
 * Whether two pictures are copies of one, and how: the independent look at registered pixels that confirms what a hash or a
 * vector proposes.
 *
 * The weights were fitted by logistic regression on 2,400 copies (evaluate/copy-cases.ts, seed 5, of 300 photographs of
 * ImageNet) against pairs of designs with other words (evaluate/template-cases.ts, seed 8), neighbours in 97 classes of
 * Caltech-101 and the nearest other pictures by vector. Which measures there are, and the threshold, were chosen with an eye on copies of
 * COCO's photographs under other seeds than that of `npm run bench -- copies`.
 */
import { agreementOf, type Agreement } from './agreement.ts'
import { register, type Compared, type Registration } from './registration.ts'
import type { Window } from './sketch-view.ts'

/**
 * `whole`: both show the same extent. `crop`: one shows a part of the other. `frame`: one is the other within a border or
 * beside a caption. `part`: one holds the other beside another picture, or as a detail of something much larger.
 */
export type CopyForm = 'whole' | 'crop' | 'frame' | 'part'

export interface Likeness extends Registration, Agreement {
  /** Log odds of being a copy, but for a constant: at 0 and above it is taken for one. −Infinity where no weight is given to the rest. */
  readonly score: number
}

export interface SamePicture extends Likeness {
  readonly form: CopyForm
}

const WEIGHT = { correlation: 1.86, uncovered: 1.33, details: 3.55, clash: -4.37, plain: -29.6 } as const
const LEAST_SCORE = 11.45
/** More of it says no more: a design is a design with a fifth of plain ground or with two. */
const MOST_PLAIN = 0.12
/** Root mean square of 8-bit levels; 999 of 1,000 copies stay well below it, another colour of paint seldom does. */
const MOST_COLOUR = 26
/** On plain ground, which products stand on: one that has every detail of the other, but neither its colour nor all its luminance, is painted anew. */
const REPAINTED = { plain: 0.1, paler: 0.3, correlation: 0.985, details: 0.97 } as const
/** Shares of the sides from which a window is the whole. */
const WHOLE_SIDE = 0.93
/** Share of the area from which a window is most of a picture: half of a collage whose seam was not seen is not. */
const MOST_OF_IT = 0.66
/** Intersection over union from which a window is a panel. */
const IS_PANEL = 0.8

/** Of a correlation: the digits that are nines, in nepers; of 1 as of .9995, which is what noise leaves. */
const surety = (correlation: number): number => -Math.log(1 - Math.min(correlation, 0.9995))

const scoreOf = ({ correlation }: Registration, { details, uncovered, clash, plain, colour, paler }: Agreement): number => {
  const isRepainted = plain >= REPAINTED.plain && paler < REPAINTED.paler && correlation < REPAINTED.correlation && details >= REPAINTED.details
  if (colour > MOST_COLOUR || isRepainted) return -Infinity
  return WEIGHT.correlation * surety(correlation) + WEIGHT.uncovered * surety(uncovered) + WEIGHT.details * details +
    WEIGHT.clash * clash + WEIGHT.plain * Math.min(plain, MOST_PLAIN) - LEAST_SCORE
}

const shared = (a: Window, b: Window): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y))

const areaOf = ({ width, height }: Window): number => width * height

const formOf = ({ window }: Registration, panels: readonly Window[]): CopyForm => {
  if (window.width >= WHOLE_SIDE && window.height >= WHOLE_SIDE) return 'whole'
  const isPanel = panels.some((panel) => {
    const both = shared(panel, window)
    return both / (areaOf(panel) + areaOf(window) - both) >= IS_PANEL
  })
  if (!isPanel) return areaOf(window) >= MOST_OF_IT ? 'crop' : 'part'
  return panels.some((panel) => shared(panel, window) < 0.1 * areaOf(panel)) ? 'part' : 'frame'
}

/** @returns null where neither lies in the other in any way */
export const likenessOf = (first: Compared, second: Compared): Likeness | null => {
  const registration = register(first, second)
  if (!registration) return null
  const agreement = agreementOf(first.view, second.view, registration)
  return { ...registration, ...agreement, score: scoreOf(registration, agreement) }
}

/** @returns null for two pictures */
export const samePicture = (first: Compared, second: Compared): SamePicture | null => {
  const likeness = likenessOf(first, second)
  if (!likeness || likeness.score < 0) return null
  const panels = likeness.inner === 'first' ? second.panels : first.panels
  // What a mirror does to the panels of the second.
  const seen = likeness.mirrored && likeness.inner === 'first' ? panels.map((panel) => ({ ...panel, x: 1 - panel.x - panel.width })) : panels
  return { ...likeness, form: formOf(likeness, seen) }
}
