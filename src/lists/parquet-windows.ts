/** Windows of a Parquet file's rows, decoded in a thread of their own that is ended when it takes too long or too much. */
import { Worker } from 'node:worker_threads'
import type { ParquetThreadData, WindowAnswer, WindowAsk } from './parquet-thread.ts'

const IS_SOURCE = import.meta.url.endsWith('.ts')
const ENTRY = new URL(IS_SOURCE ? './parquet-thread.ts' : './parquet-thread.js', import.meta.url)
/** From the sources, as tests run it, a thread has to be taught TypeScript first; threads do not take that over. */
const TAUGHT = `import('tsx/esm/api').then(({ register }) => { register(); return import('${ENTRY.href}') })`

/** Milliseconds that a window may take, at any size of the file, and for each megabyte of it at most so many more. */
const WINDOW_MS = 3_000
const MS_PER_MB = 20
const MOST_MS = 120_000
/** The thread is kept so long for whoever reads on, and keeps nobody waiting meanwhile. */
const IDLE_MS = 5_000
/** Of the thread's heap, in megabytes: a window of long URLs and captions takes a tenth of it. */
const MAX_HEAP_MB = 512

export interface ParquetWindows {
  /** One at a time. Rejects when they cannot be read; `over` of the error says that no other can be read either. */
  rows(rowStart: number, rowEnd: number): Promise<readonly (readonly (string | null)[])[]>
}

export class WindowError extends Error {
  override readonly name = 'WindowError'
  readonly over: boolean

  constructor(message: string, over: boolean) {
    super(message)
    this.over = over
  }
}

/** Waits for the next answer of the thread, or for its end. */
const nextAnswer = (worker: Worker, ms: number): Promise<WindowAnswer> =>
  new Promise((resolve, reject) => {
    const end = (then: () => void): void => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      then()
    }
    const fail = (message: string): void => end(() => reject(new WindowError(message, true)))
    const onMessage = (answer: WindowAnswer): void => end(() => resolve(answer))
    const onError = (error: Error): void => fail(error.message)
    const onExit = (): void => fail('decoding it was given up')
    const timer = setTimeout(() => fail(`decoding it takes longer than ${ms / 1000} s`), ms)
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })

export const openWindows = (data: ParquetThreadData): ParquetWindows => {
  let worker: Worker | null = null
  const limitMs = Math.round(Math.min(MOST_MS, WINDOW_MS + (data.size / 1024 / 1024) * MS_PER_MB))
  let idle: NodeJS.Timeout | undefined
  const close = (): void => {
    void worker?.terminate()
    worker = null
  }
  return {
    async rows(rowStart, rowEnd) {
      clearTimeout(idle)
      worker?.ref()
      try {
        if (worker === null) {
          worker = new Worker(IS_SOURCE ? TAUGHT : ENTRY, { eval: IS_SOURCE, workerData: data, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 16 } })
          await nextAnswer(worker, MOST_MS)
        }
        worker.postMessage({ rowStart, rowEnd } satisfies WindowAsk, [])
        const answer = await nextAnswer(worker, limitMs)
        if (answer.kind === 'rows') return answer.rows
        throw new WindowError(answer.kind === 'failed' ? answer.message : 'it answers out of turn', false)
      } catch (error) {
        if (error instanceof WindowError && error.over) close()
        throw error
      } finally {
        worker?.unref()
        idle = setTimeout(close, IDLE_MS).unref()
      }
    },
  }
}
