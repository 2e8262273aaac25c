/**
 * Junk as pages show it, and products on plain ground cut from photographs: what the kinds are told apart on. The variants
 * that weights were fitted on, those that the threshold was chosen on, and those that only judge are apart, and so are their
 * seeds and photographs.
 */
import { sharp } from '../../src/image/loaders.ts'
import type { PictureKind } from '../../src/core/picture-kinds.ts'
import { diceOf, type Dice } from './dice.ts'
import type { Drawing, PhotoSupply } from './drawing.ts'
import * as banners from './banners.ts'
import * as icons from './icons.ts'
import * as illustrations from './illustrations.ts'
import * as placeholders from './placeholders.ts'
import * as screens from './screens.ts'

export type Split = 'tuning' | 'choosing' | 'frozen'
export type DrawnKind = Exclude<PictureKind, 'photograph' | 'product'>

export const VARIANTS: Readonly<Record<DrawnKind, Readonly<Record<Split, readonly Drawing[]>>>> = {
  icon: { tuning: [icons.monogram, icons.glyph, icons.badge, icons.wordmark, icons.lines], choosing: [icons.appIcon, icons.smiley], frozen: [icons.crest, icons.cube] },
  banner: { tuning: [banners.sale, banners.split, banners.glow, banners.framed, banners.panel, banners.collage, banners.medallion, banners.captioned], choosing: [banners.burst, banners.promo], frozen: [banners.overPhoto] },
  screenshot: { tuning: [screens.webPage, screens.document, screens.code, screens.chat, screens.table], choosing: [screens.terminal, screens.slide], frozen: [screens.form, screens.receipt] },
  placeholder: {
    tuning: [placeholders.saying, placeholders.sizeText, placeholders.cameraSign, placeholders.crossed, placeholders.ramp, placeholders.halo],
    choosing: [placeholders.blobs, placeholders.striped], frozen: [placeholders.avatar],
  },
  illustration: {
    tuning: [illustrations.hills, illustrations.figures, illustrations.pattern, illustrations.chart, illustrations.shaded, illustrations.waves, illustrations.dusk, illustrations.portrait],
    choosing: [illustrations.skyline, illustrations.map, illustrations.underwater], frozen: [illustrations.lowPoly, illustrations.sketch],
  },
}
export const DRAWN_KINDS = Object.keys(VARIANTS) as readonly DrawnKind[]

/** Seeds of the splits lie apart. */
const FIRST_SEED: Readonly<Record<Split, number>> = { tuning: 0, choosing: 1_000_000, frozen: 2_000_000 }
/** Photographs that stand in adverts and pages. */
const SHOWN_SIDE = 320

/** In the forms that the web has, more or less lossy. */
const encoded = (dice: Dice, picture: ReturnType<typeof sharp>): Promise<Buffer> => {
  const quality = dice.whole(45, 95)
  const form = dice.share()
  return (form < 0.4 ? picture.png() : form < 0.8 ? picture.jpeg({ quality }) : picture.webp({ quality })).toBuffer()
}

/** Photographs, made small, as data addresses. */
export const photoSupply = async (paths: readonly string[]): Promise<PhotoSupply> => {
  const shown = await Promise.all(paths.map(async (path) =>
    `data:image/jpeg;base64,${(await sharp(path).resize(SHOWN_SIDE, SHOWN_SIDE, { fit: 'outside' }).jpeg({ quality: 85 }).toBuffer()).toString('base64')}`))
  return (dice) => dice.of(shown)
}

/** The same picture for the same seed. @param seed from 0 */
export const drawJunk = async (kind: DrawnKind, split: Split, seed: number, photo: PhotoSupply): Promise<{ readonly bytes: Buffer; readonly variant: string }> => {
  const dice = diceOf(1 + seed + FIRST_SEED[split])
  const variants = VARIANTS[kind][split]
  const variant = variants[seed % variants.length] as Drawing
  const { width, height, body } = variant(dice, photo)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans">${body}</svg>`
  const drawn = sharp(Buffer.from(svg)).flatten({ background: '#ffffff' })
  // As a page's thumbnailer may have done.
  const scaled = dice.chance(0.4) ? sharp(await drawn.png().toBuffer()).resize(Math.max(80, Math.round(width * dice.between(0.4, 1.4)))) : drawn
  return { bytes: await encoded(dice, scaled), variant: variant.name }
}

/** Outlines of things, in a square of side 1. */
const OUTLINES: Readonly<Record<'tuning' | 'held out', readonly ((dice: Dice) => string)[]>> = {
  tuning: [
    (dice) => `<ellipse cx=".5" cy=".5" rx="${dice.between(0.3, 0.48)}" ry="${dice.between(0.3, 0.48)}"/>`,
    (dice) => `<rect x=".1" y=".1" width=".8" height="${dice.between(0.5, 0.8)}" rx="${dice.between(0.02, 0.2)}"/>`,
    () => '<path d="M.38 .05 H.62 V.25 Q.75 .32 .75 .45 V.95 H.25 V.45 Q.25 .32 .38 .25 Z"/>',
  ],
  'held out': [
    (dice) => {
      const points = Array.from({ length: 12 }, (_, n) => [0.5 + dice.between(0.26, 0.48) * Math.cos(n * 0.5236), 0.5 + dice.between(0.26, 0.48) * Math.sin(n * 0.5236)] as const)
      const middle = (n: number): string => `${((points[n % 12]?.[0] ?? 0) + (points[(n + 1) % 12]?.[0] ?? 0)) / 2} ${((points[n % 12]?.[1] ?? 0) + (points[(n + 1) % 12]?.[1] ?? 0)) / 2}`
      return `<path d="M${middle(11)} ${points.map(([x, y], n) => `Q${x} ${y} ${middle(n)}`).join(' ')} Z"/>`
    },
    () => '<path d="M.1 .75 Q.05 .5 .3 .48 L.55 .3 Q.62 .25 .68 .35 L.9 .62 Q.98 .72 .9 .8 L.15 .82 Q.1 .82 .1 .75 Z"/>',
    () => '<path d="M.35 .1 L.65 .1 L.7 .18 L.92 .3 L.84 .45 L.74 .4 L.76 .92 L.24 .92 L.26 .4 L.16 .45 L.08 .3 L.3 .18 Z"/>',
  ],
}
const GROUNDS = { tuning: ['#ffffff', '#ffffff', '#f7f7f7', '#eeeeee'], 'held out': ['#ffffff', '#ffffff', '#fafafa', '#f0f0f2', '#e8e6e1'] } as const

/** A thing on plain ground: the middle of a photograph within an outline, with a soft shadow. */
export const cutProduct = async (path: string, split: Split, seed: number): Promise<Buffer> => {
  const dice = diceOf(7_000_000 + seed + FIRST_SEED[split])
  const side = dice.of([200, 300, 400, 600, 800])
  const share = dice.between(0.45, 0.85)
  const thing = Math.round(side * share)
  const outline = dice.of(OUTLINES[split === 'tuning' ? 'tuning' : 'held out'])(dice)
  const mask = (fill: string, more = ''): Buffer => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${thing}" height="${thing}" viewBox="0 0 1 1" fill="${fill}" ${more}>${outline}</svg>`)
  const cut = await sharp(await sharp(path).resize(thing, thing, { fit: 'cover' }).ensureAlpha().png().toBuffer()).composite([{ input: mask('#fff'), blend: 'dest-in' }]).png().toBuffer()
  const shadow = await sharp(mask('#000', 'opacity=".35"')).blur(Math.max(1, side * 0.012)).png().toBuffer()
  const [left, top] = [Math.round((side - thing) / 2), Math.round((side - thing) * dice.between(0.3, 0.7))]
  const background = dice.of<string>(GROUNDS[split === 'tuning' ? 'tuning' : 'held out'])
  const picture = sharp({ create: { width: side, height: side, channels: 3, background } })
    .composite([...(dice.chance(0.6) ? [{ input: shadow, left, top: Math.min(side - thing, top + Math.round(side * 0.015)) }] : []), { input: cut, left, top }])
  const flat = await picture.png().toBuffer()
  return sharp(flat).jpeg({ quality: dice.whole(60, 95) }).toBuffer()
}

/** As thumbnailers and sites have made them: other sizes, more or less lossy. */
export const sentPhotograph = async (path: string, split: Split, seed: number): Promise<Buffer> => {
  const dice = diceOf(9_000_000 + seed + FIRST_SEED[split])
  const scale = dice.between(0.35, 1)
  const { autoOrient: { width } } = await sharp(path).metadata()
  return encoded(dice, sharp(path).autoOrient().resize(Math.max(100, Math.round(width * scale))))
}
