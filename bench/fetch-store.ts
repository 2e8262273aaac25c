/**
 * Fetch, decode, hash and store against a bare loop that only fetches and decodes: what the house round the work
 * costs. The product is the real command line with all its processes; the loop has as many processes as the
 * product has for decoding, and each does both without a message. One nginx serves both, on the same cores.
 */
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import type { BareFetchJob, BareFetchOutcome } from './bare-fetch-worker.ts'
import { row, type Benchmark, type Row, type Setting } from './bench.ts'
import { interleaved, median } from './compare.ts'
import { raiseCrew } from './crew.ts'
import { startNginx } from './nginx.ts'
import { pictureBank, type BankOptions } from './pictures.ts'
import { progress } from './progress.ts'
import { runCrawl, type ProcessorTime, type ProductRun } from './product.ts'

const LEAST = 0.6
const MOST_DELAY_MS = 50
/** The product's default: visits to one host at a time. */
const VISITS = 10

interface Size {
  readonly label: string
  readonly bank: Omit<BankOptions, 'count'>
  readonly count: number
  readonly quickCount: number
}

const SIZES: readonly Size[] = [
  { label: '30 KB', bank: { name: 'small', width: 400, height: 300, quality: 80, grain: 22 }, count: 5_000, quickCount: 1_000 },
  { label: '300 KB', bank: { name: 'large', width: 1280, height: 960, quality: 80, grain: 22 }, count: 2_000, quickCount: 300 },
]

const measureSize = async ({ label, bank: options, count, quickCount }: Size, setting: Setting) => {
  const { quick, runs, dist, say } = setting
  const wanted = quick ? quickCount : count
  const bank = await pictureBank({ ...options, count: wanted }, progress(`drawing pictures of ${label}`))
  const server = await startNginx(bank.dir)
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-list-'))
  const processes = Math.min(4, availableParallelism())
  try {
    const list = path.join(home, 'list.txt')
    await writeFile(list, bank.files.map((file) => `${server.url}${file}\n`).join(''))
    const product = async (run: number): Promise<ProductRun & { perSecond: number }> => {
      const args = ['--list', list, '--vision', String(processes), '--model', 'detect=none', '--model', 'embed=none', '--model', 'classify=none']
      const done = await runCrawl({ dist, args, server })
      if (done.report.kept !== wanted) throw new Error(`kept ${done.report.kept} of ${wanted}: ${JSON.stringify(done.report)}`)
      const perSecond = wanted / (done.wholeSeconds - done.startSeconds)
      say(`  ${label}, run ${run + 1}: gannet ${perSecond.toFixed(0)}/s`)
      return { ...done, perSecond }
    }
    const bare = async (run: number): Promise<{ perSecond: number; processor: number }> => {
      const share = (i: number): readonly string[] => bank.files.filter((_, at) => at % processes === i).map((file) => `/${file}`)
      const crew = await raiseCrew<BareFetchJob, BareFetchOutcome>(
        new URL('./bare-fetch-worker.ts', import.meta.url),
        Array.from({ length: processes }, (_, i) => ({ origin: server.url.slice(0, -1), paths: share(i), lanes: Math.ceil(VISITS / processes) })),
      )
      const startedAt = performance.now()
      const outcomes = await crew.go()
      const perSecond = wanted / ((performance.now() - startedAt) / 1000)
      say(`  ${label}, run ${run + 1}: bare   ${perSecond.toFixed(0)}/s`)
      return { perSecond, processor: outcomes.reduce((sum, one) => sum + one.processor, 0) }
    }
    const sides = await interleaved(runs, product, bare)
    const bareRate = median(sides.b.map((done) => done.perSecond))
    const milliseconds = (seconds: readonly number[]): number => (1000 * median(seconds)) / wanted
    const used = (role: keyof ProcessorTime): Row =>
      row({ what: `${label}: processor time of the ${role} a picture, start-up included`, value: milliseconds(sides.a.map((done) => done.processor[role])), unit: 'ms' })
    const rows: Row[] = [
      row({
        what: `pictures of ${label} fetched, decoded, hashed and stored, against a bare loop of fetch and decode`,
        value: median(sides.a.map((done) => done.perSecond)), against: bareRate, unit: 'images/s', target: { least: LEAST },
      }),
      row({ what: `${label}: the same with the start of the processes counted`, value: median(sides.a.map((done) => wanted / done.wholeSeconds)), against: bareRate, unit: 'images/s' }),
      row({ what: `${label}: from the start of the process to the first answer`, value: median(sides.a.map((done) => done.startSeconds)), unit: 's' }),
      row({
        what: `${label}: delay of the coordinator's loop, 99th percentile, worst run`, unit: 'ms',
        value: Math.max(...sides.a.map((done) => done.loopDelay.p99)), target: { most: MOST_DELAY_MS },
      }),
      row({
        what: `${label}: processor time a picture, all processes, start-up included`, unit: 'ms',
        value: milliseconds(sides.a.map(({ processor: { coordinator, keeper, grabber, vision } }) => coordinator + keeper + grabber + vision)),
        against: milliseconds(sides.b.map((done) => done.processor)),
      }),
      used('coordinator'), used('grabber'), used('vision'), used('keeper'),
      row({ what: `${label}: longest delay of the coordinator's loop, start-up included`, unit: 'ms', value: Math.max(...sides.a.map((done) => done.loopDelay.max)) }),
    ]
    const note = `${label}: ${wanted} JPEGs of ${bank.meanBytes} bytes on average (${options.width} × ${options.height}), all kept; ` +
      `gannet with its defaults (${VISITS} visits to a host at a time) and ${processes} vision processes, no delay, no models.`
    return { rows, note }
  } finally {
    await server.close()
    await rm(home, { recursive: true, force: true })
  }
}

export const fetchStore: Benchmark = async (setting) => {
  const measured: Awaited<ReturnType<typeof measureSize>>[] = []
  for (const size of SIZES) measured.push(await measureSize(size, setting))
  return {
    rows: measured.flatMap(({ rows }) => rows),
    notes: [
      `Medians of ${setting.runs} runs of each side in turn. The crawl counts from the first answer to the end of its process, stores closed; the bare loop from the word to the last picture.`,
      ...measured.map(({ note }) => note),
      'The bare loop has as many processes as gannet has for decoding; each fetches (undici dispatch) and decodes (sharp, set as gannet sets it), without messages, hashes, looks, robots.txt, queue or store.',
    ],
  }
}
