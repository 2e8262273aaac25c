/**
 * Bodies on their way in: as they come, under a pace that a slow requester keeps and a stalled one does not, and never
 * more than a buffer of them in memory.
 */
import type { Readable } from 'node:stream'
import { HttpProblem } from './problem.ts'

export interface UploadPace {
  /** Longest silence, in milliseconds. */
  readonly idleMs: number
  /** All waiting together may take `graceMs`, and a second more for so many bytes. */
  readonly graceMs: number
  readonly bytesPerSecond: number
}

export const UPLOAD_PACE: UploadPace = { idleMs: 30_000, graceMs: 60_000, bytesPerSecond: 1024 }

const LATE = Symbol('late')

const within = async <Value>(promise: Promise<Value>, ms: number): Promise<Value | typeof LATE> => {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([promise, new Promise<typeof LATE>((resolve) => (timer = setTimeout(resolve, ms, LATE)))])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The stream's parts. Leaving early does not destroy it: its requester is still to be answered.
 * @throws HttpProblem `upload-timeout`, `upload-broken`
 */
export async function* receive(stream: Readable, pace: UploadPace): AsyncGenerator<Buffer> {
  const parts = stream.iterator({ destroyOnReturn: false })
  let waitedMs = 0
  let bytes = 0
  for (;;) {
    const allowedMs = Math.min(pace.idleMs, pace.graceMs + (1000 * bytes) / pace.bytesPerSecond - waitedMs)
    const asked = performance.now()
    let part: IteratorResult<Buffer> | typeof LATE
    try {
      part = await within(parts.next() as Promise<IteratorResult<Buffer>>, Math.max(0, allowedMs))
    } catch (cause) {
      throw Object.assign(new HttpProblem('upload-broken', 'the upload broke off: nothing was taken; send it again'), { cause })
    }
    waitedMs += performance.now() - asked
    if (part === LATE) throw new HttpProblem('upload-timeout', 'the upload came too slowly: nothing was taken; send it again, in smaller requests')
    if (part.done) return
    bytes += part.value.byteLength
    yield part.value
  }
}

/** @throws HttpProblem `body-too-large` with the sentence given, once the rest has been let by */
export const receiveWhole = async (stream: Readable, most: number, tooLarge: string, pace: UploadPace): Promise<Buffer> => {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of receive(stream, pace)) {
    bytes += part.byteLength
    if (bytes > most) throw new HttpProblem('body-too-large', tooLarge)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Enough for every client that did not mean harm. */
const LINGER: UploadPace = { idleMs: 2000, graceMs: 5000, bytesPerSecond: 16 * 1024 * 1024 }
const MOST_LINGERED = 128 * 1024 * 1024

/**
 * Reads on for a while what is not wanted. Closing at once would reset the connection, and the requester, still sending,
 * would never see the answer (RFC 9112 §9.6).
 */
export const letBy = async (stream: Readable): Promise<void> => {
  if (stream.readableEnded || stream.destroyed) return
  let bytes = 0
  try {
    for await (const part of receive(stream, LINGER)) {
      bytes += part.byteLength
      if (bytes > MOST_LINGERED) return
    }
  } catch {
    // Whoever breaks off or stalls now has no use for the answer.
  }
}
