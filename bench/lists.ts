/**
 * Does a list cost memory, and how fast is it read? Five million rows in each format against the least that reads
 * it (readline, csv-parse, JSON.parse a line, hyparquet alone), each in a process of its own; the same with a fifth
 * of the rows, for memory must not grow with the list; and, of lines, all the way into a real schedule.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import { row, type Benchmark, type Row } from './bench.ts'
import { interleaved, median } from './compare.ts'
import { raiseCrew } from './crew.ts'
import type { ListJob, ListOutcome } from './lists-worker.ts'

const FORMATS = ['txt', 'txt.gz', 'csv', 'jsonl', 'parquet'] as const
type Format = (typeof FORMATS)[number]

const MOST_GROWTH = 1.25
/** Several times what a crawl on one machine brings to an end; each batch waits for the disk. */
const LEAST_INTAKE = 5_000
const ROWS_A_GROUP = 100_000

const urlOf = (n: number): string => `https://images${n % 977}.example.org/collection/${n % 31}/picture-${n}.jpg`
const captionOf = (n: number): string => `A picture, number ${n}, of something`

const LINE: Readonly<Record<Exclude<Format, 'parquet'>, (n: number) => string>> = {
  txt: (n) => `${urlOf(n)}\n`,
  'txt.gz': (n) => `${urlOf(n)}\n`,
  csv: (n) => `${urlOf(n)},"${captionOf(n)}"\n`,
  jsonl: (n) => `{"url":"${urlOf(n)}","caption":"${captionOf(n)}"}\n`,
}

function* lines(format: Exclude<Format, 'parquet'>, count: number): Generator<string> {
  let text = format === 'csv' ? 'url,caption\n' : ''
  for (let n = 0; n < count; n++) {
    text += LINE[format](n)
    if (text.length < 65_536) continue
    yield text
    text = ''
  }
  yield text
}

const write = async (dir: string, format: Format, count: number): Promise<string> => {
  const file = path.join(dir, `${count}.${format}`)
  if (format !== 'parquet') {
    const source = Readable.from(lines(format, count))
    await (format === 'txt.gz' ? pipeline(source, createGzip({ level: 1 }), createWriteStream(file)) : pipeline(source, createWriteStream(file)))
    return file
  }
  const column = (name: string) => ({ name, type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, repetition_type: 'REQUIRED' as const })
  const writer = new ParquetWriter({ writer: fileWriter(file), schema: [{ name: 'root', num_children: 2 }, column('url'), column('caption')] })
  for (let from = 0; from < count; from += ROWS_A_GROUP) {
    const some = Array.from({ length: Math.min(ROWS_A_GROUP, count - from) }, (_, n) => from + n)
    await writer.write({ columnData: [{ name: 'url', data: some.map(urlOf) }, { name: 'caption', data: some.map(captionOf) }], rowGroupSize: ROWS_A_GROUP })
  }
  await writer.finish()
  return file
}

const run = async (job: ListJob): Promise<ListOutcome> => {
  const crew = await raiseCrew<ListJob, ListOutcome>(new URL('./lists-worker.ts', import.meta.url), [job])
  return (await crew.go())[0] as ListOutcome
}

export const lists: Benchmark = async ({ quick, runs, say }) => {
  const count = quick ? 200_000 : 5_000_000
  const intake = quick ? 20_000 : 1_000_000
  const dir = await mkdtemp(path.join(tmpdir(), 'gannet-bench-lists-'))
  const rows: Row[] = []
  const perSecond = (outcomes: readonly ListOutcome[]): number => median(outcomes.map((one) => one.rows / one.seconds))
  const checked = (outcome: ListOutcome, wanted: number): ListOutcome => {
    if (outcome.rows !== wanted) throw new Error(`read ${outcome.rows} rows of ${wanted}`)
    return outcome
  }
  try {
    for (const format of FORMATS) {
      const file = await write(dir, format, count)
      const fifth = await write(dir, format, count / 5)
      const { a, b } = await interleaved(runs, async () => checked(await run({ file, how: 'rows' }), count), async () => checked(await run({ file, how: 'bare' }), count))
      const small = await run({ file: fifth, how: 'rows' })
      const megabytes = (await stat(file)).size / 1e6
      const peak = Math.max(...a.map((one) => one.peak)) / 1e6
      rows.push(
        row({ what: `${format}: rows read, against the least that reads it`, value: perSecond(a), against: perSecond(b), unit: 'rows/s' }),
        row({ what: `${format}: highest memory, against a fifth of the rows`, value: peak, against: small.peak / 1e6, unit: 'MB', target: { most: MOST_GROWTH } }),
        row({ what: `${format}: hashed and opened, ${megabytes.toFixed(0)} MB`, value: median(a.map((one) => one.openSeconds)), unit: 's' }),
      )
      say(`  ${format}: ${Math.round(perSecond(a))}/s, bare ${Math.round(perSecond(b))}/s, ${peak.toFixed(0)} MB`)
      await Promise.all([rm(file), rm(fifth)])
    }
    const into = await write(dir, 'txt', intake)
    const taken = checked(await run({ file: into, how: 'schedule' }), intake)
    rows.push(
      row({ what: `txt: rows into a schedule on disk, ${intake} of them`, value: taken.rows / taken.seconds, unit: 'rows/s', target: { least: LEAST_INTAKE } }),
      row({ what: 'txt: highest memory while they go in', value: taken.peak / 1e6, unit: 'MB' }),
    )
    return {
      rows,
      notes: [
        `${count} rows a list, medians of ${runs} runs of each side in turn, each in a process of its own (run from source, whose compiler is in the memory).`,
        'Bare: readline (through zlib for gz), csv-parse, JSON.parse a line, hyparquet by row groups of 100,000; none of them makes rows with places, bounds them or checks them.',
        'Into the schedule: SQLite with a flush to disk a batch of 500, nothing taken out meanwhile.',
      ],
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
