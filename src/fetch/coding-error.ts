/** How a content coding went wrong; travels as the error of a stream and ends as a reason code, never as a throw. */
import { systemCode } from '../core/errors.ts'
import type { Objection } from './visit-layer.ts'

/** `cut`: ends too soon; `large`: swells past a limit; `broken`: anything else. */
export type CodingFault = 'cut' | 'large' | 'broken'

export class CodingError extends Error {
  override readonly name = 'CodingError'
  readonly fault: CodingFault

  constructor(fault: CodingFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** @param error of a decoder, ours or zlib's */
export const whyUndecoded = (error: Error): Objection => {
  const fault: CodingFault = error instanceof CodingError ? error.fault
    : systemCode(error) === 'Z_BUF_ERROR' || systemCode(error) === 'ERR_STREAM_PREMATURE_CLOSE' ? 'cut'
    : 'broken'
  const detail = `its encoding is broken (${error.message})`
  switch (fault) {
    case 'cut': return { reason: 'truncated', detail }
    case 'large': return { reason: 'too-large', detail: `decoded, it is too large (${error.message})` }
    case 'broken': return { reason: 'undecodable', detail }
    default: return fault satisfies never
  }
}
