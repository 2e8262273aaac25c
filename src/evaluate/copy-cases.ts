/**
 * Copies of photographs as the web makes them, to judge how well copies are found: seeded, and apart from what they judge.
 * After Copydays (Douze et al., CIVR 2009: JPEG at a sixteenth of the pixels, crops) and DISC21 (Douze et al.,
 * arXiv:2106.09672: overlays, colour, flips, collages), as mild as a shop or a blog is: no case is made unrecognisable.
 */
import { sharp } from '../image/index.ts'
import { between, oneOf, type Random } from './random.ts'

export const COPY_KINDS = ['jpeg', 'crop', 'border', 'caption', 'flip', 'colour', 'overlay', 'collage'] as const
export type CopyKind = (typeof COPY_KINDS)[number]

/** Longest side of a case, in pixels, but of a JPEG's: the web's usual large rendition. */
const SIDE = 1024
const WORDS = ['SALE', 'Summer 2024', 'New arrival', 'photo by Jan', 'example.org', 'when you see it', 'Best of', 'No. 1', 'Free delivery', '© Studio Nord']
const FONTS = ['sans-serif', 'serif', 'monospace']

interface Size {
  readonly width: number
  readonly height: number
}

/** Oriented and within `SIDE`; what every case but the JPEG starts from. */
const start = async (file: Uint8Array): Promise<{ readonly png: Buffer } & Size> => {
  const { data, info } = await sharp(file).autoOrient().resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' }).toColourspace('srgb').png({ compressionLevel: 0 }).toBuffer({ resolveWithObject: true })
  return { png: data, width: info.width, height: info.height }
}

const colourOf = (random: Random): string => `rgb(${Math.floor(random() * 256)},${Math.floor(random() * 256)},${Math.floor(random() * 256)})`
const plainOf = (random: Random): string => oneOf(random, ['#fff', '#000', '#f4f4f4', colourOf(random)])

/** @param size of the letters, in pixels */
const lineOf = (random: Random, { width, height }: Size, size: number, fill: string, opacity = 1): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text x="50%" y="50%" text-anchor="middle" ` +
    `dominant-baseline="central" font-family="${oneOf(random, FONTS)}" font-weight="bold" font-size="${size}" fill="${fill}" ` +
    `fill-opacity="${opacity}">${oneOf(random, WORDS)}</text></svg>`)

/** As a JPEG of quality 85, as sites serve them. */
const served = async (picture: ReturnType<typeof sharp>): Promise<Buffer> =>
  sharp(await picture.png({ compressionLevel: 0 }).toBuffer()).jpeg({ quality: 85 }).toBuffer()

const MAKE: Readonly<Record<CopyKind, (file: Uint8Array, random: Random, other: Uint8Array) => Promise<Buffer>>> = {
  async jpeg(file, random) {
    const { width = 4, height = 4 } = (await sharp(file).metadata()).autoOrient
    return sharp(file).autoOrient().resize(Math.max(1, Math.round(width / 4)), Math.max(1, Math.round(height / 4)), { fit: 'fill' })
      .jpeg({ quality: oneOf(random, [10, 15, 20, 30, 50, 75]) }).toBuffer()
  },
  /** 10 to 30 % of the area goes, at any place. */
  async crop(file, random) {
    const { png, width, height } = await start(file)
    const area = between(random, 0.7, 0.9)
    const across = between(random, area, 1)
    const [w, h] = [Math.floor(width * across), Math.floor((height * area) / across)]
    return served(sharp(png).extract({ left: Math.floor(random() * (width - w + 1)), top: Math.floor(random() * (height - h + 1)), width: w, height: h }))
  },
  /** Of 5 to 20 % of the short side, all round. */
  async border(file, random) {
    const { png, width, height } = await start(file)
    const by = Math.round(between(random, 0.05, 0.2) * Math.min(width, height))
    return served(sharp(png).extend({ top: by, bottom: by, left: by, right: by, background: plainOf(random) }))
  },
  /** A line of text on a plain band of 10 to 20 % of the height, above or below. */
  async caption(file, random) {
    const { png, width, height } = await start(file)
    const band = Math.round(between(random, 0.1, 0.2) * height)
    const below = random() < 0.7
    const [ground, ink] = oneOf(random, [['#fff', '#000'], ['#000', '#fff'], ['#ffd', '#333']] as const)
    const text = lineOf(random, { width, height: band }, Math.floor(band * 0.55), ink)
    const extended = await sharp(png).extend({ [below ? 'bottom' : 'top']: band, background: ground }).png({ compressionLevel: 0 }).toBuffer()
    return served(sharp(extended).composite([{ input: text, left: 0, top: below ? height : 0 }]))
  },
  async flip(file) {
    return served(sharp((await start(file)).png).flop())
  },
  /** Brightness, contrast and saturation (none: grey), and gamma; hues stay, for another hue is another product. */
  async colour(file, random) {
    const contrast = between(random, 0.6, 1.4)
    const picture = sharp((await start(file)).png).modulate({ brightness: between(random, 0.7, 1.35), saturation: oneOf(random, [0, 0.4, 0.7, 1.4, 1.8]) })
      .linear(contrast, 128 * (1 - contrast))
    return served(random() < 0.5 ? sharp(await picture.png({ compressionLevel: 0 }).toBuffer()).gamma(between(random, 1, 1.6)) : picture)
  },
  /** A line of text of 10 to 25 % of the height, or a round badge, at any place, opaque or not. */
  async overlay(file, random) {
    const { png, width, height } = await start(file)
    if (random() < 0.6) {
      const size = Math.floor(between(random, 0.1, 0.25) * height)
      const text = lineOf(random, { width, height: Math.min(height, Math.ceil(size * 1.3)) }, size, colourOf(random), between(random, 0.5, 1))
      return served(sharp(png).composite([{ input: text, left: 0, top: Math.floor(random() * (height - Math.min(height, Math.ceil(size * 1.3)) + 1)) }]))
    }
    const side = Math.floor(between(random, 0.15, 0.35) * Math.min(width, height))
    const badge = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><circle cx="50%" cy="50%" r="49%" ` +
      `fill="${colourOf(random)}"/><text x="50%" y="50%" text-anchor="middle" dominant-baseline="central" font-size="${side / 3}" fill="#fff">%</text></svg>`)
    return served(sharp(png).composite([{ input: badge, left: Math.floor(random() * (width - side + 1)), top: Math.floor(random() * (height - side + 1)) }]))
  },
  /** Beside or above another picture, both whole, brought to one height or width, with or without a gap. */
  async collage(file, random, other) {
    const beside = random() < 0.5
    const side = 512
    const sized = (bytes: Uint8Array): Promise<{ readonly data: Buffer; readonly info: Size }> =>
      sharp(bytes).autoOrient().resize(beside ? { height: side } : { width: side }).flatten({ background: '#fff' }).toColourspace('srgb').png({ compressionLevel: 0 })
        .toBuffer({ resolveWithObject: true })
    const parts = [await sized(file), await sized(other)]
    if (random() < 0.5) parts.reverse()
    const [first, second] = parts as [(typeof parts)[0], (typeof parts)[0]]
    const gap = oneOf(random, [0, 0, 6, 12])
    const size = beside ? { width: first.info.width + gap + second.info.width, height: side } : { width: side, height: first.info.height + gap + second.info.height }
    return served(sharp({ create: { ...size, channels: 3, background: plainOf(random) } }).composite([
      { input: first.data, left: 0, top: 0 },
      { input: second.data, ...(beside ? { left: first.info.width + gap, top: 0 } : { left: 0, top: first.info.height + gap }) },
    ]))
  },
}

/**
 * @param file a picture's bytes @param other another picture's, for the collage
 * @returns a JPEG of quality 85; of kind `jpeg` one of quality 10 to 75 at a sixteenth of the pixels
 */
export const copyCase = (kind: CopyKind, file: Uint8Array, random: Random, other: Uint8Array): Promise<Buffer> => MAKE[kind](file, random, other)
