/** Pictures that lie in files: decoded and seen as in a crawl, by vision processes of their own. */
import { stat } from 'node:fs/promises'
import type { Body } from '../core/body.ts'
import type { DetectLimits, PackChoice } from '../models/index.ts'
import type { Seen } from '../vision/vision-api.ts'
import { openVision } from './vision-house.ts'

/** Longest time that decoding a picture may take, where nobody says otherwise: a person waits, and no site is kept waiting. */
export const DECODE_SECONDS = 20

export interface LookAtOptions {
  /**
   * Processes that look side by side, a few pictures each, so that decoding and inference overlap; without, one process takes
   * one picture at a time, so that the time it takes is its own.
   */
  readonly processes?: number
  /** Default `DECODE_SECONDS`. */
  readonly decodeSeconds?: number
  readonly boxes?: DetectLimits
  readonly onProgress?: ((done: number, of: number) => void) | undefined
}

export interface LookedAt<Answer> {
  readonly answer: Answer
  /** From reading the file to the answer, in milliseconds, waiting for others included. */
  readonly ms: number
}

/** Enough that decoding and inference overlap. */
const AHEAD_A_PROCESS = 4

/** In the order given. @param take is asked of each; what the vision process keeps of the picture is let go afterwards */
export const lookAtFiles = async <Answer>(
  choice: PackChoice, paths: readonly string[], options: LookAtOptions, take: (seen: Seen) => Promise<Answer>,
): Promise<readonly LookedAt<Answer>[]> => {
  const { processes, decodeSeconds = DECODE_SECONDS, boxes, onProgress } = options
  const vision = openVision({
    choice, processes: processes ?? 1, batch: processes === undefined ? 1 : AHEAD_A_PROCESS, decodeSeconds, ...(boxes && { boxes }), emit: () => undefined,
  })
  const found: LookedAt<Answer>[] = []
  let [next, done] = [0, 0]
  const work = async (): Promise<void> => {
    for (let at = next++; at < paths.length; at = next++) {
      const path = paths[at] as string
      const began = performance.now()
      const seen = await vision.look({ kind: 'spool', path, size: (await stat(path)).size } as Body)
      const answer = await take(seen)
      seen.release()
      found[at] = { answer, ms: performance.now() - began }
      onProgress?.(++done, paths.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: processes === undefined ? 1 : processes * AHEAD_A_PROCESS }, work))
    return found
  } finally {
    await vision.close()
  }
}

/** Of pictures that were looked at one at a time, without the first one's, in which the process starts and loads its models. */
export const meanMs = ([first, ...others]: readonly { readonly ms: number }[]): number =>
  others.length === 0 ? (first?.ms ?? Number.NaN) : others.reduce((sum, { ms }) => sum + ms, 0) / others.length
