/** `gannet crawl`: pages and pictures in, assets out. */
import pc from 'picocolors'
import type { Command } from 'commander'
import { crawl, type Crawl } from '../../app/crawl.ts'
import { SETTINGS } from '../../app/settings.ts'
import { GannetError } from '../../core/errors.ts'
import type { CrawlReport } from '../../crawl/index.ts'
import { createDisplay, type Display } from '../display.ts'
import { explain } from '../../core/reasons.ts'
import { whatIsOff } from '../findings-text.ts'
import { addFlags, environmentHelp, typedFlags } from '../flags.ts'
import { note, print, printJson } from '../output.ts'
import { reportText } from '../report-text.ts'

const SHOW_EVERY_MS = 250

/** First Ctrl-C drains; the second does not wait. Nothing is lost either way. */
const drainOnSignal = (run: Crawl, display: Display): void => {
  let asked = false
  const ask = (): void => {
    if (asked) process.exit(130)
    asked = true
    display.say('finishing what is under way; press Ctrl-C again to stop at once (the next run resumes either way)')
    run.drain()
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
}

const tell = async (run: Crawl, display: Display): Promise<void> => {
  for await (const event of run) {
    if (event.type === 'task-ended' && event.kind === 'page' && event.outcome !== 'read' && event.reason !== null) {
      display.say(`${pc.yellow(event.reason)} ${event.url} ${explain(event.reason)}${event.detail ? ` (${event.detail})` : ''}`)
    } else if (event.type === 'role-restarted') {
      display.say(pc.dim(`the ${event.role} process died (${event.why}) and was started again; nothing is lost`))
    } else if (event.type === 'host-blocked') {
      display.say(pc.dim(`${event.host} asked to wait until ${new Date(event.until).toLocaleTimeString()}`))
    }
  }
}

/** 3 when a seed failed while other things did not; 1 when nothing could be done at all. */
const exitCode = (report: CrawlReport): number => {
  const failed = Object.values(report.pagesFailed).some((n) => n > 0)
  if (!failed) return 0
  return report.pages === 0 && report.kept === 0 ? 1 : 3
}

export const addCrawl = (program: Command): void => {
  const command = program
    .command('crawl')
    .description('crawl pages and pictures and keep what is worth keeping')
    .argument('[urls...]', 'pages or pictures to begin with')
    .option('--list <file>', 'a text file of URLs, one a line')
    .option('--config <file>', 'a YAML or JSON file of settings')
    .option('--json', 'print the report as JSON')
  addFlags(command, SETTINGS)
    .addHelpText('after', environmentHelp())
    .action(async (urls: string[], options: { list?: string; config?: string; json?: boolean }) => {
      const run = crawl({ ...typedFlags(command, SETTINGS), urls, ...(options.list ? { list: options.list } : {}), ...(options.config ? { config: options.config } : {}) })
      const display = createDisplay()
      drainOnSignal(run, display)
      const telling = tell(run, display).catch(() => undefined)
      try {
        for (const line of whatIsOff(await run.findings())) display.say(pc.dim(line))
      } catch {
        // The report tells why.
      }
      const timer = setInterval(() => {
        run.progress().then((progress) => display.show(progress), () => undefined)
      }, SHOW_EVERY_MS)
      try {
        const report = await run.report()
        await telling
        display.end()
        const why = await run.ended
        if (why !== 'done' && why !== 'drained') note(`stopped at --${why}`)
        if (options.json) printJson(report)
        else print(reportText(report))
        process.exitCode = exitCode(report)
      } catch (error) {
        display.end()
        if (GannetError.is(error, 'disk-full')) note('what was stored before is kept')
        throw error
      } finally {
        clearInterval(timer)
      }
    })
}
