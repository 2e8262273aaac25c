/**
 * The least that must be done to fetch and decode a list of pictures: undici's dispatch and sharp's decoder as
 * the product sets them, in one process without messages, hashes, looks, a queue or a store.
 */
import { Pool, type Dispatcher } from 'undici'
import { DECODE_LIMITS, WORKING_SIDE } from '../src/image/index.ts'
import { sharp } from '../src/image/loaders.ts'
import { serve } from './crew.ts'

export interface BareFetchJob {
  readonly origin: string
  readonly paths: readonly string[]
  /** Pictures under way at a time, each on a connection of its own. */
  readonly lanes: number
}

export interface BareFetchOutcome {
  readonly pictures: number
  /** Of the decoded pictures: proof that they were decoded. */
  readonly pixels: number
  /** Processor seconds. */
  readonly processor: number
}

const get = (pool: Pool, path: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart(_controller, status) {
        if (status !== 200) throw new Error(`${path}: status ${status}`)
      },
      onResponseData: (_controller, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve(Buffer.concat(chunks)),
      onResponseError: (_controller, error) => reject(error),
    }
    pool.dispatch({ path, method: 'GET' }, handler)
  })

/** As src/image/decode.ts decodes. */
const decode = async (bytes: Buffer): Promise<number> => {
  const { info } = await sharp(bytes, {
    failOn: 'warning', limitInputPixels: DECODE_LIMITS.maxPixels, sequentialRead: true, pages: 1, autoOrient: true,
  })
    .timeout({ seconds: DECODE_LIMITS.maxSeconds })
    .resize(WORKING_SIDE, WORKING_SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return info.width * info.height
}

serve<BareFetchJob, BareFetchOutcome>(async ({ origin, paths, lanes }) => {
  const pool = new Pool(origin, { connections: lanes, pipelining: 1 })
  return async () => {
    let next = 0
    let pixels = 0
    const before = process.cpuUsage()
    const lane = async (): Promise<void> => {
      for (let path = paths[next++]; path !== undefined; path = paths[next++]) pixels += await decode(await get(pool, path))
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    await pool.close()
    const { user, system } = process.cpuUsage(before)
    return { pictures: paths.length, pixels, processor: (user + system) / 1e6 }
  }
})
