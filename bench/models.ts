/**
 * Pictures a second with models on, in steady state, against bare onnxruntime on ready tensors with as many
 * processes and threads: what fetching, decoding, hashing, judging and storing take from inference. The crawl runs
 * through the library, so that this process is its coordinator and feels how late its loop is.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { findPacks, outputsOf, type Pack, type PackChoice } from '../src/models/index.ts'
import { photosIn } from '../test/site/index.ts'
import type { BareModel, BareModelsJob, BareModelsOutcome } from './bare-models-worker.ts'
import { row, type Benchmark, type Setting } from './bench.ts'
import { interleaved, mean, median } from './compare.ts'
import { raiseCrew } from './crew.ts'
import { startNginx } from './nginx.ts'
import { pictureBank } from './pictures.ts'
import { progress } from './progress.ts'
import { sightRows } from './sight-path.ts'

const LEAST = 0.85
const MOST_DELAY_MS = 50
const RESOLUTION_MS = 5
const BATCHES = [1, 32]
/** Of the crawl: what comes before and after does not count. */
const STEADY = { from: 0.2, to: 0.9 }

const ROOT = path.resolve(import.meta.dirname, '..')

const bareModelOf = (pack: Pack, { detect, classify, embed }: PackChoice): BareModel => {
  const { manifest } = pack
  const heads = [classify?.path === pack.path ? manifest.classify : undefined, embed?.path === pack.path ? manifest.embed : undefined]
  const outputs = [
    ...(detect?.path === pack.path && manifest.detect ? outputsOf(manifest.detect) : []), ...heads.flatMap((head) => (head ? [head.output] : [])),
  ]
  return { path: pack.path, input: manifest.input.name, side: manifest.input.width, outputs }
}

const distinct = ({ detect, classify, embed }: PackChoice): readonly Pack[] => {
  const packs = [detect, classify, embed].filter((pack) => pack !== null)
  return packs.filter((pack, i) => packs.findIndex((other) => other.path === pack.path) === i)
}

/** Photographs where there are any: a model is quicker with noise than with what it knows, and links it all. */
const pictures = async (count: number): Promise<{ dir: string; files: readonly string[]; what: string }> => {
  const folder = path.resolve(ROOT, '../shared/photos/imagenet-sample')
  if (existsSync(folder)) {
    const photos = await photosIn(folder, count)
    const least = photos.filter(({ width, height }) => Math.min(width, height) >= 128)
    return { dir: folder, files: least.map((photo) => encodeURIComponent(path.basename(photo.path))), what: 'photographs of ImageNet classes, 400 pixels on the long side' }
  }
  const bank = await pictureBank({ name: 'small', count, width: 400, height: 300, quality: 80, grain: 22 }, progress('drawing pictures'))
  return { dir: bank.dir, files: bank.files, what: 'drawn pictures, 400 × 300' }
}

interface CrawlFigures {
  readonly perSecond: number
  readonly delayP99: number
  readonly delayMax: number
  readonly ended: number
}

const crawlOnce = async (
  { dist, urls, total, modelsDir, processes }: { dist: string; urls: string; total: number; modelsDir: string; processes: number },
): Promise<CrawlFigures> => {
  const { crawl } = (await import(pathToFileURL(path.join(dist, 'index.js')).href)) as typeof import('../src/index.ts')
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-'))
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const times: number[] = []
  delay.enable()
  try {
    const run = crawl({ list: urls, data: path.join(home, 'data'), delay: 0, allowAddress: ['127.0.0.1'], modelsDir, vision: processes })
    for await (const event of run) if (event.type === 'task-ended') times.push(performance.now())
    delay.disable()
    const report = await run.report()
    const failed = Object.keys(report.failed).length > 0 || report.pending > 0
    if (failed || times.length !== total) throw new Error(`the crawl did not come to its end: ${JSON.stringify(report)}`)
    const [from, to] = [Math.floor(STEADY.from * total), Math.floor(STEADY.to * total)]
    const late = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS)
    return {
      perSecond: (to - from) / (((times[to] as number) - (times[from] as number)) / 1000),
      delayP99: late(delay.percentile(99)), delayMax: late(delay.max), ended: times.length,
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

const measure = async (setting: Setting, modelsDir: string, choice: PackChoice) => {
  const { quick, runs, dist, say } = setting
  const processes = Math.min(4, availableParallelism())
  const { dir, files, what } = await pictures(quick ? 300 : 1_000)
  const server = await startNginx(dir)
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-list-'))
  try {
    const urls = path.join(home, 'list.txt')
    await writeFile(urls, files.map((file) => `${server.url}${file}\n`).join(''))
    const models = distinct(choice).map((pack) => bareModelOf(pack, choice))
    const bareOnce = async (batch: number): Promise<number> => {
      const job = { models, batch, threads: 1, forMs: quick ? 3_000 : 8_000 }
      const crew = await raiseCrew<BareModelsJob, BareModelsOutcome>(
        new URL('./bare-models-worker.ts', import.meta.url), Array.from({ length: processes }, () => job),
      )
      const outcomes = await crew.go()
      return outcomes.reduce((sum, { pictures: seen, seconds }) => sum + seen / seconds, 0)
    }
    const sides = await interleaved(
      runs,
      async (run) => {
        const done = await crawlOnce({ dist, urls, total: files.length, modelsDir, processes })
        say(`  run ${run + 1}: gannet ${done.perSecond.toFixed(1)}/s, loop delay p99 ${done.delayP99.toFixed(1)} ms`)
        return done
      },
      async (run) => {
        const rates: number[] = []
        for (const batch of BATCHES) rates.push(await bareOnce(batch))
        say(`  run ${run + 1}: bare   ${rates.map((rate, i) => `${rate.toFixed(1)}/s by ${BATCHES[i]}`).join(', ')}`)
        return rates
      },
    )
    const sight = await sightRows(setting, choice, distinct(choice), files.map((file) => path.join(dir, decodeURIComponent(file))), processes)
    const bareRates = BATCHES.map((_, i) => median(sides.b.map((rates) => rates[i] as number)))
    const fastest = Math.max(...bareRates)
    const batch = BATCHES[bareRates.indexOf(fastest)]
    return {
      rows: [
        row({
          what: `pictures through fetch, decoding, ${distinct(choice).map((pack) => pack.manifest.id).join(', ')} and the store, steady, against bare onnxruntime by ${batch}`,
          value: median(sides.a.map((done) => done.perSecond)), against: fastest, unit: 'images/s', target: { least: LEAST },
        }),
        ...sight,
        ...BATCHES.map((size, i) => row({ what: `bare onnxruntime, ${size} a run`, value: bareRates[i] as number, unit: 'images/s' })),
        row({ what: "delay of the coordinator's loop, 99th percentile, worst run", value: Math.max(...sides.a.map((done) => done.delayP99)), unit: 'ms', target: { most: MOST_DELAY_MS } }),
        row({ what: "longest delay of the coordinator's loop, start-up included", value: Math.max(...sides.a.map((done) => done.delayMax)), unit: 'ms' }),
      ],
      notes: [
        `Medians of ${runs} runs of each side in turn; ${mean(sides.a.map((done) => done.ended))} ${what}, single URLs from nginx on the same cores.`,
        'From tensors and from files: medians of the ratios of pairs of turns, in turn, after the crawls; the bare loop decodes once to 512 pixels as the product does, makes its tensors with the product\'s own filter, and decodes the next picture while one is inferred.',
        `Steady: from ${STEADY.from * 100} % to ${STEADY.to * 100} % of the pictures ended. Both sides have ${processes} processes with one thread each; the bare side runs every model of the crawl on tensors that are ready, and the faster of its batch sizes counts.`,
      ],
    }
  } finally {
    await server.close()
    await rm(home, { recursive: true, force: true })
  }
}

export const models: Benchmark = async (setting) => {
  const modelsDir = process.env['GANNET_MODELS'] ?? path.resolve(ROOT, '../shared/models')
  const { choice, findings } = await findPacks({ modelsDir })
  const off = findings.filter(({ on }) => !on)
  if (off.length > 0) {
    const why = off.map(({ task, why: reason }) => `${task} is off: ${reason}`).join('; ')
    setting.say(`  nothing was measured: ${why}`)
    return { rows: [], notes: ['Nothing was measured: the weights of the models are not there. Name their folder with GANNET_MODELS.'] }
  }
  // What this process was started with (tsx) is no business of the product's roles.
  process.execArgv = []
  return await measure(setting, modelsDir, choice)
}
