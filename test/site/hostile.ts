/**
 * Things that hurt crawlers: files that lie, burst or break, and pages without end. Each says what a crawler
 * may make of it; where nothing is said, it is an honest picture of a rare form, and worth having.
 */
import { crc32, deflateSync, gzipSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import type { Reason } from '../../src/core/reasons.ts'
import { sharpOf } from './encode.ts'
import { SPACER } from './render.ts'
import { drawScene } from './scene.ts'

export interface HostilePicture {
  /** With the extension it is served under. */
  readonly name: string
  /** Content type it is served with. */
  readonly type: string
  readonly encoding?: string
  /** Any of these is a right verdict; empty: it can be shown, and may be kept. */
  readonly reasons: readonly Reason[]
  make(): Promise<Uint8Array>
}

export interface HostilePage {
  readonly name: string
  readonly type: string
  readonly encoding?: string
  /** For a person: what is wrong with it. */
  readonly note: string
  /** @param picture path of a picture that exists, for pages that need one */
  body(picture: string): Uint8Array | AsyncIterable<Uint8Array>
}

const BOMB_SIDE = 30_000

const scene = (seed: string): ReturnType<typeof drawScene> => drawScene(`hostile ${seed}`, 640, 480)
const jpegOf = async (seed: string): Promise<Buffer> => sharpOf(await scene(seed)).jpeg({ quality: 88 }).toBuffer()

const pngChunk = (type: string, data: Uint8Array): Buffer => {
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
  return out
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** @param depth bits a sample; @param kind 0 grey, 2 RGB */
const png = (width: number, height: number, depth: number, kind: number, pixels: Uint8Array): Buffer => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, kind, 0, 0, 0], 8)
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(pixels, { level: 9 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** Rewrites the frame header's size (ITU T.81, B.2.2) and leaves the scan as it was. */
const resizeHeader = (jpeg: Buffer, side: number): Buffer => {
  const out = Buffer.from(jpeg)
  for (let at = 2; at + 9 < out.length; at += 2 + out.readUInt16BE(at + 2)) {
    const marker = out[at + 1] as number
    if (marker >= 0xc0 && marker <= 0xc2) {
      out.writeUInt16BE(side, at + 5)
      out.writeUInt16BE(side, at + 7)
      break
    }
  }
  return out
}

/** One stored entry (PKWARE's APPNOTE, 4.3): a true archive under a picture's name. */
const zip = (): Buffer => {
  const name = Buffer.from('invoice.exe')
  const data = Buffer.from('MZ this is no picture')
  const sum = crc32(data)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt32LE(sum, 14)
  local.writeUInt32LE(data.length, 18)
  local.writeUInt32LE(data.length, 22)
  local.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(20, 6)
  entry.writeUInt32LE(sum, 16)
  entry.writeUInt32LE(data.length, 20)
  entry.writeUInt32LE(data.length, 24)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length + name.length, 12)
  end.writeUInt32LE(local.length + name.length + data.length, 16)
  return Buffer.concat([local, name, data, entry, name, end])
}

const animation = async (): Promise<Sharp> => {
  const frames = await Promise.all(
    ['one', 'two', 'three'].map(async (seed) => sharpOf(await drawScene(`hostile ${seed}`, 320, 240)).png().toBuffer()),
  )
  return sharp(frames, { join: { animated: true } })
}

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#264"/>' +
  '<circle cx="320" cy="240" r="150" fill="#fc3"/><script>fetch("http://169.254.169.254/")</script></svg>'

const BILLION_LAUGHS = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "ha">${Array.from(
  { length: 12 },
  (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`,
).join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><text>&a12;</text></svg>`

const picture = (
  name: string, type: string, reasons: readonly Reason[], make: () => Promise<Uint8Array>, encoding?: string,
): HostilePicture => ({ name, type, reasons, make, ...(encoding === undefined ? {} : { encoding }) })

const REFUSED_SIZE: readonly Reason[] = ['too-large', 'undecodable', 'damaged']
const GRAPHIC: readonly Reason[] = ['graphic', 'not-an-image', 'undecodable', 'blank', 'damaged']

export const HOSTILE_PICTURES: readonly HostilePicture[] = [
  picture('bomb-header.png', 'image/png', REFUSED_SIZE, async () => png(BOMB_SIDE, BOMB_SIDE, 8, 2, Buffer.alloc(90_001))),
  picture('bomb-whole.png', 'image/png', [...REFUSED_SIZE, 'blank'], async () =>
    png(BOMB_SIDE, BOMB_SIDE, 1, 0, Buffer.alloc((BOMB_SIDE / 8 + 1) * BOMB_SIDE)),
  ),
  picture('bomb-header.jpg', 'image/jpeg', REFUSED_SIZE, async () => resizeHeader(await jpegOf('bomb'), BOMB_SIDE)),
  picture('bomb-gzip.jpg', 'image/jpeg', ['too-large', 'not-an-image', 'truncated'], async () =>
    gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 1 }), 'gzip'),
  picture('cut-gzip.jpg', 'image/jpeg', ['truncated', 'undecodable', 'not-an-image', 'damaged'], async () => {
    const packed = gzipSync(await jpegOf('cut gzip'))
    return packed.subarray(0, packed.length >> 1)
  }, 'gzip'),
  picture('truncated.jpg', 'image/jpeg', ['damaged', 'truncated', 'undecodable'], async () => {
    const bytes = await jpegOf('truncated')
    return bytes.subarray(0, bytes.length >> 1)
  }),
  picture('garbled.jpg', 'image/jpeg', ['damaged', 'undecodable', 'not-an-image'], async () => {
    const bytes = await jpegOf('garbled')
    return bytes.fill(0xff, 700, 3000)
  }),
  picture('zip.jpg', 'image/jpeg', ['not-an-image'], async () => zip()),
  picture('html.jpg', 'image/jpeg', ['not-an-image'], async () => Buffer.from('<!doctype html><title>Not found</title>')),
  picture('empty.jpg', 'image/jpeg', ['not-an-image', 'truncated'], async () => Buffer.alloc(0)),
  picture('two-bytes.jpg', 'image/jpeg', ['not-an-image', 'truncated', 'undecodable'], async () => Buffer.from([0xff, 0xd8])),
  picture('huge-screen.gif', 'image/gif', [...REFUSED_SIZE, 'too-small', 'blank'], async () => {
    const bytes = Buffer.from(SPACER)
    bytes.fill(0xff, 6, 10)
    return bytes
  }),
  picture('drawing.svg', 'image/svg+xml', GRAPHIC, async () => Buffer.from(SVG)),
  picture('laughs.svg', 'image/svg+xml', GRAPHIC, async () => Buffer.from(BILLION_LAUGHS)),
  picture('cmyk.jpg', 'image/jpeg', [], async () => sharpOf(await scene('cmyk')).toColourspace('cmyk').jpeg().toBuffer()),
  picture('exif-rotated.jpg', 'image/jpeg', [], async () =>
    sharpOf(await scene('rotated')).jpeg().withMetadata({ orientation: 6 }).toBuffer()),
  picture('progressive.jpg', 'image/jpeg', [], async () => sharpOf(await scene('progressive')).jpeg({ progressive: true }).toBuffer()),
  picture('grey.jpg', 'image/jpeg', [], async () => sharpOf(await scene('grey')).greyscale().jpeg().toBuffer()),
  picture('polyglot.jpg', 'image/jpeg', [], async () => Buffer.concat([await jpegOf('polyglot'), zip()])),
  picture('deep.png', 'image/png', [], async () =>
    sharpOf(await scene('deep')).toColourspace('rgb16').png({ compressionLevel: 3 }).toBuffer()),
  picture('transparent.png', 'image/png', [], async () =>
    sharpOf(await scene('transparent')).ensureAlpha(0.6).png({ compressionLevel: 3 }).toBuffer()),
  picture('animated.gif', 'image/gif', [], async () => (await animation()).gif({ effort: 1 }).toBuffer()),
  picture('animated.webp', 'image/webp', [], async () => (await animation()).webp({ effort: 0 }).toBuffer()),
  picture('modern.avif', 'image/avif', [], async () => sharpOf(await scene('avif')).avif({ effort: 0 }).toBuffer()),
  picture('no-type.webp', 'application/octet-stream', [], async () => sharpOf(await scene('webp')).webp({ effort: 0 }).toBuffer()),
  picture('wrong-type.jpg', 'image/png', [], async () => jpegOf('wrong type')),
]

async function* enormous(bytes: number, image: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`<!doctype html><title>Enormous</title><img src="${image}">`)
  const filler = Buffer.from('<p>There is always more to say about this.</p>\n'.repeat(1400))
  for (let left = bytes; left > 0; left -= filler.length) yield filler
}

const html = (body: string): Buffer => Buffer.from(`<!doctype html><meta charset="utf-8"><body>${body}</body>`)

/** `红色手机壳` in GBK, the encoding of much of the older Chinese web. */
const RED_PHONE_CASE_GBK = Buffer.from([0xba, 0xec, 0xc9, 0xab, 0xca, 0xd6, 0xbb, 0xfa, 0xbf, 0xc7])

const HTML = 'text/html; charset=utf-8'

export const HOSTILE_PAGES: readonly HostilePage[] = [
  {
    name: 'document', type: 'application/pdf', note: 'a PDF where a page is expected',
    body: () => Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
  },
  { name: 'enormous', type: HTML, note: '200 MB of HTML', body: (image) => enormous(200 * 1024 * 1024, image) },
  { name: 'endless', type: HTML, note: 'HTML that never ends', body: (image) => enormous(Infinity, image) },
  {
    name: 'gzip-bomb', type: HTML, encoding: 'gzip', note: '200 MB of HTML in 200 KB',
    body: () => gzipSync(Buffer.alloc(200 * 1024 * 1024, '<p>'), { level: 1 }),
  },
  {
    name: 'ten-thousand', type: HTML, note: '10,000 pictures on one page',
    body: () => html(Array.from({ length: 10_000 }, (_, i) => `<img src="/f/none-${i}.jpg" alt="${i}">`).join('\n')),
  },
  {
    name: 'odd', type: HTML, note: 'pictures that can never be fetched',
    body: (image) =>
      html(
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><img src="blob:https://example.org/1-2-3"><img src="">' +
          '<img><img src="javascript:alert(1)"><img src="http://"><img src="http://[::1"><img src="ftp://example.org/a.jpg">' +
          `<img src="file:///etc/passwd"><img src="http://127.0.0.1:1/a.jpg"><img src="http://2130706433/a.jpg"><img src="${image}">`,
      ),
  },
  {
    name: 'deep', type: HTML, note: '100,000 elements inside one another',
    body: (image) => html(`${'<div>'.repeat(100_000)}<img src="${image}">`),
  },
  {
    name: 'broken', type: HTML, note: 'tags and attributes left open',
    body: (image) => html(`<a href='${image}'><img src=${image} alt="never closed><p></a><img src="${image}" <table><tr`),
  },
  {
    name: 'gbk', type: 'text/html', note: 'Chinese words in GBK, said only by a meta element',
    body: (image) =>
      Buffer.concat([
        Buffer.from('<!doctype html><meta charset="gbk"><title>'), RED_PHONE_CASE_GBK,
        Buffer.from(`</title><img src="${image}" alt="`), RED_PHONE_CASE_GBK, Buffer.from('">'),
      ]),
  },
  {
    name: 'no-index', type: HTML, note: 'a page whose owner opts out',
    body: (image) => html(`<meta name="robots" content="noindex, noimageai, nofollow"><img src="${image}"><a href="/">home</a>`),
  },
]
