/**
 * Pictures drawn for tests: seeded, so that a failure can be met again, and
 * with enough detail at all scales to behave like photographs under resizing and hashing.
 */
import type { Rgb } from '../src/image/decode.ts'
import { sharp } from '../src/image/loaders.ts'

/** 32-bit xorshift: numbers from 0 to 1, the same for the same seed. */
export const seeded = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

/** Overlapping soft blobs and hard boxes in random colours. */
export const draw = (seed: number, width: number, height: number): Rgb => {
  const random = seeded(seed)
  const data = new Uint8Array(width * height * 3).fill(120)
  for (let n = 0; n < 24; n++) {
    const [x, y] = [random() * width, random() * height]
    const radius = (0.05 + 0.3 * random()) * Math.min(width, height)
    const hard = random() < 0.4
    const colour = [random() * 255, random() * 255, random() * 255]
    for (let py = Math.max(0, Math.floor(y - radius)); py < Math.min(height, y + radius); py++) {
      for (let px = Math.max(0, Math.floor(x - radius)); px < Math.min(width, x + radius); px++) {
        const far = Math.hypot(px - x, py - y) / radius
        const share = hard ? Number(far < 0.6) : Math.max(0, 1 - far)
        const at = (py * width + px) * 3
        for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] ?? 0) * (1 - share) + (colour[c] ?? 0) * share
      }
    }
  }
  for (let i = 0; i < data.length; i++) data[i] = Math.min(255, (data[i] ?? 0) + 6 * random())
  return { data, width, height }
}

/** The picture as sharp's input, to be encoded in any format. */
export const asSharp = ({ data, width, height }: Rgb) => sharp(data, { raw: { width, height, channels: 3 } })

/** Four coloured quarters: red, green over blue, white. A turned one shows by its corners. */
export const quarters = (width: number, height: number): Rgb => {
  const data = new Uint8Array(width * height * 3)
  const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? [], (y * width + x) * 3)
    }
  }
  return { data, width, height }
}
