/**
 * Does memory grow with the crawl? One crawl of 50,000 small pictures without models; once a second the PSS of
 * all its processes is read beside how far it has come. What may grow are the indexes, whose bytes a picture are
 * measured apart and taken off.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { row, type Benchmark } from './bench.ts'
import { mean } from './compare.ts'
import { raiseCrew } from './crew.ts'
import type { IndexBytes, IndexBytesJob } from './index-bytes-worker.ts'
import { startNginx } from './nginx.ts'
import { pictureBank } from './pictures.ts'
import { memoryOf, type FamilyMemory } from './process-memory.ts'
import { runCrawl } from './product.ts'
import { progress } from './progress.ts'

const MB = 1e6
const MOST_GROWTH = 1.15
const MOST_MB = 1000
const EVERY_MS = 1000

interface Sample extends FamilyMemory {
  /** Share of the candidates that the server has answered, 0 to 1. */
  readonly done: number
}

const indexBytes = async (): Promise<IndexBytes> => {
  const crew = await raiseCrew<IndexBytesJob, IndexBytes>(
    new URL('./index-bytes-worker.ts', import.meta.url), [{ prints: 65_536, vectors: 8_192, dimension: 1280 }], ['--expose-gc'],
  )
  return (await crew.go())[0] as IndexBytes
}

export const memory: Benchmark = async ({ quick, dist, say }) => {
  const count = quick ? 5_000 : 50_000
  const bank = await pictureBank(
    { name: 'tiny', count, width: 224, height: 168, quality: 74, grain: 22, junk: { exact: 1, blurry: 1, blank: 1 } },
    progress('drawing small pictures'),
  )
  const server = await startNginx(bank.dir)
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-list-'))
  const samples: Sample[] = []
  try {
    const list = path.join(home, 'list.txt')
    await writeFile(list, bank.files.map((file) => `${server.url}${file}\n`).join(''))
    let asked = 0
    const sample = async (pid: number, ended: AbortSignal): Promise<void> => {
      while (!ended.aborted) {
        const answered = (await server.requests()) - ++asked
        const weighed = await memoryOf(pid)
        // Processes that are going are weighed in part only.
        if (!ended.aborted && answered > 0) samples.push({ ...weighed, done: Math.min(1, answered / count) })
        if (samples.length % 10 === 1 && !ended.aborted) say(`  ${answered} of ${count}: ${(weighed.total / MB).toFixed(0)} MB`)
        await wait(EVERY_MS, undefined, { signal: ended }).catch(() => undefined)
      }
    }
    const args = ['--list', list, '--model', 'detect=none', '--model', 'embed=none', '--model', 'classify=none']
    const run = await runCrawl({ dist, args, server, whileRunning: sample })
    const index = await indexBytes()
    const { kept, duplicates, rejected, failed } = run.report
    if (Object.keys(failed).length > 0) throw new Error(`the server failed some of them: ${JSON.stringify(failed)}`)

    const within = (from: number, to: number): readonly Sample[] => samples.filter(({ done }) => done >= from && done < to)
    const second = within(0.2, 0.4)
    const last = samples.filter(({ done }) => done >= 0.8)
    if (second.length === 0 || last.length === 0) throw new Error(`only ${samples.length} samples: the crawl was too short to judge`)
    const keptShare = kept / count
    const total = (of: readonly Sample[]): number => mean(of.map((one) => one.total)) / MB
    const lessIndexes = (of: readonly Sample[]): number => mean(of.map((one) => one.total - one.done * count * keptShare * index.fingerprints)) / MB
    const peak = samples.reduce((most, one) => (one.total > most.total ? one : most))
    const roles = Object.entries(peak.byRole).map(([role, bytes]) => `${role} ${(bytes / MB).toFixed(0)} MB`).join(', ')
    return {
      rows: [
        row({ what: 'mean PSS over the last fifth against the second fifth, less the indexes', value: lessIndexes(last), against: lessIndexes(second), unit: 'MB', target: { most: MOST_GROWTH } }),
        row({ what: 'the same with the indexes', value: total(last), against: total(second), unit: 'MB' }),
        row({ what: 'highest PSS of all processes together', value: peak.total / MB, unit: 'MB', target: { most: MOST_MB } }),
        row({ what: 'fingerprint index in memory, a picture kept', value: index.fingerprints, unit: 'bytes' }),
        row({ what: 'vector index in memory, a picture kept (1,280 dimensions; models on)', value: index.vectors, unit: 'bytes' }),
        row({ what: 'vector index on disk, a picture kept (1,280 dimensions; models on)', value: index.vectorsOnDisk, unit: 'bytes' }),
        row({ what: 'candidates', value: count, unit: 'images' }),
        row({ what: 'candidates a second, start and end included', value: count / run.wholeSeconds, unit: 'images/s' }),
        row({ what: "delay of the coordinator's loop, 99th percentile", value: run.loopDelay.p99, unit: 'ms' }),
      ],
      notes: [
        `${count} JPEGs of ${bank.meanBytes} bytes on average (224 × 168), single URLs from a list, no models: of ten pictures seven are unlike any other, one repeats an earlier one's bytes, one is blurred, one is blank.`,
        `Kept ${kept}; exact duplicates ${duplicates.exact}, copies ${duplicates.copy}; rejected ${JSON.stringify(rejected)}; none failed.`,
        `PSS of the coordinator and all its children from /proc, once a second (${samples.length} samples); progress by the requests that the server had answered.`,
        `At the highest: ${roles}.`,
        'Bytes a picture of the indexes: JavaScript heap and array buffers after a collection, in a process of their own.',
      ],
    }
  } finally {
    await server.close()
    await rm(home, { recursive: true, force: true })
  }
}
