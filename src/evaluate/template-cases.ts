/**
 * Pictures of one design with other words: cards, posters and price tags, which look alike and are not copies of one another.
 * Seeded, and apart from what they judge.
 */
import { sharp } from '../image/index.ts'
import { between, oneOf, type Random } from './random.ts'

const SYLLABLES = ['ba', 'co', 'den', 'fi', 'gra', 'hol', 'in', 'ju', 'kel', 'lo', 'mar', 'ni', 'or', 'pe', 'quo', 'ras', 'sto', 'ti', 'un', 'ver', 'wal', 'xe', 'yo', 'zan']
const FONTS = ['sans-serif', 'serif', 'monospace']

const hue = (random: Random, saturation: number, lightness: number): string => `hsl(${Math.floor(random() * 360)},${saturation}%,${lightness}%)`
const word = (random: Random): string => Array.from({ length: 1 + Math.floor(random() * 3) }, () => oneOf(random, SYLLABLES)).join('')
const words = (random: Random, length: number): string => Array.from({ length }, () => word(random)).join(' ')

/** What is the same in all pictures of a design. */
interface Design {
  readonly width: number
  readonly height: number
  /** Drawn below the words. */
  readonly ground: string
  readonly ink: string
  readonly font: string
  /** Of the letters, in pixels. */
  readonly size: number
  readonly lines: number
  readonly perLine: number
  readonly align: 'start' | 'middle'
  /** Where the words' block stands, its middle, as a share of the height. */
  readonly at: number
}

const designOf = (random: Random): Design => {
  const [width, height] = oneOf(random, [[800, 800], [960, 640], [640, 960], [1024, 512]] as const)
  const dark = random() < 0.5
  const [from, to, accent] = [hue(random, 60, dark ? 20 : 88), hue(random, 60, dark ? 30 : 75), hue(random, 75, 50)]
  const frame = between(random, 0, 0.06) * Math.min(width, height)
  const shapes = Array.from({ length: Math.floor(random() * 5) }, () => (random() < 0.5
    ? `<circle cx="${random() * width}" cy="${random() * height}" r="${between(random, 0.05, 0.25) * height}" fill="${hue(random, 70, 55)}" fill-opacity="${between(random, 0.2, 1)}"/>`
    : `<rect x="${random() * width}" y="${random() * height}" width="${between(random, 0.1, 0.5) * width}" height="${between(random, 0.03, 0.3) * height}" fill="${hue(random, 70, 55)}" fill-opacity="${between(random, 0.2, 1)}"/>`)).join('')
  const size = between(random, 0.06, 0.16) * height
  return {
    width, height, ink: dark ? '#fff' : '#111', font: oneOf(random, FONTS), size, align: oneOf(random, ['start', 'middle'] as const),
    lines: 2 + Math.floor(random() * Math.min(4, (0.8 * height) / (size * 1.3) - 1)), perLine: Math.max(1, Math.floor((0.8 * width) / (size * 3))), at: between(random, 0.4, 0.6),
    ground: `<defs><linearGradient id="g" x2="${random() < 0.5 ? 1 : 0}" y2="1"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>` +
      `<rect width="100%" height="100%" fill="url(#g)"/>${shapes}` +
      (frame > 8 ? `<rect x="${frame / 2}" y="${frame / 2}" width="${width - frame}" height="${height - frame}" fill="none" stroke="${accent}" stroke-width="${frame}"/>` : ''),
  }
}

const draw = (design: Design, random: Random): Promise<Buffer> => {
  const { width, height, ground, ink, font, size, lines, perLine, align, at } = design
  const x = align === 'middle' ? width / 2 : width * 0.1
  const first = height * at - (lines * size * 1.3) / 2 + size
  const text = Array.from({ length: lines }, (_, line) =>
    `<text x="${x}" y="${first + line * size * 1.3}" text-anchor="${align}" font-family="${font}" font-weight="bold" font-size="${size}" fill="${ink}">${words(random, perLine)}</text>`).join('')
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${ground}${text}</svg>`)).flatten({ background: '#fff' }).jpeg({ quality: 85 }).toBuffer()
}

/** @returns JPEGs of one design, each with its own words */
export const templateCase = async (random: Random, pictures = 2): Promise<readonly Buffer[]> => {
  const design = designOf(random)
  const made: Buffer[] = []
  for (let n = 0; n < pictures; n++) made.push(await draw(design, random))
  return made
}
