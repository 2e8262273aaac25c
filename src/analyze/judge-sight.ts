/** The models' verdict: does the picture show what was asked for, and nothing that was not to be there? */
import type { Json } from '../core/json.ts'
import type { Crop } from '../core/rendition.ts'
import { FACE, UNSAFE } from '../core/sight-names.ts'
import type { PackTask, Sight } from '../models/pack.ts'
import type { Asset, Box, Label } from '../store/asset.ts'
import { wantedOf, type Wanted } from './class-specs.ts'
import type { Objection } from './judge-look.ts'
import type { Policy } from './policy.ts'

export type SightPolicy = Pick<
  Policy,
  | 'kinds' | 'target' | 'confidence' | 'minArea' | 'minCount' | 'groups' | 'keepLabels' | 'dropLabels' | 'maxText' | 'faces' | 'faceScore' | 'unsafe' | 'unsafeScore'
>

/** Of the oriented original, in pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** What one that looks for unsafe content is unsure of is told apart by the policy's score alone. */
const UNSAFE_CLASSES: ReadonlySet<string> = new Set(['porn', 'hentai', 'sexy'])

const judgeTarget = ({ boxes }: Sight, { width, height }: PictureSize, policy: SightPolicy): Objection | null => {
  if (policy.target.length === 0) return null
  const wanted = wantedOf(policy.target, policy.groups, policy.confidence)
  const shown = boxes.flatMap((box) => {
    const least = wanted.get(box.name.toLowerCase())
    return least === undefined ? [] : [{ box, least, area: (box.width * box.height) / (width * height) }]
  })
  const sure = shown.filter(({ box, least }) => box.score >= least)
  const counted = sure.filter(({ area }) => area >= policy.minArea)
  if (counted.length >= policy.minCount) return null
  const best = shown.reduce((most, { box }) => Math.max(most, box.score), 0)
  const largest = sure.reduce((most, { area }) => Math.max(most, area), 0)
  return {
    reason: 'no-target',
    evidence: {
      targets: [...policy.target], best: round(best), least: policy.confidence,
      ...(policy.minArea > 0 && { largestArea: round(largest), leastArea: policy.minArea }),
      ...(policy.minCount > 1 && { count: counted.length, leastCount: policy.minCount }),
    },
  }
}

/** Labels and boxes alike: both are names with a score. */
const borne = ({ boxes, labels }: Sight, wanted: Wanted): Label | null =>
  [...labels, ...boxes].find(({ name, score }) => score >= (wanted.get(name.toLowerCase()) ?? Number.POSITIVE_INFINITY)) ?? null

const judgeLabels = (sight: Sight, policy: SightPolicy): Objection | null => {
  const of = (specs: readonly string[]): Label | null => (specs.length === 0 ? null : borne(sight, wantedOf(specs, policy.groups, policy.confidence)))
  const dropped = of(policy.dropLabels)
  if (dropped) return { reason: 'label-excluded', evidence: { excluded: dropped.name, score: round(dropped.score), by: dropped.by } }
  if (policy.keepLabels.length === 0 || of(policy.keepLabels)) return null
  return { reason: 'label-excluded', evidence: { required: [...policy.keepLabels], least: policy.confidence } }
}

/** Faces that count, the strongest first; none where the policy does not ask for them. */
export const facesIn = (sight: Pick<Sight, 'boxes'>, policy: Pick<Policy, 'faces' | 'faceScore'>): readonly Box[] =>
  policy.faces === 'keep' ? [] : sight.boxes.filter(({ name, score }) => name === FACE && score >= policy.faceScore).sort((a, b) => b.score - a.score)

/** The sum over the unsafe classes. */
export const unsafeScoreOf = ({ unsafe = [] }: Pick<Sight, 'unsafe'>): number => unsafe.reduce((sum, { name, score }) => sum + (UNSAFE_CLASSES.has(name) ? score : 0), 0)

/** That sum, as a label, where it reaches the policy's score and the policy asks. */
const unsafeIn = (sight: Sight, policy: Pick<Policy, 'unsafe' | 'unsafeScore'>): Label | null => {
  if (policy.unsafe === 'keep' || sight.unsafe === undefined) return null
  const score = unsafeScoreOf(sight)
  return score >= policy.unsafeScore ? { name: UNSAFE, score: Math.min(1, score), by: sight.unsafe[0]?.by ?? '' } : null
}

const classScores = (sight: Sight): Json => Object.fromEntries((sight.unsafe ?? []).map(({ name, score }) => [name, round(score)]))

const judgeDelicate = (sight: Sight, policy: SightPolicy): Objection | null => {
  const unsafe = policy.unsafe === 'drop' ? unsafeIn(sight, policy) : null
  if (unsafe) return { reason: 'unsafe', evidence: { score: round(unsafe.score), most: policy.unsafeScore, classes: classScores(sight) } }
  const faces = policy.faces === 'drop' ? facesIn(sight, policy) : []
  if (faces.length > 0) return { reason: 'label-excluded', evidence: { excluded: FACE, faces: faces.length, score: round(faces[0]?.score ?? 0), least: policy.faceScore } }
  return null
}

/** Text on a picture makes it a graphic, whatever else it shows. */
const judgeText = ({ textShare }: Sight, { maxText }: SightPolicy): Objection | null =>
  textShare !== undefined && textShare > maxText ? { reason: 'graphic', evidence: { textShare: round(textShare), most: maxText } } : null

/**
 * @param sight where a pack did not look, what it would have seen is not held against the picture; but a target or label
 *   that must be there must have been seen
 */
export const judgeSight = (sight: Sight, size: PictureSize, policy: SightPolicy): Objection | null =>
  judgeDelicate(sight, policy) ?? judgeLabels(sight, policy) ?? judgeText(sight, policy) ?? judgeTarget(sight, size, policy)

/** Labels that a picture which is kept bears for what it shows of faces and unsafe content. */
export const marksOf = (sight: Sight, policy: SightPolicy): readonly Label[] => {
  const [face] = facesIn(sight, policy)
  const unsafe = unsafeIn(sight, policy)
  return [...(face ? [{ name: FACE, score: face.score, by: face.by }] : []), ...(unsafe ? [unsafe] : [])]
}

/** Places of a stored picture that its renditions are not to show: its faces, or all of it. */
export const veilsOf = ({ boxes, labels, width, height }: Pick<Asset, 'boxes' | 'labels' | 'width' | 'height'>, policy: Pick<Policy, 'faces' | 'faceScore' | 'unsafe'>): readonly Crop[] => {
  if (policy.unsafe === 'blur' && labels.some(({ name }) => name === UNSAFE)) return [{ x: 0, y: 0, width, height }]
  return policy.faces === 'blur' ? facesIn({ boxes }, policy).map((box) => ({ x: box.x, y: box.y, width: box.width, height: box.height })) : []
}

/** Tasks that the policy needs a model for, beyond telling what is stored. */
export const tasksJudgedBy = (policy: SightPolicy): readonly PackTask[] => [
  ...(policy.target.length > 0 ? (['detect'] as const) : []),
  ...(policy.keepLabels.length + policy.dropLabels.length > 0 ? (['detect', 'classify'] as const) : []),
  ...(policy.faces === 'keep' ? [] : (['faces'] as const)),
  ...(policy.maxText < 1 ? (['text'] as const) : []),
  ...(policy.unsafe === 'keep' ? [] : (['unsafe'] as const)),
]

/** Whether what a model sees can turn a picture away: then a thumbnail is worth showing to it. */
export const turnsAwayBySight = (policy: SightPolicy): boolean =>
  policy.kinds.length + policy.target.length + policy.keepLabels.length + policy.dropLabels.length > 0 ||
  policy.faces === 'drop' || policy.unsafe === 'drop' || policy.maxText < 1

const round = (value: number): number => Math.round(value * 1000) / 1000
