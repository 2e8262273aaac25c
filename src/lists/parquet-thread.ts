/**
 * The thread in which Parquet is decoded. The decoder believes the counts in a file, and a few bytes of one can hold
 * it for hours or make it ask for gigabytes: here it holds up nobody else, and can be ended from outside.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { cellOf } from './record-format.ts'
import { rereadable } from './rereadable.ts'

export interface ParquetThreadData {
  readonly path: string
  /** In bytes. */
  readonly size: number
  readonly columns: readonly string[]
}

export interface WindowAsk {
  readonly rowStart: number
  readonly rowEnd: number
}

/** `ready` comes first, once; then an answer to each window that was asked for. */
export type WindowAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly kind: 'failed'; readonly message: string }

/** Columns of bytes hold text more often than not; a hash may be there as it is. */
const textOfValue = (value: unknown): string | null =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : cellOf(value)

const serve = async ({ path, size, columns }: ParquetThreadData, answer: (answer: WindowAnswer) => void): Promise<(ask: WindowAsk) => void> => {
  const file = rereadable(path, size)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  return (ask) => {
    parquetRead({
      file, metadata, columns: [...columns], ...ask, compressors, useOffsetIndex: true, geoparquet: false, rowFormat: 'array',
      onComplete: (rows: readonly (readonly unknown[])[]) => answer({ kind: 'rows', rows: rows.map((row) => row.map(textOfValue)) }),
    }).catch((error: unknown) => answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }))
  }
}

if (parentPort !== null && workerData !== null) {
  const port = parentPort
  const onAsk = await serve(workerData as ParquetThreadData, (answer) => port.postMessage(answer))
  port.on('message', onAsk)
  port.postMessage({ kind: 'ready' } satisfies WindowAnswer)
}
