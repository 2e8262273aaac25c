/** A pack against a folder of pictures whose truth is known: decoded and seen as in a crawl, by a vision process of its own. */
import { GannetError } from '../core/errors.ts'
import {
  bootstrap, detectionMetrics, gateMetrics, readBoxedFolder, readClassedFolder, trueBoxes, wilson, type Interval, type JudgedPicture,
} from '../evaluate/index.ts'
import { findPacks, labelsOf, NO_PACKS, wantOnly, type Pack, type PackTask, type Sight } from '../models/index.ts'
import { evaluateCopies, type CopyEvaluation } from './evaluate-copies.ts'
import { evaluateLinear } from './evaluate-linear.ts'
import { lookAtFiles, meanMs, type LookedAt } from './look-at-files.ts'

/** What a pack is measured at; see evaluate-kind.ts for what needs none. */
type PackedTask = 'detect' | 'classify' | 'copy' | 'linear'
export type EvaluatedTask = PackedTask | 'kind'
export const EVALUATED_TASKS: readonly EvaluatedTask[] = ['detect', 'classify', 'copy', 'linear', 'kind']

export interface Evaluation {
  readonly task: EvaluatedTask
  readonly pack: string
  readonly images: number
  /** Files that could not be decoded; they count as pictures in which nothing was seen. */
  readonly undecodable: number
  readonly metrics: Readonly<Record<string, number>>
  /** Of 95 %, of some of the metrics. */
  readonly intervals: Readonly<Record<string, Interval>>
  /** Decoding and inference of a picture, one after another, on one process; for copies, its search and comparisons too. */
  readonly msPerImage: number
  /** Pairs that were taken for copies and are none. */
  readonly mistaken?: CopyEvaluation['mistaken']
  /** Of `linear`: each split by itself. */
  readonly splits?: readonly Readonly<Record<string, number>>[]
}

export interface EvaluateOptions {
  readonly task: PackedTask
  /** See evaluate/picture-folders.ts; for copies, pictures in any folders. */
  readonly data: string
  /** For copies: see evaluate-copies.ts. */
  readonly others?: readonly string[]
  readonly alike?: string
  readonly seed?: number
  readonly modelsDir: string
  /** Id of the pack; the preferred one without. */
  readonly model?: string
  /** Score from which a box counts for the gate. Default .5. */
  readonly confidence?: number
  /** Of `linear`: see evaluate-linear.ts. */
  readonly trainOn?: number
  readonly seeds?: number
  readonly onProgress?: (done: number, of: number) => void
}

/** What embeds stands for whoever finds copies, and for heads on its vectors. */
const packTask = (task: PackedTask): PackTask => (task === 'copy' || task === 'linear' ? 'embed' : task)

/** All that could count for the average precision. */
const ALL_BOXES = { minScore: 0.001, maxBoxes: 100 }
const packFor = async ({ task: evaluated, modelsDir, model }: EvaluateOptions): Promise<Pack> => {
  const task = packTask(evaluated)
  const { choice, findings } = await findPacks({ modelsDir, want: wantOnly(task, model) })
  const pack = choice[task]
  if (pack) return pack
  const { why = '', remedy = '' } = findings.find((finding) => finding.task === task) ?? {}
  throw new GannetError('pack-missing', `no pack can ${task}: ${why}; ${remedy}`)
}

interface SeenPicture {
  readonly width: number
  readonly height: number
  readonly sight: Sight
}

/** One at a time; null for a file that could not be decoded. */
export const seeAll = (
  pack: Pack, tasks: readonly PackTask[], paths: readonly string[], onProgress?: EvaluateOptions['onProgress'],
): Promise<readonly LookedAt<SeenPicture | null>[]> =>
  lookAtFiles({ ...NO_PACKS, ...Object.fromEntries(tasks.map((task) => [task, pack])) }, paths, { boxes: ALL_BOXES, onProgress }, async (seen) => {
    const { look } = seen
    return look.ok ? { width: look.width, height: look.height, sight: await seen.infer() } : null
  })

const undecodableAmong = (seen: Awaited<ReturnType<typeof seeAll>>): number => seen.filter(({ answer }) => answer === null).length

const evaluateDetect = async (options: EvaluateOptions, pack: Pack): Promise<Evaluation> => {
  const { data, confidence = 0.5, onProgress } = options
  const { names, pictures } = await readBoxedFolder(data)
  const seen = await seeAll(pack, ['detect'], pictures.map(({ path }) => path), onProgress)
  const judged = pictures.map((picture, at): JudgedPicture => {
    const { width = 1, height = 1, sight } = seen[at]?.answer ?? {}
    return { truth: trueBoxes(picture, names, width, height), found: sight?.boxes ?? [] }
  })
  const { ap50, ap } = detectionMetrics(judged)
  const gate = gateMetrics(judged, confidence)
  return {
    task: 'detect', pack: pack.manifest.id, images: pictures.length, undecodable: undecodableAmong(seen), msPerImage: meanMs(seen),
    metrics: { ap50, ap, gatePrecision: gate.precision, gateRecall: gate.recall, gateF1: gate.f1 },
    intervals: { ap50: bootstrap(judged, (some) => detectionMetrics(some).ap50), gateF1: bootstrap(judged, (some) => gateMetrics(some, confidence).f1) },
  }
}

const evaluateClassify = async ({ data, onProgress }: EvaluateOptions, pack: Pack): Promise<Evaluation> => {
  const pictures = await readClassedFolder(data, labelsOf(pack.manifest.labels ?? ''))
  const seen = await seeAll(pack, ['classify'], pictures.map(({ path }) => path), onProgress)
  const places = pictures.map(({ label }, at) => (seen[at]?.answer?.sight.labels ?? []).findIndex(({ name }) => name === label))
  const [first, five] = [1, 5].map((most) => places.filter((place) => place >= 0 && place < most).length) as [number, number]
  const of = pictures.length
  return {
    task: 'classify', pack: pack.manifest.id, images: of, undecodable: undecodableAmong(seen), msPerImage: meanMs(seen),
    metrics: { top1: first / of, top5: five / of }, intervals: { top1: wilson(first, of), top5: wilson(five, of) },
  }
}

/** @throws usage, pack-missing, pack-damaged, pack-unknown */
export const evaluate = async (options: EvaluateOptions): Promise<Evaluation> => {
  if (options.task === 'copy') {
    const { data, others, alike, seed = 1, model, onProgress } = options
    // Without a model, copies are found by hashes alone.
    const embed = model === 'none' ? null : await packFor(options)
    const found = await evaluateCopies({ data, seed, choice: { ...NO_PACKS, embed }, ...(others && { others }), ...(alike && { alike }), ...(onProgress && { onProgress }) })
    return { task: 'copy', pack: embed?.manifest.id ?? 'none', ...found }
  }
  const pack = await packFor(options)
  if (options.task === 'linear') return evaluateLinear(options, pack)
  return options.task === 'detect' ? evaluateDetect(options, pack) : evaluateClassify(options, pack)
}
