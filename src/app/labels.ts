/** The user's own labels: heads trained on folders or on a person's corrections, and put on what is stored. */
import { writeFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { GannetError } from '../core/errors.ts'
import { spaceId, type AssetId, type SpaceId } from '../core/ids.ts'
import { readLabelledFolder } from '../evaluate/index.ts'
import { labelsOfVector, trainHead, usableExamples, writeHead, type Example, type HoldOut } from '../labels/index.ts'
import { isPersons, PERSON, type Asset, type RelabelEntry } from '../store/index.ts'
import { embedPictures } from './embed-pictures.ts'
import { packsFor } from './house.ts'
import { loadHead } from './label-heads.ts'
import { measureHead, type HeldOut } from './measure-head.ts'
import type { HouseSettings } from './settings.ts'
import { openStore, type Store } from './store.ts'
import { visionProcessesFor } from './vision-house.ts'

export interface TrainingProgress {
  readonly step: 'embedding' | 'measuring' | 'training'
  /** 0 to 1. */
  readonly done: number
}

export interface TrainOptions {
  /** A folder a class, or a data folder whose assets a person has labelled. */
  readonly from: ({ readonly folder: string; readonly decodeSeconds: number } & Pick<HouseSettings, 'modelsDir' | 'model' | 'precision'>) | { readonly data: string }
  /** The file to write. */
  readonly out: string
  readonly holdOut: HoldOut
  readonly seed: number
  readonly onProgress?: (progress: TrainingProgress) => void
}

export interface Training {
  /** What its labels are signed with. */
  readonly id: string
  readonly out: string
  readonly space: SpaceId
  readonly ridge: number
  /** How many pictures of each class the head learned from. */
  readonly labels: Readonly<Record<string, number>>
  readonly pictures: number
  /** What was given and could not be learned from. */
  readonly left: { readonly undecodable: number; readonly unusable: number; readonly repeated: number; readonly otherSpace: number }
  /** Pictures that stand under more than one label. */
  readonly contradictory: number
  /** Of a head that learned from the rest; null where every class is too small for any to be held out. */
  readonly heldOut: HeldOut | null
}

interface Given {
  readonly space: SpaceId
  readonly examples: readonly Example[]
  readonly undecodable: number
  readonly otherSpace: number
}

const PAGE = 200

const fromFolder = async (from: Extract<TrainOptions['from'], { folder: string }>, onProgress: TrainOptions['onProgress']): Promise<Given> => {
  const pictures = await readLabelledFolder(from.folder)
  const { choice, findings } = await packsFor(from)
  const { embed } = choice
  if (!embed?.space) {
    const off = findings.find(({ task }) => task === 'embed')
    throw new GannetError('pack-missing', `a head is trained on vectors, and no embedder is on: ${off?.why ?? ''}; ${off?.remedy ?? ''}`)
  }
  const embedded = await embedPictures(embed, pictures.map(({ path }) => path), {
    processes: visionProcessesFor(null), decodeSeconds: from.decodeSeconds,
    onProgress: (done, of) => onProgress?.({ step: 'embedding', done: done / of }),
  })
  const examples = pictures.flatMap(({ label }, at): Example[] => {
    const values = embedded[at]?.answer
    return values ? [{ label, values }] : []
  })
  return { space: spaceId(embed.space), examples, undecodable: pictures.length - examples.length, otherSpace: 0 }
}

/** What is stored, with its vectors, a page at a time. */
async function* withVectors(store: Store): AsyncGenerator<readonly { readonly asset: Asset; readonly vectors: Awaited<ReturnType<Store['vectors']>>[number] }[]> {
  let page: Asset[] = []
  const told = async (assets: readonly Asset[]) => {
    const vectors = await store.vectors(assets.map(({ id }) => id))
    return assets.map((asset, at) => ({ asset, vectors: vectors[at] ?? [] }))
  }
  for await (const asset of store.images()) {
    page.push(asset)
    if (page.length < PAGE) continue
    yield await told(page)
    page = []
  }
  if (page.length > 0) yield await told(page)
}

/** The space that most of the labelled pictures have a vector of. */
const fromStore = async (data: string): Promise<Given> => {
  const store = await openStore(data)
  try {
    const spaces = new Map<SpaceId, Example[]>()
    let labelled = 0
    for await (const page of withVectors(store)) {
      for (const { asset, vectors } of page) {
        const label = asset.labels.find(({ by }) => by === PERSON)
        if (!label) continue
        labelled++
        for (const { space, values } of vectors) spaces.set(space, [...(spaces.get(space) ?? []), { label: label.name, values }])
      }
    }
    if (labelled === 0) throw new GannetError('usage', `nobody has labelled a picture of ${data} yet: do so with gannet labels set ID NAME, or name a folder of classes`)
    const [most] = [...spaces].sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1))
    if (!most) throw new GannetError('usage', `the pictures of ${data} that a person has labelled have no vectors: crawl with an embedder on (gannet doctor says what is off)`)
    return { space: most[0], examples: most[1], undecodable: 0, otherSpace: labelled - most[1].length }
  } finally {
    await store.close()
  }
}

/** @throws usage, pack-missing, pack-damaged, data-missing */
export const trainLabels = async ({ from, out, holdOut, seed, onProgress }: TrainOptions): Promise<Training> => {
  const { space, examples: given, undecodable, otherSpace } = 'folder' in from ? await fromFolder(from, onProgress) : await fromStore(from.data)
  const { examples, unusable, repeated, contradictory } = usableExamples(given)
  const heldOut = measureHead(examples, holdOut, seed, space, (done) => onProgress?.({ step: 'measuring', done }))
  const name = basename(out, extname(out))
  const { head, ridge } = trainHead(examples, { space, name, onProgress: (done) => onProgress?.({ step: 'training', done }) })
  const record = { trainedAt: new Date().toISOString(), ridge, pictures: examples.length, heldOut: heldOut && { ...heldOut } }
  await writeFile(out, writeHead(head, record)).catch((cause: Error) => {
    throw new GannetError('usage', `the head cannot be written to ${out}: ${cause.message}`, { cause })
  })
  const labels: Record<string, number> = {}
  for (const { label } of examples) labels[label] = (labels[label] ?? 0) + 1
  return { id: head.id, out, space, ridge, labels, pictures: examples.length, left: { undecodable, unusable, repeated, otherSpace }, contradictory, heldOut }
}

export interface Applied {
  readonly id: string
  /** Assets looked at. */
  readonly assets: number
  /** Those that now bear labels of the head, by label. */
  readonly labelled: Readonly<Record<string, number>>
  /** No class was probable enough. */
  readonly unsure: number
  /** A person has labelled them: they stay as they are. */
  readonly persons: number
  /** Without a vector of the head's space. */
  readonly withoutVector: number
}

export interface ApplyOptions {
  readonly head: string
  readonly data: string
  /** Least probability of a label that is set. */
  readonly least: number
  readonly onProgress?: (done: number) => void
}

/** From stored vectors; no picture is decoded again. What heads of the same name said before is replaced. @throws usage, data-missing, data-locked */
export const applyLabels = async ({ head: file, data, least, onProgress }: ApplyOptions): Promise<Applied> => {
  const head = await loadHead(file)
  const store = await openStore(data, { own: true })
  try {
    const labelled: Record<string, number> = {}
    let [assets, unsure, persons, withoutVector, readable] = [0, 0, 0, 0, 0]
    for await (const page of withVectors(store)) {
      const entries: RelabelEntry[] = []
      for (const { asset, vectors } of page) {
        const vector = vectors.find(({ space }) => space === head.space)
        if (vector) readable++
        if (isPersons(asset.labels)) persons++
        else if (!vector) withoutVector++
        else entries.push({ asset: asset.id, by: head.id, labels: labelsOfVector(head, vector.values, least) })
      }
      const changed = await store.relabel(entries)
      for (const [at, { labels }] of entries.entries()) {
        if (!changed[at]) persons++
        else if (labels.length === 0) unsure++
        for (const { name } of changed[at] ? labels : []) labelled[name] = (labelled[name] ?? 0) + 1
      }
      assets += page.length
      onProgress?.(assets)
    }
    if (assets > 0 && readable === 0) {
      throw new GannetError('usage', `no picture of ${data} has a vector of ${head.space}, which the head ${head.id} reads: train one on vectors that are there (gannet stats names them)`)
    }
    return { id: head.id, assets, labelled, unsure, persons, withoutVector }
  } finally {
    await store.close()
  }
}

/** What a person says a stored picture shows; it takes the place of all labels that it has. @throws not-found, usage, data-missing, data-locked */
export const setLabel = async ({ id, name, data }: { readonly id: string; readonly name: string; readonly data: string }): Promise<void> => {
  if (name.trim() === '') throw new GannetError('usage', 'a label needs a name')
  const store = await openStore(data, { own: true })
  try {
    const [done] = await store.relabel([{ asset: id as AssetId, by: PERSON, labels: [{ name: name.trim(), score: 1, by: PERSON }] }])
    if (!done) throw new GannetError('not-found', `nothing is stored under the id ${id}, or a better copy has taken its place (gannet why ${id} says)`)
  } finally {
    await store.close()
  }
}
