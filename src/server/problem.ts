/**
 * What a requester is told when it gets no other answer: `application/problem+json` (RFC 9457) with a code that programs
 * can rely on, and a sentence that says what to do. The codes here are mistakes of a requester, or of the moment; when the
 * program itself is in trouble, the code and status are those of core/errors.ts.
 */
import { STATUS_CODES } from 'node:http'
import { ERRORS, GannetError, isDiskFull } from '../core/errors.ts'

export const PROBLEMS = {
  'request-invalid': 400,
  'upload-broken': 400,
  'not-found': 404,
  'upload-timeout': 408,
  'key-in-use': 409,
  'body-too-large': 413,
  'media-type-unknown': 415,
  'key-reused': 422,
  'too-busy': 503,
} as const

export type ProblemCode = keyof typeof PROBLEMS

/** Ends the handling of a call; `message` is told to the requester. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly code: ProblemCode
  /** Seconds. */
  readonly retryAfter: number | null

  constructor(code: ProblemCode, message: string, retryAfter: number | null = null) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }
}

export interface ProblemAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly type: 'about:blank'; readonly title: string; readonly status: number; readonly detail: string; readonly code: string }
}

/** Seconds until a queue or store that is away is worth asking again. */
const RETRY_AFTER = 5

const answer = (status: number, code: string, detail: string, retryAfter: number | null): ProblemAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }) },
  // Without a type of its own a problem's title is the status's (RFC 9457 §4.2.1).
  body: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code },
})

/** Fastify's own errors, by status. */
const FRAMEWORK: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  404: ['not-found', 'there is nothing at this path'],
  413: ['body-too-large', 'the request is larger than is taken here'],
  415: ['media-type-unknown', 'send application/json, or application/x-ndjson for more than 10,000 URLs'],
  503: ['too-busy', 'the server is closing: try again, here or at another task server'],
}

export const problemOf = (error: unknown): ProblemAnswer => {
  if (error instanceof HttpProblem) return answer(PROBLEMS[error.code], error.code, error.message, error.retryAfter)
  if (isDiskFull(error)) return answer(ERRORS['disk-full'].status, 'disk-full', 'the disk is full: nothing was taken; try again later, or at another task server', 60)
  if (GannetError.is(error)) {
    const { status, consequence } = ERRORS[error.code]
    return answer(status, error.code, error.message, consequence === 'retry' ? RETRY_AFTER : null)
  }
  const { statusCode, message } = (error ?? {}) as { readonly statusCode?: unknown; readonly message?: string }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode !== 500) {
    const [code, detail] = FRAMEWORK[statusCode] ?? ['request-invalid', message ?? 'the request cannot be read']
    return answer(statusCode, code, detail, statusCode === 503 ? RETRY_AFTER : null)
  }
  return answer(ERRORS.internal.status, 'internal', 'something went wrong here; it was reported, and nothing was taken', null)
}
