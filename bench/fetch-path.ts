/**
 * What politeness and caution cost: pictures visited through every layer of a grabber (guard, robots.txt, opt-outs,
 * identity, cookies, pace, limits, sniffing, a body of its own) and hashed, against undici's dispatch and the same
 * hash. One process each, one nginx for both, the same number of connections.
 */
import { raiseCrew } from './crew.ts'
import { row, type Benchmark, type Row } from './bench.ts'
import { interleaved, median } from './compare.ts'
import type { FetchPathJob, FetchPathOutcome } from './fetch-path-worker.ts'
import { startNginx } from './nginx.ts'
import { pictureBank, type BankOptions } from './pictures.ts'
import { progress } from './progress.ts'

const LEAST = 0.7
/** The product's default for one origin. */
const LANES = 10
const FILES = 300

interface Size {
  readonly label: string
  readonly bank: Omit<BankOptions, 'count'>
  readonly count: number
}

const SIZES: readonly Size[] = [
  { label: '30 KB', bank: { name: 'small', width: 400, height: 300, quality: 80, grain: 22 }, count: 40_000 },
  { label: '300 KB', bank: { name: 'large', width: 1280, height: 960, quality: 80, grain: 22 }, count: 10_000 },
]

export const fetchPath: Benchmark = async ({ quick, runs, dist, say }) => {
  const rows: Row[] = []
  const notes: string[] = []
  for (const { label, bank: options, count: wanted } of SIZES) {
    const count = quick ? wanted / 10 : wanted
    const bank = await pictureBank({ ...options, count: FILES }, progress(`drawing pictures of ${label}`))
    const server = await startNginx(bank.dir)
    const side = (how: FetchPathJob['how']) => async (run: number): Promise<FetchPathOutcome> => {
      const job: FetchPathJob = { dist, url: server.url, files: bank.files, count, lanes: LANES, how }
      const crew = await raiseCrew<FetchPathJob, FetchPathOutcome>(new URL('./fetch-path-worker.ts', import.meta.url), [job], ['--expose-gc'])
      const outcome = (await crew.go())[0] as FetchPathOutcome
      say(`  ${label}, run ${run + 1}: ${how} ${(count / outcome.seconds).toFixed(0)}/s`)
      return outcome
    }
    try {
      const { a, b } = await interleaved(runs, side('visit'), side('bare'))
      if (new Set([...a, ...b].map(({ digest }) => digest)).size !== 1) throw new Error(`${label}: not the same bytes were read both ways`)
      const of = (outcomes: readonly FetchPathOutcome[], figure: (outcome: FetchPathOutcome) => number): number => median(outcomes.map(figure))
      const perSecond = (one: FetchPathOutcome): number => one.pictures / one.seconds
      const microseconds = (one: FetchPathOutcome): number => (1e6 * one.processor) / one.pictures
      const megabytes = (one: FetchPathOutcome): number => one.peak / 1e6
      rows.push(
        row({ what: `pictures of ${label} visited and hashed, against bare dispatch and the hash`, value: of(a, perSecond), against: of(b, perSecond), unit: 'images/s', target: { least: LEAST } }),
        row({ what: `${label}: processor time a picture, all threads`, value: of(a, microseconds), against: of(b, microseconds), unit: 'µs' }),
        row({ what: `${label}: highest memory`, value: of(a, megabytes), against: of(b, megabytes), unit: 'MB' }),
      )
      notes.push(`${label}: ${count} visits a run to ${FILES} JPEGs of ${bank.meanBytes} bytes on average.`)
    } finally {
      await server.close()
    }
  }
  return {
    rows,
    notes: [
      `Medians of ${runs} runs of each side in turn, each in a process of its own, after up to three thousand visits of warming up; ${LANES} connections to one nginx with one worker on the same cores.`,
      'gannet: visitImage of a grabber with its defaults, no delay; a body over 256 KB is hashed as it comes and spooled to a file, which is removed then (while warming up, each file is read again and must have that hash); a smaller one is hashed when it is there. Bare: undici dispatch that hashes each piece as it comes and keeps none.',
      ...notes,
    ],
  }
}
