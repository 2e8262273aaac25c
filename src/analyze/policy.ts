/** What is worth having. Pure data: a verdict is a function of evidence and policy, so it can be given again. */
import { z } from 'zod'
import { setting, shape } from '../core/config.ts'
import { PICTURE_KINDS, type PictureKind } from '../core/picture-kinds.ts'
import { specFlaw, type Groups } from './class-specs.ts'

/** What to do with a picture that is the same as a stored one. */
export type SamePolicy = 'skip' | 'keep-best' | 'link'

/**
 * What to do with a picture that shows a face, or may be unsafe. `mark` labels it; `blur` labels it and makes what is
 * shown unrecognisable in the renditions that are made of it, never in the original.
 */
export const DELICATE_POLICIES = ['keep', 'drop', 'mark', 'blur'] as const
export type DelicatePolicy = (typeof DELICATE_POLICIES)[number]

export interface Policy {
  /** Short side of the full picture, in pixels. */
  readonly minSide: number
  /** Short side of a thumbnail that has a larger rendition behind it, in pixels. */
  readonly minThumbnailSide: number
  /** Long side over short side. */
  readonly maxAspect: number
  /** Standard deviation of luminance, in 8-bit levels, below which a picture is blank. */
  readonly blankContrast: number
  /** Mean luminance, 0 to 255, below which a picture is too dark and above which too bright. */
  readonly minBrightness: number
  readonly maxBrightness: number
  /** Variance of the Laplacian below which a picture is blurred. */
  readonly minSharpness: number
  /** Kinds of picture that are kept; empty: all. */
  readonly kinds: readonly PictureKind[]
  /** Classes or groups (class-specs.ts) of which boxes must be shown; empty: no gate. */
  readonly target: readonly string[]
  /** Least score of a box or label that counts where none is named with it, 0 to 1. */
  readonly confidence: number
  /** Least share of the picture, 0 to 1, that a box of the target takes. */
  readonly minArea: number
  /** Least number of such boxes. */
  readonly minCount: number
  readonly groups: Groups
  /** Labels or boxes, written as the target is: of the first one must be there, of the second none. */
  readonly keepLabels: readonly string[]
  readonly dropLabels: readonly string[]
  /** Words or phrases that the page's words must hold one of, and may hold none of. */
  readonly requireWords: readonly string[]
  readonly excludeWords: readonly string[]
  /** Most of the picture, 0 to 1, that lines of text may cover. */
  readonly maxText: number
  readonly faces: DelicatePolicy
  /** Least score of a face that counts, 0 to 1. */
  readonly faceScore: number
  readonly unsafe: DelicatePolicy
  /** Sum of the scores of the unsafe classes, 0 to 1, from which a picture is unsafe. */
  readonly unsafeScore: number
  /** Whether an owner's reservation inside the file holds: fetching's own setting. It holds unless it is false. */
  readonly optOut?: boolean
  readonly onExact: SamePolicy
  readonly onCopy: SamePolicy
  readonly onSimilar: SamePolicy
}

const same = (fallback: SamePolicy, help: string) =>
  setting(z.enum(['skip', 'keep-best', 'link']).default(fallback), { help, value: 'skip|keep-best|link' })

const delicate = (help: string) => setting(z.enum(DELICATE_POLICIES).default('keep'), { help, value: DELICATE_POLICIES.join('|') })

const classes = (help: string) =>
  setting(
    shape.list().superRefine((specs, context) => {
      for (const spec of specs) {
        const flaw = specFlaw(spec)
        if (flaw !== null) context.addIssue({ code: 'custom', message: `"${spec}" ${flaw}` })
      }
    }),
    { help, value: 'class[:score]', list: true },
  )

/** `pets=cat+dog`, as flags write it, beside the record that a file has. */
const groupsOf = (given: unknown): unknown => {
  const rows = typeof given === 'string' ? given.split(',') : given
  if (!Array.isArray(rows)) return rows
  return Object.fromEntries(rows.map((row) => {
    const [name = '', members] = String(row).split('=')
    return [name.trim(), members === undefined ? row : members.split('+').map((one) => one.trim()).filter((one) => one !== '')]
  }))
}

const words = (given: unknown): unknown =>
  typeof given === 'string' ? given.split(',').map((word) => word.trim()).filter((word) => word !== '') : given

export const policySettings = {
  minSide: setting(shape.count(128), { help: 'Least short side of a full picture, in pixels.', value: 'px' }),
  minThumbnailSide: setting(shape.count(64), { help: 'Least short side of a thumbnail, in pixels.', value: 'px' }),
  maxAspect: setting(shape.amount(3.5, 1), { help: 'Most that the long side may exceed the short side, as a ratio.', value: 'ratio' }),
  blankContrast: setting(shape.amount(6, 0, 128), {
    help: 'Contrast (standard deviation of luminance, 8-bit levels) below which a picture is blank.', value: 'levels',
  }),
  minBrightness: setting(shape.amount(0, 0, 255), { help: 'Mean luminance below which a picture is too dark.', value: '0..255' }),
  maxBrightness: setting(shape.amount(255, 0, 255), {
    help: 'Mean luminance above which a picture is too bright; products on white come to 240.', value: '0..255',
  }),
  minSharpness: setting(shape.amount(12), {
    help: 'Sharpness (variance of the Laplacian) below which a picture is blurred.', value: 'variance',
  }),
  kinds: setting(z.preprocess(words, z.array(z.enum(PICTURE_KINDS))).default([]), {
    help: `Keep only pictures of these kinds (${PICTURE_KINDS.join(', ')}); all by default.`, value: 'kind', list: true,
  }),
  target: classes('Keep only pictures that show one of these detector classes or groups of them (vehicle, animal, food …), from this score on.'),
  confidence: setting(shape.amount(0.5, 0, 1), { help: 'Least score of a detection or label that counts, where none is named with it.', value: '0..1' }),
  minArea: setting(shape.amount(0, 0, 1), { help: 'Least share of the picture that a detection of a target takes.', value: '0..1' }),
  minCount: setting(shape.count(1), { help: 'Least number of detections of targets.', value: 'n' }),
  groups: setting(z.preprocess(groupsOf, z.record(z.string().min(1), z.array(z.string().min(1)).min(1))).default({}), {
    help: 'Names for groups of classes, beside the shipped ones: pets=cat+dog.', value: 'name=class+class', list: true,
  }),
  keepLabels: classes('Keep only pictures with one of these labels or detections.'),
  dropLabels: classes('Drop pictures with one of these labels or detections.'),
  requireWords: setting(shape.list(), { help: "Keep only pictures whose page's words (title, alt, caption, category) hold one of these, whatever the case or accents.", value: 'words', list: true }),
  excludeWords: setting(shape.list(), { help: "Drop pictures whose page's words hold one of these.", value: 'words', list: true }),
  maxText: setting(shape.amount(1, 0, 1), { help: 'Most of the picture that lines of text may cover. Below 1 a text pack looks at every picture, which takes several times as long as the detector.', value: '0..1' }),
  faces: delicate('What to do with pictures of faces. Other than keep, a face pack looks at every picture, which takes longer than the detector.'),
  faceScore: setting(shape.amount(0.7, 0, 1), { help: 'Least score of a face that counts.', value: '0..1' }),
  unsafe: delicate('What to do with pictures that may be unsafe. Other than keep, a second classifier looks at every picture.'),
  unsafeScore: setting(shape.amount(0.7, 0, 1), { help: 'Score from which a picture is unsafe.', value: '0..1' }),
  onExact: same('skip', 'What to do with a picture stored already, byte for byte or pixel for pixel.'),
  onCopy: same('keep-best', 'What to do with another copy (resized, re-encoded) of a stored picture.'),
  onSimilar: same('link', 'What to do with a picture that resembles a stored one.'),
}
