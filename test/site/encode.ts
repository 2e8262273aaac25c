/**
 * Sizes are part of the plan: what a crawler saves by looking at thumbnails first can only be told on files as
 * heavy as real ones. The quality is turned until the file fits; what quality cannot add, metadata does.
 */
import sharp, { type Sharp } from 'sharp'
import type { Pixels } from './canvas.ts'
import { randomOf } from './random.ts'

export interface SizeRange {
  readonly minBytes: number
  readonly maxBytes: number
}

export const sharpOf = (pixels: Pixels): Sharp =>
  sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })

export const pixelsOf = (raw: Buffer, width: number, height: number): Pixels => ({
  data: new Uint8ClampedArray(raw.buffer, raw.byteOffset, raw.length),
  width,
  height,
})

/** Comment segments hold at most 65,533 bytes each (ITU T.81, B.2.4.5); they go right behind SOI. */
export const padJpeg = (jpeg: Uint8Array, extra: number, key: string | number = 'padding'): Uint8Array => {
  const random = randomOf(key)
  const parts: Uint8Array[] = [jpeg.subarray(0, 2)]
  for (let left = extra; left > 0; ) {
    const size = Math.max(8, Math.min(65_000, left))
    const segment = new Uint8Array(size)
    for (let i = 4; i < size; i++) segment[i] = 33 + ((random() * 90) | 0)
    segment.set([0xff, 0xfe, ((size - 2) >> 8) & 255, (size - 2) & 255])
    parts.push(segment)
    left -= size
  }
  parts.push(jpeg.subarray(2))
  return Buffer.concat(parts)
}

/** Above this, quality costs bytes and shows nothing. */
const TOP_QUALITY = 97
const LEAST_QUALITY = 30

/**
 * A JPEG of `minBytes` to `maxBytes`. What is too small at quality 97 (flat and blurred pictures) is padded, to
 * a size that lies anywhere in the lower two thirds of the range; what is too large at quality 30 stays so.
 */
export const encodeToSize = async (pixels: Pixels, range: SizeRange, firstQuality = 84): Promise<Uint8Array> => {
  let low = LEAST_QUALITY
  let high = TOP_QUALITY
  let quality = firstQuality
  let small: Uint8Array | null = null
  let bytes: Uint8Array
  do {
    bytes = await sharpOf(pixels).jpeg({ quality }).toBuffer()
    if (bytes.length < range.minBytes) {
      small = bytes
      low = quality + 1
      // Far below, no quality will do.
      if (bytes.length * 4 < range.minBytes) break
    } else if (bytes.length > range.maxBytes) high = quality - 1
    else return bytes
    quality = Math.round((low + high) / 2)
  } while (low <= high)
  if (small === null) return bytes
  const key = small.length
  const goal = range.minBytes + randomOf(key)() * (range.maxBytes - range.minBytes) * 0.66
  return padJpeg(small, Math.round(goal) - small.length + 8, key)
}
