/**
 * What the models say of decoded pictures. A pack that serves two tasks is run once a picture;
 * the tensor is written into one buffer that is used again for every run, so that a batch needs
 * no more memory than its largest run. How pixels become a tensor is passed in: that is the
 * image room's knowledge.
 */
import { GannetError } from '../core/errors.ts'
import { spaceId } from '../core/ids.ts'
import { FACE, TEXT } from '../core/sight-names.ts'
import type { Fit, Rgb } from '../image/index.ts'
import type { Box, Label, StoredVector } from '../store/asset.ts'
import { readFeatures } from './heads/features.ts'
import { readSoftmax } from './heads/softmax.ts'
import type { DetectLimits, Detection } from './heads/detections.ts'
import { readDetr } from './heads/detr.ts'
import { readYolo } from './heads/yolo.ts'
import { readYolox, yoloxLength } from './heads/yolox.ts'
import { coveredShare, readTextMap } from './heads/text-map.ts'
import { readYunet, yunetLength, yunetOutputs } from './heads/yunet.ts'
import { labelsOf } from './label-sets.ts'
import { PACK_TASKS, type DetectHead, type InputRecipe, type Manifest, type Pack, type PackChoice, type PackTask, type Sight } from './pack.ts'
import { load, type Outputs, type RuntimeOptions, type Session } from './runtime.ts'

/** A working picture and the size, in pixels, of the oriented original that it stands for. */
export interface Viewed {
  readonly rgb: Rgb
  /** The same in more pixels, where there are more and a pack asks for them. */
  readonly fine?: Rgb | null
  readonly width: number
  readonly height: number
}

/** From the image room: where a picture comes to lie in a model's input, and writing it there. */
export interface Projector {
  fitOf(recipe: InputRecipe, width: number, height: number): Fit
  fillTensor(recipe: InputRecipe, fit: Fit, rgb: Rgb, target: Float32Array, offset: number): void
}

export interface EyesOptions extends RuntimeOptions {
  readonly projector: Projector
  /** Boxes reported. Default: a score of 0.2 or more, 100 boxes at most. */
  readonly boxes?: DetectLimits
}

export interface Eyes {
  /** In the order given. Batches wait for each other. */
  see(pictures: readonly Viewed[]): Promise<Sight[]>
  close(): Promise<void>
}

/** Well below the usual gate of 0.5, so that a lower one can be judged again from the evidence. */
const BOXES: DetectLimits = { minScore: 0.2, maxBoxes: 100 }

/** A picture in its place in the model's input. */
interface Placed {
  readonly picture: Viewed
  readonly fit: Fit
  /** Pictures of the run. */
  readonly count: number
}

/** Adds what one picture's outputs say. */
type Reader = (outputs: Outputs, index: number, placed: Placed, sight: MutableSight) => void

interface MutableSight {
  readonly boxes: Box[]
  readonly labels: Label[]
  readonly vectors: StoredVector[]
  textShare?: number
  unsafe?: readonly Label[]
  by?: NonNullable<Sight['by']>
}

const damaged = (pack: Pack, what: string): GannetError =>
  new GannetError('pack-damaged', `${pack.path}: ${what}; get the file again, or correct the manifest (${pack.manifest.id})`)

/** One picture's share of an output of any length. */
const shareOf = (pack: Pack, outputs: Outputs, name: string, index: number, count: number): Float32Array => {
  const values = outputs.get(name)
  if (!values || values.length === 0 || values.length % count !== 0) throw damaged(pack, `output "${name}" has ${values?.length ?? 0} values for ${count} pictures`)
  const length = values.length / count
  return values.subarray(index * length, (index + 1) * length)
}

/** The same, held to the length that the head needs. */
const rowOf = (pack: Pack, outputs: Outputs, name: string, index: number, length: number): Float32Array => {
  const values = outputs.get(name)
  const row = values?.subarray(index * length, (index + 1) * length)
  if (values && row?.length === length && values.length % length === 0) return row
  throw damaged(pack, `output "${name}" has ${values?.length ?? 0} values where its manifest promises ${length} a picture`)
}

/** Names of the outputs that a detector's head reads. */
export const outputsOf = (head: DetectHead): readonly string[] =>
  head.kind === 'detr' ? [head.boxes, head.scores, ...(head.classes === undefined ? [] : [head.classes])] : [head.output]

/** One picture's boxes in pixels of the input, by the head's kind. */
const readerOf = (pack: Pack, head: DetectHead, classes: number, limits: DetectLimits) => (outputs: Outputs, index: number, count: number): Detection[] => {
  const { input } = pack.manifest
  const share = (name: string): Float32Array => shareOf(pack, outputs, name, index, count)
  if (head.kind === 'yolox') return readYolox(rowOf(pack, outputs, head.output, index, yoloxLength(input, head, classes)), input, head, classes, limits)
  if (head.kind === 'detr') {
    const [boxes, scores, numbers] = [share(head.boxes), share(head.scores), head.classes === undefined ? null : share(head.classes)]
    const queries = boxes.length / 4
    const fits = Number.isInteger(queries) && (numbers ? scores.length === queries && numbers.length === queries : scores.length % queries === 0)
    if (!fits) throw damaged(pack, `outputs of ${boxes.length}, ${scores.length}${numbers ? ` and ${numbers.length}` : ''} values a picture are no set of boxes`)
    return readDetr({ boxes, scores, classes: numbers }, input, head, classes, limits)
  }
  const row = share(head.output)
  const values = (head.kind === 'yolov5' ? 5 : 4) + classes
  if (row.length % values !== 0) throw damaged(pack, `output "${head.output}" has ${row.length} values a picture, which are no boxes of ${values}`)
  return readYolo(row, input, head, classes, limits)
}

const detector = (pack: Pack, limits: DetectLimits): Reader => {
  const { id, detect: head, labels: set } = pack.manifest
  if (!head || set === undefined) throw new GannetError('internal', `${id} was chosen to detect but has no head for it`)
  const names = labelsOf(set)
  const read = readerOf(pack, head, names.length, limits)
  return (outputs, index, placed, sight) => {
    sight.boxes.push(...inPicture(read(outputs, index, placed.count), placed, (label) => names[label] ?? String(label), id))
  }
}

/** From pixels of the input to those of the oriented original. */
const inPicture = (found: readonly Detection[], { picture, fit }: Placed, nameOf: (label: number) => string, by: string): Box[] => {
  const across = (x: number): number => clamp((x - fit.offsetX) / fit.scaleX, picture.width)
  const down = (y: number): number => clamp((y - fit.offsetY) / fit.scaleY, picture.height)
  return found.flatMap((one) => {
    const x = across(one.x)
    const y = down(one.y)
    const width = across(one.x + one.width) - x
    const height = down(one.y + one.height) - y
    // A box that lies in the letterbox's padding shows nothing.
    return width <= 0 || height <= 0 ? [] : [{ x, y, width, height, name: nameOf(one.label), score: one.score, by }]
  })
}

const clamp = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit)

const faceFinder = (pack: Pack, limits: DetectLimits): Reader => {
  const { manifest: { id, faces: head, input } } = pack
  if (!head) throw new GannetError('internal', `${id} was chosen to find faces but has no head for it`)
  return (outputs, index, placed, sight) => {
    const found = readYunet((name) => rowOf(pack, outputs, name, index, yunetLength(input, name)), input, head, limits)
    sight.boxes.push(...inPicture(found, placed, () => FACE, id))
  }
}

const textFinder = (pack: Pack, limits: DetectLimits): Reader => {
  const { manifest: { id, text: head, input } } = pack
  if (!head) throw new GannetError('internal', `${id} was chosen to find text but has no head for it`)
  return (outputs, index, placed, sight) => {
    const map = rowOf(pack, outputs, head.output, index, input.width * input.height)
    const shown = { width: Math.min(input.width, placed.fit.width), height: Math.min(input.height, placed.fit.height) }
    const boxes = inPicture(readTextMap(map, input.width, shown, head, limits), placed, () => TEXT, id)
    sight.boxes.push(...boxes)
    sight.textShare = coveredShare(boxes, placed.picture.width, placed.picture.height)
  }
}

/** One picture's labels, strongest first. */
const labeller = (pack: Pack, task: 'classify' | 'unsafe'): ((outputs: Outputs, index: number) => Label[]) => {
  const { manifest } = pack
  const { id, labels: set } = manifest
  const head = manifest[task]
  if (!head || set === undefined) throw new GannetError('internal', `${id} was chosen for ${task} but has no head for it`)
  const names = labelsOf(set)
  return (outputs, index) =>
    readSoftmax(rowOf(pack, outputs, head.output, index, head.offset + names.length), head)
      .map(({ label, score }) => ({ name: names[label] ?? String(label), score, by: id }))
}

const classifier = (pack: Pack): Reader => {
  const read = labeller(pack, 'classify')
  return (outputs, index, _placed, sight) => void sight.labels.push(...read(outputs, index))
}

const unsafeFinder = (pack: Pack): Reader => {
  const read = labeller(pack, 'unsafe')
  return (outputs, index, _placed, sight) => {
    sight.unsafe = read(outputs, index)
  }
}

const embedder = (pack: Pack): Reader => {
  const { manifest: { id, embed: head }, space } = pack
  if (!head || !space) throw new GannetError('internal', `${id} was chosen to embed but has no head for it`)
  return (outputs, index, _placed, sight) => {
    const values = readFeatures(rowOf(pack, outputs, head.output, index, head.dimension))
    if (values) sight.vectors.push({ space: spaceId(space), values })
  }
}

const READERS: { readonly [Task in PackTask]: (pack: Pack, boxes: DetectLimits) => Reader } = {
  detect: detector, embed: embedder, classify: classifier, faces: faceFinder, text: textFinder, unsafe: unsafeFinder,
}

const outputsFor = (task: PackTask, { detect, faces, [task]: head }: Manifest): readonly string[] => {
  if (task === 'detect') return detect ? outputsOf(detect) : []
  if (task === 'faces') return faces ? yunetOutputs(faces) : []
  return head && 'output' in head ? [head.output] : []
}

/** A pack with the session that runs it and all that is read from it. */
interface Eye {
  readonly recipe: InputRecipe
  readonly session: Session
  readonly readers: readonly Reader[]
  readonly buffer: Float32Array
}

const openEye = async (pack: Pack, choice: PackChoice, options: EyesOptions): Promise<Eye> => {
  const { manifest } = pack
  const tasks = PACK_TASKS.filter((task) => choice[task]?.path === pack.path)
  const readers = tasks.map((task) => READERS[task](pack, options.boxes ?? BOXES))
  const outputs = tasks.flatMap((task) => outputsFor(task, manifest))
  const session = await load(pack, outputs, options)
  const recipe = manifest.input
  return { recipe, session, readers, buffer: new Float32Array(session.largest * 3 * recipe.width * recipe.height) }
}

/**
 * Loads the packs chosen. With none, `see` answers empty sights.
 * @throws GannetError `pack-damaged` or `engine-missing`
 */
export const openEyes = async (choice: PackChoice, options: EyesOptions): Promise<Eyes> => {
  const { projector } = options
  const packs = PACK_TASKS.flatMap((task) => choice[task] ?? [])
  const by = Object.fromEntries(PACK_TASKS.flatMap((task) => (choice[task] ? [[task, choice[task].manifest.id]] : [])))
  const distinct = packs.filter((pack, i) => packs.findIndex((other) => other.path === pack.path) === i)
  const eyes: Eye[] = []
  for (const pack of distinct) eyes.push(await openEye(pack, choice, options))

  const look = async (eye: Eye, pictures: readonly Viewed[], sights: readonly MutableSight[]): Promise<void> => {
    const { recipe, session, readers, buffer } = eye
    const stride = 3 * recipe.width * recipe.height
    for (let from = 0; from < pictures.length; from += session.largest) {
      const batch = pictures.slice(from, from + session.largest).map((picture, i) => {
        const fit = projector.fitOf(recipe, picture.width, picture.height)
        projector.fillTensor(recipe, fit, (recipe.fine && picture.fine) || picture.rgb, buffer, i * stride)
        return { picture, fit }
      })
      const outputs = await session.run(buffer, batch.length)
      for (const [i, placed] of batch.entries()) {
        const sight = sights[from + i]
        if (sight) for (const read of readers) read(outputs, i, { ...placed, count: batch.length }, sight)
      }
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  return {
    see(pictures) {
      const turn = last.then(async () => {
        const sights: MutableSight[] = pictures.map(() => ({ boxes: [], labels: [], vectors: [], ...(packs.length > 0 && { by }) }))
        for (const eye of eyes) await look(eye, pictures, sights)
        return sights
      })
      last = turn.catch(() => undefined)
      return turn
    },
    async close() {
      await last
      for (const { session } of eyes) await session.close()
    },
  }
}
