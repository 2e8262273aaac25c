/**
 * The luminance of the working picture, computed once for the perceptual hash and the looks.
 * Weights of ITU-R BT.601, as the PDQ paper uses them.
 */
import type { Rgb } from './decode.ts'

/**
 * @returns one value a pixel, 0 to 255, rows from the top; written to `into` when it is long enough,
 * so that a vision process can use one buffer for all its pictures
 */
export const lumaOf = ({ data, width, height }: Rgb, into?: Float32Array): Float32Array => {
  const count = width * height
  const luma = into !== undefined && into.length >= count ? into : new Float32Array(count)
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    luma[i] = 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number)
  }
  return luma
}
