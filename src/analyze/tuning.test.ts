import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../core/config.ts'
import { PICTURE_KINDS } from '../core/picture-kinds.ts'
import { seededRandom } from '../core/seeded-random.ts'
import type { PackTask } from '../models/pack.ts'
import { judgeKind, judgeLook, judgeSight, policySettings, tuningOf, type KindScores, type TuningEvidence } from './index.ts'

const open = { minSide: 1, maxAspect: 100, blankContrast: 0, minSharpness: 0 }
const policyWith = (values: object) => resolveConfig(policySettings, [{ from: 'test', values: { ...open, ...values } }])
const EYES = new Set<PackTask>(['detect', 'embed', 'classify', 'faces', 'text', 'unsafe'])

const random = seededRandom(5)
const some = (names: readonly string[]) => names.filter(() => random() < 0.4).map((name) => ({ name, score: random(), by: 'a pack' }))

const kindsOf = (): KindScores => {
  const scores = PICTURE_KINDS.map(() => random() ** 6)
  const total = scores.reduce((sum, score) => sum + score, 0)
  return { scores: Object.fromEntries(PICTURE_KINDS.map((kind, at) => [kind, (scores[at] as number) / total])) as KindScores['scores'], by: 'surface' }
}

const pictures = Array.from({ length: 80 }, (): TuningEvidence => ({
  look: {
    format: 'jpeg', width: 100 + Math.round(900 * random()), height: 100 + Math.round(900 * random()), warning: null,
    looks: { blur: 400 * random(), brightness: 255 * random(), contrast: 100 * random(), entropy: 7 },
  },
  kinds: { surface: kindsOf(), all: kindsOf() },
  sight: {
    boxes: some(['dog', 'dining table', 'Car', 'face', 'text']).map((box) => ({ ...box, x: 0, y: 0, width: 10, height: 10 })),
    labels: some(['tabby', 'dog', 'a, b']), vectors: [], textShare: random(), unsafe: [{ name: 'porn', score: random() / 2, by: 'a pack' }, { name: 'sexy', score: random() / 2, by: 'a pack' }],
  },
}))

describe('tuningOf', () => {
  const { measures, valuesOf, partOf } = tuningOf(pictures, EYES, policyWith({}))
  const slots = measures.map(({ slot }) => slot)

  it('measures all that a policy sets by one threshold', () => {
    expect(new Set(slots)).toEqual(new Set([
      'minSide', 'maxAspect', 'blankContrast', 'minBrightness', 'maxBrightness', 'minSharpness', 'kinds', 'maxText', 'target', 'keepLabels', 'faces', 'unsafe',
      'dropLabels tabby', 'dropLabels dog', 'dropLabels car', 'dropLabels dining table', 'dropLabels animal', 'dropLabels vehicle', 'dropLabels furniture',
    ]))
    expect(measures.find(({ slot }) => slot === 'minSide')?.start).toBe(1)
  })

  it('lets pass by a rule what the judges let pass under the policy that it is written as', () => {
    const values = pictures.map((picture) => valuesOf(picture) ?? expect.fail('it cannot be judged'))
    for (const [at, { sense, slot }] of measures.entries()) {
      const all = values.map((row) => row[at] as number).toSorted((a, b) => a - b)
      const [low, high] = slot === 'kinds' ? [0, 1] : [all[55] as number, all.find((value) => value > (all[55] as number)) as number]
      const threshold = slot === 'minSide' ? high : (low + high) / 2
      const policy = policyWith(partOf(at, threshold))
      const kept = pictures.map(({ look, kinds, sight }) =>
        judgeLook(look, 'full', policy) === null && judgeSight(sight, look, policy) === null && judgeKind(kinds.surface, policy, false) === null && judgeKind(kinds.all, policy, true) === null)
      expect([slot, kept]).toEqual([slot, values.map((row) => (sense === 'least' ? (row[at] as number) >= threshold : (row[at] as number) <= threshold))])
      expect(new Set(kept).size, slot).toBe(2)
    }
  })

  it('leaves alone what no model looked for, and what any policy turns away', () => {
    const blind = tuningOf(pictures.map((one) => ({ ...one, sight: { boxes: [], labels: [], vectors: [] } })), new Set(), policyWith({}))
    expect(new Set(blind.measures.map(({ slot }) => slot))).toEqual(new Set(slots.slice(0, slots.indexOf('maxText'))))
    const [one] = pictures as [TuningEvidence]
    for (const over of [{ warning: 'truncated' }, { format: 'svg' }]) expect(valuesOf({ ...one, look: { ...one.look, ...over } })).toBeNull()
    const huge = valuesOf({ ...one, look: { ...one.look, width: 1e6 } })
    expect(huge?.[slots.indexOf('maxAspect')]).toBeGreaterThan(100)
  })
})
