/**
 * A policy's thresholds as numbers of a picture and rules on them, so that thresholds can be found from examples. What a rule lets
 * pass, the judges let pass under the policy that it is written as. Left out is what no single number tells: least area and count
 * of a target, several targets or labels to keep (any of which would do), words of a page.
 */
import { PICTURE_KINDS, type PictureKind } from '../core/picture-kinds.ts'
import { FACE, TEXT } from '../core/sight-names.ts'
import type { Measure } from '../evaluate/index.ts'
import type { PackTask, Sight } from '../models/pack.ts'
import { SHIPPED_GROUPS } from './class-specs.ts'
import { judgeKind, likeliest, type KindScores } from './judge-kind.ts'
import { judgeLook, type LookEvidence } from './judge-look.ts'
import { unsafeScoreOf } from './judge-sight.ts'
import type { Policy } from './policy.ts'

/** Of one picture, as the walk of an image has it in the end. */
export interface TuningEvidence {
  readonly look: LookEvidence
  /** As told before the models saw it, and after; null where it cannot be told. */
  readonly kinds: { readonly surface: KindScores | null; readonly all: KindScores | null }
  readonly sight: Sight
}

/** Of a policy: what a rule sets. */
export type PolicyPart = { readonly [Key in keyof Policy]?: Policy[Key] }

export interface Tuning {
  readonly measures: readonly Measure[]
  /** One a measure; null for what any policy turns away (damaged, reserved by its owner, SVG). */
  readonly valuesOf: (evidence: TuningEvidence) => readonly number[] | null
  readonly partOf: (measure: number, threshold: number) => PolicyPart
}

interface Knob extends Measure {
  readonly value: (evidence: TuningEvidence) => number
  readonly part: (threshold: number) => PolicyPart
}

/** Pictures that must show a class or bear a label before a rule on it is tried: those on fewer could not prove themselves. */
const LEAST_BEARERS = 5

const NO_FLOORS = { minSide: 0, minThumbnailSide: 0, maxAspect: Number.POSITIVE_INFINITY, blankContrast: 0, minBrightness: 0, maxBrightness: 255, minSharpness: 0 }

const shortSide = ({ width, height }: LookEvidence): number => Math.min(width, height)

const lookKnobs = (defaults: Policy): readonly Knob[] => [
  { slot: 'minSide', sense: 'least', whole: true, start: defaults.minSide, value: ({ look }) => shortSide(look), part: (minSide) => ({ minSide }) },
  { slot: 'maxAspect', sense: 'most', start: defaults.maxAspect, value: ({ look }) => Math.max(look.width, look.height) / Math.max(1, shortSide(look)), part: (maxAspect) => ({ maxAspect }) },
  { slot: 'blankContrast', sense: 'least', start: defaults.blankContrast, value: ({ look }) => look.looks.contrast, part: (blankContrast) => ({ blankContrast }) },
  { slot: 'minBrightness', sense: 'least', start: null, value: ({ look }) => look.looks.brightness, part: (minBrightness) => ({ minBrightness }) },
  { slot: 'maxBrightness', sense: 'most', start: null, value: ({ look }) => look.looks.brightness, part: (maxBrightness) => ({ maxBrightness }) },
  { slot: 'minSharpness', sense: 'least', start: defaults.minSharpness, value: ({ look }) => look.looks.blur, part: (minSharpness) => ({ minSharpness }) },
]

/** Every choice among the kinds that the examples show, those of fewest kinds first: all of them is no choice. */
const choicesOf = (kinds: readonly PictureKind[]): readonly (readonly PictureKind[])[] =>
  Array.from({ length: 2 ** kinds.length - 1 }, (_, bits) => kinds.filter((_kind, at) => (bits >> at) & 1)).slice(1).sort((a, b) => a.length - b.length)

const kindKnobs = (examples: readonly TuningEvidence[], sees: boolean): readonly Knob[] => {
  const told = new Set(examples.flatMap(({ kinds }) => (kinds.all ? [likeliest(kinds.all)] : [])))
  return choicesOf(PICTURE_KINDS.filter((kind) => told.has(kind))).map((kinds): Knob => ({
    slot: 'kinds', sense: 'least', start: null,
    value: ({ kinds: { surface, all } }) => Number(judgeKind(surface, { kinds }, !sees) === null && judgeKind(all, { kinds }, true) === null),
    part: () => ({ kinds }),
  }))
}

interface Named {
  readonly name: string
  readonly score: number
}

const strongest = (named: readonly Named[], wanted: ReadonlySet<string>): number =>
  named.reduce((most, { name, score }) => (score > most && wanted.has(name.toLowerCase()) ? score : most), 0)

/** What the lists of flags could not tell from two names is left alone. */
const isWritable = (name: string): boolean => !/[,:]/.test(name)

/** Names that enough pictures bear, and groups of them, each with the names that it stands for. */
const bearersOf = (named: readonly (readonly Named[])[]): readonly { readonly name: string; readonly members: ReadonlySet<string> }[] => {
  const single = new Set(named.flat().map(({ name }) => name.toLowerCase()).filter((name) => name !== FACE && name !== TEXT && isWritable(name) && SHIPPED_GROUPS[name] === undefined))
  return [...[...single].map((name) => ({ name, members: new Set([name]) })), ...Object.entries(SHIPPED_GROUPS).map(([name, members]) => ({ name, members: new Set(members) }))]
    .filter(({ members }) => named.filter((one) => strongest(one, members) > 0).length >= LEAST_BEARERS)
}

const nameKnobs = (examples: readonly TuningEvidence[]): readonly Knob[] => {
  const both = ({ sight: { boxes, labels } }: TuningEvidence): readonly Named[] => [...labels, ...boxes]
  const targets = bearersOf(examples.map(({ sight }) => sight.boxes))
  const targeted = new Set(targets.map(({ name }) => name))
  const borne = bearersOf(examples.map(both))
  return [
    ...targets.map(({ name, members }): Knob => ({
      slot: 'target', sense: 'least', start: null, value: ({ sight }) => strongest(sight.boxes, members), part: (score) => ({ target: [`${name}:${score}`] }),
    })),
    ...borne.filter(({ name }) => !targeted.has(name)).map(({ name, members }): Knob => ({
      slot: 'keepLabels', sense: 'least', start: null, value: (evidence) => strongest(both(evidence), members), part: (score) => ({ keepLabels: [`${name}:${score}`] }),
    })),
    ...borne.map(({ name, members }): Knob => ({
      slot: `dropLabels ${name}`, sense: 'most', start: null, value: (evidence) => strongest(both(evidence), members), part: (score) => ({ dropLabels: [`${name}:${score}`] }),
    })),
  ]
}

const FACES = new Set([FACE])

/**
 * @param examples tell which classes, labels and kinds are worth a rule
 * @param on tasks that a model looked for in all of them
 * @param defaults what holds where a rule sets nothing
 */
export const tuningOf = (examples: readonly TuningEvidence[], on: ReadonlySet<PackTask>, defaults: Policy): Tuning => {
  const knobs: readonly Knob[] = [
    ...lookKnobs(defaults),
    ...kindKnobs(examples, on.size > 0),
    ...(on.has('text') ? [{ slot: 'maxText', sense: 'most', start: null, value: ({ sight }) => sight.textShare ?? 0, part: (maxText) => ({ maxText }) } satisfies Knob] : []),
    ...nameKnobs(examples),
    ...(on.has('faces') ? [{ slot: 'faces', sense: 'most', start: null, value: ({ sight }) => strongest(sight.boxes, FACES), part: (faceScore) => ({ faces: 'drop', faceScore }) } satisfies Knob] : []),
    ...(on.has('unsafe') ? [{ slot: 'unsafe', sense: 'most', start: null, value: ({ sight }) => unsafeScoreOf(sight), part: (unsafeScore) => ({ unsafe: 'drop', unsafeScore }) } satisfies Knob] : []),
  ]
  return {
    measures: knobs,
    valuesOf: (evidence) => (judgeLook(evidence.look, 'full', NO_FLOORS) === null ? knobs.map(({ value }) => value(evidence)) : null),
    partOf: (measure, threshold) => (knobs[measure] as Knob).part(threshold),
  }
}
