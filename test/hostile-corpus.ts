/**
 * Files made to hurt whoever opens them, seeded, so that a failure can be met again: sizes that lie, little that
 * unfolds into much, structures without end, one thing that passes for another. None is any longer than it must be.
 */
import { deflateSync } from 'node:zlib'
import { sharp } from '../src/image/loaders.ts'
import { bitmapOf, faceOf, iconOf } from './drawn-bitmaps.ts'
import { asSharp, draw, quarters, seeded } from './drawn-pictures.ts'

export interface HostileFile {
  readonly name: string
  make(): Buffer | Promise<Buffer>
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1')
const noise = (seed: number, length: number): Buffer => {
  const random = seeded(seed)
  return Buffer.from(Array.from({ length }, () => random() * 256))
}

const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
const chunk = (name: string, body: Uint8Array): Buffer => {
  const named = Buffer.concat([text(name), body])
  return Buffer.concat([be32(body.length), named, be32(crc32(named))])
}
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** @param raw bytes of zeros that its data unfold into */
const png = (side: number, depth: number, colour: number, raw: number, interlaced = false): Buffer =>
  Buffer.concat([
    PNG, chunk('IHDR', Buffer.concat([be32(side), be32(side), Buffer.from([depth, colour, 0, 0, interlaced ? 1 : 0])])),
    chunk('IDAT', deflateSync(Buffer.alloc(raw), { level: 1 })), chunk('IEND', Buffer.alloc(0)),
  ])

const jpeg = (width = 60, height = 44, options: object = {}): Promise<Buffer> => asSharp(draw(3, width, height)).jpeg(options).toBuffer()
/** The size in the frame's header, whatever its kind. */
const resized = (bytes: Buffer, width: number, height: number): Buffer => {
  const out = Buffer.from(bytes)
  for (const kind of [0xc0, 0xc2]) {
    const frame = out.indexOf(Buffer.from([0xff, kind, 0, 17]))
    if (frame < 0) continue
    out.writeUInt16BE(height, frame + 5)
    out.writeUInt16BE(width, frame + 7)
  }
  return out
}
/** One scan of a progressive picture, written again and again: each asks for a pass over all of it. */
const manyScans = async (side: number, times: number): Promise<Buffer> => {
  const bytes = resized(await jpeg(64, 64, { progressive: true }), side, side)
  const start = bytes.lastIndexOf(Buffer.from([0xff, 0xda]))
  const scan = bytes.subarray(start, bytes.length - 2)
  return Buffer.concat([bytes.subarray(0, bytes.length - 2), ...Array<Buffer>(times).fill(scan), Buffer.from([0xff, 0xd9])])
}

const GIF_FRAME = [0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0]
const gif = (width: number, height: number, frames: number): Buffer => {
  const head = Buffer.concat([text('GIF89a'), Buffer.from([width & 255, width >> 8, height & 255, height >> 8, 0x80, 0, 0, 255, 0, 0, 0, 0, 255])])
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(Buffer.from(GIF_FRAME)), Buffer.from([0x3b])])
}

const tiff = (entries: readonly (readonly [tag: number, type: number, count: number, value: number])[], next = 0, tail = Buffer.alloc(64)): Buffer => {
  const body = Buffer.alloc(8 + 2 + entries.length * 12 + 4)
  body.write('II*\0', 'latin1')
  body.writeUInt32LE(8, 4)
  body.writeUInt16LE(entries.length, 8)
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12
    body.writeUInt16LE(tag, at)
    body.writeUInt16LE(type, at + 2)
    body.writeUInt32LE(count, at + 4)
    body.writeUInt32LE(value >>> 0, at + 8)
  })
  body.writeUInt32LE(next, body.length - 4)
  return Buffer.concat([body, tail])
}
const plain = (width: number, height: number, more: readonly (readonly [number, number, number, number])[]) =>
  ([[256, 4, 1, width], [257, 4, 1, height], [258, 3, 1, 8], [259, 3, 1, 1], [262, 3, 1, 1], [277, 3, 1, 1], ...more] as const).toSorted((a, b) => a[0] - b[0])

export const svg = (inside: string, size = 'width="60" height="60"'): Buffer =>
  text(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size}>${inside}</svg>`)
const nested = (levels: number, times: number): Buffer =>
  svg(`<defs><g id="g0"><rect width="9" height="9"/></g>${Array.from({ length: levels }, (_, i) =>
    `<g id="g${i + 1}">${`<use xlink:href="#g${i}" x="1"/>`.repeat(times)}</g>`).join('')}</defs><use xlink:href="#g${levels}"/>`)
const patterns = (levels: number): Buffer =>
  svg(`<defs><pattern id="p0" width="1" height="1" patternUnits="userSpaceOnUse"><rect width="1" height="1"/></pattern>${Array.from({ length: levels }, (_, i) =>
    `<pattern id="p${i + 1}" width="1" height="1" patternUnits="userSpaceOnUse"><rect width="60" height="60" fill="url(#p${i})"/></pattern>`).join('')}</defs>` +
    `<rect width="60" height="60" fill="url(#p${levels})"/>`)
const LAUGHS = [...'bcdefghij'].map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')

/** Runs that fill any picture with two bytes for 255 pixels. */
const runs = (side: number): Buffer => {
  const bytes = bitmapOf(quarters(8, 8), { bits: 8, runs: true })
  bytes.writeInt32LE(side, 18)
  bytes.writeInt32LE(side, 22)
  const row = Buffer.from([...Array.from({ length: Math.ceil(side / 255) }, () => [255, 1]).flat(), 0, 0])
  return Buffer.concat([bytes.subarray(0, bytes.readUInt32LE(10)), ...Array<Buffer>(side).fill(row)])
}

const isobmff = async (width: number, height: number): Promise<Buffer> => {
  const bytes = await asSharp(draw(3, 60, 44)).avif({ effort: 0 }).toBuffer()
  const at = bytes.indexOf('ispe')
  bytes.writeUInt32BE(width, at + 8)
  bytes.writeUInt32BE(height, at + 12)
  return bytes
}

const MAGICS: Readonly<Record<string, Buffer>> = {
  jpeg: Buffer.from([0xff, 0xd8, 0xff, 0xe0]), png: PNG, gif: text('GIF89a'), webp: text('RIFF\u0010\u0027\0\0WEBPVP8X'), tiff: text('II*\0'),
  'tiff-be': text('MM\0*'), avif: text('\0\0\0\u0018ftypavif\0\0\0\0avifmif1'), bmp: text('BM\0\0\0\0\0\0\0\0\u0036\0\0\0\u0028\0\0\0'),
  ico: text('\0\0\u0001\0\u0004\0\u0010\u0010\0\0\u0001\0\u0020\0\u0068\u0004\0\0\u0016\0\0\0'), svg: text('<svg '), cmyk: text('8BPS'),
}
const LIMIT = 9_990

export const HOSTILE_FILES: readonly HostileFile[] = [
  { name: 'zero', make: () => Buffer.alloc(0) },
  { name: 'one-byte', make: () => Buffer.from([0xff]) },
  { name: 'zeros', make: () => Buffer.alloc(70_000) },
  { name: 'noise', make: () => noise(1, 70_000) },
  ...Object.entries(MAGICS).flatMap(([name, magic], i) => [
    { name: `magic-only.${name}`, make: () => magic },
    { name: `magic-and-noise.${name}`, make: () => Buffer.concat([magic, noise(i + 2, 20_000)]) },
  ]),
  { name: 'bomb-50k.png', make: () => png(50_000, 1, 0, 1000) },
  { name: 'bomb-2g.png', make: () => png(2 ** 31 - 1, 16, 6, 1000) },
  { name: 'interlaced-within-limits.png', make: () => png(LIMIT, 8, 6, LIMIT * (LIMIT * 4 + 8), true) },
  { name: 'deep-within-limits.png', make: () => png(5_000, 16, 6, 5_000 * 40_001) },
  { name: 'profile-bomb.png', make: () => Buffer.concat([png(9, 8, 2, 300).subarray(0, 33), chunk('iCCP', Buffer.concat([text('a\0\0'), deflateSync(Buffer.alloc(60e6), { level: 1 })])), png(9, 8, 2, 300).subarray(33)]) },
  { name: 'words-bomb.png', make: () => Buffer.concat([png(9, 8, 2, 300).subarray(0, 33), ...Array<Buffer>(2000).fill(chunk('zTXt', Buffer.concat([text('Author\0\0'), deflateSync(Buffer.alloc(200_000, 65))]))), png(9, 8, 2, 300).subarray(33)]) },
  { name: 'huge-screen.gif', make: () => gif(65_535, 65_535, 1) },
  { name: 'screen-within-limits.gif', make: () => gif(LIMIT, LIMIT, 3) },
  { name: '30000-frames.gif', make: () => gif(200, 200, 30_000) },
  { name: '30000-large-frames.gif', make: () => gif(4_000, 4_000, 30_000) },
  { name: 'huge.jpg', make: async () => resized(await jpeg(), 65_500, 65_500) },
  { name: 'within-limits.jpg', make: async () => resized(await jpeg(), LIMIT, LIMIT) },
  { name: 'progressive-within-limits.jpg', make: async () => resized(await jpeg(64, 64, { progressive: true, chromaSubsampling: '4:4:4' }), LIMIT, LIMIT) },
  { name: 'many-scans.jpg', make: () => manyScans(5_000, 400) },
  { name: 'endless-scans.jpg', make: () => manyScans(LIMIT, 20_000) },
  { name: 'within-limits.webp', make: () => sharp({ create: { width: LIMIT, height: LIMIT, channels: 4, background: '#12345678' } }).webp({ lossless: true, effort: 0 }).toBuffer() },
  { name: 'lying.avif', make: () => isobmff(16_384, 16_384) },
  { name: 'lying-within-limits.avif', make: () => isobmff(LIMIT, LIMIT) },
  { name: 'itself.tif', make: () => tiff(plain(8, 8, [[273, 4, 1, 8], [279, 4, 1, 64]]), 8) },
  { name: 'lying-strips.tif', make: () => tiff(plain(9_000, 9_000, [[273, 4, 1, 4e9], [278, 4, 1, 9_000], [279, 4, 1, 4e9]])) },
  { name: 'lying-tiles.tif', make: () => tiff(plain(9_000, 9_000, [[322, 4, 1, 2 ** 31], [323, 4, 1, 2 ** 31], [324, 4, 1, 8], [325, 4, 1, 4e9]])) },
  { name: 'large-tile.tif', make: () => tiff(plain(100, 100, [[322, 4, 1, 30_000], [323, 4, 1, 30_000], [324, 4, 1, 8], [325, 4, 1, 9e8]])) },
  { name: 'many-values.tif', make: () => tiff(plain(60, 60, [[273, 4, 4e9, 8], [279, 4, 4e9, 8], [700, 1, 4e9, 8], [34_675, 7, 4e9, 8]])) },
  { name: 'many-samples.tif', make: () => tiff([[256, 4, 1, 9_000], [257, 4, 1, 9_000], [258, 3, 1, 64], [259, 3, 1, 1], [262, 3, 1, 1], [273, 4, 1, 8], [277, 3, 1, 65_535], [279, 4, 1, 64]]) },
  { name: 'runs-within-limits.bmp', make: () => runs(LIMIT) },
  { name: 'bits-within-limits.bmp', make: () => { const bytes = Buffer.concat([bitmapOf(quarters(8, 8), { bits: 4 }), Buffer.alloc(50e6)]); bytes.writeInt32LE(LIMIT, 18); bytes.writeInt32LE(LIMIT, 22); return bytes } },
  { name: 'itself.ico', make: () => { const bytes = iconOf([{ side: 16, bytes: faceOf(quarters(16, 16), { bits: 24 }) }]); bytes.writeUInt32LE(0, 18); return bytes } },
  { name: 'many.ico', make: () => iconOf(Array.from({ length: 60_000 }, () => ({ side: 16, bytes: Buffer.alloc(0) }))) },
  { name: 'bomb.ico', make: () => iconOf([{ side: 256, bytes: png(30_000, 8, 2, 1000) }]) },
  { name: 'laughs.svg', make: () => text(`<!DOCTYPE svg [<!ENTITY a "ha">${LAUGHS}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&j;</text></svg>`) },
  { name: 'huge.svg', make: () => svg('<rect width="9" height="9"/>', 'width="1000000" height="1000000"') },
  { name: 'view.svg', make: () => svg('<rect width="1e9" height="1e9"/>', 'viewBox="0 0 1e9 1e9"') },
  { name: 'blur.svg', make: () => svg('<filter id="f" x="-5" y="-5" width="11" height="11"><feGaussianBlur stdDeviation="900"/><feMorphology operator="dilate" radius="900"/><feTurbulence baseFrequency="0.9" numOctaves="9999"/></filter><rect width="9000" height="9000" filter="url(#f)"/>', 'width="9000" height="9000"') },
  { name: 'turbulence.svg', make: () => svg(`<filter id="f">${'<feTurbulence baseFrequency="0.9" numOctaves="50"/>'.repeat(200)}</filter><rect width="2000" height="2000" filter="url(#f)"/>`, 'width="2000" height="2000"') },
  { name: 'uses.svg', make: () => nested(30, 2) },
  { name: 'wide-uses.svg', make: () => nested(6, 10) },
  { name: 'patterns.svg', make: () => patterns(12) },
  { name: 'deep.svg', make: () => svg('<g>'.repeat(100_000)) },
  { name: 'dashes.svg', make: () => svg('<path d="M0 0H1e7" stroke="red" stroke-dasharray="0.001"/>') },
  { name: 'words.svg', make: () => svg(`<text y="9">${'word '.repeat(400_000)}</text>`) },
  { name: 'comments.svg', make: () => text('<!---->'.repeat(2000)) },
  { name: 'script.svg', make: () => svg('<script>while(true){}</script><foreignObject><iframe src="file:///etc/hostname"/></foreignObject>') },
  { name: 'gif-and-script.gif', make: () => Buffer.concat([text('GIF89a/*'), noise(9, 200), text('*/=1;alert(1)')]) },
  { name: 'page-in.jpg', make: async () => { const bytes = await jpeg(); const words = text('<html><script>alert(1)</script></html>'); return Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, words.length + 2]), words, bytes.subarray(2)]) } },
  { name: 'zip-behind.jpg', make: async () => Buffer.concat([await jpeg(), text('PK\u0003\u0004'), noise(8, 5000)]) },
  { name: 'wrong-name.png', make: () => jpeg() },
]

/** Honest files, one of each format, to be cut and hurt. */
export const honestFiles = async (): Promise<Readonly<Record<string, Buffer>>> => {
  const picture = asSharp(draw(5, 60, 44))
  return {
    jpg: await picture.clone().jpeg().toBuffer(), 'progressive.jpg': await picture.clone().jpeg({ progressive: true }).toBuffer(),
    png: await picture.clone().png().toBuffer(), webp: await picture.clone().webp().toBuffer(), gif: await picture.clone().gif().toBuffer(),
    avif: await picture.clone().avif({ effort: 0 }).toBuffer(), tif: await picture.clone().tiff({ compression: 'lzw' }).toBuffer(),
    bmp: bitmapOf(quarters(37, 22), { bits: 8, runs: true }), ico: iconOf([{ side: 32, bytes: faceOf(quarters(32, 32), { bits: 32 }) }]),
    svg: svg('<circle r="20" fill="red"/>'),
  }
}
