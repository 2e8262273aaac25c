/**
 * ONNX Runtime behind the one verb that is needed. What it hides: batches cut to the few sizes
 * the session has seen (every new shape grows its memory), threads kept from taking the whole
 * machine, and failures that name the file. `run` blocks the thread that it is called on, and
 * worker threads have crashed with it: this belongs in a child process.
 */
import type { InferenceSession } from 'onnxruntime-node'
import { GannetError } from '../core/errors.ts'
import type { Pack } from './pack.ts'

export interface RuntimeOptions {
  /** Threads that share one picture. Default 1: two processes of one thread beat one of two. */
  readonly threads?: number
  /**
   * Batch sizes run, ascending. Default only 1: on a CPU a picture alone is the fastest (its
   * activations stay in the cache) and takes the least memory; an accelerator wants more.
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
   * @throws GannetError `pack-damaged` when the file does not take or give what its manifest says
   */
  run(batch: Float32Array, count: number): Promise<Outputs>
  close(): Promise<void>
}

const DEFAULT_SIZES = [1]

const damaged = (pack: Pack, what: string, cause?: unknown): GannetError =>
  new GannetError(
    'pack-damaged',
    `${pack.path} cannot serve as ${pack.manifest.id}: ${what}; get the file again, or correct its manifest`,
    { cause },
  )

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim()

const open = async (pack: Pack, threads: number): Promise<InferenceSession> => {
  // Imported late: only the processes that infer pay for the native library.
  const runtime = await import('onnxruntime-node').catch((cause: unknown) => {
    throw new GannetError(
      'engine-missing',
      `onnxruntime-node cannot be loaded (${wordsOf(cause)}): install it again with npm install onnxruntime-node`,
      { cause },
    )
  })
  try {
    return await runtime.InferenceSession.create(pack.path, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Errors only; they come back as exceptions too.
      logSeverityLevel: 3,
      // Threads that spin while they wait take the decoder's share of the processor.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (error) {
    throw damaged(pack, wordsOf(error), error)
  }
}

/**
 * @param outputs names of the outputs wanted; others are not computed
 * @throws GannetError `pack-damaged` for a file the runtime cannot load, with the runtime's words
 */
export const load = async (pack: Pack, outputs: readonly string[], options: RuntimeOptions = {}): Promise<Session> => {
  const { input } = pack.manifest
  const sizes = input.batch === null ? (options.batchSizes ?? DEFAULT_SIZES) : [input.batch]
  const largest = sizes[sizes.length - 1] ?? 1
  const session = await open(pack, options.threads ?? 1)
  const { Tensor } = await import('onnxruntime-node')
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

  return {
    largest,
    async run(batch, count) {
      const size = sizes.find((s) => s >= count)
      if (size === undefined) throw new GannetError('internal', `a batch of ${count} exceeds ${largest}: cut it`)
      const tensor = new Tensor('float32', batch.subarray(0, size * perPicture), [size, 3, input.height, input.width])
      const sizeOf = (): InstanceType<typeof Tensor> =>
        new Tensor('int64', BigInt64Array.from({ length: 2 * size }, (_, n) => BigInt(n % 2 === 0 ? input.width : input.height)), [size, 2])
      const inputs = { [input.name]: tensor, ...(input.sizes === undefined ? {} : { [input.sizes]: sizeOf() }) }
      const results = await session.run(inputs, [...outputs]).catch((error: unknown) => {
        throw damaged(pack, wordsOf(error), error)
      })
      return new Map(outputs.map((name) => {
        const data = results[name]?.data
        if (data instanceof BigInt64Array) return [name, Float32Array.from(data.subarray(0, (data.length / size) * count), Number)]
        if (!(data instanceof Float32Array)) throw damaged(pack, `its output "${name}" is neither float32 nor int64`)
        return [name, data.subarray(0, (data.length / size) * count)]
      }))
    },
    close: () => session.release(),
  }
}
