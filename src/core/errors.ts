/**
 * Every error gannet throws, in one table. A thrown error means that the program, not a picture,
 * is in trouble; what happens to pictures is a value with a reason code (reasons.ts).
 */
interface ErrorEntry {
  readonly status: number
  /** 1 failed, 2 usage, 3 a seed or request failed while others did not. */
  readonly exit: 1 | 2 | 3
  /** What a caller does about it. */
  readonly consequence: 'retry' | 'give-up' | 'stop'
}

export const ERRORS = {
  usage: { status: 400, exit: 2, consequence: 'stop' },
  'config-invalid': { status: 400, exit: 2, consequence: 'stop' },
  'recipe-invalid': { status: 400, exit: 2, consequence: 'stop' },
  'data-locked': { status: 423, exit: 1, consequence: 'stop' },
  'data-newer': { status: 409, exit: 1, consequence: 'stop' },
  'data-older': { status: 409, exit: 1, consequence: 'stop' },
  'data-missing': { status: 404, exit: 1, consequence: 'stop' },
  'data-unwritable': { status: 500, exit: 1, consequence: 'stop' },
  'data-corrupt': { status: 500, exit: 1, consequence: 'stop' },
  'disk-full': { status: 507, exit: 1, consequence: 'stop' },
  'not-found': { status: 404, exit: 1, consequence: 'give-up' },
  'pack-missing': { status: 424, exit: 1, consequence: 'stop' },
  'pack-damaged': { status: 424, exit: 1, consequence: 'stop' },
  'pack-unknown': { status: 400, exit: 2, consequence: 'stop' },
  'role-died': { status: 503, exit: 1, consequence: 'retry' },
  'worker-died': { status: 500, exit: 1, consequence: 'give-up' },
  'role-failing': { status: 503, exit: 1, consequence: 'stop' },
  'engine-missing': { status: 503, exit: 1, consequence: 'stop' },
  'engine-unfit': { status: 503, exit: 1, consequence: 'stop' },
  'engine-unreachable': { status: 503, exit: 1, consequence: 'retry' },
  'name-taken': { status: 409, exit: 1, consequence: 'stop' },
  'host-paused': { status: 503, exit: 1, consequence: 'retry' },
  drained: { status: 503, exit: 1, consequence: 'retry' },
  internal: { status: 500, exit: 1, consequence: 'stop' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

/** Survives two installed copies of gannet, where `instanceof` does not. */
const mark = Symbol.for('gannet.error')

export class GannetError extends Error {
  override readonly name = 'GannetError'
  readonly [mark] = true
  readonly code: ErrorCode

  /** @param message what happened and what to do next, for a person */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  static is(error: unknown, code?: ErrorCode): error is GannetError {
    return (
      typeof error === 'object' && error !== null && mark in error &&
      (code === undefined || (error as GannetError).code === code)
    )
  }
}

/** The errno of a failed system call, from anywhere in the chain of causes; SQLite's codes too. */
export const systemCode = (error: unknown): string | undefined => {
  for (let at = error; typeof at === 'object' && at !== null; at = (at as Error).cause) {
    const code = (at as { code?: unknown }).code
    if (typeof code === 'string' && !GannetError.is(at)) return code
  }
  return undefined
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'EFBIG'])

/** A full disk deserves its own words, whoever noticed it first. */
export const isDiskFull = (error: unknown): boolean =>
  GannetError.is(error, 'disk-full') || FULL.has(systemCode(error) ?? '')
