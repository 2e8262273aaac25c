/** Bitmaps and icons written for tests, in every form that their readers must know. */
import type { Rgb } from '../src/image/decode.ts'

export interface BitmapForm {
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32
  /** Bytes of the header; 12 is OS/2's. Default 40. */
  readonly form?: 12 | 40 | 52 | 56 | 64 | 108 | 124
  readonly topDown?: boolean
  readonly runs?: boolean
  /** Red, green, blue, alpha. */
  readonly masks?: readonly [number, number, number, number]
}

/** Colours of the picture, at most `2 ** bits`, in the order they are met. */
const coloursOf = ({ data }: Rgb): number[] => {
  const met = new Set<number>()
  for (let i = 0; i < data.length; i += 3) met.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0))
  return [...met]
}

const scaled = (level: number, mask: number): number => {
  const unsigned = mask >>> 0
  if (unsigned === 0) return 0
  const shift = 31 - Math.clz32(unsigned & -unsigned)
  return (Math.round((level / 255) * (unsigned >>> shift)) << shift) >>> 0
}

const runsOf = (row: readonly number[], bits: number): number[] => {
  const out: number[] = []
  for (let x = 0; x < row.length;) {
    const value = row[x] as number
    let count = 1
    while (count < 255 && row[x + count] === value) count++
    // A literal stretch now and then, of an odd length.
    if (x === 0 && row.length > 5) {
      const five = row.slice(0, 5)
      const packed = bits === 8 ? five : [0, 2, 4].map((i) => ((five[i] ?? 0) << 4) | (five[i + 1] ?? 0))
      out.push(0, 5, ...packed, ...(packed.length % 2 ? [0] : []))
      x += 5
      continue
    }
    out.push(count, bits === 8 ? value : (value << 4) | value)
    x += count
  }
  return [...out, 0, 0]
}

/** Header and rows, without the file's header. @returns the bytes, and where the rows begin */
const bodyOf = (picture: Rgb, { bits, form = 40, topDown = false, runs = false, masks }: BitmapForm, inIcon = false) => {
  const { data, width, height } = picture
  const header = Buffer.alloc(form)
  header.writeUInt32LE(form, 0)
  if (form === 12) {
    header.writeUInt16LE(width, 4)
    header.writeUInt16LE(height, 6)
    header.writeUInt16LE(1, 8)
    header.writeUInt16LE(bits, 10)
  } else {
    header.writeInt32LE(width, 4)
    header.writeInt32LE((inIcon ? 2 : 1) * (topDown ? -height : height), 8)
    header.writeUInt16LE(1, 12)
    header.writeUInt16LE(bits, 14)
    header.writeUInt32LE(runs ? (bits === 8 ? 1 : 2) : masks ? 3 : 0, 16)
  }
  const written = masks ? (form >= 56 ? masks : masks.slice(0, 3)) : []
  const fields = Buffer.alloc(written.length * 4)
  written.forEach((mask, i) => fields.writeUInt32LE(mask >>> 0, i * 4))
  if (form > 40) fields.copy(header, 40)
  const colours = bits <= 8 ? coloursOf(picture) : []
  const entry = form === 12 ? 3 : 4
  const palette = Buffer.alloc(bits <= 8 ? 2 ** bits * entry : 0)
  colours.forEach((colour, i) => palette.set([colour & 255, (colour >> 8) & 255, colour >> 16], i * entry))
  const [red, green, blue, alpha] = masks ?? (bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0])
  const rows = Array.from({ length: height }, (_, y) => {
    const pixels = Array.from({ length: width }, (_, x) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)])
    const indices = () => pixels.map(([r = 0, g = 0, b = 0]) => colours.indexOf((r << 16) | (g << 8) | b))
    if (runs) return Buffer.from(runsOf(indices(), bits))
    const row = Buffer.alloc(Math.ceil((width * bits) / 32) * 4)
    if (bits <= 8) indices().forEach((index, x) => (row[(x * bits) >> 3] = (row[(x * bits) >> 3] ?? 0) | (index << (8 - bits - ((x * bits) & 7)))))
    else pixels.forEach(([r = 0, g = 0, b = 0], x) => {
      const pixel = (scaled(r, red) | scaled(g, green) | scaled(b, blue) | scaled(255, alpha)) >>> 0
      if (bits === 24) row.set([b, g, r], x * 3)
      else if (bits === 16) row.writeUInt16LE(pixel, x * 2)
      else row.writeUInt32LE(pixel, x * 4)
    })
    return row
  })
  const head = Buffer.concat([header, ...(form === 40 ? [fields] : []), palette])
  return { bytes: Buffer.concat([head, ...(topDown ? rows : rows.toReversed()), ...(runs ? [Buffer.from([0, 1])] : [])]), start: head.length }
}

export const bitmapOf = (picture: Rgb, form: BitmapForm): Buffer => {
  const { bytes, start } = bodyOf(picture, form)
  const header = Buffer.alloc(14)
  header.write('BM')
  header.writeUInt32LE(14 + bytes.length, 2)
  header.writeUInt32LE(14 + start, 10)
  return Buffer.concat([header, bytes])
}

/** One picture of an icon: a bitmap with a mask that hides where `hidden` says. */
export const faceOf = (picture: Rgb, form: BitmapForm, hidden: (x: number, y: number) => boolean = () => false): Buffer => {
  const { width, height } = picture
  const stride = Math.ceil(width / 32) * 4
  const mask = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (height - 1 - y) * stride + (x >> 3)
      if (hidden(x, y)) mask[at] = (mask[at] ?? 0) | (128 >> (x & 7))
    }
  }
  return Buffer.concat([bodyOf(picture, form, true).bytes, mask])
}

/** @param faces with the sides that the folder states; @param kind 1 for an icon, 2 for a cursor */
export const iconOf = (faces: readonly { readonly side: number; readonly bytes: Buffer }[], kind: 1 | 2 = 1): Buffer => {
  const folder = Buffer.alloc(6 + 16 * faces.length)
  folder.writeUInt16LE(kind, 2)
  folder.writeUInt16LE(faces.length, 4)
  let offset = folder.length
  faces.forEach(({ side, bytes }, i) => {
    folder[6 + i * 16] = side % 256
    folder[7 + i * 16] = side % 256
    folder.writeUInt32LE(bytes.length, 6 + i * 16 + 8)
    folder.writeUInt32LE(offset, 6 + i * 16 + 12)
    offset += bytes.length
  })
  return Buffer.concat([folder, ...faces.map(({ bytes }) => bytes)])
}
