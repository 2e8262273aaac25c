/**
 * The pixels of a bitmap, whose header has been read and found to be within the limits. One pass over the
 * rows; what a cut file lacks stays white and is told, and no run paints outside its row.
 */
import type { BitmapHeader, Channel } from './bitmap.ts'

/** Pixels for the native decoder to go on from: 8 bits a channel, interleaved, rows from the top. */
export interface Raster {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  /** RGB, or RGB and alpha. */
  readonly channels: 3 | 4
  /** Rows that the file did not hold. */
  readonly missing: number
}

/** Bytes of a row: rows begin at multiples of four. */
export const rowBytes = (width: number, bits: number): number => Math.ceil((width * bits) / 32) * 4

/** Values of a channel on the scale of a byte; wider ones are cut down to eight bits first. */
const scaleOf = ({ max }: Channel): { readonly drop: number; readonly table: Uint8Array } => {
  const drop = Math.max(0, 32 - Math.clz32(max) - 8)
  const most = max >>> drop
  return { drop, table: Uint8Array.from({ length: most + 1 }, (_, value) => (most === 0 ? 0 : Math.round((value * 255) / most))) }
}

/** Indices of the runs, of 4 or 8 bits, painted from the bottom. Those never painted stay 0. */
const unfold = (bytes: Uint8Array, { start, width, height, bits }: BitmapHeader): { indices: Uint8Array; rows: number } => {
  const indices = new Uint8Array(width * height)
  let at = start
  let x = 0
  let y = 0
  const put = (index: number): void => {
    if (x < width) indices[(height - 1 - y) * width + x++] = index
  }
  while (y < height && at + 1 < bytes.length) {
    const count = bytes[at] as number
    const value = bytes[at + 1] as number
    at += 2
    if (count > 0) {
      for (let i = 0; i < count && x < width; i++) put(bits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15)
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) {
      y = height
    } else if (value === 2) {
      x = Math.min(width, x + (bytes[at] ?? 0))
      y += bytes[at + 1] ?? 0
      at += 2
    } else {
      const length = bits === 8 ? value : Math.ceil(value / 2)
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (bits === 8 ? i : i >> 1)]
        if (byte === undefined) break
        put(bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15)
      }
      at += length + (length % 2)
    }
  }
  return { indices, rows: Math.min(height, y === height ? height : y + (x > 0 ? 1 : 0)) }
}

/** @param header of these bytes, with as many pixels as the caller has room for: 3 or 4 bytes each */
export const paintBitmap = (bytes: Uint8Array, header: BitmapHeader): Raster => {
  const { width, height, bits, palette, start, topDown } = header
  const [red, green, blue, alpha] = header.channels
  const wide = bits === 16 || bits === 32
  const channels = wide && alpha.mask !== 0 ? 4 : 3
  const data = new Uint8Array(width * height * channels).fill(255)
  const colour = (index: number, to: number): void => {
    // An index beyond the palette is black, as elsewhere.
    const from = index * 3
    data[to] = palette[from] ?? 0
    data[to + 1] = palette[from + 1] ?? 0
    data[to + 2] = palette[from + 2] ?? 0
  }
  if (header.runs) {
    const { indices, rows } = unfold(bytes, header)
    for (let i = (height - rows) * width; i < indices.length; i++) colour(indices[i] as number, i * 3)
    return { data, width, height, channels, missing: height - rows }
  }

  const stride = rowBytes(width, bits)
  // The last row may lack its filling.
  const rows = Math.min(height, Math.floor((bytes.length - start + stride - Math.ceil((width * bits) / 8)) / stride))
  const scales = header.channels.map(scaleOf) as [ReturnType<typeof scaleOf>, ReturnType<typeof scaleOf>, ReturnType<typeof scaleOf>, ReturnType<typeof scaleOf>]
  const level = (pixel: number, { mask, shift }: Channel, { drop, table }: ReturnType<typeof scaleOf>): number =>
    table[((pixel & mask) >>> shift) >>> drop] as number
  const [r, g, b, a] = scales
  let seen = 0
  for (let row = 0; row < rows; row++) {
    let from = start + row * stride
    let to = (topDown ? row : height - 1 - row) * width * channels
    if (bits <= 8) {
      const mask = 2 ** bits - 1
      for (let x = 0; x < width; x++, to += 3) {
        const bit = x * bits
        colour(((bytes[from + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & mask, to)
      }
    } else if (bits === 24) {
      for (let x = 0; x < width; x++, from += 3, to += 3) {
        data[to] = bytes[from + 2] as number
        data[to + 1] = bytes[from + 1] as number
        data[to + 2] = bytes[from] as number
      }
    } else {
      for (let x = 0; x < width; x++, to += channels) {
        let pixel = (bytes[from] as number) | ((bytes[from + 1] as number) << 8)
        if (bits === 32) pixel |= ((bytes[from + 2] as number) << 16) | ((bytes[from + 3] as number) << 24)
        from += bits >> 3
        data[to] = level(pixel, red, r)
        data[to + 1] = level(pixel, green, g)
        data[to + 2] = level(pixel, blue, b)
        if (channels === 4) seen |= data[to + 3] = level(pixel, alpha, a)
      }
    }
  }
  // Writers that know no alpha leave it zero: nobody draws a picture that cannot be seen.
  if (channels === 4 && seen === 0) for (let i = 3; i < data.length; i += 4) data[i] = 255
  return { data, width, height, channels, missing: height - Math.max(0, rows) }
}
