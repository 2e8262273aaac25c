/**
 * An INT8 variant of a pack: its graph is simplified by the runtime (what is constant is folded, a normalisation melts into
 * its layer), its activations are measured on pictures, and of the ways to choose their ranges the one is kept whose outputs
 * come nearest to the float ones on pictures that it was not measured on.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GannetError } from '../../core/errors.ts'
import { outputsOf } from '../eyes.ts'
import { readOnnx, writeOnnx, type Graph, type Model } from '../onnx/onnx-file.ts'
import type { Manifest, Pack } from '../pack.ts'
import { importRuntime, load, sessionOptions, wordsOf, type Outputs, type Session } from '../runtime.ts'
import { layerName, planQuantization } from './plan.ts'
import { createRangeMeter, METHODS, type Method, type RangeMeter } from './ranges.ts'
import { writeQdq } from './write-qdq.ts'

export interface QuantizeOptions {
  /** Tensors of pictures, as the pack's recipe makes them. Every fourth is held out, to judge by. */
  readonly pictures: readonly Float32Array[]
  /** Layers to be left in float32, by name; `last` for those behind which there is no other. */
  readonly keepFloat?: readonly string[]
  readonly threads?: number
}

export interface Quantized {
  readonly bytes: Uint8Array
  readonly method: Method
  /** Mean cosine between each method's outputs and the float ones, on pictures held out. */
  readonly likeness: Readonly<Record<Method, number>>
  /** Layers with weights: made whole, and left in float32. */
  readonly layers: number
  readonly kept: readonly string[]
  /** The layers behind which there is no other. */
  readonly last: readonly string[]
}

/** What the heads of a pack read. */
export const headOutputs = ({ detect, classify, embed }: Manifest): readonly string[] =>
  [...new Set([...(detect ? outputsOf(detect) : []), ...(classify ? [classify.output] : []), ...(embed ? [embed.output] : [])])]

/** Scales by channel came with opset 13; these operators changed their form with it, the others of 11 and 12 did not. */
const CHANGED_IN_13 = new Set(['Softmax', 'LogSoftmax', 'Hardmax', 'Squeeze', 'Unsqueeze', 'ReduceSum', 'Split'])
const [LEAST_OPSET, OPSET] = [11n, 13n]
/** The first with the types that are written. */
const LEAST_IR = 7n

const raiseOpset = (model: Model & { graph: Graph }, { manifest: { id } }: Pack): void => {
  const set = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')
  const version = set?.version ?? 0n
  const changed = version < OPSET ? [...new Set(model.graph.node.map(({ opType }) => opType).filter((op) => CHANGED_IN_13.has(op)))] : []
  if (!set || version < LEAST_OPSET || changed.length > 0) {
    const why = changed.length > 0 ? ` with ${changed.join(', ')}, whose form changed since` : ''
    throw new GannetError('engine-unfit', `${id} is written in opset ${version}${why}, and int8 by channel needs ${OPSET}: export it again with that`)
  }
  if (version < OPSET) set.version = OPSET
  // The runtime names all that it has; other readers of the file have no use for them.
  const used = new Set(model.graph.node.map(({ domain }) => domain))
  model.opsetImport = model.opsetImport.filter((one) => one === set || used.has(one.domain))
  if (model.irVersion < LEAST_IR) model.irVersion = LEAST_IR
}

const simplify = async (pack: Pack, folder: string): Promise<Pack> => {
  const { InferenceSession } = await importRuntime()
  const path = join(folder, 'simple.onnx')
  try {
    const session = await InferenceSession.create(pack.path, { ...sessionOptions(1, 'cpu'), graphOptimizationLevel: 'basic', optimizedModelFilePath: path })
    await session.release()
  } catch (error) {
    throw new GannetError('pack-damaged', `${pack.path} cannot be loaded: ${wordsOf(error)}`, { cause: error })
  }
  return { ...pack, path }
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  let [ab, aa, bb] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] as number, b[at] as number]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa === 0 && bb === 0 ? 1 : ab / Math.sqrt(aa * bb)
}

const likenessOf = (a: Outputs, b: Outputs): number =>
  [...a].reduce((sum, [name, values]) => sum + cosine(values, b.get(name) as Float32Array), 0) / a.size

/** A picture alone, in whatever batch the file wants. */
const runOne = (session: Session, picture: Float32Array): Promise<Outputs> => {
  if (session.largest === 1) return session.run(picture, 1)
  const batch = new Float32Array(picture.length * session.largest)
  batch.set(picture)
  return session.run(batch, 1)
}

const measure = async (pack: Pack, names: readonly string[], pictures: readonly Float32Array[], threads: number): Promise<ReadonlyMap<string, RangeMeter>> => {
  const meters = new Map(names.map((name) => [name, createRangeMeter()]))
  const { input } = pack.manifest
  const session = await load(pack, names.filter((name) => name !== input.name), { threads })
  try {
    for (const look of ['widen', 'count'] as const) {
      for (const picture of pictures) {
        meters.get(input.name)?.[look](picture)
        for (const [name, values] of await runOne(session, picture)) meters.get(name)?.[look](values)
      }
    }
  } finally {
    await session.close()
  }
  return meters
}

const HELD_OUT = 4
const LEAST_PICTURES = 8

/** Blocks its thread for minutes: it belongs in a child process. @throws usage, pack-damaged, engine-unfit */
export const quantize = async (pack: Pack, { pictures, keepFloat = [], threads = 1 }: QuantizeOptions): Promise<Quantized> => {
  if (pictures.length < LEAST_PICTURES) throw new GannetError('usage', `${pictures.length} pictures are too few to calibrate on: ${LEAST_PICTURES} at least, and better a hundred`)
  const folder = await mkdtemp(join(tmpdir(), 'gannet-quantize-'))
  const outputs = headOutputs(pack.manifest)
  const floats = await load(pack, outputs, { threads })
  try {
    const simple = await simplify(pack, folder)
    const read = async () => readOnnx(await readFile(simple.path), simple.path)
    const keep = (name: string, isLast: boolean): boolean => keepFloat.includes(name) || (isLast && keepFloat.includes('last'))
    const { graph } = await read()
    const { layers, activations, last } = planQuantization(graph, keep)
    const all = planQuantization(graph, () => false).layers.map(({ node }) => layerName(node))
    const unknown = keepFloat.filter((name) => name !== 'last' && !all.includes(name))
    if (unknown.length > 0) throw new GannetError('usage', `${pack.manifest.id} has no layer "${unknown[0]}"; its last ones are ${last.join(', ')}`)
    if (layers.length === 0) throw new GannetError('engine-unfit', `${pack.manifest.id} has no layer whose weights could be made whole`)
    const [calibration, heldOut] = [pictures.filter((_, at) => at % HELD_OUT > 0), pictures.filter((_, at) => at % HELD_OUT === 0)]
    const meters = await measure(simple, [...new Set(activations.values())], calibration, threads)

    const tries: { readonly method: Method; readonly bytes: Uint8Array; readonly likeness: number }[] = []
    for (const method of METHODS) {
      const model = await read()
      raiseOpset(model, pack)
      const ranges = new Map([...meters].map(([name, meter]) => [name, meter.range(method)]))
      writeQdq(model.graph, planQuantization(model.graph, keep), ranges)
      const bytes = writeOnnx(model)
      const path = join(folder, `${method}.onnx`)
      await writeFile(path, bytes)
      const wholes = await load({ ...pack, path }, outputs, { threads })
      let sum = 0
      for (const picture of heldOut) sum += likenessOf(await runOne(floats, picture), await runOne(wholes, picture))
      await wholes.close()
      tries.push({ method, bytes, likeness: sum / heldOut.length })
    }
    const best = tries.reduce((a, b) => (b.likeness > a.likeness ? b : a))
    const done = new Set(layers.map(({ node }) => layerName(node)))
    return {
      bytes: best.bytes, method: best.method, layers: layers.length, kept: all.filter((name) => !done.has(name)), last,
      likeness: Object.fromEntries(tries.map(({ method, likeness }) => [method, likeness])) as Record<Method, number>,
    }
  } finally {
    await floats.close()
    await rm(folder, { recursive: true, force: true })
  }
}
