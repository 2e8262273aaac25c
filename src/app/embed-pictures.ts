/** Vectors of pictures that lie in files: decoded and seen as in a crawl, by vision processes of their own. */
import { stat } from 'node:fs/promises'
import type { Body } from '../core/body.ts'
import type { Pack } from '../models/index.ts'
import { openVision } from './vision-house.ts'

export interface Embedded {
  /** Null for a file that could not be decoded, or that the model finds nothing in. */
  readonly values: Float32Array | null
  /** From reading the file to its vector, in milliseconds, waiting for others included. */
  readonly ms: number
}

/** Enough that decoding and inference overlap. */
const AHEAD_A_PROCESS = 4

/**
 * In the order given.
 * @param options `processes` of them side by side; with `alone` one picture at a time, so that the time it takes is its own
 */
export const embedPictures = async (pack: Pack, paths: readonly string[], options: {
  readonly processes: number
  readonly decodeSeconds: number
  readonly alone?: boolean
  readonly onProgress?: ((done: number, of: number) => void) | undefined
}): Promise<readonly Embedded[]> => {
  const { processes, decodeSeconds, alone = false, onProgress } = options
  const vision = openVision({
    choice: { detect: null, classify: null, embed: pack }, processes, batch: alone ? 1 : AHEAD_A_PROCESS, decodeSeconds, emit: () => undefined,
  })
  const found: Embedded[] = []
  let [next, done] = [0, 0]
  const work = async (): Promise<void> => {
    for (let at = next++; at < paths.length; at = next++) {
      const path = paths[at] as string
      const began = performance.now()
      const seen = await vision.look({ kind: 'spool', path, size: (await stat(path)).size } as Body)
      const values = seen.look.ok ? ((await seen.infer()).vectors[0]?.values ?? null) : null
      found[at] = { values, ms: performance.now() - began }
      onProgress?.(++done, paths.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: alone ? 1 : processes * AHEAD_A_PROCESS }, work))
    return found
  } finally {
    await vision.close()
  }
}
