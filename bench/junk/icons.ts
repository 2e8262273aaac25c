/** Icons and logos, as they stand about on pages. Each draws into a square or a low rectangle of its own size. */
import { circle, FONTS, gradient, headline, rect, schemeOf, shape, text, words, type Dice } from './dice.ts'
import type { Drawing } from './drawing.ts'

const SIDES = [64, 96, 128, 180, 256, 400, 512]
const square = (dice: Dice): number => dice.of(SIDES)
const star = (x: number, y: number, r: number, points: number, inner: number): (readonly [number, number])[] =>
  Array.from({ length: points * 2 }, (_, n) => {
    const [angle, far] = [(Math.PI * n) / points - Math.PI / 2, n % 2 === 0 ? r : r * inner]
    return [x + far * Math.cos(angle), y + far * Math.sin(angle)] as const
  })

export const monogram: Drawing = (dice) => {
  const [s, { main, light, dark }] = [square(dice), schemeOf(dice)]
  const back = dice.chance(0.5) ? circle(s / 2, s / 2, s * dice.between(0.35, 0.5), main) : rect(s * 0.08, s * 0.08, s * 0.84, s * 0.84, main, `rx="${s * dice.between(0, 0.25)}"`)
  const letters = words(dice, dice.whole(1, 2)).split(' ').map((word) => word[0]).join('').toUpperCase()
  return { width: s, height: s, body: rect(0, 0, s, s, dice.of(['#fff', light, dark])) + back + text(s / 2, s * 0.66, s * 0.45, '#fff', letters, `text-anchor="middle" font-weight="bold" font-family="${dice.of(FONTS)}"`) }
}

export const glyph: Drawing = (dice) => {
  const [s, { main, other, third, light }] = [square(dice), schemeOf(dice)]
  const parts = Array.from({ length: dice.whole(2, 5) }, () => {
    const [x, y, r] = [s * dice.between(0.25, 0.75), s * dice.between(0.25, 0.75), s * dice.between(0.08, 0.3)]
    const fill = dice.of([main, other, third])
    return dice.of([
      () => circle(x, y, r, fill), () => rect(x - r, y - r, 2 * r, 2 * r, fill, `transform="rotate(${dice.whole(0, 3) * 15} ${x} ${y})"`),
      () => shape(star(x, y, r, dice.whole(3, 8), dice.between(0.35, 1)), fill), () => `<path d="M${x - r} ${y} A${r} ${r} 0 0 1 ${x + r} ${y} Z" fill="${fill}"/>`,
    ])()
  })
  return { width: s, height: s, body: rect(0, 0, s, s, dice.of(['#fff', '#fff', light, '#222'])) + parts.join('') }
}

export const badge: Drawing = (dice) => {
  const [s, { main, other, light, dark }] = [square(dice), schemeOf(dice)]
  const c = s / 2
  return {
    width: s, height: s,
    body: rect(0, 0, s, s, dice.of(['#fff', light])) + (dice.chance(0.5) ? shape(star(c, c, s * 0.48, dice.whole(10, 24), 0.9), main) : circle(c, c, s * 0.46, main)) +
      circle(c, c, s * 0.36, 'none', `stroke="${light}" stroke-width="${s * 0.02}"`) + circle(c, c, s * 0.3, dice.of([other, dark, main])) +
      text(c, c + s * 0.05, s * 0.14, '#fff', dice.of(['100%', 'NEW', 'ECO', 'BIO', '№1', 'OK']), 'text-anchor="middle" font-weight="bold"'),
  }
}

export const wordmark: Drawing = (dice) => {
  const { main, other, dark } = schemeOf(dice)
  const [w, h] = [dice.whole(220, 520), dice.whole(70, 200)]
  const r = h * dice.between(0.2, 0.35)
  const mark = dice.chance(0.5) ? shape(star(h / 2, h / 2, r, dice.whole(3, 6), dice.between(0.4, 1)), main) : circle(h / 2, h / 2, r, main) + circle(h / 2 + r * 0.4, h / 2, r * 0.6, other)
  return { width: w, height: h, body: rect(0, 0, w, h, '#fff') + mark + text(h, h * 0.62, Math.min(h * 0.4, w / 9), dark, words(dice, 1), `font-weight="bold" font-family="${dice.of(FONTS)}"`) }
}

export const lines: Drawing = (dice) => {
  const [s, { main, dark }] = [square(dice), schemeOf(dice)]
  const stroke = `stroke="${dice.of([main, dark, '#000'])}" stroke-width="${s * dice.between(0.03, 0.08)}" stroke-linecap="round"`
  const parts = Array.from({ length: dice.whole(3, 6) }, () => {
    const at = (): string => (s * dice.between(0.18, 0.82)).toFixed(1)
    return dice.chance(0.4) ? `<circle cx="${at()}" cy="${at()}" r="${s * dice.between(0.06, 0.25)}" fill="none" ${stroke}/>` : `<path d="M${at()} ${at()} L${at()} ${at()} L${at()} ${at()}" fill="none" ${stroke}/>`
  })
  return { width: s, height: s, body: rect(0, 0, s, s, '#fff') + parts.join('') }
}

// Held out: no threshold and no weight was set on what these draw.

export const appIcon: Drawing = (dice) => {
  const [s, { main, other, light }] = [square(dice), schemeOf(dice)]
  const c = s / 2
  const sign = dice.chance(0.5) ? `<path d="M${c - s * 0.2} ${c + s * 0.15} Q${c} ${c - s * 0.4} ${c + s * 0.2} ${c + s * 0.15} Z" fill="#fff" opacity=".9"/>` : circle(c, c, s * 0.2, '#fff') + circle(c, c, s * 0.11, other)
  return { width: s, height: s, body: gradient('g', main, other, dice) + rect(0, 0, s, s, light) + rect(s * 0.05, s * 0.05, s * 0.9, s * 0.9, 'url(#g)', `rx="${s * 0.2}"`) + sign }
}

export const crest: Drawing = (dice) => {
  const [s, { main, other, third, dark }] = [square(dice), schemeOf(dice)]
  return {
    width: s, height: Math.round(s * 1.15),
    body: rect(0, 0, s, s * 1.15, '#fff') + `<path d="M${s * 0.1} ${s * 0.1} H${s * 0.9} V${s * 0.6} Q${s * 0.9} ${s * 0.95} ${s / 2} ${s * 1.08} Q${s * 0.1} ${s * 0.95} ${s * 0.1} ${s * 0.6} Z" fill="${main}" stroke="${dark}" stroke-width="${s * 0.03}"/>` +
      rect(s * 0.13, s * 0.42, s * 0.74, s * 0.14, other) + shape(star(s / 2, s * 0.28, s * 0.1, 5, 0.4), third) + text(s / 2, s * 0.78, s * 0.15, '#fff', String(dice.whole(1880, 2020)), 'text-anchor="middle"'),
  }
}

export const smiley: Drawing = (dice) => {
  const s = square(dice)
  const c = s / 2
  return {
    width: s, height: s,
    body: `<defs><radialGradient id="f"><stop offset="0" stop-color="#ffe36b"/><stop offset="1" stop-color="#f6b21b"/></radialGradient></defs>` + rect(0, 0, s, s, '#fff') + circle(c, c, s * 0.45, 'url(#f)') +
      circle(c - s * 0.15, c - s * 0.1, s * 0.055, '#5b3a12') + circle(c + s * 0.15, c - s * 0.1, s * 0.055, '#5b3a12') +
      `<path d="M${c - s * 0.22} ${c + s * 0.08} Q${c} ${c + s * dice.between(0.1, 0.4)} ${c + s * 0.22} ${c + s * 0.08}" fill="none" stroke="#5b3a12" stroke-width="${s * 0.045}"/>`,
  }
}

export const cube: Drawing = (dice) => {
  const [s, { main, other, third }] = [square(dice), schemeOf(dice)]
  const c = s / 2
  const r = s * dice.between(0.28, 0.42)
  const corner = (n: number): readonly [number, number] => [c + r * Math.cos((Math.PI / 3) * n - Math.PI / 2), c + r * Math.sin((Math.PI / 3) * n - Math.PI / 2)]
  const middle = [c, c] as const
  return {
    width: s, height: s,
    body: rect(0, 0, s, s, dice.of(['#fff', '#111'])) + shape([corner(0), corner(1), middle, corner(5)], main) + shape([corner(1), corner(2), corner(3), middle], other) + shape([corner(5), middle, corner(3), corner(4)], third) +
      (dice.chance(0.4) ? text(c, s * 0.97, s * 0.1, '#888', headline(dice), 'text-anchor="middle"') : ''),
  }
}
