/** What the records of a text format say: for each format, how they are cut and how a record becomes cells. */
import { GannetError } from '../core/errors.ts'
import { chooseColumns, ROLES, type Cells, type Role } from './columns.ts'
import { createCutter } from './cut-records.ts'
import type { ListSettings } from './settings.ts'
import { splitFields } from './split-fields.ts'
import { textOf } from './text-flow.ts'

export interface RecordFormat {
  /** Of fields that may be quoted; null where a record is a line. */
  readonly separator: string | null
  /** Offset of the first record that is a row. */
  readonly firstRow: number
  /** Cells; what is wrong with the record; null for one that is no row (an empty line, a comment). */
  cells(record: string): Cells | string | null
}

const BARE: Cells = { url: null, text: null, category: null, hash: null, thumbnail: null, page: null }

const lines: RecordFormat = {
  separator: null,
  firstRow: 0,
  cells(record) {
    const url = record.trim()
    return url === '' || url.startsWith('#') ? null : { ...BARE, url }
  },
}

/** The first record that is not empty names the columns. @throws usage */
const table = (list: string, head: Buffer, separator: string, settings: ListSettings): RecordFormat => {
  const cutter = createCutter(0, separator)
  const header = [...cutter.push(head), ...cutter.end()].find(({ bytes, start }) => textOf(bytes, start).trim() !== '')
  if (!header || header.problem !== null) {
    const why = header ? `its first row ${header.problem}` : 'it is empty'
    throw new GannetError('usage', `the list ${list} names no columns: ${why}`)
  }
  const names = splitFields(textOf(header.bytes, header.start), separator).map((name) => name.trim())
  const columns = chooseColumns(list, names, settings)
  const places = ROLES.map((role): readonly [Role, number] => [role, names.indexOf(columns[role] ?? '')])
    .filter(([role, at]) => columns[role] !== undefined && at >= 0)
  return {
    separator,
    firstRow: header.end,
    cells(record) {
      if (record.trim() === '') return null
      const fields = splitFields(record, separator)
      if (fields.length !== names.length) return `has ${fields.length} field${fields.length === 1 ? '' : 's'}, where the first row names ${names.length}`
      const cells: { [role in Role]: string | null } = { ...BARE }
      for (const [role, at] of places) cells[role] = fields[at] ?? null
      return cells
    },
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** Text and numbers say something; objects and lists have no place in a cell. */
export const cellOf = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' ? String(value) : null

/** An object a line, or a URL in quotes a line. Columns are the keys of the first ones. @throws usage */
const objects = (list: string, head: Buffer, settings: ListSettings): RecordFormat => {
  const cutter = createCutter(0, null)
  const cut = cutter.push(head)
  const first = (cut.length > 0 ? cut : cutter.end())
    .flatMap(({ bytes, start, problem }) => (problem === null ? [parse(textOf(bytes, start))?.value] : []))
  const names = [...new Set(first.filter(isRecord).flatMap((record) => Object.keys(record)))]
  const bare = names.length === 0 && first.some((value) => typeof value === 'string')
  const columns = bare ? {} : chooseColumns(list, names, settings)
  const wanted = ROLES.flatMap((role) => (columns[role] === undefined ? [] : [[role, columns[role]] as const]))
  return {
    separator: null,
    firstRow: 0,
    cells(record) {
      if (record.trim() === '') return null
      const value = parse(record)?.value
      if (typeof value === 'string') return { ...BARE, url: value }
      if (!isRecord(value)) return 'is no JSON object'
      const cells: { [role in Role]: string | null } = { ...BARE }
      for (const [role, name] of wanted) cells[role] = Object.hasOwn(value, name) ? cellOf(value[name]) : null
      return cells
    },
  }
}

export type TextFormat =
  | { readonly format: 'txt' | 'jsonl' }
  | { readonly format: 'csv' | 'tsv'; readonly separator: string }

/** @param head the first bytes of the text, with a whole line if it has one @throws usage for columns that are not there */
export const recordFormat = (list: string, text: TextFormat, head: Buffer, settings: ListSettings): RecordFormat =>
  'separator' in text ? table(list, head, text.separator, settings)
  : text.format === 'jsonl' ? objects(list, head, settings)
  : lines

export const isJsonLine = (line: string): boolean => {
  const value = /^\s*["{]/.test(line) ? parse(line) : null
  return value !== null && (isRecord(value.value) || typeof value.value === 'string')
}
