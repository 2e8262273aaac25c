/**
 * Which format a list is in. What it holds goes before what it is called: data sets travel under all sorts of
 * names. What cannot be a list is refused in words that say what it is instead.
 */
import { GannetError } from '../core/errors.ts'
import { guessUrlColumn, ROLES } from './columns.ts'
import { isJsonLine, type TextFormat } from './record-format.ts'
import type { ListFormat, ListSettings } from './settings.ts'
import { splitFields } from './split-fields.ts'
import { textOf } from './text-flow.ts'

export const isParquet = (head: Uint8Array): boolean => startsWith(head, 'PAR1')
export const isEncryptedParquet = (head: Uint8Array): boolean => startsWith(head, 'PARE')

const startsWith = (head: Uint8Array, magic: string): boolean => Buffer.from(head.subarray(0, magic.length)).toString('latin1') === magic

const OTHERS: readonly (readonly [magic: string, what: string])[] = [
  ['BZh', 'packed with bzip2: unpack it first'],
  ['\xfd7zXZ', 'packed with xz: unpack it first'],
  ['PK\x03\x04', 'a ZIP archive (or a spreadsheet): unpack it first, or save it as CSV'],
  ['ORC', 'an ORC file: convert it to Parquet or CSV first'],
  ['ARROW1', 'an Arrow file: convert it to Parquet or CSV first'],
  ['SQLite format 3', 'an SQLite database: export its table as CSV first'],
]

const CONTROL_SHARE = 0.1

/** @param head of what was unpacked @throws usage for what is no text */
export const refuseOthers = (list: string, head: Buffer): void => {
  const other = OTHERS.find(([magic]) => startsWith(head, magic))
  if (other) throw new GannetError('usage', `the list ${list} is ${other[1]}`)
  let controls = 0
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32)) controls++
  if (controls > head.length * CONTROL_SHARE) {
    throw new GannetError('usage', `the list ${list} is no text: a list is txt, csv, tsv, jsonl (each may be packed with gzip or zstd) or Parquet`)
  }
}

const EXTENSIONS: Readonly<Record<string, ListFormat>> = {
  txt: 'txt', list: 'txt', urls: 'txt', csv: 'csv', tsv: 'tsv', tab: 'tsv',
  jsonl: 'jsonl', ndjson: 'jsonl', jsonlines: 'jsonl', json: 'jsonl', parquet: 'parquet', pq: 'parquet',
}

/** By the name without the ending of its packing. */
const byName = (name: string): ListFormat | null => {
  const ending = /\.([a-z]+)$/i.exec(name.replace(/\.(?:gz|gzip|zst|zstd)$/i, ''))?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(EXTENSIONS, ending) ? (EXTENSIONS[ending] as ListFormat) : null
}

const SEPARATORS = [',', '\t', ';', '|']

/** The one that splits the first row into the column that is wanted, or into any that is known to hold URLs. */
const separatorOf = (line: string, settings: ListSettings): string | null =>
  SEPARATORS.find((separator) => {
    const names = splitFields(line, separator).map((name) => name.trim())
    if (settings.urlColumn !== null) return names.includes(settings.urlColumn)
    return names.length > 1 && guessUrlColumn(names) !== null
  }) ?? null

/**
 * @param head text of the list, with a whole line if it has one
 * @throws usage for a JSON document that is not one object a line
 */
export const detectText = (list: string, head: Buffer, settings: ListSettings): TextFormat => {
  const line = textOf(head, 0).split(/\r?\n/, 1_000).find((one) => one.trim() !== '' && !one.trimStart().startsWith('#')) ?? ''
  const asked = settings.listFormat === 'auto' ? null : settings.listFormat
  const named = asked ?? byName(list)
  const table = separatorOf(line, settings)
  const tabled = (format: 'csv' | 'tsv'): TextFormat => ({ format, separator: table ?? (format === 'tsv' ? '\t' : ',') })
  if (asked === 'csv' || asked === 'tsv') return tabled(asked)
  if (asked === 'txt' || asked === 'jsonl') return { format: asked }
  if (isJsonLine(line)) return { format: 'jsonl' }
  if (/^\s*\[/.test(line) || (named === 'jsonl' && /^\s*\{\s*$/.test(line))) {
    throw new GannetError('usage', `the list ${list} is one JSON document: write one object a line (jq -c '.[]')`)
  }
  if (named === 'jsonl') return { format: 'jsonl' }
  if (named === 'csv' || named === 'tsv') return tabled(named)
  if (table !== null) return { format: table === '\t' ? 'tsv' : 'csv', separator: table }
  const columnsNamed = ROLES.some((role) => settings[`${role}Column`] !== null)
  return columnsNamed ? { format: 'csv', separator: SEPARATORS.find((one) => line.includes(one)) ?? ',' } : { format: 'txt' }
}
