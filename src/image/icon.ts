/**
 * Icons and cursors of Windows (ICO, CUR): a folder of one picture at several sizes, each a PNG or a bitmap
 * with a mask. The largest that can be read stands for all.
 */
import { readBitmapHeader, type BitmapHeader } from './bitmap.ts'
import { paintBitmap, rowBytes, type Raster } from './paint-bitmap.ts'

/** What the folder says of one of its pictures, and where it lies. */
interface Entry {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly bytes: Uint8Array
}

export type IconFace =
  | { readonly kind: 'png'; readonly bytes: Uint8Array }
  | { readonly kind: 'bitmap'; readonly bytes: Uint8Array; readonly header: BitmapHeader }

export interface Icon {
  readonly format: 'ico' | 'cur'
  /** Pictures in the folder. */
  readonly pages: number
  readonly face: IconFace
}

const FOLDER = 6
const ENTRY = 16
/** Real icons have a dozen. */
const MAX_ENTRIES = 256

const isPng = (bytes: Uint8Array): boolean =>
  bytes.length >= 24 && bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Told from what else begins with zeros (a film's start code) by the first entry. */
export const isIcon = (bytes: Uint8Array): boolean => {
  if (bytes.length < FOLDER + ENTRY || bytes[0] !== 0 || bytes[1] !== 0 || (bytes[2] !== 1 && bytes[2] !== 2) || bytes[3] !== 0) return false
  const view = viewOf(bytes)
  const count = view.getUint16(4, true)
  const offset = view.getUint32(FOLDER + 12, true)
  return count > 0 && bytes[FOLDER + 3] === 0 && view.getUint32(FOLDER + 8, true) > 0 && offset >= FOLDER + ENTRY
}

const entriesOf = (bytes: Uint8Array): Entry[] => {
  const view = viewOf(bytes)
  const count = Math.min(view.getUint16(4, true), MAX_ENTRIES, Math.floor((bytes.length - FOLDER) / ENTRY))
  return Array.from({ length: count }, (_, i) => {
    const at = FOLDER + i * ENTRY
    const offset = view.getUint32(at + 12, true)
    const own = bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + view.getUint32(at + 8, true), bytes.length))
    // The folder has one byte a side, and 0 for 256; a PNG says its own size.
    const sides = isPng(own) ? [viewOf(own).getUint32(16), viewOf(own).getUint32(20)] : [bytes[at] || 256, bytes[at + 1] || 256]
    return { width: sides[0] as number, height: sides[1] as number, bits: view.getUint16(at + 6, true), bytes: own }
  })
}

/** @returns what is wrong, in words, where no picture in it can be read */
export const readIcon = (bytes: Uint8Array): Icon | string => {
  const entries = entriesOf(bytes)
  let wrong = 'holds no picture'
  const largestFirst = entries.toSorted((a, b) => b.width * b.height - a.width * a.height || b.bits - a.bits)
  for (const { bytes: own } of largestFirst) {
    const icon = (face: IconFace): Icon => ({ format: bytes[2] === 1 ? 'ico' : 'cur', pages: entries.length, face })
    if (isPng(own)) return icon({ kind: 'png', bytes: own })
    const header = readBitmapHeader(own, true)
    if (typeof header !== 'string') return icon({ kind: 'bitmap', bytes: own, header })
    wrong = header
  }
  return wrong
}

/** With the mask behind the picture as its alpha, unless it has an alpha of its own. */
export const paintFace = (bytes: Uint8Array, header: BitmapHeader): Raster => {
  const raster = paintBitmap(bytes, header)
  const { width, height, data, channels, missing } = raster
  const stride = rowBytes(width, 1)
  const from = header.start + rowBytes(width, header.bits) * height
  if (header.runs || from + stride * height > bytes.length) return raster
  const opaque = channels === 3 || data.every((level, i) => i % 4 !== 3 || level === 255)
  if (!opaque) return raster
  const masked = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    const row = from + (header.topDown ? y : height - 1 - y) * stride
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x
      for (let c = 0; c < 3; c++) masked[pixel * 4 + c] = data[pixel * channels + c] as number
      const hidden = ((bytes[row + (x >> 3)] as number) >> (7 - (x & 7))) & 1
      masked[pixel * 4 + 3] = hidden === 1 ? 0 : 255
    }
  }
  return { data: masked, width, height, channels: 4, missing }
}
