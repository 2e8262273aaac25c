/**
 * Progress as server-sent events (WHATWG HTML §9.2): the whole standing of a request whenever it has changed, so that one
 * who comes late or again has missed nothing; a comment as heartbeat in between; `ended` with the last one, and the stream
 * is over.
 */
import type { Clock } from '../core/clock.ts'
import { ERRORS, GannetError } from '../core/errors.ts'
import type { Progress } from '../node/progress.ts'

export interface ProgressEventOptions {
  readonly clock: Clock
  /** Between two looks, in milliseconds. */
  readonly everyMs: number
  /** Longest silence, in milliseconds. */
  readonly heartbeatMs: number
  /** The listener has left. */
  readonly signal: AbortSignal
}

const event = (name: string, progress: Progress): string => `event: ${name}\ndata: ${JSON.stringify(progress)}\n\n`

/** @param look where it stands; null when it is forgotten. An answer that only waiting brings is waited for */
export async function* progressEvents(look: () => Promise<Progress | null>, options: ProgressEventOptions): AsyncGenerator<string> {
  const { clock, everyMs, heartbeatMs, signal } = options
  let last = ''
  let toldAt = clock.now()
  while (!signal.aborted) {
    let progress: Progress | null | undefined
    try {
      progress = await look()
    } catch (error) {
      if (!GannetError.is(error) || ERRORS[error.code].consequence !== 'retry') throw error
    }
    if (progress === null) return
    if (progress?.state === 'ended') {
      yield event('ended', progress)
      return
    }
    const text = progress === undefined ? last : event('progress', progress)
    if (text !== last || clock.now() - toldAt >= heartbeatMs) {
      yield text === last ? ':\n\n' : text
      last = text
      toldAt = clock.now()
    }
    await clock.until(clock.now() + everyMs, signal).catch(() => undefined)
  }
}
