/** A grabber for one test file: its spool, its grants for the asking, and everything closed at the end of each test. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { FetchParts, FetchSettings } from '../src/fetch/fetch-options.ts'
import { createGrabber, type Grabber } from '../src/fetch/grabber.ts'
import type { Leave, VisitAsk, VisitResult } from '../src/fetch/visit.ts'
import type { PageReading } from '../src/page/candidate.ts'
import type { Grant } from '../src/schedule/task.ts'

export const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2000, 7)])

const READING: PageReading = {
  document: 'html', candidates: [], links: [],
  relations: { next: [], canonical: null, refresh: null, alternates: [], feeds: [], sitemaps: [] },
  title: 'read', optOut: { follow: true, images: true, directive: null }, unusable: [], cut: null,
}

const grantFor = (host: string): Grant => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })

export interface LocalVisits {
  make(settings?: Partial<FetchSettings & FetchParts>): Grabber
  ask(url: string, more?: Partial<VisitAsk>): VisitAsk
  /** Files left in the spool, removed after each test. */
  spooled(): Promise<string[]>
  bytesOf(result: VisitResult): Promise<Buffer>
  /** Hosts for which leave was asked for beyond the first. */
  readonly granted: string[]
  /** Closed after the test. */
  readonly open: { close(): Promise<void> }[]
}

export const localVisits = (): LocalVisits => {
  let spoolDir = ''
  const granted: string[] = []
  const open: { close(): Promise<void> }[] = []
  const leave: Leave = {
    grant: async (host) => {
      granted.push(host)
      return grantFor(host)
    },
    recall: async () => null,
    remember: async () => undefined,
  }
  beforeAll(async () => {
    spoolDir = await mkdtemp(path.join(tmpdir(), 'gannet-visits-'))
  })
  afterEach(async () => {
    granted.length = 0
    await Promise.all(open.splice(0).map((one) => one.close()))
    for (const file of await readdir(spoolDir)) await rm(path.join(spoolDir, file))
  })
  afterAll(() => rm(spoolDir, { recursive: true }))
  return {
    granted,
    open,
    make(settings = {}) {
      const made = createGrabber(
        {
          spoolDir, readPage: () => READING, allowAddress: ['127.0.0.0/8', '::1'], connectTimeoutMs: 2_000, headersTimeoutMs: 2_000,
          idleTimeoutMs: 2_000, totalTimeoutMs: 20_000, maxBody: 8_000_000, maxPage: 1_000_000, robots: false, ...settings,
        },
        leave,
      )
      open.push(made)
      return made
    },
    ask: (url, more = {}) => ({ url, kind: 'image', referer: null, grant: grantFor(new URL(url).origin), ...more }),
    spooled: () => readdir(spoolDir),
    async bytesOf(result) {
      if (!result.ok) return Buffer.from(`${result.reason}: ${result.detail}`)
      return result.body.kind === 'inline' ? Buffer.from(result.body.bytes) : readFile(result.body.path)
    },
  }
}
