/**
 * Rows of a Parquet file, a window at a time: of a row group only the packed chunks of the columns that are needed
 * are held, and of what they unfold to only the window. A part that is damaged is told of and passed over.
 */
import { parquetMetadataAsync, parquetSchema, type FileMetaData } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { GannetError } from '../core/errors.ts'
import { chooseColumns, ROLES, type Cells, type Columns, type Role } from './columns.ts'
import type { ListRow } from './list.ts'
import { openWindows, WindowError } from './parquet-windows.ts'
import { rereadable } from './rereadable.ts'
import { brokenRow, rowOf } from './row-of.ts'
import type { ListSettings } from './settings.ts'

/** Pages that lie across the edge of a window are unpacked for both: the larger, the faster. */
const WINDOW_ROWS = 65_536
const BATCH_ROWS = 2_048

export interface ParquetFile {
  readonly rows: number
  read(after: number): AsyncGenerator<readonly ListRow[]>
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

  const toRow = (values: readonly (string | null)[], row: number): ListRow => {
    const cells: { [role in Role]: Cells[role] } = { url: null, text: null, category: null, hash: null, thumbnail: null, page: null }
    for (const [role, column] of wanted) cells[role] = values[names.indexOf(column)] ?? null
    return rowOf(cells, `row ${row.toLocaleString('en-US')}`, row)
  }

  const windows = openWindows({ path: name, size, columns: names })
  return {
    rows,
    async *read(after) {
      let start = 0
      for (const count of groups) {
        const end = start + count
        for (let from = Math.max(start, after); from < end; ) {
          const to = Math.min(end, from + WINDOW_ROWS)
          const read = await windows.rows(from, to).catch((error: unknown) => error as Error)
          if (read instanceof Error) {
            // Where it hangs once it hangs again: what a file made to hurt may cost is cut off there.
            const isOver = read instanceof WindowError && read.over
            const until = isOver ? rows : end
            const at = `rows ${(from + 1).toLocaleString('en-US')} to ${until.toLocaleString('en-US')}`
            yield [brokenRow(at, until, `cannot be read: ${read.message}`, '')]
            if (isOver) return
            from = end
            continue
          }
          for (let at = 0; at < Math.min(read.length, to - from); at += BATCH_ROWS) {
            const first = from + at + 1
            yield read.slice(at, Math.min(at + BATCH_ROWS, to - from)).map((values, n) => toRow(values, first + n))
          }
          const told = from + read.length
          from = to
          if (told < to) {
            yield [brokenRow(`rows ${(told + 1).toLocaleString('en-US')} to ${end.toLocaleString('en-US')}`, end, 'are counted but are not there', '')]
            from = end
          }
        }
        start = end
      }
    },
  }
}
