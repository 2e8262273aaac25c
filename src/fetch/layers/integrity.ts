/**
 * Is it, byte for byte, the picture that was asked for? A list of a data set states each picture's hash; a site
 * that has since put another picture in its place, or a placeholder, gives none of it.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Body } from '../../core/body.ts'
import { GannetError } from '../../core/errors.ts'
import { discardBody } from '../body-sink.ts'
import type { Layer, Refused } from '../visit-layer.ts'

/** By the digits of the hash. */
const ALGORITHMS: ReadonlyMap<number, string> = new Map([[32, 'md5'], [40, 'sha1'], [64, 'sha256']])

const hashOf = async (algorithm: string, body: Body): Promise<string> => {
  const hash = createHash(algorithm)
  if (body.kind === 'inline') return hash.update(body.bytes).digest('hex')
  if (algorithm === 'sha256' && body.sha256 !== undefined) return body.sha256
  try {
    await pipeline(createReadStream(body.path), hash)
  } catch (cause) {
    throw new GannetError('internal', `cannot read ${body.path}, which was just written`, { cause })
  }
  return hash.digest('hex')
}

/** Lies round all other layers: the body is judged once, whichever hop brought it and in how many parts. */
export const integrity: Layer = (next) => async (hop) => {
  const answer = await next(hop)
  const wanted = hop.trip.kind === 'robots' ? undefined : hop.trip.ask.hash
  if (!answer.ok || wanted === undefined) return answer
  const algorithm = ALGORITHMS.get(wanted.length)
  if (algorithm === undefined) {
    throw new GannetError('internal', `a hash of ${wanted.length} digits was asked for: it must be MD5, SHA-1 or SHA-256`)
  }
  const found = await hashOf(algorithm, answer.body)
  if (found === wanted) return answer
  await discardBody(answer.body)
  const { status, headers, latencyMs, address = null } = answer
  const detail = `its ${algorithm} is ${found}, not ${wanted}`
  return { ok: false, reason: 'hash-mismatch', detail, status, headers, latencyMs, address } satisfies Refused
}
