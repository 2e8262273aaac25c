/**
 * ONNX Runtime behind the one verb that is needed. What it hides: batches cut to the few sizes
 * the session has seen (every new shape grows its memory), threads kept from taking the whole
 * machine, memory that ran out, and failures that name the file. `run` blocks the thread that it is
 * called on, and worker threads have crashed with it: this belongs in a child process.
 */
import type { InferenceSession } from 'onnxruntime-node'
import { GannetError } from '../core/errors.ts'
import type { Device } from './device.ts'
import type { Pack } from './pack.ts'

export interface RuntimeOptions {
  /** Threads that share one picture. Default 1: two processes of one thread beat one of two. */
  readonly threads?: number
  /** Where it runs. Default `cpu`. The runtime gives what a device cannot do to the processor. */
  readonly device?: Device
  /**
   * Batch sizes run, ascending. Default only 1 on a CPU: a picture alone is the fastest there (its
   * activations stay in the cache) and takes the least memory; an accelerator gets 1, 8 and 32.
   */
  readonly batchSizes?: readonly number[]
}

/** Output by name; each holds the pictures' values one after another, whole numbers as floats. */
export type Outputs = ReadonlyMap<string, Float32Array>

export interface Session {
  /** Most pictures a run. */
  readonly largest: number
  /**
   * @param batch `largest` pictures' tensors, float32 NCHW, of which the first `count` are filled;
   *   not to be touched until the promise settles
   * @returns only the outputs asked for, `count` pictures each
   * @throws GannetError `pack-damaged` when the file does not take or give what its manifest says;
   *   `engine-unfit` when there is not even memory for one run of the smallest size
   */
  run(batch: Float32Array, count: number): Promise<Outputs>
  close(): Promise<void>
}

const CPU_SIZES = [1]
const DEVICE_SIZES = [1, 8, 32]

const damaged = (pack: Pack, what: string, cause?: unknown): GannetError =>
  new GannetError(
    'pack-damaged',
    `${pack.path} cannot serve as ${pack.manifest.id}: ${what}; get the file again, or correct its manifest`,
    { cause },
  )

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim()

/** Imported late: only the processes that infer pay for the native library. @throws engine-missing */
export const importRuntime = (): Promise<typeof import('onnxruntime-node')> =>
  import('onnxruntime-node').catch((cause: unknown) => {
    throw new GannetError(
      'engine-missing',
      `onnxruntime-node cannot be loaded (${wordsOf(cause)}): install it again with npm install onnxruntime-node`,
      { cause },
    )
  })

export const sessionOptions = (threads: number, device: Device): InferenceSession.SessionOptions => ({
  executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Errors only; they come back as exceptions too.
  logSeverityLevel: 3,
  // Threads that spin while they wait take the decoder's share of the processor.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
})

const open = async (pack: Pack, outputs: readonly string[], threads: number, device: Device): Promise<InferenceSession> => {
  const runtime = await importRuntime()
  // Late too: whoever only asks which packs there are needs no reader of their files.
  const { fileOffering } = await import('./onnx/file-offering.ts')
  const file = await fileOffering(pack.path, outputs)
  const options = sessionOptions(threads, device)
  try {
    return await (typeof file === 'string' ? runtime.InferenceSession.create(file, options) : runtime.InferenceSession.create(file, options))
  } catch (error) {
    throw damaged(pack, wordsOf(error), error)
  }
}

/** As the runtime's allocators, and the C++ library's, put it. */
const isOutOfMemory = (words: string): boolean => /failed to allocate|bad[_ ]alloc|out of memory|CUDA_ERROR_OUT_OF_MEMORY/i.test(words)

/**
 * @param outputs names of the outputs wanted, or of tensors inside the graph; others are not told
 * @throws GannetError `pack-damaged` for a file the runtime cannot load, with the runtime's words
 */
export const load = async (pack: Pack, outputs: readonly string[], options: RuntimeOptions = {}): Promise<Session> => {
  const { input } = pack.manifest
  const { threads = 1, device = 'cpu' } = options
  const wanted = options.batchSizes ?? (device === 'cpu' ? CPU_SIZES : DEVICE_SIZES)
  /** Without those for which there turned out to be no memory. */
  let sizes = input.batch === null ? wanted : [input.batch]
  const largest = sizes[sizes.length - 1] ?? 1
  const session = await open(pack, outputs, threads, device)
  const { Tensor } = await importRuntime()
  const missing = [
    ...[input.name, ...(input.sizes === undefined ? [] : [input.sizes])].filter((name) => !session.inputNames.includes(name)).map((name) => `input "${name}"`),
    ...outputs.filter((name) => !session.outputNames.includes(name)).map((name) => `output "${name}"`),
  ]
  if (missing.length > 0) {
    await session.release()
    const has = `inputs ${session.inputNames.join(', ')}; outputs ${session.outputNames.join(', ')}`
    throw damaged(pack, `it has no ${missing.join(' and no ')} (it has ${has})`)
  }
  const perPicture = 3 * input.width * input.height

  /** One run of one of the sizes. */
  const runOf = async (batch: Float32Array, count: number, size: number): Promise<Outputs> => {
    const tensor = new Tensor('float32', batch.subarray(0, size * perPicture), [size, 3, input.height, input.width])
    const sizeOf = (): InstanceType<typeof Tensor> =>
      new Tensor('int64', BigInt64Array.from({ length: 2 * size }, (_, n) => BigInt(n % 2 === 0 ? input.width : input.height)), [size, 2])
    const inputs = { [input.name]: tensor, ...(input.sizes === undefined ? {} : { [input.sizes]: sizeOf() }) }
    const results = await session.run(inputs, [...outputs])
    return new Map(outputs.map((name) => {
      const data = results[name]?.data
      if (data instanceof BigInt64Array) return [name, Float32Array.from(data.subarray(0, (data.length / size) * count), Number)]
      if (!(data instanceof Float32Array)) throw damaged(pack, `its output "${name}" is neither float32 nor int64`)
      return [name, data.subarray(0, (data.length / size) * count)]
    }))
  }

  const joined = (parts: readonly Outputs[]): Outputs => new Map(outputs.map((name) => {
    const pieces = parts.map((part) => part.get(name) as Float32Array)
    const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const piece of pieces) {
      all.set(piece, at)
      at += piece.length
    }
    return [name, all]
  }))

  const run = async (batch: Float32Array, count: number): Promise<Outputs> => {
    const most = sizes[sizes.length - 1] ?? 1
    if (count > most) {
      const parts: Outputs[] = []
      for (let from = 0; from < count; from += most) parts.push(await run(batch.subarray(from * perPicture), Math.min(most, count - from)))
      return joined(parts)
    }
    const size = sizes.find((s) => s >= count) as number
    // What is left of a batch that was cut may be shorter than the size it runs in.
    const room = batch.length >= size * perPicture ? batch : Float32Array.from({ length: size * perPicture }, (_, at) => batch[at] ?? 0)
    try {
      return await runOf(room, count, size)
    } catch (error) {
      if (GannetError.is(error)) throw error
      const words = wordsOf(error)
      if (!isOutOfMemory(words)) throw damaged(pack, words, error)
      const fewer = sizes.filter((s) => s < size)
      if (fewer.length === 0) throw new GannetError('engine-unfit', `there is no memory to run ${pack.manifest.id} on ${size === 1 ? 'one picture' : `${size} pictures`} (${words}): free some, or name a smaller pack with --model`, { cause: error })
      sizes = fewer
      return await run(batch, count)
    }
  }

  return {
    largest,
    async run(batch, count) {
      if (count > largest) throw new GannetError('internal', `a batch of ${count} exceeds ${largest}: cut it`)
      return await run(batch, count)
    },
    close: () => session.release(),
  }
}
