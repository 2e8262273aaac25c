/** What stands where a picture is missing: a few words or a sign on plain ground, or nothing but a gradient. */
import { circle, gradient, rect, schemeOf, text, words, type Dice } from './dice.ts'
import type { Drawing } from './drawing.ts'

const sized = (dice: Dice): { w: number; h: number } => {
  const [w, h] = dice.of([[150, 150], [200, 200], [300, 200], [300, 300], [400, 300], [600, 400], [640, 480], [240, 320]] as const)
  return { w, h }
}
const SAYINGS = ['No image available', 'Image not found', 'No photo', 'Image coming soon', '暂无图片', 'Kein Bild', 'Sin imagen', '404']
const greys = (dice: Dice): string => dice.of(['#eee', '#ddd', '#ccc', '#e5e7eb', '#f3f4f6', '#bbb', '#fff'])

export const saying: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const body = dice.of(SAYINGS)
  return { width: w, height: h, body: rect(0, 0, w, h, greys(dice)) + text(w / 2, h * 0.53, Math.min(h * 0.14, (w * 1.4) / body.length), dice.of(['#888', '#999', '#666', '#aaa']), body, 'text-anchor="middle"') }
}

export const sizeText: Drawing = (dice) => {
  const [{ w, h }, { main, grey }] = [sized(dice), schemeOf(dice)]
  return { width: w, height: h, body: rect(0, 0, w, h, dice.of([greys(dice), grey, main])) + text(w / 2, h * 0.56, Math.min(w, h) * 0.16, dice.of(['#969696', '#fff', '#777']), `${w} × ${h}`, 'text-anchor="middle" font-weight="bold"') }
}

export const cameraSign: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const [s, x, y, fill] = [Math.min(w, h) * dice.between(0.25, 0.5), w / 2, h / 2, dice.of(['#bbb', '#aaa', '#c8ccd0', '#999'])]
  const ground = greys(dice)
  return { width: w, height: h, body: rect(0, 0, w, h, ground) + rect(x - s / 2, y - s * 0.32, s, s * 0.68, fill, `rx="${s * 0.08}"`) + rect(x - s * 0.15, y - s * 0.42, s * 0.3, s * 0.14, fill) + circle(x, y, s * 0.22, ground) + circle(x, y, s * 0.14, fill) }
}

export const crossed: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const stroke = `stroke="${dice.of(['#aaa', '#ccc', '#999'])}" stroke-width="${dice.whole(1, 4)}"`
  return { width: w, height: h, body: rect(0, 0, w, h, greys(dice)) + `<path d="M0 0 L${w} ${h} M${w} 0 L0 ${h}" ${stroke}/><rect x="1" y="1" width="${w - 2}" height="${h - 2}" fill="none" ${stroke}/>` }
}

export const ramp: Drawing = (dice) => {
  const [{ w, h }, { main, other, light, dark, grey }] = [sized(dice), schemeOf(dice)]
  return { width: w, height: h, body: gradient('g', dice.of([main, light, dark]), dice.of([other, light, grey]), dice) + rect(0, 0, w, h, 'url(#g)') }
}

export const halo: Drawing = (dice) => {
  const [{ w, h }, { main, light, dark, grey }] = [sized(dice), schemeOf(dice)]
  const [inner, outer] = [dice.of([light, '#fff', main]), dice.of([grey, dark, main])]
  return {
    width: w, height: h,
    body: `<defs><radialGradient id="h" cx="${dice.between(0.2, 0.8)}" cy="${dice.between(0.2, 0.8)}" r="${dice.between(0.4, 1)}"><stop offset="0" stop-color="${inner}"/><stop offset="1" stop-color="${outer}"/></radialGradient></defs>` + rect(0, 0, w, h, 'url(#h)') +
      (dice.chance(0.4) ? text(w / 2, h / 2, h * 0.08, '#fff', dice.of(SAYINGS), 'text-anchor="middle"') : ''),
  }
}

// Held out.

export const blobs: Drawing = (dice) => {
  const [{ w, h }, scheme] = [sized(dice), schemeOf(dice)]
  const colours = [scheme.main, scheme.other, scheme.third, scheme.light]
  return {
    width: w, height: h,
    body: colours.map((colour, n) => `<defs><radialGradient id="b${n}"><stop offset="0" stop-color="${colour}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient></defs>`).join('') + rect(0, 0, w, h, scheme.light) +
      colours.map((_, n) => circle(w * dice.share(), h * dice.share(), Math.max(w, h) * dice.between(0.4, 0.8), `url(#b${n})`)).join(''),
  }
}

export const avatar: Drawing = (dice) => {
  const s = dice.of([128, 200, 256, 400])
  const fill = dice.of(['#fff', '#9aa5b1', '#b8c0c8'])
  return { width: s, height: s, body: rect(0, 0, s, s, dice.of(['#d5dae0', '#e6e8eb', '#c0c7ce', '#8899a6'])) + circle(s / 2, s * 0.38, s * 0.18, fill) + `<ellipse cx="${s / 2}" cy="${s * 0.95}" rx="${s * 0.34}" ry="${s * 0.32}" fill="${fill}"/>` }
}

export const striped: Drawing = (dice) => {
  const [{ w, h }, { main, light }] = [sized(dice), schemeOf(dice)]
  const step = dice.between(12, 40)
  const bands = Array.from({ length: Math.ceil((w + h) / step) }, (_, n) => `<path d="M${n * step} 0 L${n * step - h} ${h}" stroke="${main}" stroke-width="${step / 2}" opacity=".25"/>`).join('')
  const body = dice.chance(0.5) ? 'Coming soon' : words(dice, 1)
  return { width: w, height: h, body: rect(0, 0, w, h, light) + bands + rect(w * 0.15, h * 0.38, w * 0.7, h * 0.24, '#fff') + text(w / 2, h * 0.54, h * 0.1, '#666', body, 'text-anchor="middle"') }
}
