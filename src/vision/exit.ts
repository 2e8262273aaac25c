/**
 * How much the death of a process says about the picture it had before it. A decoder that crashes
 * accuses the picture; a signal from outside (the memory killer, an operator) hardly does.
 */
export interface Exit {
  readonly signal: string | null
  readonly code: number | null
  /** Killed by its pool because it no longer answered. */
  readonly stalled?: boolean
  /** The last it wrote to its standard error, where its starter listened. */
  readonly words?: string
}

/** Blame at which a picture is not tried again. Two crashes, or eight kills from outside. */
export const CONDEMNED_AT = 2

const FROM_OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'])

/** Only for a picture that was alone with the process. */
export const blameOf = (exit: Exit): number => {
  if (exit.stalled) return 1
  const fromOutside = exit.signal === null ? exit.code === 0 : FROM_OUTSIDE.has(exit.signal)
  return fromOutside ? 0.25 : 1
}

export const describeExit = (exit: Exit): string =>
  exit.stalled ? 'it stopped answering'
  : exit.signal !== null ? `it was ended by ${exit.signal}`
  : `it exited with code ${exit.code ?? 'unknown'}`
