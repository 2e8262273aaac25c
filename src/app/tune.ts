/** The flags of a crawl that part two folders of examples, each picture looked at as a crawl would. */
import { resolve, sep } from 'node:path'
import { kindScores, policySettings, tuningOf, type Policy, type TuningEvidence } from '../analyze/index.ts'
import { kebab, resolveConfig } from '../core/config.ts'
import { GannetError } from '../core/errors.ts'
import type { Sha256 } from '../core/ids.ts'
import { separate, type Example, type Figures } from '../evaluate/index.ts'
import type { PackChoice, PackFinding, PackTask } from '../models/index.ts'
import { packsFor } from './house.ts'
import { lookAtFiles } from './look-at-files.ts'
import type { HouseSettings } from './settings.ts'
import { samplePictures } from './sample-pictures.ts'
import { visionProcessesFor } from './vision-house.ts'

export interface TuneOptions extends Pick<HouseSettings, 'modelsDir' | 'model' | 'precision'> {
  /** Folders of pictures, their subfolders included: of what is to be kept, and of what is not. */
  readonly keep: string
  readonly drop: string
  readonly onProgress?: (done: number, of: number) => void
}

export interface TuneSide {
  readonly folder: string
  /** That were judged: different files that could be decoded. */
  readonly pictures: number
  readonly undecodable: number
  /** Byte for byte like another of the folder; they would be on both sides of a fold. */
  readonly repeated: number
  /** Of the pictures, those that no flag would keep: damaged, reserved by their owner, drawings in SVG. */
  readonly lost: number
}

export interface TuneMistake {
  readonly file: string
  readonly is: 'kept' | 'turned away'
  /** By which flag, or which comes next to it, and what the picture has there; null where no flag has a part in it. */
  readonly by: { readonly flag: string; readonly value: number } | null
}

export interface TuneReport {
  readonly keep: TuneSide
  readonly drop: TuneSide
  /** Pack of each task that looked. */
  readonly looked: { readonly [Task in PackTask]?: string }
  /** What parts them: flags, a crawl's defaults without any, or nothing. */
  readonly partedBy: 'flags' | 'defaults' | 'nothing'
  /** For a crawl, as arguments; none unless `partedBy` says so. */
  readonly flags: readonly string[]
  /** Of a crawl without flags. */
  readonly defaults: Figures
  /** Of searches that have not seen the picture that they judge, and of the flags on the pictures that they come from. */
  readonly outOfFold: Figures
  readonly inFold: Figures
  /** Of the flags, the worst first. */
  readonly mistakes: readonly TuneMistake[]
}

/** On each side: with fewer, what gains by chance cannot be told from what gains. */
const LEAST = 10
const DEFAULTS: Policy = resolveConfig(policySettings, [])
/** Asks for every pack. */
const ALL_EYES: Policy = { ...DEFAULTS, faces: 'drop', unsafe: 'drop', maxText: 0 }

interface Judged {
  readonly path: string
  readonly isWanted: boolean
  readonly sha256: Sha256
  readonly evidence: TuningEvidence
}

/** In the order given; null for what could not be decoded. */
const lookAtAll = async (
  choice: PackChoice, files: readonly Pick<Judged, 'path' | 'isWanted'>[], onProgress: TuneOptions['onProgress'],
): Promise<readonly (Judged | null)[]> => {
  const sees = Object.values(choice).some((pack) => pack !== null)
  const seen = await lookAtFiles(choice, files.map(({ path }) => path), { processes: visionProcessesFor(null), onProgress }, async (pictured) => {
    const { look } = pictured
    if (!look.ok) return null
    const sight = sees ? await pictured.infer() : { boxes: [], labels: [], vectors: [] }
    return { sha256: look.sha256, evidence: { look, kinds: { surface: kindScores(look, []), all: kindScores(look, sight.vectors) }, sight } }
  })
  return files.map((file, at) => {
    const answer = seen[at]?.answer ?? null
    return answer && { ...file, ...answer }
  })
}

/** The first of each file. @throws usage for one that lies on both sides */
const different = (judged: readonly Judged[]): readonly Judged[] => {
  const first = new Map<Sha256, Judged>()
  for (const one of judged) {
    const other = first.get(one.sha256)
    if (other === undefined) first.set(one.sha256, one)
    else if (other.isWanted !== one.isWanted) throw new GannetError('usage', `${other.path} and ${one.path} are the same file, and cannot be an example of both: take one of them away`)
  }
  return [...first.values()]
}

const pictureFiles = async (folder: string, flag: string): Promise<readonly string[]> => {
  const files = await samplePictures({ pictures: folder }, Number.POSITIVE_INFINITY)
  if (files.length < LEAST) throw new GannetError('usage', `${flag} ${folder} has ${files.length} pictures: ${LEAST} at least are needed on each side, and some fifty to be sure`)
  return files
}

const isWithin = (inner: string, outer: string): boolean => `${resolve(inner)}${sep}`.startsWith(`${resolve(outer)}${sep}`)

const flagsOf = (parts: readonly Partial<Record<string, unknown>>[]): readonly string[] => {
  const lists = new Map<string, string[]>()
  for (const [key, value] of parts.flatMap((part) => Object.entries(part))) lists.set(key, [...(lists.get(key) ?? []), ...[value].flat().map(String)])
  return [...lists].flatMap(([key, values]) => [`--${kebab(key)}`, values.join(',')])
}

/**
 * @param say told which models are off, and why
 * @throws usage for folders that hold too little or the same, pack-unknown, pack-missing, pack-damaged
 */
export const tune = async (options: TuneOptions, say: (finding: PackFinding) => void = () => undefined): Promise<TuneReport> => {
  const { keep, drop } = options
  if (isWithin(keep, drop) || isWithin(drop, keep)) throw new GannetError('usage', `--keep ${keep} and --drop ${drop}: neither may lie in the other`)
  const wanted = await pictureFiles(keep, '--keep')
  const files = [...wanted.map((path) => ({ path, isWanted: true })), ...(await pictureFiles(drop, '--drop')).map((path) => ({ path, isWanted: false }))]
  const { choice, findings } = await packsFor(options, ALL_EYES)
  for (const finding of findings) if (!finding.on) say(finding)
  const seen = await lookAtAll(choice, files, options.onProgress)
  const judged = different(seen.filter((one) => one !== null))

  const looked = Object.fromEntries(Object.entries(choice).flatMap(([task, pack]) => (pack ? [[task, pack.manifest.id]] : [])))
  const { measures, valuesOf, partOf } = tuningOf(judged.map(({ evidence }) => evidence), new Set(Object.keys(looked) as PackTask[]), DEFAULTS)
  const examples = judged.map(({ isWanted, evidence }): Example => ({ wanted: isWanted, values: valuesOf(evidence) }))
  const sideOf = (folder: string, isWanted: boolean): TuneSide => {
    const all = seen.filter((_one, at) => files[at]?.isWanted === isWanted)
    const undecodable = all.filter((one) => one === null).length
    const pictures = examples.filter((one) => one.wanted === isWanted)
    if (pictures.length < LEAST) {
      throw new GannetError('usage', `${folder} has ${pictures.length} different pictures that can be decoded, of ${all.length} files: ${LEAST} at least are needed`)
    }
    return { folder, pictures: pictures.length, undecodable, repeated: all.length - undecodable - pictures.length, lost: pictures.filter(({ values }) => values === null).length }
  }
  const sides = { keep: sideOf(keep, true), drop: sideOf(drop, false) }

  const { rules, parts, before, inFold, outOfFold, mistakes } = separate(measures, examples)
  const partedBy = !parts ? 'nothing' : rules.length > 0 ? 'flags' : 'defaults'
  return {
    ...sides, looked, partedBy,
    flags: partedBy === 'flags' ? flagsOf(rules.map(({ measure, threshold }) => partOf(measure, threshold))) : [],
    defaults: before, outOfFold, inFold,
    mistakes: partedBy === 'nothing' ? [] : mistakes.map(({ example, rule }): TuneMistake => ({
      file: (judged[example] as Judged).path, is: (judged[example] as Judged).isWanted ? 'turned away' : 'kept',
      by: rule && { flag: flagsOf([partOf(rule.measure, rule.threshold)]).slice(0, 2).join(' '), value: examples[example]?.values?.[rule.measure] as number },
    })),
  }
}
