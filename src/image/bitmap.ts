/**
 * Windows and OS/2 bitmaps, which the native decoder does not open: their header here, and which of their
 * forms can be read. A bitmap inside an icon has no file header, says twice its height, and bears a mask.
 * Written from Microsoft's description of BITMAPINFOHEADER, its V4 and V5, and of BITMAPCOREHEADER.
 */
export interface Channel {
  /** Zero where the pixel has no such channel. */
  readonly mask: number
  /** Bits below the mask. */
  readonly shift: number
  /** Largest value. */
  readonly max: number
}

export interface BitmapHeader {
  readonly width: number
  readonly height: number
  /** Rows from the top; they usually come from the bottom. */
  readonly topDown: boolean
  readonly bits: 1 | 2 | 4 | 8 | 16 | 24 | 32
  /** Run lengths instead of rows. */
  readonly runs: boolean
  /** Three bytes a colour (red, green, blue), at most 256 of them; empty above 8 bits a pixel. */
  readonly palette: Uint8Array
  /** Red, green, blue, alpha of pixels of 16 and 32 bits. */
  readonly channels: readonly [Channel, Channel, Channel, Channel]
  /** Where the rows begin, from the start of the bytes. */
  readonly start: number
}

export const FILE_HEADER = 14
const CORE = 12
const INFO = 40
const OS2 = 64
/** Sizes that name the form of a header, the V4 and V5 included. */
const FORMS = new Set([CORE, INFO, 52, 56, OS2, 108, 124])
const COMPRESSION = { none: 0, runs8: 1, runs4: 2, fields: 3, jpeg: 4, png: 5, alphaFields: 6 } as const
const DEPTHS = new Set([1, 2, 4, 8, 16, 24, 32])
/** What fits in a picture's side elsewhere as well; the product is held to the limit of pixels. */
const MAX_SIDE = 1_000_000

const channelOf = (mask: number): Channel => {
  const unsigned = mask >>> 0
  if (unsigned === 0) return { mask: 0, shift: 0, max: 0 }
  const shift = 31 - Math.clz32(unsigned & -unsigned)
  return { mask: unsigned, shift, max: unsigned >>> shift }
}
const channels = (...masks: readonly [number, number, number, number]): BitmapHeader['channels'] => {
  const [red, green, blue, alpha] = masks
  return [channelOf(red), channelOf(green), channelOf(blue), channelOf(alpha)]
}

/** Whether bytes that begin with `BM` go on as a bitmap does, and not as a text may. */
export const isBitmap = (bytes: Uint8Array): boolean =>
  bytes.length >= 26 && bytes[0] === 0x42 && bytes[1] === 0x4d &&
  FORMS.has(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(FILE_HEADER, true))

/**
 * @param bytes a whole file, or with `inIcon` one icon's bytes
 * @returns what is wrong, in words, where it cannot be read
 */
export const readBitmapHeader = (bytes: Uint8Array, inIcon = false): BitmapHeader | string => {
  const at = inIcon ? 0 : FILE_HEADER
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < at + CORE) return 'ends within its header'
  const size = view.getUint32(at, true)
  if (!FORMS.has(size)) return `has a header of ${size} bytes, which no known form has`
  if (bytes.length < at + size) return 'ends within its header'
  const core = size === CORE
  const width = core ? view.getUint16(at + 4, true) : view.getInt32(at + 4, true)
  const stated = core ? view.getUint16(at + 6, true) : view.getInt32(at + 8, true)
  const bits = view.getUint16(at + (core ? 10 : 14), true)
  const compression = core ? COMPRESSION.none : view.getUint32(at + 16, true)
  const used = core ? 0 : view.getUint32(at + 32, true)
  const height = inIcon ? Math.floor(Math.abs(stated) / 2) : Math.abs(stated)
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) return `says it is ${width} × ${height} pixels`
  if (!DEPTHS.has(bits)) return `has ${bits} bits a pixel`

  const fields = (compression === COMPRESSION.fields && size !== OS2) || compression === COMPRESSION.alphaFields
  const runs = (compression === COMPRESSION.runs8 && bits === 8) || (compression === COMPRESSION.runs4 && bits === 4)
  if (!runs && compression !== COMPRESSION.none && !(fields && (bits === 16 || bits === 32))) {
    const known = compression === COMPRESSION.jpeg ? 'JPEG' : compression === COMPRESSION.png ? 'PNG' : null
    return known ? `holds a ${known}, as for printers` : `is compressed in a way (${compression}, ${bits} bits) that is not read`
  }

  let masked = channels(0x7c00, 0x3e0, 0x1f, 0)
  if (bits === 32) masked = channels(0xff0000, 0xff00, 0xff, inIcon ? 0xff000000 : 0)
  let behind = at + size
  if (fields) {
    // Later headers hold the masks themselves; the first has them behind it.
    const count = compression === COMPRESSION.alphaFields || size >= 56 ? 4 : 3
    if (size === INFO) behind += count * 4
    if (bytes.length < at + INFO + count * 4) return 'ends within its header'
    const mask = (index: number): number => (index < count ? view.getUint32(at + INFO + index * 4, true) : 0)
    masked = channels(mask(0), mask(1), mask(2), mask(3))
  }

  const entry = core ? 3 : 4
  const most = bits <= 8 ? 2 ** bits : 0
  // Where rows begin is written down; in an icon they follow the palette.
  const start = inIcon ? behind + (used || most) * entry : view.getUint32(10, true)
  const room = Math.max(0, Math.min(bytes.length, start) - behind)
  const count = Math.min(most, used === 0 ? most : used, Math.floor(room / entry))
  const palette = new Uint8Array(count * 3)
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = bytes[behind + i * entry + 2 - c] as number
  }
  if (bits <= 8 && count === 0) return 'has no palette'
  if (start < behind || start >= bytes.length) return 'ends before its first pixel'
  return {
    width, height, topDown: stated < 0 && !runs, bits: bits as BitmapHeader['bits'], runs, palette, channels: masked, start,
  }
}
