/**
 * The same gallery twice: once undisturbed, once while a random role is killed at random instants.
 * What is left must be the same: assets, ends, bytes in the store; nothing lost, nothing doubled.
 * Kills are spread over the crawl by the site's own count of visits, so that a fast machine and a
 * slow one are disturbed alike.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openStore, type CrawlReport } from 'gannet'
import type { Site } from '../site/index.ts'
import { randomOf } from '../site/random.ts'
import { processesOf, type RoleName } from './processes.ts'

const CLI = resolve(import.meta.dirname, '../../dist/cli/main.js')

export interface KillOptions {
  readonly site: Site
  /** A folder that the test may fill. */
  readonly dir: string
  readonly kills: number
  readonly seed: number
  readonly flags?: readonly string[]
  readonly onKill?: (role: RoleName, visits: number) => void
}

export interface CrawlOutcome {
  readonly report: CrawlReport
  /** SHA-256 of what is stored and not superseded, sorted. */
  readonly assets: readonly string[]
  /** `store check --deep` found nothing amiss. */
  readonly sound: boolean
  readonly kills: Readonly<Record<RoleName, number>>
  /** Times the command had to be given again because its own process was killed. */
  readonly restarts: number
}

const start = (data: string, site: Site, flags: readonly string[]): ChildProcess =>
  spawn(process.execPath, [CLI, 'crawl', site.url, '--data', data, '--json', '--delay', '0', '--allow-address', '127.0.0.1', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })

interface Exit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const exitOf = (child: ChildProcess): Promise<Exit> =>
  new Promise((done) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)))
    child.once('close', (code) => done({ code, stdout, stderr }))
  })

const look = async (data: string): Promise<{ assets: string[]; sound: boolean }> => {
  const store = await openStore(data)
  try {
    const assets: string[] = []
    for await (const asset of store.images()) assets.push(asset.sha256)
    const check = await store.check({ deep: true })
    return { assets: assets.sort(), sound: check.ok }
  } finally {
    await store.close()
  }
}

/** @param expectedVisits of an undisturbed crawl, over which the kills are spread; none without */
const crawlOnce = async (options: KillOptions, name: string, expectedVisits: number | null): Promise<CrawlOutcome> => {
  const { site, dir, seed, flags = [] } = options
  const data = join(dir, name)
  await rm(data, { recursive: true, force: true })
  site.clearLog()
  const random = randomOf(`kills ${seed}`)
  const marks = expectedVisits === null ? [] : Array.from({ length: options.kills }, () => Math.floor(random() * expectedVisits)).sort((a, b) => a - b)
  const kills: Record<RoleName, number> = { coordinator: 0, keeper: 0, grabber: 0, vision: 0 }
  let restarts = 0

  for (;;) {
    const child = start(data, site, flags)
    const exit = exitOf(child)
    let running = true
    void exit.then(() => (running = false))
    const killer = async (): Promise<void> => {
      while (running && marks.length > 0) {
        if (site.log.length < (marks[0] as number)) {
          await new Promise((wake) => setTimeout(wake, 2))
          continue
        }
        // All roles must stand, or the first instants of a restart would take most of the kills.
        const standing = processesOf(child.pid as number)
        if (new Set(standing.map(({ role }) => role)).size < 4) {
          await new Promise((wake) => setTimeout(wake, 5))
          continue
        }
        marks.shift()
        await new Promise((wake) => setTimeout(wake, random() * 40))
        const victim = standing[Math.floor(random() * standing.length)] as { role: RoleName; pid: number }
        try {
          process.kill(victim.pid, 'SIGKILL')
          kills[victim.role]++
          options.onKill?.(victim.role, site.log.length)
        } catch {
          // It had ended by itself meanwhile.
        }
        if (victim.role === 'coordinator') return
      }
    }
    const [{ code, stdout, stderr }] = await Promise.all([exit, killer()])
    if (code === null) {
      restarts++
      continue
    }
    if (code !== 0) throw new Error(`the crawl ended with ${code}: ${stderr}`)
    return { report: JSON.parse(stdout) as CrawlReport, ...(await look(data)), kills, restarts }
  }
}

export const crawlUnderKills = async (options: KillOptions): Promise<{ calm: CrawlOutcome; disturbed: CrawlOutcome }> => {
  const calm = await crawlOnce(options, 'calm', null)
  const visits = options.site.log.length
  const disturbed = await crawlOnce(options, 'disturbed', visits)
  return { calm, disturbed }
}

/** The part of a report that kills may not change: all but times and bytes. */
export const endsOf = (report: CrawlReport) => ({
  pages: report.pages, candidates: report.candidates, kept: report.kept, refused: report.refused, rejected: report.rejected,
  duplicates: report.duplicates, failed: report.failed, pending: report.pending,
})
