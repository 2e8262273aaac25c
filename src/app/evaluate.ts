/** A pack against a folder of pictures whose truth is known: decoded and seen as in a crawl, by a vision process of its own. */
import { stat } from 'node:fs/promises'
import type { Body } from '../core/body.ts'
import { GannetError } from '../core/errors.ts'
import {
  bootstrap, detectionMetrics, gateMetrics, readBoxedFolder, readClassedFolder, trueBoxes, wilson, type Boxed, type Interval, type JudgedPicture,
} from '../evaluate/index.ts'
import { findPacks, labelsOf, type Pack, type PackChoice, type PackTask, type Sight } from '../models/index.ts'
import { evaluateCopies, type CopyEvaluation } from './evaluate-copies.ts'
import { evaluateLinear } from './evaluate-linear.ts'
import { openVision } from './vision-house.ts'

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
export const DECODE_SECONDS = 20

export const NONE: PackChoice = { detect: null, embed: null, classify: null }

const packFor = async ({ task: evaluated, modelsDir, model }: EvaluateOptions): Promise<Pack> => {
  const task = packTask(evaluated)
  const { choice, findings } = await findPacks({ modelsDir, want: { detect: 'none', embed: 'none', classify: 'none', [task]: model } })
  const pack = choice[task]
  if (pack) return pack
  const { why = '', remedy = '' } = findings.find((finding) => finding.task === task) ?? {}
  throw new GannetError('pack-missing', `no pack can ${task}: ${why}; ${remedy}`)
}

interface Seen {
  readonly width: number
  readonly height: number
  readonly sight: Sight
}

/** One at a time, so that the time a picture takes is its own. */
export async function* seeAll(pack: Pack, tasks: readonly PackTask[], paths: readonly string[]): AsyncGenerator<{ readonly seen: Seen | null; readonly ms: number }> {
  const vision = openVision({
    choice: { ...NONE, ...Object.fromEntries(tasks.map((task) => [task, pack])) }, processes: 1, batch: 1, decodeSeconds: DECODE_SECONDS, boxes: ALL_BOXES, emit: () => undefined,
  })
  try {
    for (const path of paths) {
      const began = performance.now()
      const seen = await vision.look({ kind: 'spool', path, size: (await stat(path)).size } as Body)
      if (!seen.look.ok) {
        yield { seen: null, ms: performance.now() - began }
        continue
      }
      const sight = await seen.infer()
      yield { seen: { width: seen.look.width, height: seen.look.height, sight }, ms: performance.now() - began }
    }
  } finally {
    await vision.close()
  }
}

/** Without the first picture's, in which the process starts and loads its model. */
export const meanOf = ([first = 0, ...times]: readonly number[]): number =>
  times.length === 0 ? first : times.reduce((a, b) => a + b, 0) / times.length

const evaluateDetect = async (options: EvaluateOptions, pack: Pack): Promise<Evaluation> => {
  const { data, confidence = 0.5, onProgress } = options
  const { names, pictures } = await readBoxedFolder(data)
  const judged: JudgedPicture[] = []
  const times: number[] = []
  let undecodable = 0
  for await (const { seen, ms } of seeAll(pack, ['detect'], pictures.map(({ path }) => path))) {
    const picture = pictures[judged.length] as Boxed
    if (seen === null) undecodable++
    times.push(ms)
    judged.push({
      truth: trueBoxes(picture, names, seen?.width ?? 1, seen?.height ?? 1), found: seen?.sight.boxes ?? [],
    })
    onProgress?.(judged.length, pictures.length)
  }
  const { ap50, ap } = detectionMetrics(judged)
  const gate = gateMetrics(judged, confidence)
  return {
    task: 'detect', pack: pack.manifest.id, images: pictures.length, undecodable, msPerImage: meanOf(times),
    metrics: { ap50, ap, gatePrecision: gate.precision, gateRecall: gate.recall, gateF1: gate.f1 },
    intervals: { ap50: bootstrap(judged, (some) => detectionMetrics(some).ap50), gateF1: bootstrap(judged, (some) => gateMetrics(some, confidence).f1) },
  }
}

const evaluateClassify = async ({ data, onProgress }: EvaluateOptions, pack: Pack): Promise<Evaluation> => {
  const pictures = await readClassedFolder(data, labelsOf(pack.manifest.labels ?? ''))
  const times: number[] = []
  let [first, five, undecodable] = [0, 0, 0]
  for await (const { seen, ms } of seeAll(pack, ['classify'], pictures.map(({ path }) => path))) {
    const label = pictures[times.length]?.label
    times.push(ms)
    if (seen === null) undecodable++
    const at = (seen?.sight.labels ?? []).findIndex(({ name }) => name === label)
    if (at === 0) first++
    if (at >= 0 && at < 5) five++
    onProgress?.(times.length, pictures.length)
  }
  const of = pictures.length
  return {
    task: 'classify', pack: pack.manifest.id, images: of, undecodable, msPerImage: meanOf(times),
    metrics: { top1: first / of, top5: five / of }, intervals: { top1: wilson(first, of), top5: wilson(five, of) },
  }
}

/** @throws usage, pack-missing, pack-damaged, pack-unknown */
export const evaluate = async (options: EvaluateOptions): Promise<Evaluation> => {
  if (options.task === 'copy') {
    const { data, others, alike, seed = 1, model, onProgress } = options
    // Without a model, copies are found by hashes alone.
    const embed = model === 'none' ? null : await packFor(options)
    const found = await evaluateCopies({ data, seed, choice: { ...NONE, embed }, ...(others && { others }), ...(alike && { alike }), ...(onProgress && { onProgress }) })
    return { task: 'copy', pack: embed?.manifest.id ?? 'none', ...found }
  }
  const pack = await packFor(options)
  if (options.task === 'linear') return evaluateLinear({ ...options, decodeSeconds: DECODE_SECONDS }, pack)
  return options.task === 'detect' ? evaluateDetect(options, pack) : evaluateClassify(options, pack)
}
