/**
 * Whether the product's models see what their authors' preprocessing sees: average precision and the gate's F1 on photographs with
 * known boxes, first and five guesses on photographs of known classes, and vectors, beside plain implementations in the same run.
 */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { detectionMetrics, gateMetrics, readBoxedFolder, trueBoxes, type JudgedPicture } from '../src/evaluate/index.ts'
import { shippedPacks } from '../src/models/index.ts'
import sharp from 'sharp'
import { row, type Benchmark } from './bench.ts'
import { plainDeim, plainMobilenet, plainYolox, type PlainDetector } from './plain-models.ts'

const SHARED = path.resolve(import.meta.dirname, '../../shared')
/** Percentage points, and shares. */
const MOST_AP50 = 0.5
const MOST_F1 = 0.01
const MOST_TOP = 0.5
const LEAST_COSINE = 0.9999
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

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] as number), 0)

/** MobileNetV2: its guesses on a sample of ImageNet, its vectors there and of larger photographs. */
const classifierRows = async (dist: string, say: (text: string) => void): Promise<readonly ReturnType<typeof row>[]> => {
  const [{ evaluate }, { embedPictures }, { findPacks }] = (await Promise.all(['app/evaluate.js', 'app/embed-pictures.js', 'models/index.js'].map((file) =>
    import(pathToFileURL(path.join(dist, file)).href)))) as [typeof import('../src/app/evaluate.ts'), typeof import('../src/app/embed-pictures.ts'), typeof import('../src/models/index.ts')]
  const [data, modelsDir] = [path.join(SHARED, 'photos/imagenet-sample'), path.join(SHARED, 'models')]
  const { choice: { embed } } = await findPacks({ modelsDir, want: { detect: 'none', classify: 'none', embed: 'mobilenetv2' } })
  if (!embed) throw new Error('no weights of mobilenetv2')
  const photographs = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => /\.jpe?g$/i.test(name)).sort((a, b) => (a < b ? -1 : 1)).map((name) => path.join(folder, name))
  const [sample, large] = [await photographs(data), await photographs(path.join(SHARED, 'photos/coco-val/images'))]
  const plain = await plainMobilenet(path.join(modelsDir, embed.manifest.file))
  const theirs: Awaited<ReturnType<typeof plain.see>>[] = []
  for (const file of [...sample, ...large]) theirs.push(await plain.see(file))
  await plain.close()
  const [top1, top5] = [1, 5].map((most) => sample.filter((_, label) => theirs[label]?.classes.slice(0, most).includes(label)).length / sample.length) as [number, number]
  const ours = await evaluate({ task: 'classify', data, modelsDir, model: 'mobilenetv2' })
  say(`  mobilenetv2: first guess right ${(100 * (ours.metrics['top1'] as number)).toFixed(1)}, plainly ${(100 * top1).toFixed(1)}`)
  const least = async (fine: boolean, files: readonly string[], from: number): Promise<number> => {
    const pack = { ...embed, manifest: { ...embed.manifest, input: { ...embed.manifest.input, fine } } }
    const found = await embedPictures(pack, files, { processes: 1 })
    return Math.min(...found.map(({ answer }, at) => (answer ? cosine(answer, (theirs[from + at] as (typeof theirs)[0]).vector) : 0)))
  }
  const apart = (mine: number, its: number): number => 100 * Math.abs(mine - its)
  return [
    row({ what: 'mobilenetv2: first guess right', value: 100 * (ours.metrics['top1'] as number), unit: '%', against: 100 * top1 }),
    row({ what: 'mobilenetv2: first guess right, points from the plain implementation', value: apart(ours.metrics['top1'] as number, top1), unit: 'points', target: { most: MOST_TOP } }),
    row({ what: 'mobilenetv2: among five guesses, points from the plain implementation', value: apart(ours.metrics['top5'] as number, top5), unit: 'points', target: { most: MOST_TOP } }),
    row({ what: 'mobilenetv2: cosine to the plain vector, least of the sample', value: await least(true, sample, 0), unit: 'cosine', target: { least: LEAST_COSINE } }),
    row({ what: 'mobilenetv2: the same of larger photographs', value: await least(true, large, sample.length), unit: 'cosine', target: { least: LEAST_COSINE } }),
    row({ what: 'mobilenetv2: the same of the sample, without `fine`', value: await least(false, sample, 0), unit: 'cosine' }),
  ]
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
  rows.push(...await classifierRows(dist, say))
  return {
    rows,
    notes: [
      '128 photographs of COCO val2017 at their original size, 898 boxes of 80 classes. The plain side decodes whole files and resizes as the authors of each model do (OpenCV bilinear, PIL bilinear); the product decodes to 512 pixels (1,024 for deimv2-femto, whose manifest asks for it), shrinking as it decodes, and resizes with a triangle filter.',
      'MobileNetV2 on 1,000 photographs, one a class of ImageNet, 400 pixels on the long side, and its vectors of the photographs of COCO too, as a manifest with `fine` is shown them.',
      'What is better than the plain implementation counts as no difference.',
    ],
  }
}
