/** Rows of a list of text: the flow is cut into records, and each becomes a row with its place. */
import type { ByteSource } from './byte-source.ts'
import { createCutter, type Cut } from './cut-records.ts'
import type { ListRow } from './list.ts'
import type { RecordFormat } from './record-format.ts'
import { brokenRow, rowOf } from './row-of.ts'
import { textFlow, textOf, type TextForm } from './text-flow.ts'
import type { Flow } from './unpack.ts'

export interface TextListParts {
  readonly source: ByteSource
  readonly form: TextForm
  readonly format: RecordFormat
  /** What was read ahead of a pipe; null for a file. */
  readonly ahead: Flow | null
  /** Told when the list ends before its end. */
  readonly onTrouble: (trouble: string) => void
}

export async function* textRows(parts: TextListParts, after: number): AsyncGenerator<readonly ListRow[]> {
  const { source, form, format, ahead } = parts
  // The row that tells of a break stands one behind the last byte.
  let told = false
  const flow = ahead ?? textFlow(source, form, after, () => (told = true))
  const cutter = createCutter(after, format.separator)
  let line = 1
  let length = after
  const place = (cut: Pick<Cut, 'start'>): string =>
    after === 0 ? `line ${line.toLocaleString('en-US')}` : `byte ${cut.start.toLocaleString('en-US')}`

  const rowsOf = (cuts: readonly Cut[]): readonly ListRow[] => {
    const rows: ListRow[] = []
    for (const cut of cuts) {
      const row = cut.start < format.firstRow ? null : read(cut)
      line += cut.lines
      if (row !== null) rows.push(row)
    }
    return rows
  }
  const read = (cut: Cut): ListRow | null => {
    const { end, problem } = cut
    const text = textOf(cut.bytes, cut.start)
    if (problem !== null) return brokenRow(place(cut), end, problem, text)
    const cells = format.cells(text)
    return cells === null ? null : typeof cells === 'string' ? brokenRow(place(cut), end, cells, text) : rowOf(cells, place(cut), end)
  }

  try {
    for (;;) {
      const { done, value } = await flow.next()
      if (done) {
        const last = cutter.end()
        if (value === null) {
          const rows = rowsOf(last)
          if (rows.length > 0) yield rows
          return
        }
        // Half a row may look like a whole one: what stands at the break is not believed.
        const where = place({ start: length })
        const trouble = `the list ${source.name} breaks off at ${where}: ${value}`
        parts.onTrouble(trouble)
        const excerpt = last[0] === undefined ? '' : textOf(last[0].bytes, last[0].start)
        if (!told) yield [brokenRow(where, length + 1, `breaks off here: ${value}`, excerpt)]
        return
      }
      length += value.length
      const rows = rowsOf(cutter.push(value))
      if (rows.length > 0) yield rows
    }
  } finally {
    await flow.return(null)
  }
}
