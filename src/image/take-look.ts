/** All that is known of a picture before a model sees it, in one go: decode, hashes, looks, tile. */
import { createHash } from 'node:crypto'
import type { Sha256 } from '../core/ids.ts'
import { DECODE_LIMITS, decodeForLook, type DecodeLimits, type KnownHash, type Rgb } from './decode.ts'
import type { Look, Unseen } from './look.ts'
import { looksOnStage } from './looks.ts'
import { pdqOnStage } from './pdq.ts'
import { at, kernels, putRgb } from './stage.ts'
import { tileOnStage } from './tile.ts'

/** The size belongs to the picture: the same bytes as 2 × 8 and 4 × 4 pixels are not the same. */
const pixelsOf = ({ data, width, height }: Rgb): Sha256 =>
  createHash('sha256').update(`${width} ${height} `).update(data).digest('hex') as Sha256

export interface Looked {
  readonly look: Look
  /** The working picture, for the models' tensors. */
  readonly rgb: Rgb
}

/**
 * @param input the file's bytes, or its path
 * @param known see decodeForLook
 * @throws GannetError `data-missing` when the path cannot be read; never for what a file contains
 */
export const takeLook = async (
  input: Uint8Array | string,
  limits: DecodeLimits = DECODE_LIMITS,
  known: KnownHash | null = null,
): Promise<Looked | Unseen> => {
  const decoded = await decodeForLook(input, limits, known)
  if (!decoded.ok) return decoded
  const { rgb, reduced, ...facts } = decoded
  const { width, height } = rgb
  // From here on nothing waits, so the stage is this picture's until the end.
  putRgb(rgb)
  kernels.luma(at.rgb, width * height, at.luma)
  const { hex, quality } = pdqOnStage(width, height)
  return {
    look: {
      ...facts,
      pixels: reduced ? null : pixelsOf(rgb),
      pdq: hex,
      pdqQuality: quality,
      tile: tileOnStage(width, height),
      looks: looksOnStage(width, height),
    },
    rgb,
  }
}
