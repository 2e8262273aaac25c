/**
 * The luminance of the working picture, computed once for the perceptual hash and the looks.
 * Weights of ITU-R BT.601, as the PDQ paper uses them.
 */
import type { Rgb } from './decode.ts'
import { at, floatsAt, kernels, putRgb } from './stage.ts'

/** @returns one value a pixel, 0 to 255, rows from the top */
export const lumaOf = (rgb: Rgb): Float32Array => {
  const count = rgb.width * rgb.height
  putRgb(rgb)
  kernels.luma(at.rgb, count, at.luma)
  return floatsAt(at.luma, count).slice()
}
