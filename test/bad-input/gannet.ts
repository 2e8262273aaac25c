/** The program as a person runs it: a real process against the real site, with its words and its exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openStore, type CrawlReport, type Why } from 'gannet'
import { expect, onTestFinished } from 'vitest'
import { startSite, type Site, type SiteOptions } from '../site/index.ts'

const CLI = resolve(import.meta.dirname, '../../dist/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Resolves when the words stand on its standard error; rejects when it ends without them. */
  said(words: string): Promise<void>
  /** All it has said on its standard error. */
  words(): string
  interrupt(): void
  terminate(): void
}

/** Settings of whoever runs the tests must not leak in, nor colours out. */
const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GANNET_') && name !== 'FORCE_COLOR')),
  NO_COLOR: '1',
  ...more,
})

export const startGannet = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Running => {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  let running = true
  const ended = once(child, 'close').then(([code]): Ended => {
    running = false
    return { code: code as number | null, stdout, stderr }
  })
  // A test that fails half-way leaves nothing behind; its children end with it.
  onTestFinished(async () => {
    if (running) child.kill('SIGKILL')
    await ended
  })
  return {
    pid: child.pid as number,
    ended,
    words: () => stderr,
    interrupt: () => void child.kill('SIGINT'),
    terminate: () => void child.kill('SIGTERM'),
    said: (words) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (stderr.includes(words)) done()
        }
        child.stderr.on('data', look)
        void ended.then(() => fail(new Error(`it ended and never said "${words}":\n${stderr}`)))
        look()
      }),
  }
}

export const gannet = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  startGannet(args, env).ended

/** Flags of a crawl of the local site: nothing to wait for, and one failure is the last. */
export const crawlArgs = (seeds: readonly string[], data: string, ...flags: readonly string[]): readonly string[] => [
  'crawl', ...seeds, '--data', data, '--json', '--delay', '0', '--allow-address', '127.0.0.1', '--attempts', '1', ...flags,
]

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** The report of a crawl that printed one, whatever its exit code; its equation is held to. */
export const reportIn = ({ stdout, stderr }: Ended): CrawlReport => {
  if (stdout === '') throw new Error(`no report was printed: ${stderr}`)
  const report = JSON.parse(stdout) as CrawlReport
  const { candidates, kept, refused, rejected, duplicates, failed, pending } = report
  expect(kept + sum(refused) + sum(rejected) + sum({ ...duplicates }) + sum(failed) + pending).toBe(candidates)
  return report
}

/** What the store has to say of each of the URLs, in their order. */
export const whyOf = async (data: string, urls: readonly string[]): Promise<readonly Why[]> => {
  const store = await openStore(data)
  try {
    return await Promise.all(urls.map((url) => store.why(url)))
  } finally {
    await store.close()
  }
}

/** The one verdict on the URL that was asked about, shortened to its outcome or reason; null when it was read, as pages are. */
export const verdictIn = ({ verdicts, tasks }: Why): string | null => {
  // Asked about a page, the store tells of the pictures on it too.
  const own = verdicts.filter(({ task }) => tasks.some((record) => record.task.id === task))
  expect(own.length).toBeLessThanOrEqual(1)
  const [verdict] = own
  return verdict ? (verdict.reason ?? verdict.outcome) : null
}

/** A folder that is gone when the test is over. */
export const folder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'gannet-bad-input-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export const site = async (options: SiteOptions): Promise<Site> => {
  const started = await startSite(options)
  onTestFinished(() => started.close())
  return started
}

/** A gallery of small pictures that draws quickly. */
export const SMALL = {
  fullSide: 480, thumbSide: 200,
  thumbBytes: { minBytes: 4_000, maxBytes: 12_000 }, fullBytes: { minBytes: 30_000, maxBytes: 60_000 },
} as const
