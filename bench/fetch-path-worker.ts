/**
 * Fetches and hashes a list of pictures in one process: as a grabber visits them, through every layer, or by bare
 * dispatch. Run with --expose-gc.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Pool, type Dispatcher } from 'undici'
import { serve } from './crew.ts'

export interface FetchPathJob {
  /** Folder of the build that is measured. */
  readonly dist: string
  /** Ends in a slash. */
  readonly url: string
  /** File names below it. */
  readonly files: readonly string[]
  /** How many pictures in all; the files are gone through again and again. */
  readonly count: number
  /** Under way at a time, each on a connection of its own. */
  readonly lanes: number
  readonly how: 'visit' | 'bare'
}

export interface FetchPathOutcome {
  readonly pictures: number
  readonly seconds: number
  /** Processor seconds, of Node's other threads too. */
  readonly processor: number
  readonly bytes: number
  /** Highest resident size, in bytes. */
  readonly peak: number
  /** Of all hashes: both ways must have read the same. */
  readonly digest: string
}

/**
 * Fetches one and hashes it.
 * @param check that what lies in a spooled file has the hash that came with it
 */
type Fetch = (file: string, check: boolean) => Promise<{ readonly bytes: number; readonly sha256: string }>

interface Fetching {
  readonly fetch: Fetch
  close(): Promise<void>
}

const bare = ({ url, lanes }: FetchPathJob): Fetching => {
  const pool = new Pool(new URL(url).origin, { connections: lanes, pipelining: 1 })
  return {
    fetch: (file) =>
      new Promise((resolve, reject) => {
        const hash = createHash('sha256')
        let bytes = 0
        const handler: Dispatcher.DispatchHandler = {
          onRequestStart: () => undefined,
          onResponseStart(_controller, status) {
            if (status !== 200) throw new Error(`${file}: status ${status}`)
          },
          onResponseData(_controller, chunk) {
            bytes += chunk.length
            hash.update(chunk)
          },
          onResponseEnd: () => resolve({ bytes, sha256: hash.digest('hex') }),
          onResponseError: (_controller, error) => reject(error),
        }
        pool.dispatch({ path: `/${file}`, method: 'GET' }, handler)
      }),
    close: () => pool.close(),
  }
}

const MOST_BYTES = 4 * 1024 * 1024
const room = Buffer.alloc(MOST_BYTES)

const hashOfFile = (file: string, size: number): string => {
  const fd = openSync(file, 'r')
  const read = readSync(fd, room, 0, MOST_BYTES, 0)
  closeSync(fd)
  if (read !== size) throw new Error(`${file}: ${read} bytes of ${size}`)
  return createHash('sha256').update(room.subarray(0, read)).digest('hex')
}

const visits = async ({ url, dist }: FetchPathJob): Promise<Fetching> => {
  const { createGrabber } = (await import(pathToFileURL(path.join(dist, 'fetch/index.js')).href)) as typeof import('../src/fetch/index.ts')
  const spoolDir = await mkdtemp(path.join(tmpdir(), 'gannet-bench-spool-'))
  const grant = { host: new URL(url).origin, notBefore: 0, count: 1, intervalMs: 0, fence: 1 } as const
  const grabber = createGrabber(
    { spoolDir, allowAddress: ['127.0.0.1'], readPage: () => { throw new Error('there are no pages here') } },
    { grant: async () => grant, recall: async () => null, remember: async () => undefined },
  )
  return {
    async fetch(file, check) {
      const visit = await grabber.visitImage({ url: url + file, kind: 'image', referer: null, grant })
      if (!visit.ok) throw new Error(`${file}: ${visit.reason}, ${visit.detail}`)
      const { body } = visit
      if (body.kind === 'inline') return { bytes: visit.bytes, sha256: createHash('sha256').update(body.bytes).digest('hex') }
      const sha256 = body.sha256 ?? hashOfFile(body.path, body.size)
      if (check && sha256 !== hashOfFile(body.path, body.size)) throw new Error(`${file}: the file has another hash than came with it`)
      unlinkSync(body.path)
      return { bytes: visit.bytes, sha256 }
    },
    async close() {
      await grabber.close()
      await rm(spoolDir, { recursive: true })
    },
  }
}

serve<FetchPathJob, FetchPathOutcome>(async (job) => {
  const { files, count, lanes, how } = job
  const { fetch, close } = how === 'bare' ? bare(job) : await visits(job)
  const run = async (total: number, check: boolean): Promise<{ bytes: number; digest: string }> => {
    let next = 0
    let bytes = 0
    const hashes: string[] = Array.from({ length: total }, () => '')
    const lane = async (): Promise<void> => {
      for (let at = next++; at < total; at = next++) {
        const done = await fetch(files[at % files.length] as string, check)
        bytes += done.bytes
        hashes[at] = done.sha256
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return { bytes, digest: createHash('sha256').update(hashes.join()).digest('hex') }
  }
  await run(Math.min(3_000, count), true)
  globalThis.gc?.()
  return async () => {
    const before = process.cpuUsage()
    const startedAt = performance.now()
    const { bytes, digest } = await run(count, false)
    const seconds = (performance.now() - startedAt) / 1000
    const { user, system } = process.cpuUsage(before)
    const peak = process.resourceUsage().maxRSS * 1024
    await close()
    return { pictures: count, seconds, processor: (user + system) / 1e6, bytes, peak, digest }
  }
})
