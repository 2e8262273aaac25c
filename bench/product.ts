/** The product as its users run it: the built command line with all its processes, timed and watched from outside. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CrawlReport } from '../src/crawl/index.ts'
import type { Nginx } from './nginx.ts'

export interface LoopDelay {
  /** Of the coordinator's loop beyond its timer, in milliseconds, over the whole life of the process. */
  readonly p99: number
  readonly max: number
}

export interface ProductRun {
  readonly report: CrawlReport
  /** From the start of the process to its end. */
  readonly wholeSeconds: number
  /** Until the server answered the first request. */
  readonly startSeconds: number
  readonly loopDelay: LoopDelay
  readonly processor: ProcessorTime
}

/** Processor seconds, start and end included. */
export interface ProcessorTime {
  readonly coordinator: number
  readonly keeper: number
  readonly grabber: number
  /** All vision processes. */
  readonly vision: number
}

const RESOLUTION_MS = 5

/**
 * Runs before the command line in its own process, and, because they inherit the flag, in its roles: each writes
 * down as it exits what it used; the coordinator, which has no parent to talk to, also how late its loop was.
 * JavaScript in a data URL, because plain Node runs it.
 */
const watch = `
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readFileSync, writeFileSync } from 'node:fs'
const role = process.send ? process.argv[2] : 'coordinator'
const delay = monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} })
if (!process.send) delay.enable()
const late = (ns) => Math.max(0, ns / 1e6 - ${RESOLUTION_MS})
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  // Of the children that have ended; fields 16 and 17 of proc(5), in hundredths of a second.
  const stat = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ')
  const told = { own: (user + system) / 1e6, children: (Number(stat[13]) + Number(stat[14])) / 100,
    loop: process.send ? null : { p99: late(delay.percentile(99)), max: late(delay.max) } }
  writeFileSync(process.env.GANNET_BENCH_TOLD + '/' + role + '.json', JSON.stringify(told))
})`
const PRELOAD = `data:text/javascript,${encodeURIComponent(watch)}`

interface Told {
  readonly own: number
  readonly children: number
  readonly loop: LoopDelay | null
}

/** @param whileRunning told the coordinator's process id; awaited after the end */
export const runCrawl = async (options: {
  readonly dist: string
  readonly args: readonly string[]
  readonly server: Nginx
  /** For Node itself, and inherited by every role: `--cpu-prof`, say. */
  readonly nodeArgs?: readonly string[]
  readonly whileRunning?: (pid: number, ended: AbortSignal) => Promise<void>
}): Promise<ProductRun> => {
  const { dist, args, server, nodeArgs = [], whileRunning } = options
  const home = await mkdtemp(path.join(tmpdir(), 'gannet-bench-'))
  const told = async (role: string): Promise<Told> => JSON.parse(await readFile(path.join(home, `${role}.json`), 'utf8')) as Told
  const firstAnswer = await server.mark()
  try {
    const startedAt = performance.timeOrigin + performance.now()
    const child = spawn(
      process.execPath,
      [...nodeArgs, '--import', PRELOAD, path.join(dist, 'cli/main.js'), 'crawl', ...args, '--data', path.join(home, 'data'),
        '--delay', '0', '--allow-address', '127.0.0.1', '--json'],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, GANNET_BENCH_TOLD: home } },
    )
    const ended = new AbortController()
    const watching = whileRunning?.(child.pid as number, ended.signal)
    let out = ''
    let words = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2_000)))
    const code = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject))
    const endedAt = performance.timeOrigin + performance.now()
    ended.abort()
    await watching
    if (code !== 0) throw new Error(`the crawl ended with ${code}: ${words}`)
    const first = await firstAnswer()
    if (first === null) throw new Error('the crawl asked for nothing')
    const [coordinator, keeper, grabber] = await Promise.all([told('coordinator'), told('keeper'), told('grabber')])
    return {
      report: JSON.parse(out) as CrawlReport,
      wholeSeconds: (endedAt - startedAt) / 1000,
      startSeconds: (first - startedAt) / 1000,
      loopDelay: coordinator.loop ?? { p99: Number.NaN, max: Number.NaN },
      processor: {
        coordinator: coordinator.own, keeper: keeper.own, grabber: grabber.own,
        vision: coordinator.children - keeper.own - grabber.own,
      },
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
