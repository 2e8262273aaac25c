/**
 * Whether the product's detectors see what their authors' preprocessing sees: average precision and the gate's F1 on
 * photographs with known boxes, beside a plain implementation in the same run.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { detectionMetrics, gateMetrics, readBoxedFolder, trueBoxes, type JudgedPicture } from '../src/evaluate/index.ts'
import { shippedPacks } from '../src/models/index.ts'
import sharp from 'sharp'
import { row, type Benchmark } from './bench.ts'
import { plainDeim, plainYolox, type PlainDetector } from './plain-detector.ts'

const SHARED = path.resolve(import.meta.dirname, '../../shared')
/** Percentage points, and shares. */
const MOST_AP50 = 0.5
const MOST_F1 = 0.01
const CONFIDENCE = 0.5

const PACKS: readonly { readonly id: string; readonly plain: (file: string, side: number) => Promise<PlainDetector> }[] = [
  { id: 'yolox-nano-batch', plain: plainYolox }, { id: 'deimv2-femto', plain: plainDeim }, { id: 'deimv2-atto', plain: plainDeim },
]

/** The same truth, with boxes found plainly. */
const judgePlainly = async (data: string, detector: PlainDetector): Promise<readonly JudgedPicture[]> => {
  const { names, pictures } = await readBoxedFolder(data)
  const judged: JudgedPicture[] = []
  for (const picture of pictures) {
    const { width = 1, height = 1 } = await sharp(picture.path).metadata()
    judged.push({
      truth: trueBoxes(picture, names, width, height),
      found: (await detector.detect(picture.path)).map(({ label, ...box }) => ({ ...box, name: names.get(label) ?? '' })),
    })
  }
  return judged
}

export const parity: Benchmark = async ({ dist, say }) => {
  const data = path.join(SHARED, 'photos/coco-val')
  if (!existsSync(data)) throw new Error(`the photographs are not here (${data})`)
  const { evaluate } = (await import(pathToFileURL(path.join(dist, 'app/evaluate.js')).href)) as typeof import('../src/app/evaluate.ts')
  const rows = []
  for (const { id, plain } of PACKS) {
    const pack = shippedPacks.find((one) => one.id === id)
    if (!pack) throw new Error(`no pack ${id}`)
    const detector = await plain(path.join(SHARED, 'models', pack.file), pack.input.width)
    const theirs = await judgePlainly(data, detector)
    await detector.close()
    const ours = await evaluate({ task: 'detect', data, modelsDir: path.join(SHARED, 'models'), model: id, confidence: CONFIDENCE })
    const [ap50, f1] = [detectionMetrics(theirs), gateMetrics(theirs, CONFIDENCE)] as const
    say(`  ${id}: AP50 ${((ours.metrics['ap50'] as number) * 100).toFixed(2)}, plainly ${(ap50.ap50 * 100).toFixed(2)}`)
    rows.push(
      row({ what: `${id}: AP50`, value: 100 * (ours.metrics['ap50'] as number), unit: '%', against: 100 * ap50.ap50 }),
      row({ what: `${id}: AP50, points below the plain implementation's`, value: Math.max(0, 100 * (ap50.ap50 - (ours.metrics['ap50'] as number))), unit: 'points', target: { most: MOST_AP50 } }),
      row({ what: `${id}: AP`, value: 100 * (ours.metrics['ap'] as number), unit: '%', against: 100 * ap50.ap }),
      row({ what: `${id}: F1 of the gate at ${CONFIDENCE}, below the plain implementation's`, value: Math.max(0, f1.f1 - (ours.metrics['gateF1'] as number)), unit: 'share', target: { most: MOST_F1 } }),
    )
  }
  return {
    rows,
    notes: [
      '128 photographs of COCO val2017 at their original size, 898 boxes of 80 classes. The plain side decodes whole files and resizes as the authors of each model do (OpenCV bilinear, PIL bilinear); the product decodes to 512 pixels, shrinking as it decodes, and resizes with a triangle filter.',
      'What is better than the plain implementation counts as no difference.',
    ],
  }
}
