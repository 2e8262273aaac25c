/** `gannet crawl`: pages and pictures in, assets out. */
import pc from 'picocolors'
import type { Command } from 'commander'
import { crawl, type Crawl } from '../../app/crawl.ts'
import { SETTINGS } from '../../app/settings.ts'
import type { CrawlReport } from '../../crawl/index.ts'
import { GannetError } from '../../core/errors.ts'
import { createDisplay, type Display } from '../display.ts'
import { explain, type Reason } from '../../core/reasons.ts'
import { whatIsOff } from '../findings-text.ts'
import { listTroubles } from '../list-words.ts'
import { addFlags, environmentHelp, severalFiles, typedFlags } from '../flags.ts'
import { note, print, printJson } from '../output.ts'
import { idleText, reportText } from '../report-text.ts'

const SHOW_EVERY_MS = 250

/** First Ctrl-C drains; the second does not wait. Nothing is lost either way. */
const drainOnSignal = (run: Crawl, display: Display): void => {
  let asked = false
  const ask = (): void => {
    if (asked) process.exit(130)
    asked = true
    display.say('finishing what is under way; Ctrl-C again stops at once, running again resumes')
    run.drain()
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
}

const failure = (url: string, reason: Reason, detail: string | null): string =>
  `${pc.yellow(reason)} ${url} ${explain(reason)}${detail ? ` (${detail})` : ''}`

interface Told {
  /** URLs of pages whose failure was told. */
  readonly failures: Set<string>
  /** Tasks that were worked on. */
  leases: number
}

const tell = async (run: Crawl, display: Display, told: Told): Promise<void> => {
  for await (const event of run) {
    if (event.type === 'task-leased') told.leases++
    if (event.type === 'task-ended' && event.kind === 'page' && event.outcome !== 'read' && event.reason !== null) {
      told.failures.add(event.url)
      // Leaving a scope is what a scope is for: the report counts them, and traps are told of once.
      if (event.reason !== 'out-of-scope') display.say(failure(event.url, event.reason, event.detail))
    } else if (event.type === 'trap-found') {
      display.say(pc.dim(`not followed any further: ${event.detail}`))
    } else if (event.type === 'visit-noted') {
      display.say(pc.dim(`${event.host}: ${event.note}`))
    } else if (event.type === 'role-restarted') {
      display.say(pc.dim(`the ${event.role} process died (${event.why}) and was started again; nothing is lost`))
    } else if (event.type === 'host-blocked') {
      display.say(pc.dim(`${event.host} asked to wait until ${new Date(event.until).toLocaleTimeString()}`))
    }
  }
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, n) => total + n, 0)

/** 3 when a seed failed while others did not; 1 when all of them did. Every line of a list is a seed. */
const exitCode = (failedSeeds: number, seeds: number, report: CrawlReport, isList: boolean): number => {
  // A line that repeats another has not failed.
  const { 'duplicate-url': _again, 'already-done': _done, ...refused } = report.refused
  const lost = sum(report.failed) + sum(refused)
  // A page that leads out of the scope was left alone, as asked.
  const { 'out-of-scope': _left, ...pagesFailed } = report.pagesFailed
  const failed = isList ? lost + sum(pagesFailed) : failedSeeds
  const others = isList ? report.pages + report.candidates - lost : seeds - failedSeeds
  return failed === 0 ? 0 : others > 0 ? 3 : 1
}

export const addCrawl = (program: Command): void => {
  const command = program
    .command('crawl')
    .description('crawl pages and pictures and keep what is worth keeping')
    .argument('[urls...]', 'pages or pictures to begin with')
    .option('--list <file>', 'a file of URLs: txt, csv, tsv, jsonl (each may be packed with gzip or zstd) or Parquet; - is standard input, which is taken anew at every run')
    .option('--config <file>', 'a YAML or JSON file of settings')
    .option('--recipe <file>', 'a YAML file that says how the pages of a site are read; more than one: the first that matches', severalFiles)
    .option('--json', 'print the report as JSON')
  addFlags(command, SETTINGS)
    .addHelpText('after', environmentHelp())
    .action(async (urls: string[], options: { list?: string; config?: string; recipe?: string[]; json?: boolean }) => {
      const run = crawl({ ...typedFlags(command, SETTINGS), urls, ...(options.list ? { list: options.list } : {}), ...(options.config ? { config: options.config } : {}), ...(options.recipe ? { recipe: options.recipe } : {}) })
      const display = createDisplay()
      drainOnSignal(run, display)
      const told: Told = { failures: new Set(), leases: 0 }
      const telling = tell(run, display, told).catch(() => undefined)
      const timer = setInterval(() => {
        run.progress().then((progress) => display.show(progress), () => undefined)
      }, SHOW_EVERY_MS)
      try {
        for (const line of whatIsOff(await run.findings())) display.say(pc.dim(line))
      } catch {
        // The report tells why.
      }
      try {
        const report = await run.report()
        await telling
        display.end()
        const why = await run.ended
        if (why !== 'done' && why !== 'drained') note(`stopped at --${why}`)
        if (why === 'done' && told.leases === 0) note(idleText(report, options.list ?? null))
        if (options.json) printJson(report)
        else print(reportText(report))
        for (const line of listTroubles((await run.progress()).list)) note(line)
        const failed = await run.failedSeeds()
        // Those refused at the door, or by an earlier run, have not been told of.
        for (const { url, reason } of failed) if (!told.failures.has(url)) note(failure(url, reason, null))
        process.exitCode = exitCode(failed.length, urls.length, report, options.list !== undefined)
      } catch (error) {
        display.end()
        if (GannetError.is(error, 'disk-full')) note('what was stored before is kept')
        throw error
      } finally {
        clearInterval(timer)
      }
    })
}
