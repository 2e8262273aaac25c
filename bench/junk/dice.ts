/** Seeded chance for the generators of pictures, and what they all draw from it. */
import { seeded } from '../../test/drawn-pictures.ts'

export interface Dice {
  /** 0 to 1. */
  share(): number
  between(low: number, high: number): number
  whole(low: number, high: number): number
  of<Item>(items: readonly Item[]): Item
  chance(share: number): boolean
}

export const diceOf = (seed: number): Dice => {
  const share = seeded(seed)
  // Neighbouring seeds begin alike.
  for (let n = 0; n < 8; n++) share()
  const between = (low: number, high: number): number => low + (high - low) * share()
  const whole = (low: number, high: number): number => Math.min(high, Math.floor(between(low, high + 1)))
  return { share, between, whole, of: (items) => items[whole(0, items.length - 1)] as (typeof items)[number], chance: (odds) => share() < odds }
}

export const hsl = (hue: number, saturation: number, lightness: number): string => `hsl(${Math.round(hue)},${Math.round(saturation)}%,${Math.round(lightness)}%)`

/** A scheme of colours that go together: a hue, its neighbours or its opposite, light and dark. */
export const schemeOf = (dice: Dice) => {
  const hue = dice.between(0, 360)
  const turn = dice.of([25, 40, 120, 180])
  const vivid = dice.between(35, 95)
  return {
    main: hsl(hue, vivid, dice.between(35, 60)), other: hsl(hue + turn, vivid, dice.between(35, 65)), third: hsl(hue - turn, vivid, dice.between(40, 70)),
    light: hsl(hue, vivid / 2, dice.between(88, 97)), dark: hsl(hue, vivid / 2, dice.between(8, 24)), grey: hsl(hue, dice.between(0, 8), dice.between(45, 85)),
  }
}

const WORDS = ('account offer summer winter sale fresh travel coffee studio garden market city photo design health music delivery order today now save shop new collection ' +
  'premium quality limited special discover explore learn read more about service support price weekend family home office project report update search profile message ' +
  'settings download install free trial contact team story gallery archive news science sports culture opinion weather video popular latest trending account').split(' ')
const FOREIGN = ['限时优惠 立即购买', '新品上市', '夏の大セール', '送料無料', 'Распродажа сегодня', 'Скидки до', 'Rebajas de verano', 'Jetzt kaufen', 'Livraison offerte']

export const words = (dice: Dice, count: number): string => {
  const text = Array.from({ length: count }, () => dice.of(WORDS)).join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
/** Now and then in another script. */
export const headline = (dice: Dice): string => (dice.chance(0.2) ? dice.of(FOREIGN) : words(dice, dice.whole(2, 4)))
export const FONTS = ['DejaVu Sans', 'DejaVu Serif', 'DejaVu Sans Mono', 'TeX Gyre Heros', 'serif', 'sans-serif'] as const

export const text = (x: number, y: number, size: number, fill: string, body: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size.toFixed(1)}" fill="${fill}" ${more}>${body.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
export const rect = (x: number, y: number, width: number, height: number, fill: string, more = ''): string =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0, width).toFixed(1)}" height="${Math.max(0, height).toFixed(1)}" fill="${fill}" ${more}/>`
export const circle = (x: number, y: number, r: number, fill: string, more = ''): string => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${Math.max(0, r).toFixed(1)}" fill="${fill}" ${more}/>`
export const shape = (points: readonly (readonly [number, number])[], fill: string, more = ''): string =>
  `<polygon points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="${fill}" ${more}/>`
export const gradient = (id: string, from: string, to: string, dice: Dice): string =>
  dice.chance(0.7)
    ? `<defs><linearGradient id="${id}" x1="0" y1="0" x2="${dice.share().toFixed(2)}" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>`
    : `<defs><radialGradient id="${id}"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></radialGradient></defs>`
