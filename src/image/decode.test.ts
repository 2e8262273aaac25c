/** What a user's file meets on its way in: every format and orientation, and what hostile bytes come to. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSharp, draw, quarters, seeded } from '../../test/drawn-pictures.ts'
import { DECODE_LIMITS, decodeForLook, type Decoded } from './decode.ts'
import type { Unseen } from './look.ts'
import { READS_HEIC, sharp } from './loaders.ts'

const W = 120
const H = 80
const colours = asSharp(quarters(W, H))

const decoded = async (bytes: Uint8Array | string): Promise<Decoded> => {
  const seen = await decodeForLook(bytes)
  if (!seen.ok) expect.fail(`${seen.reason}: ${seen.detail}`)
  return seen
}
/** 64 × 64, red, as a camera's format holds it: HEVC in HEIF. */
const RED_HEIC = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAT9tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA' +
  'AAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFjAAEAAAAAAAAAHQAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAv2lwcnAA' +
  'AAChaXBjbwAAAHVodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQAoQgEBA3AAAAMAkA' +
  'AAAwAAAwAeoCCBBZbqSSmubAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZp' +
  'cG1hAAAAAAAAAAEAAQOBAoMAAAAlbWRhdAAAABkoAa8TgOaocNP//iaUf/1Y54fp5dLSeb98',
  'base64',
)

const refused = async (bytes: Uint8Array | string, limits = DECODE_LIMITS): Promise<Unseen> => {
  const seen = await decodeForLook(bytes, limits)
  if (seen.ok) expect.fail(`decoded as ${seen.format} ${seen.width} × ${seen.height}`)
  return seen
}

const pixel = ({ rgb }: Decoded, x: number, y: number): number[] => {
  const at = (Math.floor(y * rgb.height) * rgb.width + Math.floor(x * rgb.width)) * 3
  return [...rgb.data.subarray(at, at + 3)]
}
/** Names of the quarters from the top left, row by row. */
const corners = (picture: Decoded): string =>
  [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]
    .map(([x = 0, y = 0]) => pixel(picture, x, y).map((level) => (level > 127 ? 1 : 0)).join(''))
    .map((name) => ({ 100: 'red', '010': 'green', '001': 'blue', 111: 'white' })[name] ?? name)
    .join(' ')

const encode: Record<string, () => Promise<Buffer>> = {
  jpeg: () => colours.clone().jpeg().toBuffer(),
  png: () => colours.clone().png().toBuffer(),
  webp: () => colours.clone().webp().toBuffer(),
  gif: () => colours.clone().gif().toBuffer(),
  avif: () => colours.clone().avif().toBuffer(),
  tiff: () => colours.clone().tiff().toBuffer(),
  svg: async () =>
    Buffer.from(`<?xml version="1.0"?><!-- drawn --><!DOCTYPE svg PUBLIC "a" "b">
      <svg xmlns="http://www.w3.org/2000/svg" width="${W}" height="${H}"><rect width="60" height="40" fill="red"/>
      <rect x="60" width="60" height="40" fill="lime"/><rect y="40" width="60" height="40" fill="blue"/></svg>`),
}

describe('every format is read as what it is', () => {
  test.each(Object.keys(encode))('%s', async (format) => {
    const bytes = await encode[format]?.()
    const seen = await decoded(bytes ?? Buffer.alloc(0))
    expect(seen).toMatchObject({ format, width: W, height: H, orientation: 1, pages: 1, reduced: false, warning: null })
    expect(seen.bytes).toBe(bytes?.byteLength)
    expect(corners(seen)).toBe('red green blue white')
  })

  test.each([
    ['Lab TIFF', () => colours.clone().toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer()],
    ['16-bit PNG', () => colours.clone().toColourspace('rgb16').png().toBuffer()],
    ['palette PNG', () => colours.clone().png({ palette: true }).toBuffer()],
    ['interlaced PNG', () => colours.clone().png({ progressive: true }).toBuffer()],
    ['progressive JPEG', () => colours.clone().jpeg({ progressive: true }).toBuffer()],
    ['Display P3 JPEG', () => colours.clone().withIccProfile('p3').jpeg().toBuffer()],
    ['lossless WebP', () => colours.clone().webp({ lossless: true }).toBuffer()],
  ])('%s', async (_name, make) => {
    expect(corners(await decoded(await make()))).toBe('red green blue white')
  })

  test('inks are mixed, not inverted: CMYK', async () => {
    const print = colours.clone().toColourspace('cmyk')
    for (const bytes of [await print.clone().jpeg().toBuffer(), await print.clone().tiff().toBuffer()]) {
      const seen = await decoded(bytes)
      // Inks cannot show pure green or blue; which light is strongest must still be right.
      const strongest = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]].map(([x = 0, y = 0]) => {
        const levels = pixel(seen, x, y)
        return levels.indexOf(Math.max(...levels))
      })
      expect(strongest).toEqual([0, 1, 2])
      for (const level of pixel(seen, 0.75, 0.75)) expect(level).toBeGreaterThan(245)
    }
  })

  test('grey pictures, of 8 and 16 bits, become three equal channels', async () => {
    const grey = sharp({ create: { width: 20, height: 10, channels: 3, background: '#808080' } })
    for (const space of ['b-w', 'grey16']) {
      const seen = await decoded(await grey.clone().toColourspace(space).png().toBuffer())
      expect(seen.rgb.data.length).toBe(20 * 10 * 3)
      for (const level of seen.rgb.data) expect(Math.abs(level - 128)).toBeLessThanOrEqual(1)
    }
  })

  test('what is transparent lies on white', async () => {
    const clear = { r: 200, g: 0, b: 0, alpha: 0 }
    const png = await sharp({ create: { width: 9, height: 9, channels: 4, background: clear } }).png().toBuffer()
    expect(pixel(await decoded(png), 0.5, 0.5)).toEqual([255, 255, 255])
  })

  test('an animation is its first frame, and counts its frames', async () => {
    const frames = ['red', 'lime', 'blue'].map((background) => ({
      create: { width: 40, height: 30, channels: 3 as const, background },
    }))
    const stills = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()))
    const film = sharp(stills, { join: { animated: true } })
    for (const bytes of [await film.clone().gif().toBuffer(), await film.clone().webp({ lossless: true }).toBuffer()]) {
      const seen = await decoded(bytes)
      expect(seen).toMatchObject({ width: 40, height: 30, pages: 3 })
      expect(corners(seen)).toBe('red red red red')
    }
  })

  test('an animated PNG counts its frames as well', async () => {
    const still = await colours.clone().png().toBuffer()
    const control = chunk('acTL', Buffer.from([0, 0, 0, 7, 0, 0, 0, 0]))
    const seen = await decoded(Buffer.concat([still.subarray(0, 33), control, still.subarray(33)]))
    expect(seen).toMatchObject({ format: 'png', pages: 7, warning: null })
    expect((await decoded(Buffer.concat([still, control]))).pages).toBe(1)
  })

  test('a document is its first page, and counts its pages', async () => {
    const pages = await Promise.all(['red', 'blue'].map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 3 as const, background } }).png().toBuffer()))
    const seen = await decoded(await sharp(pages, { join: { animated: true } }).tiff().toBuffer())
    expect(seen).toMatchObject({ width: 40, height: 30, pages: 2 })
    expect(corners(seen)).toBe('red red red red')
  })

  test('colours of a wide gamut are brought into sRGB', async () => {
    // The same numbers mean a stronger red in Display P3 than sRGB has; a weaker one shows the difference.
    const plain = sharp({ create: { width: 20, height: 20, channels: 3, background: { r: 150, g: 80, b: 60 } } })
    const tagged = await plain.clone().keepIccProfile().png().toBuffer()
    const wide = await plain.clone().withIccProfile('p3').png().toBuffer()
    // Written as P3, the numbers in the file are others; seen, they are the same colour.
    const raw = await sharp(wide, { ignoreIcc: true }).raw().toBuffer()
    expect(Math.abs((raw[0] ?? 0) - 150)).toBeGreaterThan(4)
    for (const bytes of [tagged, wide]) {
      for (const [i, level] of pixel(await decoded(bytes), 0.5, 0.5).entries()) expect(Math.abs(level - ([150, 80, 60][i] ?? 0))).toBeLessThanOrEqual(3)
    }
  })

  test.each([
    ['grey with alpha', () => colours.clone().greyscale().ensureAlpha(0.5).png().toBuffer()],
    ['one bit', () => colours.clone().greyscale().threshold().tiff({ bitdepth: 1 }).toBuffer()],
    ['16 bits', () => colours.clone().toColourspace('rgb16').tiff().toBuffer()],
    ['of several resolutions', () => colours.clone().tiff({ pyramid: true, tile: true, tileWidth: 32, tileHeight: 32 }).toBuffer()],
  ])('a picture of %s has three channels', async (_name, make) => {
    const seen = await decoded(await make())
    expect(seen).toMatchObject({ width: W, height: H, warning: null })
    expect(seen.rgb.data.length).toBe(W * H * 3)
    expect(pixel(seen, 0.75, 0.75)).toEqual([255, 255, 255])
  })

  test('bytes behind the end are nobody\'s business', async () => {
    for (const make of ['jpeg', 'png', 'webp', 'gif'].map((format) => encode[format])) {
      const bytes = Buffer.concat([(await make?.()) ?? Buffer.alloc(0), Buffer.from('<script>PK'), Buffer.alloc(5000, 7)])
      expect(await decoded(bytes)).toMatchObject({ width: W, height: H, warning: null })
    }
  })

  test('orientation is applied in every format that states it', async () => {
    for (const format of ['png', 'webp', 'tiff'] as const) {
      const seen = await decoded(await colours.clone().withMetadata({ orientation: 6 }).toFormat(format).toBuffer())
      expect(seen).toMatchObject({ orientation: 6, width: H, height: W })
      expect(corners(seen)).toBe('blue red white green')
    }
  })

  test('a file is read by its path as by its bytes', async () => {
    const bytes = await colours.clone().png().toBuffer()
    const path = join(folder, 'no-ending')
    await writeFile(path, bytes)
    expect(await decoded(path)).toEqual(await decoded(bytes))
  })
})

test.each([
  [1, 'red green blue white'],
  [2, 'green red white blue'],
  [3, 'white blue green red'],
  [4, 'blue white red green'],
  [5, 'red blue green white'],
  [6, 'blue red white green'],
  [7, 'white green blue red'],
  [8, 'green white red blue'],
])('orientation %i is applied', async (orientation, expected) => {
  for (const [width, height] of [[W, H], [1500, 900]] as const) {
    const bytes = await asSharp(quarters(width, height)).withMetadata({ orientation }).jpeg().toBuffer()
    const seen = await decoded(bytes)
    expect(seen.orientation).toBe(orientation)
    expect([seen.width, seen.height]).toEqual(orientation > 4 ? [height, width] : [width, height])
    expect(seen.rgb.width > seen.rgb.height).toBe(orientation <= 4)
    expect(corners(seen)).toBe(expected)
  }
})

test('the working picture fits in 512 × 512 and is never enlarged', async () => {
  for (const [width, height, expected] of [
    [1024, 768, [512, 384]], [700, 1400, [256, 512]], [512, 512, [512, 512]], [3, 2, [3, 2]], [3000, 2, [512, 1]],
  ] as const) {
    const png = await sharp({ create: { width, height, channels: 3, background: 'red' } }).png().toBuffer()
    const seen = await decoded(png)
    expect([seen.rgb.width, seen.rgb.height]).toEqual(expected)
    expect(seen.reduced).toBe(width > 512 || height > 512)
    expect(seen.rgb.data.length).toBe(seen.rgb.width * seen.rgb.height * 3)
  }
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gannet-decode-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const text = (value: string): Buffer => Buffer.from(value)
const svg = (inside: string, size = 'width="60" height="60"'): Buffer =>
  text(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size}>${inside}</svg>`)

describe('what is not a picture says so', () => {
  const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0]), Buffer.alloc(60)])
  test.each([
    ['nothing at all', Buffer.alloc(0)],
    ['a zip named .jpg', zip],
    ['HTML', text('<!doctype html><html><body>404</body></html>')],
    ['HTML with a drawing in it', text('<html><body><svg width="9" height="9"></svg></body></html>')],
    ['XML', text('<?xml version="1.0"?><rss><svg/></rss>')],
    ['JSON', text('{"error":"not found"}')],
    ['PDF', text('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n')],
    ['noise', Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 89 + 7) % 251))],
    ['zeros', Buffer.alloc(5000)],
    ['a gzipped drawing', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(50)])],
  ])('%s', async (_name, bytes) => {
    const path = join(folder, 'picture.jpg')
    await writeFile(path, bytes)
    expect((await refused(path)).reason).toBe('not-an-image')
    expect((await refused(bytes)).sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a picture of a format that is not read is named', async () => {
    const jxl = Buffer.concat([Buffer.from([0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a]), Buffer.alloc(100)])
    expect(await refused(jxl)).toMatchObject({ reason: 'undecodable', detail: expect.stringContaining('jxl') })
  })

  test('HEIC names what would make it readable', async () => {
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 0x18]), text('ftypheic'), Buffer.alloc(4), text('mif1heic'), Buffer.alloc(100)])
    const { reason, detail } = await refused(heic)
    expect(reason).toBe('undecodable')
    expect(detail).toMatch(READS_HEIC ? /heif/ : /HEVC.*libvips/)
  })

  test('HEIC whose header is whole does so, too', async () => {
    if (READS_HEIC) expect(await decodeForLook(RED_HEIC)).toMatchObject({ ok: true, format: 'heic', width: 64 })
    else expect((await refused(RED_HEIC)).detail).toMatch(/HEVC.*libvips/)
  })

  test('AVIF that is cut short says what is wrong, not how it was looked for', async () => {
    const avif = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#123' } }).avif().toBuffer()
    const { detail } = await refused(avif.subarray(0, -20))
    expect(detail).toMatch(/^heif\b.*\w/)
    expect(detail).not.toContain('bad seek')
  })

  test.each(['<!---->', '<?a?>', '<!doctype a[]>', '<!doctype a', ' <!-- ', '\n\n'])('a head of nothing but %j is told at once', async (part) => {
    const started = process.cpuUsage()
    expect((await refused(text(part.repeat(50_000)))).reason).toBe('not-an-image')
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500)
  })

  test('a folder is no picture', async () => {
    await expect(decodeForLook(folder)).rejects.toMatchObject({ code: 'data-missing', message: expect.stringContaining('a folder') })
  })

  test('a missing file is the caller\'s trouble, not the picture\'s', async () => {
    await expect(decodeForLook(join(folder, 'gone.png'))).rejects.toMatchObject({ code: 'data-missing' })
  })
})

const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
const chunk = (name: string, body: Uint8Array): Buffer => {
  const named = Buffer.concat([text(name), body])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(body.length, 0)
  frame.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)])
}
/** A well-formed PNG that declares any size and holds next to nothing. */
const pngOf = (width: number, height: number): Buffer => {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))])
}

describe('bombs do not go off', () => {
  const jpegOf = async (width: number, height: number): Promise<Buffer> => {
    const jpeg = await colours.clone().jpeg().toBuffer()
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    jpeg.writeUInt16BE(height, frame + 5)
    jpeg.writeUInt16BE(width, frame + 7)
    return jpeg
  }
  const gifOf = async (width: number, height: number): Promise<Buffer> => {
    const gif = await colours.clone().gif().toBuffer()
    gif.writeUInt16LE(width, 6)
    gif.writeUInt16LE(height, 8)
    const frame = gif.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, W, 0, H, 0]))
    gif.writeUInt16LE(width, frame + 5)
    gif.writeUInt16LE(height, frame + 7)
    return gif
  }
  test.each([
    ['PNG', () => pngOf(30_000, 30_000)],
    ['PNG of the largest size there is', () => pngOf(2 ** 31 - 1, 2 ** 31 - 1)],
    ['JPEG', () => jpegOf(30_000, 30_000)],
    ['GIF', () => gifOf(65_000, 65_000)],
    ['SVG', () => svg('', 'width="30000" height="30000"')],
  ])('%s that declares too many pixels is not decoded', async (_name, make) => {
    const bytes = await make()
    const before = process.memoryUsage.rss()
    expect((await refused(bytes)).reason).toBe('too-large')
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20)
  })

  test('what a decoder would hold whole is weighed before', async () => {
    const avif = await colours.clone().avif({ effort: 0 }).toBuffer()
    const size = avif.indexOf('ispe')
    avif.writeUInt32BE(9_000, size + 8)
    avif.writeUInt32BE(9_000, size + 12)
    expect(await refused(avif)).toMatchObject({ reason: 'too-large', detail: expect.stringMatching(/would take \d+ MB/) })
  })

  test('the limits are the caller\'s', async () => {
    const png = await colours.clone().png().toBuffer()
    expect((await refused(png, { ...DECODE_LIMITS, maxPixels: W * H - 1 })).reason).toBe('too-large')
    expect(await refused(png, { ...DECODE_LIMITS, maxBytes: 10 })).toMatchObject({ reason: 'too-large', sha256: null })
    expect((await decodeForLook(png, { ...DECODE_LIMITS, maxPixels: W * H })).ok).toBe(true)
  })

  test('entities that multiply', async () => {
    const names = [...'abcdefghij']
    const entities = names.map((name, i) =>
      `<!ENTITY ${name} "${i === 0 ? 'ha' : `&${names[i - 1]};`.repeat(10)}">`)
    const laugh = text(`<!DOCTYPE svg [${entities.join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&j;</text></svg>`)
    expect((await refused(laugh)).reason).toBe('undecodable')
  })
})

test('a drawing loads nothing from outside itself', async () => {
  const secret = join(folder, 'secret.png')
  await writeFile(secret, await sharp({ create: { width: 60, height: 60, channels: 3, background: 'red' } }).png().toBuffer())
  const inline = `data:image/png;base64,${(await sharp(secret).png().toBuffer()).toString('base64')}`
  const image = (href: string): Buffer => svg(`<image width="60" height="60" xlink:href="${href}" href="${href}"/>`)
  expect(pixel(await decoded(image(inline)), 0.5, 0.5)).toEqual([255, 0, 0])
  for (const href of [`file://${secret}`, secret, 'secret.png', 'http://127.0.0.1:9/a.png']) {
    expect(pixel(await decoded(image(href)), 0.5, 0.5)).toEqual([255, 255, 255])
  }
  const entity = text(`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]><svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><text y="30" font-size="40">&x;</text></svg>`)
  const seen = await decodeForLook(entity)
  if (seen.ok) expect(new Set(seen.rgb.data)).toEqual(new Set([255]))
})

describe('damaged files', () => {
  test('most of a JPEG or PNG is shown, with a warning of how much is missing', async () => {
    for (const bytes of [await asSharp(draw(1, 400, 300)).jpeg().toBuffer(), await asSharp(draw(1, 400, 300)).png().toBuffer()]) {
      const whole = await decoded(bytes)
      const cut = await decoded(bytes.subarray(0, Math.floor(bytes.length * 0.7)))
      expect(whole.warning).toBeNull()
      expect(cut.warning).toMatch(/the lower (2|3)\d % is flat/)
      expect(cut).toMatchObject({ width: 400, height: 300 })
      expect(cut.rgb.data.subarray(0, 90_000)).toEqual(whole.rgb.data.subarray(0, 90_000))
    }
  })

  test('a header with nothing behind it is undecodable', async () => {
    expect((await refused(pngOf(300, 300))).reason).toBe('undecodable')
    const jpeg = await asSharp(draw(1, 400, 300)).jpeg().toBuffer()
    expect((await refused(jpeg.subarray(0, jpeg.indexOf(Buffer.from([0xff, 0xda])) + 14))).reason).toBe('undecodable')
  })

  test('any cut and any flipped byte comes to a verdict', async () => {
    const random = seeded(7)
    const picture = asSharp(draw(3, 60, 44))
    const formats = [
      await picture.clone().jpeg().toBuffer(), await picture.clone().jpeg({ progressive: true }).toBuffer(),
      await picture.clone().png().toBuffer(), await picture.clone().webp().toBuffer(),
      await picture.clone().gif().toBuffer(), await picture.clone().avif({ effort: 1 }).toBuffer(),
      await picture.clone().tiff().toBuffer(), await picture.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      svg('<circle r="20" fill="red"/>'),
    ]
    const verdicts = new Set<string>()
    for (let round = 0; round < 40; round++) {
      for (const bytes of formats) {
        const cut = bytes.subarray(0, Math.floor(random() * bytes.length))
        const flipped = Buffer.from(bytes)
        for (let n = 0; n < 1 + round / 4; n++) flipped[Math.floor(random() * flipped.length)] = random() * 256
        for (const hurt of [cut, flipped]) {
          const seen = await decodeForLook(hurt)
          if (seen.ok) expect(seen.rgb.data.length).toBe(seen.rgb.width * seen.rgb.height * 3)
          verdicts.add(seen.ok ? (seen.warning === null ? 'ok' : 'warning') : seen.reason)
        }
      }
    }
    expect([...verdicts]).toEqual(expect.arrayContaining(['ok', 'warning', 'undecodable', 'not-an-image']))
  }, 60_000)
})
