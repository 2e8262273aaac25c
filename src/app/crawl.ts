/** The library's `crawl`: raises the roles, hands their ports to the run, and tells what happens. */
import type { GannetEvent, CrawlEnd } from '../core/events.ts'
import { GannetError } from '../core/errors.ts'
import { systemClock } from '../core/clock.ts'
import { openList, type ListProgress } from '../lists/index.ts'
import { EMPTY_REPORT, requestOf, startRun, type CrawlReport, type FailedSeed, type Run } from '../crawl/index.ts'
import type { PageOf } from '../core/page-of.ts'
import { isPublicAddress, parseAddress } from '../fetch/index.ts'
import {
  createHostPolicy, RETRY_DEFAULTS, retryAt, type HostMemory, type HostPolicy, type ScheduleStore,
} from '../schedule/index.ts'
import { folderPaths, type BlobStore } from '../store/index.ts'
import type { Vision } from '../vision/vision-api.ts'
import { createAdmission } from './admission.ts'
import { createEventStream } from './event-stream.ts'
import { addressDelayOf, openHouse, type Finding } from './house.ts'
import { loadRecipes, type RecipeChoice } from './load-recipes.ts'
import { storedOriginals } from './originals.ts'
import { settingsFrom, type HouseSettings, type PartialSettings, type Settings } from './settings.ts'

export interface CrawlOptions extends PartialSettings {
  /** Pages and pictures to begin with. */
  readonly urls?: readonly string[]
  /** A file of URLs, one a line, or a table of them: txt, csv, tsv, jsonl, Parquet; `-` is standard input. */
  readonly list?: string
  /** A YAML or JSON file of settings. */
  readonly config?: string
  /** How pages of certain sites are read: recipes, or paths of their YAML files; the first that matches a page reads it. */
  readonly recipe?: RecipeChoice
}

export interface CrawlProgress {
  /** As it stands; complete once the crawl has ended. */
  readonly report: CrawlReport
  /** Candidates that came to their end, a second, over the last few seconds. */
  readonly rate: number
  readonly bytesPerSecond: number
  /** How far the list was read; null without one. */
  readonly list: ListProgress | null
}

/** Events as they happen; a reader who falls behind slows the crawl down. Not reading them is fine. */
export interface Crawl extends AsyncIterable<GannetEvent> {
  /** When the crawl has ended. @throws GannetError why it could not go on; what was done is kept */
  report(): Promise<CrawlReport>
  readonly ended: Promise<CrawlEnd>
  /** Seeds that came to nothing, once the crawl has ended. */
  failedSeeds(): Promise<readonly FailedSeed[]>
  /** While it runs. */
  progress(): Promise<CrawlProgress>
  /** What is on, what is off, and why. Known once the roles stand. */
  findings(): Promise<readonly Finding[]>
  /** Ends it early: what is under way is finished, the rest is left for the next run. */
  drain(): void
}

/** The hosts as an earlier run left them: slow ones slow, blocked ones blocked. */
export const recallHosts = async (settings: HouseSettings, schedule: Pick<ScheduleStore, 'memories'>): Promise<HostPolicy> => {
  const memories: HostMemory[] = []
  for (let after: string | null = null; ; ) {
    const page: PageOf<HostMemory> = await schedule.memories({ after, limit: 1000 })
    memories.push(...page.items)
    after = page.next
    if (after === null || memories.length >= MOST_HOSTS) break
  }
  const has = (address: string): boolean => {
    const parsed = settings.addressDelay === null ? parseAddress(address) : null
    // Inside the network nobody shares a machine with strangers: a pace of its own must be asked for.
    return settings.addressDelay !== null || (parsed !== null && isPublicAddress(parsed))
  }
  return createHostPolicy({
    floorMs: settings.delay, perHost: settings.perHost, memories, maxHosts: MOST_HOSTS,
    addresses: { floorMs: addressDelayOf(settings), has },
  })
}

const MOST_HOSTS = 50_000

/** Looks that may wait for models, and pictures being written, beyond the visits: two batches a process. */
const BATCHES_AHEAD = 2

/**
 * @example
 * const run = crawl({ urls: ['https://example.org/gallery'], data: './cats', target: ['cat'] })
 * for await (const event of run) if (event.type === 'image-stored') console.log(event.url)
 * console.log(await run.report())
 */
export const crawl = (options: CrawlOptions): Crawl => {
  const { urls = [], list: listFile = null, config, recipe, ...flags } = options
  const stream = createEventStream()
  let drained = false
  let run: Run | null = null
  let listProgress: (() => ListProgress) | null = null
  const recent: { at: number; ended: number; bytes: number }[] = []

  const begin = async (): Promise<{ settings: Settings; house: Awaited<ReturnType<typeof openHouse>>; run: Run }> => {
    const settings = await settingsFrom({ flags, configFile: config })
    if (urls.length === 0 && listFile === null) {
      throw new GannetError('usage', 'nothing to crawl: give a URL, or a list of them with --list FILE')
    }
    const recipes = await loadRecipes(recipe)
    const list = listFile === null ? null : await openList(listFile, settings, (progress) => (listProgress = progress))
    const request = requestOf({ urls, list })
    const house = await openHouse({ settings, emit: stream.emit, grant: (host) => (run as Run).visits.grant(host), clock: systemClock, recipes, processes: 1 })
    try {
      house.checkPolicy(settings)
      run = startRun(
        {
          schedule: house.keeper.again('schedule'), catalogue: house.keeper.again('catalogue'),
          committer: house.keeper.again('committer'),
          originals: storedOriginals(house.keeper.again<BlobStore>('blobs'), folderPaths(settings.data).spool), grabber: house.grabbers.api, vision: house.vision as Vision,
          eyes: house.eyes, policy: settings, clock: systemClock, emit: stream.emit,
          hostPolicy: await recallHosts(settings, house.keeper.again<ScheduleStore>('schedule')),
          retryAt: ({ task, ...failure }) => retryAt({ ...failure, attempts: task.attempts, random: Math.random }, { ...RETRY_DEFAULTS, threshold: settings.attempts }),
          admits: createAdmission(settings.allowAddress),
        },
        {
          owner: 'crawl', request, seeds: { urls, list },
          concurrency: settings.concurrency, perHost: settings.perHost,
          beyondVisits: house.visionProcesses * settings.batch * BATCHES_AHEAD,
          maxDepth: settings.depth, links: settings, maxImages: settings.maxImages, maxBytes: settings.maxBytes,
          maxTimeMs: settings.maxTime === null ? null : settings.maxTime * 1000, ready: stream.ready,
        },
      )
      if (drained) run.drain()
      return { settings, house, run }
    } catch (error) {
      await house.close()
      throw error
    }
  }

  const begun = begin()
  let final: CrawlReport | null = null
  let failed: readonly FailedSeed[] = []
  const ended = begun.then(async ({ house, run: running }) => {
    try {
      const why = await running.ended
      final = await running.report()
      failed = await running.failedSeeds()
      return why
    } finally {
      await house.close()
      stream.end()
    }
  }, (error: unknown) => {
    stream.end()
    throw error
  })
  // Whoever only iterates learns of the failure there or from report().
  ended.catch(() => undefined)

  return {
    ended,
    async report() {
      await ended
      return final as CrawlReport
    },
    async failedSeeds() {
      await ended
      return failed
    },
    async progress() {
      // While a large list is hashed, there is nothing else to tell.
      const waiting = run === null && listProgress !== null
      const report = final ?? (waiting ? EMPTY_REPORT : await (await begun).run.progress())
      const sample = { at: performance.now(), ended: report.candidates - report.pending, bytes: report.bytes.thumbnails + report.bytes.full }
      recent.push(sample)
      if (recent.length > 20) recent.shift()
      const first = recent[0] as typeof sample
      const seconds = Math.max(0.001, (sample.at - first.at) / 1000)
      return { report, rate: (sample.ended - first.ended) / seconds, bytesPerSecond: (sample.bytes - first.bytes) / seconds, list: listProgress?.() ?? null }
    },
    findings: async () => (await begun).house.findings,
    drain() {
      drained = true
      run?.drain()
    },
    [Symbol.asyncIterator]: () => stream.read(ended),
  }
}
