/** A member of a fleet, asked over HTTP. */
import { ERRORS, GannetError, type ErrorCode } from '../core/errors.ts'

/** A GET, or with a body a POST. @throws engine-unreachable; what the member answers instead */
export type AskMember = <Answer>(path: string, body?: object) => Promise<Answer>

const ANSWER_MS = 15_000

interface Problem {
  readonly code: string
  readonly detail: string
}

/** Of a member's `application/problem+json`. */
const errorOf = ({ code, detail }: Problem, at: string): GannetError =>
  code in ERRORS ? new GannetError(code as ErrorCode, detail)
  : new GannetError('usage', code === 'not-found' ? `${at} is no member of a fleet, or of an older gannet` : detail)

/** @param at its URL. @throws usage */
export const askMember = (at: string): AskMember => {
  if (!URL.canParse(at) || !/^https?:$/.test(new URL(at).protocol)) throw new GannetError('usage', `--at ${at}: write it as http://HOST:PORT`)
  return async <Answer>(path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(new URL(path, at), {
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch((cause: unknown) => {
      throw new GannetError(
        'engine-unreachable', `no member of a fleet answers at ${at}: name one with --at, or the fleet's Redis with --redis (or GANNET_REDIS)`, { cause },
      )
    })
    const found: unknown = await answer.json().catch(() => null)
    if (answer.ok && found !== null) return found as Answer
    const { code, detail } = (found ?? {}) as Partial<Problem>
    throw errorOf({ code: code ?? 'not-found', detail: detail ?? '' }, at)
  }
}
