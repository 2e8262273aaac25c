/** All that is known of a picture before a model sees it, in one go: decode, hashes, looks, tile. */
import { createHash } from 'node:crypto'
import type { Sha256 } from '../core/ids.ts'
import { DECODE_LIMITS, decodeForLook, type DecodeLimits, type KnownHash, type Rgb } from './decode.ts'
import type { Look, Panel, PanelPrint, Unseen } from './look.ts'
import { looksOnStage } from './looks.ts'
import { pdq, pdqOnStage } from './pdq.ts'
import { panelsOf } from './panels.ts'
import { sketchOnStage } from './sketch.ts'
import { at, floatsAt, kernels, putRgb } from './stage.ts'
import { surfaceOf } from './surface.ts'

/** The size belongs to the picture: the same bytes as 2 × 8 and 4 × 4 pixels are not the same. */
const pixelsOf = ({ data, width, height }: Rgb): Sha256 =>
  createHash('sha256').update(`${width} ${height} `).update(data).digest('hex') as Sha256

/** Cut out of the working picture, to whole pixels. */
const printOf = (panel: Panel, luma: Float32Array, width: number, height: number): PanelPrint => {
  const [left, top] = [Math.round(panel.x * width), Math.round(panel.y * height)]
  const [across, down] = [Math.round(panel.width * width), Math.round(panel.height * height)]
  const part = new Float32Array(across * down)
  for (let row = 0; row < down; row++) part.set(luma.subarray((top + row) * width + left, (top + row) * width + left + across), row * across)
  const { hex, quality } = pdq(part, across, down)
  return { ...panel, pdq: hex, pdqQuality: quality }
}

export interface Looked {
  readonly look: Look
  /** The working picture, for the models' tensors. */
  readonly rgb: Rgb
  /** See decodeForLook. */
  readonly fine: Rgb | null
}

/**
 * @param input the file's bytes, or its path
 * @param known @param wantsFine see decodeForLook
 * @throws GannetError `data-missing` when the path cannot be read; never for what a file contains
 */
export const takeLook = async (
  input: Uint8Array | string,
  limits: DecodeLimits = DECODE_LIMITS,
  known: KnownHash | null = null,
  wantsFine = false,
): Promise<Looked | Unseen> => {
  const decoded = await decodeForLook(input, limits, known, wantsFine)
  if (!decoded.ok) return decoded
  const { rgb, fine, reduced, ...facts } = decoded
  const { width, height } = rgb
  // From here on nothing waits, so the stage is this picture's until the end.
  putRgb(rgb)
  kernels.luma(at.rgb, width * height, at.luma)
  const { hex, quality } = pdqOnStage(width, height)
  const luma = floatsAt(at.luma, width * height).slice()
  return {
    look: {
      ...facts,
      pixels: reduced ? null : pixelsOf(rgb),
      pdq: hex,
      pdqQuality: quality,
      sketch: sketchOnStage(width, height),
      looks: looksOnStage(width, height),
      surface: surfaceOf(rgb),
      // Last: they take the stage for themselves.
      panels: panelsOf(luma, width, height).map((panel) => printOf(panel, luma, width, height)),
    },
    rgb,
    fine,
  }
}
