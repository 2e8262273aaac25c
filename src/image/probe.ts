/** One file, told in one line of JSON: what `gannet probe` prints and the library's probeImage gives. */
import { GannetError } from '../core/errors.ts'
import type { Sha256 } from '../core/ids.ts'
import type { Reason } from '../core/reasons.ts'
import { DECODE_LIMITS, type DecodeLimits } from './decode.ts'
import type { Credits, Looks } from './look.ts'
import { takeLook } from './take-look.ts'

export interface Probe {
  /** The path as given; null for bytes. */
  readonly file: string | null
  readonly ok: boolean
  readonly format: string | null
  /** In pixels, after orientation. */
  readonly width: number | null
  readonly height: number | null
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number | null
  readonly pages: number | null
  readonly bytes: number | null
  readonly sha256: Sha256 | null
  readonly pdq: string | null
  readonly pdqQuality: number | null
  readonly looks: Looks | null
  /** What the file says of its maker, licence and time; null where it says nothing. */
  readonly credits: Credits | null
  /** Null when ok. */
  readonly reason: Reason | null
  /** What is wrong with the file, in words: why it is not ok, or what was decoded round. */
  readonly detail: string | null
}

const NOTHING = {
  ok: false,
  format: null,
  width: null,
  height: null,
  orientation: null,
  pages: null,
  bytes: null,
  sha256: null,
  pdq: null,
  pdqQuality: null,
  looks: null,
  credits: null,
} as const

/** Never rejects for a file, even one that is not there: that is not an image. */
export const probe = async (input: Uint8Array | string, limits: DecodeLimits = DECODE_LIMITS): Promise<Probe> => {
  const file = typeof input === 'string' ? input : null
  try {
    const seen = await takeLook(input, limits)
    if (!('look' in seen)) {
      const { bytes, sha256, reason, detail } = seen
      return { ...NOTHING, file, bytes, sha256, reason, detail }
    }
    const { format, width, height, orientation, pages, bytes, sha256, pdq, pdqQuality, looks, credits, warning } = seen.look
    return {
      file, ok: true, format, width, height, orientation, pages, bytes, sha256, pdq, pdqQuality, looks, credits,
      reason: null,
      detail: warning,
    }
  } catch (error) {
    if (!GannetError.is(error, 'data-missing')) throw error
    return { ...NOTHING, file, reason: 'not-an-image', detail: error.message }
  }
}
