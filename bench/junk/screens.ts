/** Screenshots, and pages of text. */
import { circle, hsl, rect, schemeOf, text, words, type Dice } from './dice.ts'
import type { Drawing } from './drawing.ts'

const sized = (dice: Dice): { w: number; h: number } => {
  const [w, h] = dice.of([[640, 400], [800, 500], [1024, 640], [500, 700], [360, 640], [1280, 720]] as const)
  return { w, h }
}
const block = (dice: Dice, x: number, y: number, width: number, count: number, size: number, fill: string, more = ''): string =>
  Array.from({ length: count }, (_, n) => {
    const letters = Math.floor((width * (n === count - 1 ? dice.between(0.3, 0.9) : 1)) / (size * 0.56))
    return text(x, y + n * size * 1.5, size, fill, words(dice, Math.ceil(letters / 5)).slice(0, letters), more)
  }).join('')

export const webPage: Drawing = (dice, photo) => {
  const [{ w, h }, { main, light, dark }] = [sized(dice), schemeOf(dice)]
  const size = dice.between(10, 15)
  const columns = dice.whole(2, 3)
  const cards = Array.from({ length: columns }, (_, n) => {
    const [x, cw] = [w * 0.04 + (n * w * 0.94) / columns, (w * 0.9) / columns - 10]
    const top = dice.chance(0.35) ? `<image href="${photo(dice)}" x="${x}" y="${h * 0.36}" width="${cw}" height="${h * 0.22}" preserveAspectRatio="xMidYMid slice"/>` : rect(x, h * 0.36, cw, h * 0.22, light)
    return top + block(dice, x, h * 0.64, cw, Math.floor((h * 0.34) / (size * 1.5)), size, '#444')
  })
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, '#fff') + rect(0, 0, w, h * 0.09, main) + text(w * 0.03, h * 0.06, h * 0.04, '#fff', words(dice, 2), 'font-weight="bold"') + text(w * 0.6, h * 0.06, size, '#fff', words(dice, 5)) +
      text(w * 0.04, h * 0.2, h * 0.06, dark, words(dice, 3), 'font-weight="bold"') + block(dice, w * 0.04, h * 0.26, w * 0.7, 2, size, '#555') + cards.join(''),
  }
}

export const document: Drawing = (dice) => {
  const [w, h] = [dice.whole(400, 700), dice.whole(500, 900)]
  const size = dice.between(9, 16)
  const font = `font-family="${dice.of(['DejaVu Serif', 'DejaVu Sans', 'serif'])}"`
  return { width: w, height: h, body: rect(0, 0, w, h, dice.of(['#fff', '#fffdf5', '#f4f4f4'])) + text(w * 0.1, h * 0.09, size * 1.9, '#111', words(dice, 3), `font-weight="bold" ${font}`) + block(dice, w * 0.1, h * 0.15, w * 0.8, Math.floor((h * 0.78) / (size * 1.5)), size, dice.of(['#111', '#333']), font) }
}

export const code: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const size = dice.between(10, 15)
  const dark = dice.chance(0.75)
  const rows = Array.from({ length: Math.floor(h / (size * 1.5)) }, (_, n) => {
    let x = size * 4 + size * 1.2 * dice.whole(0, 4)
    const parts = Array.from({ length: dice.whole(0, 6) }, () => {
      const word = words(dice, 1).toLowerCase() + dice.of(['', '(', ')', ' =', ';', '.', ' {'])
      const at = x
      x += (word.length + 1) * size * 0.6
      return text(at, (n + 1) * size * 1.5, size, hsl(dice.whole(0, 11) * 30, dark ? 60 : 80, dark ? 70 : 35), word, 'font-family="DejaVu Sans Mono"')
    })
    return text(size, (n + 1) * size * 1.5, size, '#888', String(n + 1), 'font-family="DejaVu Sans Mono"') + parts.join('')
  })
  return { width: w, height: h, body: rect(0, 0, w, h, dark ? dice.of(['#1e1e1e', '#282c34', '#002b36']) : '#fff') + rows.join('') }
}

export const chat: Drawing = (dice) => {
  const [w, h, { main, light }] = [dice.whole(320, 480), dice.whole(560, 760), schemeOf(dice)]
  const bubbles: string[] = []
  for (let y = h * 0.1; y < h * 0.9;) {
    const [mine, rows, width] = [dice.chance(0.5), dice.whole(1, 4), w * dice.between(0.35, 0.65)]
    const [high, x] = [rows * 21 + 16, mine ? w * 0.96 - width : w * 0.12]
    bubbles.push((mine ? '' : circle(w * 0.06, y + 14, 12, main)) + rect(x, y, width, high, mine ? main : light, 'rx="14"') + block(dice, x + 12, y + 22, width - 24, rows, 13, mine ? '#fff' : '#222'))
    y += high + 14
  }
  return { width: w, height: h, body: rect(0, 0, w, h, '#fff') + rect(0, 0, w, h * 0.075, light) + text(w * 0.1, h * 0.05, 16, '#222', words(dice, 2), 'font-weight="bold"') + bubbles.join('') }
}

export const table: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const [columns, high] = [dice.whole(4, 8), dice.between(20, 30)]
  const rows = Array.from({ length: Math.floor(h / high) }, (_, row) => Array.from({ length: columns }, (__, column) =>
    rect((column * w) / columns, row * high, w / columns, high, row === 0 ? '#dde6f0' : row % 2 ? '#fff' : '#f6f8fa', 'stroke="#c4ccd4" stroke-width="1"') +
    text((column * w) / columns + 6, row * high + high * 0.68, high * 0.48, '#222', column === 0 || row === 0 ? words(dice, 1) : String(dice.whole(1, 99_999)))).join('')).join('')
  return { width: w, height: h, body: rows }
}

// Held out.

export const terminal: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const size = dice.between(11, 16)
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, dice.of(['#000', '#0c0c1e', '#300a24'])) + rect(0, 0, w, 26, '#3c3c3c') + circle(16, 13, 6, '#f55') + circle(36, 13, 6, '#fb3') + circle(56, 13, 6, '#3c4') +
      Array.from({ length: Math.floor((h - 40) / (size * 1.45)) }, (_, n) => text(10, 46 + n * size * 1.45, size, dice.of(['#5f5', '#ddd', '#ddd', '#7af']), `${dice.chance(0.3) ? '$ ' : ''}${words(dice, dice.whole(1, 7))}`, 'font-family="DejaVu Sans Mono"')).join(''),
  }
}

export const form: Drawing = (dice) => {
  const [{ w, h }, { main, light }] = [sized(dice), schemeOf(dice)]
  const rows = Array.from({ length: Math.floor((h - 90) / 58) }, (_, n) => {
    const y = 70 + n * 58
    return text(w * 0.3, y + 14, 14, '#333', words(dice, 2)) + rect(w * 0.3, y + 20, w * 0.6, 26, '#fff', 'stroke="#bbb" rx="4"') + (dice.chance(0.6) ? text(w * 0.31, y + 38, 13, '#777', words(dice, 3)) : '')
  })
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, '#f7f7f8') + rect(0, 0, w * 0.24, h, light) + Array.from({ length: 8 }, (_, n) => circle(w * 0.035, 66 + n * 40, 7, main) + text(w * 0.06, 70 + n * 40, 13, '#333', words(dice, 1))).join('') +
      text(w * 0.3, 44, 22, '#111', words(dice, 2), 'font-weight="bold"') + rows.join('') + rect(w * 0.3, h - 50, 120, 32, main, 'rx="6"'),
  }
}

export const slide: Drawing = (dice) => {
  const [w, h, { main, other, light, dark }] = [800, dice.of([450, 600]), schemeOf(dice)]
  const bars = Array.from({ length: dice.whole(4, 7) }, (_, n) => {
    const high = h * dice.between(0.1, 0.4)
    return rect(w * 0.55 + n * w * 0.06, h * 0.85 - high, w * 0.04, high, n % 2 ? main : other)
  })
  return {
    width: w, height: h,
    body: rect(0, 0, w, h, dice.of(['#fff', light])) + text(w * 0.06, h * 0.15, h * 0.085, dark, words(dice, 3), 'font-weight="bold"') + rect(w * 0.06, h * 0.19, w * 0.88, 3, main) +
      Array.from({ length: dice.whole(3, 6) }, (_, n) => circle(w * 0.075, h * (0.3 + n * 0.1), 4, main) + text(w * 0.1, h * (0.315 + n * 0.1), h * 0.042, '#333', words(dice, 4).slice(0, 26))).join('') + bars.join(''),
  }
}

export const receipt: Drawing = (dice) => {
  const [w, h] = [dice.whole(260, 380), dice.whole(480, 800)]
  const rows = Array.from({ length: Math.floor((h - 120) / 24) }, (_, n) =>
    text(18, 100 + n * 24, 14, '#222', words(dice, 2).slice(0, 16), 'font-family="DejaVu Sans Mono"') + text(w - 18, 100 + n * 24, 14, '#222', `${dice.whole(1, 99)}.${dice.whole(10, 99)}`, 'text-anchor="end" font-family="DejaVu Sans Mono"')).join('')
  return { width: w, height: h, body: rect(0, 0, w, h, dice.of(['#fff', '#f5f3ee'])) + text(w / 2, 40, 20, '#111', words(dice, 2).toUpperCase(), 'text-anchor="middle" font-weight="bold"') + text(w / 2, 64, 12, '#444', `No ${dice.whole(1000, 99_999)}`, 'text-anchor="middle"') + rows }
}
