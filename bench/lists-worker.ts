/** One way of reading one list, in a process of its own, so that its memory is its own too. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { policySettings } from '../src/analyze/index.ts'
import { resolveConfig } from '../src/core/config.ts'
import { intake, requestOf } from '../src/crawl/intake.ts'
import { linkSettings } from '../src/crawl/settings.ts'
import { listSettings, openList } from '../src/lists/index.ts'
import { openSqliteSchedule } from '../src/schedule/adapters/sqlite.ts'
import { serve } from './crew.ts'

export interface ListJob {
  readonly file: string
  /** Rows as gannet reads them; as tasks in a real schedule; rows as the least that reads the format brings them. */
  readonly how: 'rows' | 'schedule' | 'bare'
}

export interface ListOutcome {
  readonly rows: number
  /** Without opening and hashing. */
  readonly seconds: number
  /** Opening: hash, format, columns. */
  readonly openSeconds: number
  /** Highest resident size, in bytes. */
  readonly peak: number
}

const open = (file: string) => openList(file, resolveConfig(listSettings, []))

const count = async (rows: AsyncIterable<unknown>): Promise<number> => {
  let total = 0
  for await (const _ of rows) total++
  return total
}

const bare = async (file: string): Promise<number> => {
  if (file.endsWith('.parquet')) {
    const buffer = await asyncBufferFromFile(file)
    const metadata = await parquetMetadataAsync(buffer)
    let total = 0
    for (const group of metadata.row_groups) {
      const rowStart = total
      total += Number(group.num_rows)
      await parquetReadObjects({ file: buffer, metadata, columns: ['url'], rowStart, rowEnd: total })
    }
    return total
  }
  const input = createReadStream(file)
  if (file.endsWith('.csv')) return await count(input.pipe(parse({ from_line: 2 })))
  let total = 0
  const isJson = file.endsWith('.jsonl')
  for await (const line of createInterface({ input: file.endsWith('.gz') ? input.pipe(createGunzip()) : input })) {
    if (isJson) JSON.parse(line)
    total++
  }
  return total
}

serve<ListJob, ListOutcome>(async ({ file, how }) => async () => {
  const began = performance.now()
  let rows = 0
  let openSeconds = 0
  let from = began
  if (how === 'bare') rows = await bare(file)
  else {
    const list = await open(file)
    from = performance.now()
    openSeconds = (from - began) / 1000
    if (how === 'rows') for await (const some of list.rows(0)) rows += some.length
    else {
      const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-schedule-'))
      const schedule = await openSqliteSchedule({ path: path.join(home, 'schedule.db'), delayMs: 500 })
      const seeds = { urls: [], list }
      const request = requestOf(seeds)
      const rules = { admits: () => null, policy: resolveConfig(policySettings, []), maxDepth: null, links: resolveConfig(linkSettings, []) }
      for await (const batch of intake(seeds, rules, 0)) rows += (await schedule.add({ request, ...batch })).length
      await schedule.close()
      await rm(home, { recursive: true })
    }
  }
  return { rows, seconds: (performance.now() - from) / 1000, openSeconds, peak: process.resourceUsage().maxRSS * 1024 }
})
