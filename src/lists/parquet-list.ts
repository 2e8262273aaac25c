/**
 * Rows of a Parquet file, a window at a time: of a row group only the packed chunks of the columns that are needed
 * are held, and of what they unfold to only the window. A part that is damaged is told of and passed over.
 */
import { open } from 'node:fs/promises'
import { parquetMetadataAsync, parquetRead, parquetSchema, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { GannetError } from '../core/errors.ts'
import { chooseColumns, ROLES, type Cells, type Columns, type Role } from './columns.ts'
import type { ListRow } from './list.ts'
import { cellOf } from './record-format.ts'
import { brokenRow, rowOf } from './row-of.ts'
import type { ListSettings } from './settings.ts'

/** Pages that lie across the edge of a window are unpacked for both: the larger, the faster. */
const WINDOW_ROWS = 65_536
const BATCH_ROWS = 2_048
/** Chunks kept: as many as there are columns that can be asked for, and their indexes. */
const KEPT_SLICES = 12

export interface ParquetFile {
  readonly rows: number
  read(after: number): AsyncGenerator<readonly ListRow[]>
}

/** Reads of the same range follow each other, window by window: the last ones are kept. */
const rereadable = (path: string, size: number): AsyncBuffer => {
  const kept = new Map<string, Promise<ArrayBuffer>>()
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const file = await open(path)
    try {
      const buffer = new ArrayBuffer(Math.max(0, Math.min(end, size) - start))
      let filled = 0
      while (filled < buffer.byteLength) {
        const { bytesRead } = await file.read(new Uint8Array(buffer), filled, buffer.byteLength - filled, start + filled)
        if (bytesRead === 0) throw new RangeError('the file ends before its last row group')
        filled += bytesRead
      }
      return buffer
    } finally {
      await file.close()
    }
  }
  return {
    byteLength: size,
    slice(start, end = size) {
      const key = `${start} ${end}`
      const found = kept.get(key) ?? read(start, end)
      kept.delete(key)
      kept.set(key, found)
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_SLICES) break
        kept.delete(oldest)
      }
      return found
    },
  }
}

/** @throws usage for columns that no reader here can read */
const refuseUnreadable = (name: string, metadata: FileMetaData, columns: Columns): void => {
  const wanted = new Set(Object.values(columns))
  for (const { element, children } of parquetSchema(metadata).children) {
    if (wanted.has(element.name) && (children.length > 0 || element.repetition_type === 'REPEATED')) {
      throw new GannetError('usage', `the column ${element.name} of the list ${name} is nested: name one that holds text`)
    }
  }
  for (const { columns: chunks } of metadata.row_groups) {
    for (const { meta_data: meta, crypto_metadata: crypto } of chunks) {
      const column = meta?.path_in_schema[0]
      if (crypto !== undefined && (column === undefined || wanted.has(column))) {
        throw new GannetError('usage', `the list ${name} is encrypted: write it again without encryption`)
      }
      if (!meta || column === undefined || !wanted.has(column)) continue
      if (meta.codec !== 'UNCOMPRESSED' && !Object.hasOwn(compressors, meta.codec)) {
        throw new GannetError(
          'usage', `the column ${column} of the list ${name} is packed with ${meta.codec}, which cannot be read here: write it with zstd or snappy`,
        )
      }
    }
  }
}

/** @throws usage for what is no Parquet file, or has not the columns asked for */
export const openParquet = async (name: string, size: number, settings: ListSettings): Promise<ParquetFile> => {
  const file = rereadable(name, size)
  const metadata = await parquetMetadataAsync(file, { geoparquet: false }).catch((cause: unknown) => {
    throw new GannetError('usage', `the list ${name} is no whole Parquet file: ${(cause as Error).message}`, { cause })
  })
  const columns = chooseColumns(name, parquetSchema(metadata).children.map(({ element }) => element.name), settings)
  refuseUnreadable(name, metadata, columns)
  const wanted = ROLES.flatMap((role): readonly (readonly [Role, string])[] => (columns[role] === undefined ? [] : [[role, columns[role]]]))
  const names = [...new Set(wanted.map(([, column]) => column))]
  const groups = metadata.row_groups.map((group) => Number(group.num_rows))
  const rows = groups.reduce((sum, count) => sum + count, 0)

  const window = (rowStart: number, rowEnd: number): Promise<readonly (readonly unknown[])[]> =>
    new Promise((onComplete, reject) => {
      parquetRead({
        file, metadata, columns: names, rowStart, rowEnd, compressors, useOffsetIndex: true, geoparquet: false,
        rowFormat: 'array', onComplete,
      }).catch(reject)
    })
  const toRow = (values: readonly unknown[], row: number): ListRow => {
    const cells: { [role in Role]: Cells[role] } = { url: null, text: null, category: null, hash: null, thumbnail: null, page: null }
    for (const [role, column] of wanted) cells[role] = textOfValue(values[names.indexOf(column)])
    return rowOf(cells, `row ${row.toLocaleString('en-US')}`, row)
  }

  return {
    rows,
    async *read(after) {
      let start = 0
      for (const count of groups) {
        const end = start + count
        for (let from = Math.max(start, after); from < end; ) {
          const to = Math.min(end, from + WINDOW_ROWS)
          const read = await window(from, to).catch((error: unknown) => error as Error)
          if (read instanceof Error) {
            const at = `rows ${(from + 1).toLocaleString('en-US')} to ${end.toLocaleString('en-US')}`
            yield [brokenRow(at, end, `cannot be read: ${read.message}`, '')]
            from = end
            continue
          }
          for (let at = 0; at < read.length; at += BATCH_ROWS) {
            const first = from + at + 1
            yield read.slice(at, at + BATCH_ROWS).map((values, n) => toRow(values, first + n))
          }
          from = to
        }
        start = end
      }
    },
  }
}

/** Columns of bytes hold text more often than not; a hash may be there as it is. */
const textOfValue = (value: unknown): string | null =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : cellOf(value)
