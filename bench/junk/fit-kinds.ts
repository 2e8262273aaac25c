/**
 * Fits the weights by which kinds are told (src/analyze/kind-weights.json) on the tuning split of the corpus:
 * `npx tsx bench/junk/fit-kinds.ts`, some minutes. What is held out is not looked at here; `npm run bench -- kinds` judges by it.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { spaceId } from '../../src/core/ids.ts'
import { KIND_FEATURES, kindFeatures } from '../../src/analyze/kind-features.ts'
import { PICTURE_KINDS } from '../../src/core/picture-kinds.ts'
import { fillTensor, fitOf, takeLook } from '../../src/image/index.ts'
import { findPacks, openEyes } from '../../src/models/index.ts'
import { samplesOf } from './corpus.ts'
import { fitLinear, type Example, type LinearClassifier } from './fit-linear.ts'

const SHARED = path.resolve(import.meta.dirname, '../../../shared')
const TARGET = path.resolve(import.meta.dirname, '../../src/analyze/kind-weights.json')
/** A photograph whose border is of one colour by so much is one of a product: what ImageNet and Caltech do not tell. */
const PLAIN_RIM = 0.8
/** Chosen by leaving variants out of the tuning split: see docs/decisions/0008-sight.md. */
const DECAY = { surface: 1e-3, both: 3e-3 }
const STEPS = { surface: 600, both: 100 }

const { choice } = await findPacks({ modelsDir: path.join(SHARED, 'models'), want: { detect: 'none', classify: 'none', embed: 'mobilenetv2' } })
const eyes = await openEyes(choice, { projector: { fitOf, fillTensor } })
const surface: Example[] = []
const both: Example[] = []
for await (const { kind: given, bytes } of samplesOf(SHARED, 'tuning')) {
  const seen = await takeLook(bytes)
  if (!('look' in seen)) continue
  const { look, rgb } = seen
  const features = kindFeatures(look)
  const [sight] = await eyes.see([{ rgb, width: look.width, height: look.height }])
  const vector = sight?.vectors[0]?.values
  if (features === null || !vector) continue
  const kind = PICTURE_KINDS.indexOf(given === 'photograph' && (look.surface?.groundRim ?? 0) > PLAIN_RIM ? 'product' : given)
  surface.push({ features, kind })
  both.push({ features: [...features, ...vector], kind })
}
await eyes.close()

const tidy = (values: readonly number[]): readonly number[] => values.map((value) => Number(value.toPrecision(4)))
const rounded = ({ mean, deviation, kinds, bias }: LinearClassifier) => ({ mean: tidy(mean), deviation: tidy(deviation), kinds: kinds.map(tidy), bias: tidy(bias) })
const told = {
  about: `Fitted by bench/junk/fit-kinds.ts on ${both.length} pictures: junk drawn by bench/junk, photographs of ImageNet's sample and of Caltech-101, and products cut from the former. A row of weights a kind (${PICTURE_KINDS.join(', ')}), a column a feature (${KIND_FEATURES.join(', ')}; in "both" the vector behind them).`,
  space: choice.embed?.space ? spaceId(choice.embed.space) : '',
  surface: rounded(fitLinear(surface, PICTURE_KINDS.length, { decay: DECAY.surface, steps: STEPS.surface })),
  both: rounded(fitLinear(both, PICTURE_KINDS.length, { decay: DECAY.both, steps: STEPS.both })),
}
await writeFile(TARGET, `${JSON.stringify(told)}\n`)
process.stdout.write(`${both.length} pictures, ${TARGET}\n`)
