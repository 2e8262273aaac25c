/** Banners and adverts: words to be seen, on colour or on a photograph. */
import { circle, FONTS, gradient, headline, rect, schemeOf, shape, text, words, type Dice } from './dice.ts'
import type { Drawing } from './drawing.ts'

const SIZES = [[300, 250], [336, 280], [480, 320], [600, 300], [640, 400], [800, 400], [500, 500], [970, 420], [320, 480]] as const
const sized = (dice: Dice): { w: number; h: number } => {
  const [w, h] = dice.of(SIZES)
  return { w, h }
}
const button = (dice: Dice, x: number, y: number, h: number, fill: string): string =>
  rect(x, y, h * 3.6, h, fill, `rx="${h * dice.of([0, 0.15, 0.5])}"`) + text(x + h * 1.8, y + h * 0.68, h * 0.46, '#fff', dice.of(['Shop now', 'Buy now', 'Learn more', '立即购买', 'Mehr dazu']), 'text-anchor="middle" font-weight="bold"')
const percent = (dice: Dice): string => `${dice.of(['-', '', 'Up to ', 'bis ']) }${dice.whole(1, 8) * 10}%`
/** Size of letters that fits so many into so much. */
const fits = (body: string, width: number, most: number): number => Math.min(most, (width / Math.max(4, [...body].length)) * 1.6)

export const sale: Drawing = (dice) => {
  const [{ w, h }, { main, other, dark }] = [sized(dice), schemeOf(dice)]
  const title = headline(dice)
  const font = `font-family="${dice.of(FONTS)}" font-weight="bold"`
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, dice.of([main, dark, '#e01e26'])) + text(w * 0.07, h * 0.3, fits(title, w * 0.86, h * 0.17), '#fff', title, font) +
      text(w * 0.07, h * 0.58, h * 0.24, '#ffe14d', percent(dice), font) + button(dice, w * 0.07, h * 0.72, h * 0.15, other) + (dice.chance(0.5) ? circle(w * 0.85, h * 0.6, h * 0.25, other) : ''),
  }
}

export const split: Drawing = (dice, photo) => {
  const [{ w, h }, { main, light, dark }] = [sized(dice), schemeOf(dice)]
  const [part, title] = [dice.between(0.42, 0.58), headline(dice)]
  const left = dice.chance(0.5)
  const x = left ? 0 : w * (1 - part)
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, dice.of([light, '#fff', main])) + `<image href="${photo(dice)}" x="${left ? w * part : 0}" y="0" width="${w * (1 - part)}" height="${h}" preserveAspectRatio="xMidYMid slice"/>` +
      text(x + w * 0.04, h * 0.35, fits(title, w * part * 0.9, h * 0.14), dark, title, `font-weight="bold" font-family="${dice.of(FONTS)}"`) + text(x + w * 0.04, h * 0.5, h * 0.055, dark, words(dice, 3)) + button(dice, x + w * 0.04, h * 0.62, h * 0.12, dark),
  }
}

export const glow: Drawing = (dice) => {
  const [{ w, h }, { main, other }] = [sized(dice), schemeOf(dice)]
  const title = headline(dice)
  return {
    width: w, height: h,
    body: gradient('g', main, other, dice) + rect(0, 0, w, h, 'url(#g)') + text(w / 2, h * 0.42, fits(title, w * 0.85, h * 0.18), '#fff', title, `text-anchor="middle" font-weight="bold" font-family="${dice.of(FONTS)}"`) +
      text(w / 2, h * 0.58, h * 0.07, '#fff', words(dice, 4), 'text-anchor="middle"') + button(dice, w / 2 - h * 0.25, h * 0.7, h * 0.14, '#222'),
  }
}

export const framed: Drawing = (dice, photo) => {
  const [{ w, h }, { main, dark }] = [sized(dice), schemeOf(dice)]
  const [title, bar] = [headline(dice), h * dice.between(0.24, 0.36)]
  return {
    width: w, height: h,
    body: `<image href="${photo(dice)}" x="0" y="0" width="${w}" height="${h - bar}" preserveAspectRatio="xMidYMid slice"/>` + rect(0, h - bar, w, bar, dice.of([main, dark, '#fff'])) +
      text(w * 0.05, h - bar * 0.4, fits(title, w * 0.6, bar * 0.45), dice.of(['#fff', '#ffd400', '#d00']), title, 'font-weight="bold"') + button(dice, w * 0.95 - bar * 1.6, h - bar * 0.7, bar * 0.42, '#e33'),
  }
}

export const panel: Drawing = (dice, photo) => {
  const [{ w, h }, { main, dark }] = [sized(dice), schemeOf(dice)]
  const [title, pw, ph] = [headline(dice), w * dice.between(0.4, 0.7), h * dice.between(0.3, 0.55)]
  const [x, y] = [dice.of([w * 0.05, (w - pw) / 2, w * 0.95 - pw]), dice.of([h * 0.08, (h - ph) / 2, h * 0.92 - ph])]
  return {
    width: w, height: h,
    body: `<image href="${photo(dice)}" x="0" y="0" width="${w}" height="${h}" preserveAspectRatio="xMidYMid slice"/>` + rect(x, y, pw, ph, dice.of(['#fff', main, dark]), `opacity="${dice.between(0.8, 1).toFixed(2)}"`) +
      text(x + pw / 2, y + ph * 0.42, fits(title, pw * 0.9, ph * 0.28), dice.of(['#c00', '#ffd400', '#222']), title, 'text-anchor="middle" font-weight="bold"') + text(x + pw / 2, y + ph * 0.7, ph * 0.14, '#777', words(dice, 3), 'text-anchor="middle"'),
  }
}

export const collage: Drawing = (dice, photo) => {
  const [{ w, h }, { main, light }] = [sized(dice), schemeOf(dice)]
  const [columns, gap, top] = [dice.whole(2, 3), dice.between(3, 14), h * dice.between(0.16, 0.3)]
  const title = headline(dice)
  const cw = (w - gap * (columns + 1)) / columns
  const rows = dice.whole(1, 2)
  const ch = (h - top - gap * rows) / rows
  const cells = Array.from({ length: columns * rows }, (_, n) => `<image href="${photo(dice)}" x="${gap + (n % columns) * (cw + gap)}" y="${top + Math.floor(n / columns) * (ch + gap)}" width="${cw}" height="${ch}" preserveAspectRatio="xMidYMid slice"/>`)
  return { width: w, height: h, body: rect(0, 0, w, h, dice.of(['#fff', light, main])) + text(w / 2, top * 0.66, fits(title, w * 0.9, top * 0.5), dice.of(['#222', '#d00']), title, 'text-anchor="middle" font-weight="bold"') + cells.join('') }
}

export const medallion: Drawing = (dice, photo) => {
  const [{ w, h }, { main, other, light }] = [sized(dice), schemeOf(dice)]
  const [title, r] = [headline(dice), h * dice.between(0.28, 0.42)]
  const x = dice.of([w * 0.72, w * 0.28])
  return {
    width: w, height: h,
    body: gradient('g', main, dice.of([other, light]), dice) + rect(0, 0, w, h, 'url(#g)') + `<clipPath id="c"><circle cx="${x}" cy="${h / 2}" r="${r}"/></clipPath><image href="${photo(dice)}" x="${x - r}" y="${h / 2 - r}" width="${2 * r}" height="${2 * r}" preserveAspectRatio="xMidYMid slice" clip-path="url(#c)"/>` +
      text(x > w / 2 ? w * 0.05 : w * 0.5, h * 0.45, fits(title, w * 0.42, h * 0.14), '#fff', title, 'font-weight="bold"') + button(dice, x > w / 2 ? w * 0.05 : w * 0.5, h * 0.58, h * 0.11, '#222'),
  }
}

export const captioned: Drawing = (dice, photo) => {
  const { w, h } = sized(dice)
  const title = headline(dice)
  const y = dice.of([h * 0.2, h * 0.55, h * 0.85])
  return {
    width: w, height: h,
    body: `<image href="${photo(dice)}" x="0" y="0" width="${w}" height="${h}" preserveAspectRatio="xMidYMid slice"/>` + text(w / 2, y, fits(title, w * 0.9, h * dice.between(0.14, 0.24)), dice.of(['#fff', '#fe0', '#e00']), title, `text-anchor="middle" font-weight="bold" stroke="#000" stroke-width="${dice.between(0, 2).toFixed(1)}" font-family="${dice.of(FONTS)}"`) +
      (dice.chance(0.6) ? text(w / 2, y + h * 0.11, h * 0.07, '#fff', words(dice, 3), 'text-anchor="middle" font-weight="bold"') : ''),
  }
}

// Held out.

export const burst: Drawing = (dice) => {
  const [{ w, h }, { main, other, third, light }] = [sized(dice), schemeOf(dice)]
  const title = headline(dice)
  const dots = Array.from({ length: 120 }, (_, n) => circle(((n % 15) + 0.5) * (w / 15), (Math.floor(n / 15) + 0.5) * (h / 8), h * 0.015, light, 'opacity=".5"')).join('')
  const rays = Array.from({ length: 12 }, (_, n) => shape([[w * 0.78, h / 2], [w * 0.78 + w * Math.cos(n * 0.52), h / 2 + w * Math.sin(n * 0.52)], [w * 0.78 + w * Math.cos(n * 0.52 + 0.26), h / 2 + w * Math.sin(n * 0.52 + 0.26)]], third, 'opacity=".35"')).join('')
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, main) + (dice.chance(0.5) ? dots : rays) + shape(Array.from({ length: 28 }, (_, n) => [w * 0.78 + h * (n % 2 ? 0.27 : 0.33) * Math.cos(n * 0.2244), h * 0.45 + h * (n % 2 ? 0.27 : 0.33) * Math.sin(n * 0.2244)] as const), other) +
      text(w * 0.78, h * 0.5, h * 0.15, '#fff', percent(dice).replace(/^\D+/, '-'), 'text-anchor="middle" font-weight="bold"') + text(w * 0.05, h * 0.45, fits(title, w * 0.5, h * 0.16), '#fff', title, 'font-weight="bold"') + text(w * 0.05, h * 0.62, h * 0.07, light, words(dice, 3)),
  }
}

export const overPhoto: Drawing = (dice, photo) => {
  const { w, h } = sized(dice)
  const title = headline(dice)
  return {
    width: w, height: h,
    body: `<image href="${photo(dice)}" x="0" y="0" width="${w}" height="${h}" preserveAspectRatio="xMidYMid slice"/>` + rect(0, 0, w, h, '#000', `opacity="${dice.between(0.3, 0.6).toFixed(2)}"`) +
      text(w / 2, h * 0.45, fits(title, w * 0.85, h * 0.2), '#fff', title, `text-anchor="middle" font-weight="bold" font-family="${dice.of(FONTS)}"`) + text(w / 2, h * 0.6, h * 0.07, '#fff', words(dice, 4), 'text-anchor="middle"') + button(dice, w / 2 - h * 0.22, h * 0.7, h * 0.13, '#f60'),
  }
}

export const promo: Drawing = (dice, photo) => {
  const { w, h } = sized(dice)
  const { main, light, dark } = schemeOf(dice)
  const count = dice.whole(2, 4)
  const side = Math.min((w * 0.92) / count - w * 0.02, h * 0.5)
  const cards = Array.from({ length: count }, (_, n) => {
    const x = w * 0.05 + n * ((w * 0.92) / count)
    return `<image href="${photo(dice)}" x="${x}" y="${h * 0.27}" width="${side}" height="${side}" preserveAspectRatio="xMidYMid slice"/>` + text(x, h * 0.27 + side + h * 0.09, h * 0.075, '#d00', `€ ${dice.whole(3, 99)}.${dice.whole(10, 99)}`, 'font-weight="bold"')
  })
  const title = headline(dice)
  return { width: w, height: h, body: rect(0, 0, w, h, dice.of([light, '#fff'])) + rect(0, 0, w, h * 0.2, main) + text(w * 0.05, h * 0.14, fits(title, w * 0.9, h * 0.11), '#fff', title, 'font-weight="bold"') + cards.join('') + text(w * 0.05, h * 0.97, h * 0.05, dark, words(dice, 6)) }
}
