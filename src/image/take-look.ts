/** All that is known of a picture before a model sees it, in one go: decode, hashes, looks, tile. */
import { createHash } from 'node:crypto'
import type { Sha256 } from '../core/ids.ts'
import { DECODE_LIMITS, decodeForLook, WORKING_SIDE, type DecodeLimits, type Rgb } from './decode.ts'
import type { Look, Unseen } from './look.ts'
import { looksOf } from './looks.ts'
import { lumaOf } from './luma.ts'
import { pdq } from './pdq.ts'
import { tileOf } from './tile.ts'

const luma = new Float32Array(WORKING_SIDE * WORKING_SIDE)

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
 * @throws GannetError `data-missing` when the path cannot be read; never for what a file contains
 */
export const takeLook = async (
  input: Uint8Array | string,
  limits: DecodeLimits = DECODE_LIMITS,
): Promise<Looked | Unseen> => {
  const decoded = await decodeForLook(input, limits)
  if (!decoded.ok) return decoded
  const { rgb, reduced, ...facts } = decoded
  const levels = lumaOf(rgb, luma)
  const { hex, quality } = pdq(levels, rgb.width, rgb.height)
  return {
    look: {
      ...facts,
      pixels: reduced ? null : pixelsOf(rgb),
      pdq: hex,
      pdqQuality: quality,
      tile: tileOf(rgb),
      looks: looksOf(levels, rgb.width, rgb.height),
    },
    rgb,
  }
}
