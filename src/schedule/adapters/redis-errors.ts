/** What a Redis server's refusals mean, in gannet's words. */
import { GannetError } from '../../core/errors.ts'

/** Replies by which a server says that it is there but cannot serve yet. */
const PASSING = /^(LOADING|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|BUSY) /
/** Replies by which it says that it has no room to keep a write. */
const FULL = /^(OOM|MISCONF) /
const READ_ONLY = /^READONLY /
const SECRET = /^(NOAUTH|WRONGPASS|NOPERM) /
const NO_DATABASE = /DB index is out of range|SELECT is not allowed/
/** What the client says of answers in another language than Redis'. */
const NO_REDIS = /RESP type/

/** The client's name for a call that met a lost connection too often; its words are about its own options. */
const LOST = 'MaxRetriesPerRequestError'

export const noRedis = (where: string, cause?: Error): GannetError =>
  new GannetError('engine-unfit', `what answers at ${where} is no Redis: is the address right?`, { cause })

/** @param where the server's host and port, without the password that its URL may hold */
export const explainRedis = (error: unknown, where: string): unknown => {
  if (!(error instanceof Error) || GannetError.is(error)) return error
  const options = { cause: error }
  // Inside a script the code is part of the sentence.
  const said = /\b(?:OOM|MISCONF|READONLY)\b.*/.exec(error.message)?.[0] ?? error.message
  if (FULL.test(said)) return new GannetError('disk-full', `Redis at ${where} has no room left: give it more memory or disk, then resume`, options)
  if (READ_ONLY.test(said)) {
    return new GannetError('engine-unfit', `Redis at ${where} is a replica that takes no writes: name its primary with --redis`, options)
  }
  if (SECRET.test(error.message)) {
    return new GannetError('engine-unfit', `Redis at ${where} wants another password or user: write them into --redis as redis://USER:PASSWORD@HOST`, options)
  }
  if (NO_DATABASE.test(error.message)) {
    return new GannetError('engine-unfit', `Redis at ${where} has no database of the number that --redis ends with: leave it off, or name one that it has`, options)
  }
  if (NO_REDIS.test(error.message)) return noRedis(where, error)
  if (error.name === 'ReplyError' && !PASSING.test(error.message)) return error
  return new GannetError('engine-unreachable', `Redis at ${where} does not answer (${error.name === LOST ? 'the connection is lost' : error.message}): is it running, and is the address right?`, options)
}
