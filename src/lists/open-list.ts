/**
 * Opens a list: what is it, are its columns there, and which list is it? All of that is known before a crawl
 * begins, so that a mistyped column costs nothing. A file is known by what it says: its bytes are hashed whole.
 */
import { createHash, randomUUID } from 'node:crypto'
import { GannetError } from '../core/errors.ts'
import { openSource, type ByteSource } from './byte-source.ts'
import { detectText, isEncryptedParquet, isParquet, refuseOthers } from './detect-format.ts'
import type { List, ListKind, ListProgress, ListRow } from './list.ts'
import { openParquet } from './parquet-list.ts'
import { recordFormat } from './record-format.ts'
import { listSettings, type ListFormat, type ListSettings } from './settings.ts'
import { encodingOf, inUtf8, peek, toUtf8 } from './text-flow.ts'
import { textRows } from './text-list.ts'
import { packingOf, unpack } from './unpack.ts'

const AHEAD_BYTES = 64 * 1024
const MOST_AHEAD = 2 * 1024 * 1024
const BROKEN_SHOWN = 5

/** Tells of the progress from the first byte that is hashed; cheap to ask. */
type OnOpening = (progress: () => ListProgress) => void

const hashed = async (source: ByteSource): Promise<string> => {
  if (source.size === null) return randomUUID()
  const hash = createHash('sha256')
  for await (const chunk of source.bytes(0)) hash.update(chunk)
  return hash.digest('hex')
}

/** A table was made to describe things; lines of text may be anything. */
const kindOf = (format: ListFormat, { listOf }: ListSettings): ListKind =>
  listOf === 'auto' ? (format === 'txt' ? 'either' : 'images') : listOf

interface Reading {
  readonly format: ListFormat
  rows(after: number): AsyncIterable<readonly ListRow[]>
  /** Of a Parquet file. */
  readonly count: number | null
}

const readParquet = async (source: ByteSource, settings: ListSettings): Promise<Reading> => {
  const { name, size } = source
  if (size === null) {
    throw new GannetError('usage', `the list ${name} is a Parquet file, which is read from its end: give its name instead of a pipe`)
  }
  const file = await openParquet(name, size, settings)
  return { format: 'parquet', rows: (after) => file.read(after), count: file.rows }
}

const readText = async (
  source: ByteSource, start: Buffer, settings: ListSettings, onTrouble: (trouble: string) => void,
): Promise<Reading> => {
  const { name, size } = source
  const packing = packingOf(start)
  const { head, flow } = await peek(unpack(source.bytes(0), packing), size === null ? 0 : AHEAD_BYTES, MOST_AHEAD)
  const encoding = encodingOf(head)
  const text = inUtf8(head, encoding)
  if (isParquet(head)) throw new GannetError('usage', `the list ${name} is a packed Parquet file: unpack it first`)
  refuseOthers(name, text)
  const found = detectText(name, text, settings)
  const format = recordFormat(name, found, text, settings)
  // A file is read again from wherever it is wanted; what a pipe has given is not to be had twice.
  if (size !== null) await flow.return(null)
  const ahead = size === null ? (encoding === 'utf-8' ? flow : toUtf8(flow, encoding)) : null
  return {
    format: found.format, count: null,
    rows: (after) => textRows({ source, form: { packing, encoding }, format, ahead, onTrouble }, after),
  }
}

/**
 * @param path a file, a named pipe, or `-` for standard input; pipes cannot be resumed
 * @param onOpening given the progress as soon as there is some: a large file takes a while to be hashed
 * @throws usage when it cannot be read, is no list, or has not the columns asked for
 */
export const openList = async (path: string, settings: ListSettings, onOpening?: OnOpening): Promise<List> => {
  const source = await openSource(path)
  let state: ListProgress['state'] = 'hashing'
  let trouble: string | null = null
  let rowsRead = 0
  let count: number | null = null
  let closed = false
  let broken = 0
  const firstBroken: string[] = []
  const progress = (): ListProgress => {
    const byRows = count !== null && state !== 'hashing'
    return {
      state, unit: byRows ? 'rows' : 'bytes', done: byRows ? rowsRead : source.read, of: byRows ? count : source.size,
      trouble, broken, firstBroken,
    }
  }

  const head = await source.head()
  if (isEncryptedParquet(head)) throw new GannetError('usage', `the list ${source.name} is encrypted: write it again without encryption`)
  const reading = isParquet(head)
    ? await readParquet(source, settings)
    : await readText(source, head, settings, (told) => (trouble = closed ? null : told))
  onOpening?.(progress)
  const digest = await hashed(source)
  count = reading.count
  const { format } = reading
  const choices = Object.keys(listSettings).sort().map((key) => String(settings[key as keyof ListSettings]))

  return {
    identity: [digest, format, ...choices].join(' '),
    kind: kindOf(format, settings),
    async *rows(after) {
      state = 'reading'
      rowsRead = after
      for await (const rows of reading.rows(after)) {
        for (const { problem, at } of rows) {
          if (problem !== null && ++broken <= BROKEN_SHOWN) firstBroken.push(`${at} of the list ${source.name} ${problem}`)
        }
        yield rows
        rowsRead = rows.at(-1)?.end ?? rowsRead
      }
      state = 'read'
    },
    progress,
    isPipe: source.size === null,
    close() {
      closed = true
      source.close()
    },
  }
}
