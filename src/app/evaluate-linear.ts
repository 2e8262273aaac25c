/** A pack's vectors, by how well a linear head on a few of them tells classes apart. */
import { spaceId } from '../core/ids.ts'
import { GannetError } from '../core/errors.ts'
import { mean, readLabelledFolder, type Interval } from '../evaluate/index.ts'
import { usableExamples } from '../labels/index.ts'
import type { Pack } from '../models/index.ts'
import { embedPictures } from './embed-pictures.ts'
import type { Evaluation } from './evaluate.ts'
import { meanMs } from './look-at-files.ts'
import { measureHead, type HeldOut } from './measure-head.ts'

export interface LinearOptions {
  /** A folder a class. */
  readonly data: string
  /** Pictures of each class that are learned from; the rest measures. Default 30. */
  readonly trainOn?: number
  /** Splits, seeded 1, 2, …; figures are their means. Default 3. */
  readonly seeds?: number
  readonly onProgress?: (done: number, of: number) => void
}

const meanInterval = (intervals: readonly Interval[]): Interval => ({ low: mean(intervals.map(({ low }) => low)), high: mean(intervals.map(({ high }) => high)) })

/** Intervals are the means of the splits' own: the splits share pictures, and together know no more than one. */
export const evaluateLinear = async ({ data, trainOn = 30, seeds = 3, onProgress }: LinearOptions, pack: Pack): Promise<Evaluation> => {
  if (!pack.space) throw new GannetError('internal', `${pack.manifest.id} was chosen to embed but has no space`)
  const pictures = await readLabelledFolder(data)
  const embedded = await embedPictures(pack, pictures.map(({ path }) => path), { onProgress })
  const seen = pictures.flatMap(({ label }, at) => {
    const values = embedded[at]?.answer
    return values ? [{ label, values }] : []
  })
  const { examples } = usableExamples(seen)
  const found: HeldOut[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const one = measureHead(examples, { allBut: trainOn }, seed, spaceId(pack.space))
    if (one === null) throw new GannetError('usage', `${data} has no class of more than ${trainOn} pictures, so that nothing is left to measure on: use --train-on with a smaller number`)
    found.push(one)
  }
  const of = (name: keyof HeldOut['metrics']): number => mean(found.map(({ metrics }) => metrics[name]))
  return {
    task: 'linear', pack: pack.manifest.id, images: pictures.length, undecodable: pictures.length - seen.length,
    msPerImage: meanMs(embedded),
    metrics: { top1: of('top1'), top5: of('top5'), perClass: of('perClass') },
    intervals: { top1: meanInterval(found.map(({ intervals }) => intervals.top1)), perClass: meanInterval(found.map(({ intervals }) => intervals.perClass)) },
    splits: found.map(({ seed, training, pictures: heldOut, metrics }) => ({ seed, training, heldOut, ...metrics })),
  }
}
