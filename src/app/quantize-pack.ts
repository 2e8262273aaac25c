/**
 * An INT8 variant of a pack, put beside it with a manifest of its own, and what it wins and loses: bytes, milliseconds, and how
 * far what it says differs from what the pack says. A user decides by these figures, so they come with it, in one go.
 */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GannetError } from '../core/errors.ts'
import { sha256Of } from '../core/ids.ts'
import { median, overlapOf } from '../evaluate/index.ts'
import { parseManifest, type Manifest, type Pack, type Sight } from '../models/index.ts'
import { dot } from '../store/index.ts'
import { evaluate, seeAll, type EvaluatedTask, type Evaluation } from './evaluate.ts'
import { packToWorkOn } from './model-packs.ts'
import { startRole } from './role-process.ts'
import { samplePictures, type PictureSource } from './sample-pictures.ts'
import type { WorkshopApi } from './workshop-role.ts'

export interface QuantizePackOptions extends PictureSource {
  readonly modelsDir: string
  readonly id: string
  /** Pictures that activations are measured on; as many others are compared on, where there are. */
  readonly count: number
  /** Layers left in float32, by name; `last`: those behind which there is no other. */
  readonly keepFloat: readonly string[]
  /** Folder of pictures whose truth is known, as `models eval` takes it. */
  readonly truth?: string | undefined
  /** What is being done. */
  readonly say?: (what: string) => void
}

/** How alike the two are on pictures that neither was made from, as far as the pack has the task. */
export interface Agreement {
  readonly pictures: number
  /** Share of pictures whose first label is the same. */
  readonly labels?: number
  /** Cosine between the vectors of a picture: mean and least. */
  readonly cosine?: { readonly mean: number; readonly least: number }
  /** F1 of the variant's boxes of .5 and more against the pack's own, matched at an overlap of .5. */
  readonly boxes?: number
}

export interface QuantizeReport {
  readonly id: string
  readonly path: string
  readonly manifest: string
  readonly bytes: { readonly float: number; readonly int8: number }
  /** Median of a picture, one thread, tensors ready, in turn. */
  readonly ms: { readonly float: number; readonly int8: number }
  readonly layers: number
  readonly keptFloat: readonly string[]
  readonly last: readonly string[]
  readonly ranges: string
  readonly agreement: Agreement
  readonly truth: { readonly float: Evaluation; readonly int8: Evaluation } | null
  /** What it loses beyond what is hardly noticed; empty where nothing. */
  readonly losses: readonly string[]
}

const RUNS = 60

const BOX_SCORE = 0.5
const BOX_OVERLAP = 0.5

type Boxes = Sight['boxes']

const matchedBoxes = (a: Boxes, b: Boxes): number => {
  const left = [...b]
  return a.filter((box) => {
    const at = left.findIndex((other) => other.name === box.name && overlapOf(box, other) >= BOX_OVERLAP)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }).length
}

const compare = async (float: Pack, int8: Pack, pictures: readonly string[]): Promise<Agreement> => {
  const sights = async (pack: Pack): Promise<readonly (Sight | null)[]> => {
    const seen = await seeAll(pack, pack.manifest.tasks, pictures)
    return seen.map(({ answer }) => answer?.sight ?? null)
  }
  const [ours, theirs] = [await sights(float), await sights(int8)]
  const pairs = ours.flatMap((a, at) => (a && theirs[at] ? [{ a, b: theirs[at] }] : []))
  const { tasks } = float.manifest
  const cosines = pairs.flatMap(({ a, b }) => (a.vectors[0] && b.vectors[0] ? [dot(a.vectors[0].values, b.vectors[0].values)] : []))
  const strong = pairs.map(({ a, b }) => ({ a: a.boxes.filter(({ score }) => score >= BOX_SCORE), b: b.boxes.filter(({ score }) => score >= BOX_SCORE) }))
  const boxes = strong.reduce((sum, { a, b }) => sum + a.length + b.length, 0)
  return {
    pictures: pairs.length,
    ...(tasks.includes('classify') ? { labels: pairs.filter(({ a, b }) => a.labels[0]?.name === b.labels[0]?.name).length / pairs.length } : {}),
    ...(tasks.includes('embed') ? { cosine: { mean: cosines.reduce((a, b) => a + b, 0) / cosines.length, least: Math.min(...cosines) } } : {}),
    ...(tasks.includes('detect') ? { boxes: boxes === 0 ? 1 : (2 * strong.reduce((sum, { a, b }) => sum + matchedBoxes(a, b), 0)) / boxes } : {}),
  }
}

const LEAST_LABELS = 0.95
const LEAST_COSINE = 0.98
const LEAST_BOXES = 0.9
/** Percentage points of average precision, or of accuracy. */
const MOST_POINTS = 1

const share = (value: number): string => `${(100 * value).toFixed(1)} %`

const lossesOf = ({ labels, cosine, boxes }: Agreement, truth: QuantizeReport['truth']): readonly string[] => {
  const metric = truth?.float.task === 'detect' ? 'ap50' : 'top1'
  const points = truth ? 100 * ((truth.float.metrics[metric] ?? 0) - (truth.int8.metrics[metric] ?? 0)) : 0
  return [
    ...(labels !== undefined && labels < LEAST_LABELS ? [`only ${share(labels)} of its first labels are the pack's`] : []),
    ...(cosine && cosine.mean < LEAST_COSINE ? [`its vectors have a cosine of ${cosine.mean.toFixed(3)} to the pack's`] : []),
    ...(boxes !== undefined && boxes < LEAST_BOXES ? [`its boxes agree with the pack's by an F1 of ${share(boxes)}`] : []),
    ...(points > MOST_POINTS ? [`${metric} falls by ${points.toFixed(1)} points`] : []),
  ]
}

const putDown = async (path: string, bytes: Uint8Array | string): Promise<void> => {
  await writeFile(`${path}.part`, bytes)
  await rename(`${path}.part`, path)
}

/** @throws usage, pack-unknown, pack-missing, pack-damaged, engine-unfit */
export const quantizePack = async (options: QuantizePackOptions): Promise<QuantizeReport> => {
  const { modelsDir, id, count, keepFloat, truth: truthFolder, say = () => undefined } = options
  const float = await packToWorkOn(id, modelsDir)
  if (float.manifest.precision === 'int8') throw new GannetError('usage', `${id} is int8 already: name the pack that it was made from (${float.manifest.variantOf ?? 'unknown'})`)
  const sample = await samplePictures(options, 2 * count)
  // In turn, so that both see all of the folder; where there are too few, they are compared on what they were made from.
  const [calibration, others] = sample.length < 2 * count ? [sample.slice(0, count), sample] : [sample.filter((_, at) => at % 2 === 0), sample.filter((_, at) => at % 2 === 1)]
  const workshop = await startRole('workshop', null, {})
  try {
    const api = workshop.peer.remote<WorkshopApi>('api')
    say(`measuring ${id} on ${calibration.length} pictures`)
    const made = await api.quantize(float, calibration, keepFloat)
    const file = `${id}-int8.onnx`
    const kept = made.kept.length > 0 ? `, ${made.kept.length} layers in float32` : ''
    const { from: _nowhere, ...described } = float.manifest
    const manifest: Manifest = parseManifest({
      ...described, id: `${id}-int8`, title: `${float.manifest.title}, int8`, file, sha256: sha256Of(made.bytes), bytes: made.bytes.byteLength,
      source: `${id} (SHA-256 ${float.manifest.sha256.slice(0, 8)}…), static QDQ by gannet, calibrated on ${made.pictures} pictures, ranges by ${made.method}${kept}`,
      precision: 'int8', variantOf: id,
    } satisfies Manifest, `of ${id}-int8`)
    const path = join(modelsDir, file)
    const manifestPath = join(modelsDir, `${id}-int8.json`)
    await putDown(path, made.bytes)
    await putDown(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`)
    const int8 = await packToWorkOn(manifest.id, modelsDir)
    say('comparing speed')
    const [floatTimes = [], int8Times = []] = await api.time([float, int8], calibration.slice(0, 8), RUNS)
    say(`comparing what they see in ${others.length} pictures`)
    const agreement = await compare(float, int8, others)
    const task: EvaluatedTask = float.manifest.tasks.includes('detect') ? 'detect' : 'classify'
    const judge = async (model: string): Promise<Evaluation> => {
      say(`measuring ${model} on ${truthFolder}`)
      return await evaluate({ task, data: truthFolder as string, modelsDir, model })
    }
    const truth = truthFolder === undefined ? null : { float: await judge(id), int8: await judge(manifest.id) }
    return {
      id: manifest.id, path, manifest: manifestPath, bytes: { float: float.manifest.bytes, int8: manifest.bytes }, ms: { float: median(floatTimes), int8: median(int8Times) },
      layers: made.layers, keptFloat: made.kept, last: made.last, ranges: made.method, agreement, truth, losses: lossesOf(agreement, truth),
    }
  } finally {
    await workshop.stop()
  }
}
