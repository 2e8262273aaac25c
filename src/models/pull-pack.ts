/**
 * Brings a pack's weights to where they are looked for. The address is not trusted, the checksum is: what comes is kept
 * beside its place until it is whole and right, and then put there in one step. A download that breaks off, or from
 * which nothing comes any more, is carried on where it stands (RFC 9110 §14); what turns out to be another file is thrown
 * away and told of.
 */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { backOff, type BackOff } from '../core/back-off.ts'
import { GannetError, isDiskFull } from '../core/errors.ts'
import type { Manifest } from './pack.ts'
import { sha256OfFile } from './sha256-of-file.ts'

export interface PullOptions {
  /** Made where it is not there. */
  readonly modelsDir: string
  /** Of a hub in the manner of Hugging Face's; a mirror of it. Default https://huggingface.co. */
  readonly endpoint?: string
  /** Sent to the endpoint alone. */
  readonly token?: string
  /** Bytes that are here, of all. */
  readonly onProgress?: (bytes: number, of: number) => void
  readonly signal?: AbortSignal
  /** Silence after which a download is broken off and carried on, in milliseconds. Default 30 s. */
  readonly stallMs?: number
  /** Before it is asked again. Default from half a second to half a minute. */
  readonly backOff?: BackOff
}

export interface Pulled {
  readonly path: string
  /** Bytes that came over the wire; 0 where the file was here already. */
  readonly bytes: number
}

const HUB = 'https://huggingface.co'
const STALL_MS = 30_000
/** Tries in a row that bring no byte, after which it is given up. */
const TRIES = 5

export const sourceUrl = ({ id, from }: Manifest, endpoint = HUB): string => {
  if (from === undefined) throw new GannetError('pack-missing', `nobody knows where ${id} can be had from: put its file into the folder of models yourself`)
  if ('url' in from) return from.url
  return `${endpoint.replace(/\/+$/, '')}/${from.hub}/resolve/${from.revision}/${from.path}`
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size

/** What asking again does not mend. */
class Final extends Error {}

/** First byte of a partial answer; null for any other. */
const startOf = (headers: Headers): number | null => {
  const [, start] = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '') ?? []
  return start === undefined ? null : Number(start)
}

/** One request, from where the part ends. @returns bytes that came */
const carryOn = async (manifest: Manifest, part: string, options: PullOptions): Promise<number> => {
  const { endpoint, token, onProgress, signal, stallMs = STALL_MS } = options
  const url = sourceUrl(manifest, endpoint)
  let here = await sizeOf(part)
  if (here > manifest.bytes) here = 0
  if (here === manifest.bytes) return 0
  const quiet = new AbortController()
  const stop = (): void => quiet.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  let timer: NodeJS.Timeout | undefined
  const heard = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => quiet.abort(new Error(`nothing came for ${Math.round(stallMs / 1000)} s`)), stallMs)
  }
  heard()
  let came = 0
  try {
    const mayTell = token !== undefined && manifest.from !== undefined && 'hub' in manifest.from
    const answer = await fetch(url, {
      signal: quiet.signal,
      // A body in another coding has other bytes at the same place.
      headers: { 'accept-encoding': 'identity', ...(here > 0 ? { range: `bytes=${here}-` } : {}), ...(mayTell ? { authorization: `Bearer ${token}` } : {}) },
    })
    if (answer.status === 416) {
      await rm(part, { force: true })
      throw new Error('the hub has less of it than is here')
    }
    if (!answer.ok || answer.body === null) {
      const mends = answer.status === 408 || answer.status === 429 || answer.status >= 500
      const why = answer.status === 401 || answer.status === 403 ? `${url} is not for everybody (${answer.status}): accept its terms there and set HF_TOKEN` : `${url} answers ${answer.status}`
      throw mends ? new Error(why) : new Final(why)
    }
    const start = answer.status === 206 ? startOf(answer.headers) : 0
    if (start !== 0 && start !== here) throw new Final(`${url} answers with another part than was asked for`)
    const file = await open(part, start === 0 ? 'w' : 'a')
    try {
      let at = start
      for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
        heard()
        at += bytes.byteLength
        if (at > manifest.bytes) throw new Final(`${url} has more than ${manifest.bytes} bytes: it is another file than ${manifest.id}`)
        came += bytes.byteLength
        // Unlike `write`, it writes all of them.
        await file.writeFile(bytes)
        onProgress?.(at, manifest.bytes)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    return came
  } catch (error) {
    // What came before it broke off was worth asking for.
    if (came > 0 && !(error instanceof Final) && !signal?.aborted && !isDiskFull(error)) return came
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error & { readonly cause?: unknown }
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/**
 * @throws pack-missing where it cannot be had; pack-damaged where something else comes; disk-full; the signal's reason. What
 *   has come so far is kept for the next time
 */
export const pullPack = async (manifest: Manifest, options: PullOptions): Promise<Pulled> => {
  const { modelsDir, signal, backOff: pace = { baseMs: 500, maxMs: 30_000 } } = options
  const path = join(modelsDir, manifest.file)
  const part = `${path}.part`
  const isRight = async (file: string): Promise<boolean> => (await sizeOf(file)) === manifest.bytes && (await sha256OfFile(file)) === manifest.sha256
  if (await isRight(path)) return { path, bytes: 0 }
  sourceUrl(manifest, options.endpoint)
  await mkdir(modelsDir, { recursive: true })
  let bytes = 0
  for (let vain = 0; (await sizeOf(part)) !== manifest.bytes; ) {
    signal?.throwIfAborted()
    let why = 'nothing comes'
    try {
      const came = await carryOn(manifest, part, options)
      bytes += came
      if (came > 0) {
        vain = 0
        continue
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (isDiskFull(error)) throw new GannetError('disk-full', `no room in ${modelsDir} for the ${manifest.bytes} bytes of ${manifest.id}: make some, then pull again`, { cause: error })
      if (error instanceof Final) {
        await rm(part, { force: true })
        throw new GannetError('pack-missing', `${manifest.id} cannot be had: ${error.message}`, { cause: error })
      }
      why = reasonOf(error)
    }
    if (++vain >= TRIES) throw new GannetError('pack-missing', `${manifest.id} cannot be had now: ${why}; pull again later, and it goes on where it stands`)
    await new Promise((resolve) => setTimeout(resolve, backOff(pace, vain, Math.random)))
  }
  if (!(await isRight(part))) {
    const found = await sha256OfFile(part)
    await rm(part, { force: true })
    throw new GannetError('pack-damaged', `what came for ${manifest.id} is another file: SHA-256 ${found}, not ${manifest.sha256}; it was thrown away`)
  }
  await rename(part, path)
  return { path, bytes }
}
