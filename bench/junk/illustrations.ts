/** Drawn scenes, patterns and charts. */
import { circle, gradient, hsl, rect, schemeOf, shape, text, words, type Dice } from './dice.ts'
import type { Drawing } from './drawing.ts'

const sized = (dice: Dice): { w: number; h: number } => {
  const [w, h] = dice.of([[400, 300], [640, 480], [500, 500], [600, 400], [800, 600], [360, 480]] as const)
  return { w, h }
}
const ridge = (dice: Dice, w: number, h: number, base: number, high: number, fill: string): string => {
  const [a, b, c] = [dice.between(1, 4), dice.between(4, 9), dice.between(0, 6)]
  const points = Array.from({ length: 41 }, (_, n) => [(w * n) / 40, base - high * (0.5 + 0.35 * Math.sin(a * (n / 40) * Math.PI + c) + 0.15 * Math.sin(b * (n / 40) * Math.PI))] as const)
  return shape([[0, h], ...points, [w, h]], fill)
}

export const hills: Drawing = (dice) => {
  const [{ w, h }, hue] = [sized(dice), dice.between(60, 200)]
  const trees = Array.from({ length: dice.whole(3, 14) }, () => {
    const [x, y, s] = [w * dice.share(), h * dice.between(0.65, 0.95), h * dice.between(0.05, 0.14)]
    return rect(x - s * 0.08, y, s * 0.16, s * 0.5, '#6b4423') + (dice.chance(0.5) ? shape([[x, y - s], [x - s * 0.4, y + s * 0.1], [x + s * 0.4, y + s * 0.1]], hsl(hue + 20, 50, 30)) : circle(x, y - s * 0.3, s * 0.42, hsl(hue + 10, 50, 38)))
  })
  return { width: w, height: h, body: gradient('s', hsl(dice.between(180, 230), 70, 72), hsl(dice.between(20, 60), 80, 85), dice) + rect(0, 0, w, h, 'url(#s)') + circle(w * dice.share(), h * 0.25, h * 0.09, '#ffd54a') + [0.62, 0.75, 0.9].map((base, n) => ridge(dice, w, h, h * base, h * 0.2, hsl(hue, 45, 55 - n * 12))).join('') + trees.join('') }
}

export const figures: Drawing = (dice) => {
  const [{ w, h }, { light, main, other }] = [sized(dice), schemeOf(dice)]
  const people = Array.from({ length: dice.whole(1, 4) }, (_, n) => {
    const [x, s] = [w * (0.2 + n * 0.22), h * dice.between(0.5, 0.75)]
    const y = h * 0.95 - s
    const skin = dice.of(['#f1c9a5', '#c68642', '#8d5524', '#ffdbac'])
    return `<path d="M${x - s * 0.16} ${h * 0.95} L${x - s * 0.13} ${y + s * 0.35} Q${x} ${y + s * 0.2} ${x + s * 0.13} ${y + s * 0.35} L${x + s * 0.16} ${h * 0.95} Z" fill="${dice.of([main, other, '#334'])}"/>` + circle(x, y + s * 0.14, s * 0.11, skin) + `<path d="M${x - s * 0.12} ${y + s * 0.12} A${s * 0.12} ${s * 0.12} 0 0 1 ${x + s * 0.12} ${y + s * 0.12} Z" fill="${dice.of(['#222', '#5a3', '#a52', '#754'])}"/>` + circle(x - s * 0.04, y + s * 0.14, s * 0.014, '#222') + circle(x + s * 0.04, y + s * 0.14, s * 0.014, '#222')
  })
  return { width: w, height: h, body: rect(0, 0, w, h, light) + circle(w * 0.5, h * 0.5, h * 0.42, main, 'opacity=".2"') + people.join('') }
}

export const pattern: Drawing = (dice) => {
  const [{ w, h }, { main, other, third, light }] = [sized(dice), schemeOf(dice)]
  const step = dice.between(30, 90)
  const kind = dice.whole(0, 2)
  const parts: string[] = []
  for (let y = 0; y < h; y += step) for (let x = 0; x < w; x += step) {
    const fill = dice.of([main, other, third])
    parts.push(kind === 0 ? circle(x + step / 2, y + step / 2, step * dice.between(0.2, 0.45), fill) : kind === 1 ? rect(x, y, step, step, fill) : shape([[x, y], [x + step, y], [x, y + step]], fill))
  }
  return { width: w, height: h, body: rect(0, 0, w, h, light) + parts.join('') }
}

export const chart: Drawing = (dice) => {
  const [{ w, h }, { main, other, third, grey }] = [sized(dice), schemeOf(dice)]
  const parts: string[] = []
  if (dice.chance(0.5)) {
    const count = dice.whole(4, 10)
    for (let n = 0; n < count; n++) {
      const high = h * dice.between(0.1, 0.6)
      parts.push(rect(w * 0.1 + (n * w * 0.85) / count, h * 0.88 - high, (w * 0.6) / count, high, dice.of([main, other, third])))
      parts.push(text(w * 0.1 + (n * w * 0.85) / count, h * 0.94, h * 0.03, '#555', words(dice, 1).slice(0, 7)))
    }
  } else {
    let from = 0
    while (from < 2 * Math.PI) {
      const to = Math.min(2 * Math.PI, from + dice.between(0.4, 1.6))
      const [x, y, r] = [w / 2, h * 0.55, Math.min(w, h) * 0.36]
      parts.push(`<path d="M${x} ${y} L${x + r * Math.cos(from)} ${y + r * Math.sin(from)} A${r} ${r} 0 ${to - from > Math.PI ? 1 : 0} 1 ${x + r * Math.cos(to)} ${y + r * Math.sin(to)} Z" fill="${dice.of([main, other, third, grey])}" stroke="#fff"/>`)
      from = to
    }
  }
  return { width: w, height: h, body: rect(0, 0, w, h, '#fff') + text(w * 0.1, h * 0.1, h * 0.06, '#222', words(dice, 3), 'font-weight="bold"') + parts.join('') }
}

export const shaded: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const defs: string[] = []
  const parts = Array.from({ length: dice.whole(6, 18) }, (_, n) => {
    const hue = dice.between(0, 360)
    defs.push(`<radialGradient id="o${n}" cx=".35" cy=".3"><stop offset="0" stop-color="${hsl(hue, 80, 85)}"/><stop offset="1" stop-color="${hsl(hue, 75, 30)}"/></radialGradient>`)
    return circle(w * dice.share(), h * dice.share(), h * dice.between(0.05, 0.25), `url(#o${n})`)
  })
  return { width: w, height: h, body: `<defs>${defs.join('')}</defs>` + gradient('g', hsl(dice.between(0, 360), 50, 75), hsl(dice.between(0, 360), 50, 40), dice) + rect(0, 0, w, h, 'url(#g)') + parts.join('') }
}

export const waves: Drawing = (dice) => {
  const [{ w, h }, hue] = [sized(dice), dice.between(0, 360)]
  const count = dice.whole(3, 7)
  const defs = Array.from({ length: count }, (_, n) => `<linearGradient id="w${n}" x1="0" y1="0" x2="${dice.share()}" y2="1"><stop offset="0" stop-color="${hsl(hue + n * 15, 70, 70 - n * 6)}"/><stop offset="1" stop-color="${hsl(hue + n * 15 + 30, 70, 40 - n * 3)}"/></linearGradient>`)
  return { width: w, height: h, body: `<defs>${defs.join('')}</defs>` + rect(0, 0, w, h, hsl(hue - 20, 60, 80)) + defs.map((_, n) => ridge(dice, w, h, h * (0.25 + (n * 0.7) / count), h * 0.25, `url(#w${n})`)).join('') }
}

export const dusk: Drawing = (dice) => {
  const [{ w, h }, hue] = [sized(dice), dice.between(0, 60)]
  const birds = Array.from({ length: dice.whole(0, 7) }, () => {
    const [x, y, s] = [w * dice.share(), h * dice.between(0.1, 0.5), dice.between(5, 16)]
    return `<path d="M${x - s} ${y} Q${x - s / 2} ${y - s / 2} ${x} ${y} Q${x + s / 2} ${y - s / 2} ${x + s} ${y}" fill="none" stroke="#222" stroke-width="2"/>`
  })
  return { width: w, height: h, body: gradient('d', hsl(hue + 220, 60, 35), hsl(hue, 90, 65), dice) + rect(0, 0, w, h, 'url(#d)') + circle(w * dice.share(), h * 0.6, h * 0.12, hsl(hue + 20, 95, 75)) + ridge(dice, w, h, h * 0.75, h * 0.2, hsl(hue + 240, 40, 20)) + ridge(dice, w, h, h * 0.9, h * 0.15, '#111') + birds.join('') }
}

export const portrait: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const [c, s, skin] = [w / 2, h * dice.between(0.25, 0.34), dice.between(15, 35)]
  return {
    width: w, height: h,
    body: `<defs><radialGradient id="p" cx=".4" cy=".35"><stop offset="0" stop-color="${hsl(skin, 60, 85)}"/><stop offset="1" stop-color="${hsl(skin, 50, dice.between(35, 65))}"/></radialGradient></defs>` + gradient('q', hsl(dice.between(0, 360), 50, 80), hsl(dice.between(0, 360), 50, 50), dice) + rect(0, 0, w, h, 'url(#q)') +
      `<ellipse cx="${c}" cy="${h * 1.05}" rx="${s * 1.3}" ry="${s * 0.9}" fill="${hsl(dice.between(0, 360), 60, 45)}"/><ellipse cx="${c}" cy="${h * 0.45}" rx="${s * 0.8}" ry="${s}" fill="url(#p)"/>` +
      [-1, 1].map((side) => `<ellipse cx="${c + side * s * 0.3}" cy="${h * 0.42}" rx="${s * 0.13}" ry="${s * 0.09}" fill="#fff"/>` + circle(c + side * s * 0.3, h * 0.42, s * 0.06, '#333')).join('') +
      `<path d="M${c - s * 0.25} ${h * 0.45 + s * 0.5} q${s * 0.25} ${s * 0.15} ${s * 0.5} 0" fill="none" stroke="#a33" stroke-width="${s * 0.06}"/><path d="M${c - s * 0.85} ${h * 0.4} Q${c} ${h * 0.45 - s * 1.5} ${c + s * 0.85} ${h * 0.4} Q${c} ${h * 0.45 - s * 0.6} ${c - s * 0.85} ${h * 0.4}" fill="${hsl(dice.between(10, 50), 40, dice.between(10, 45))}"/>`,
  }
}

// Held out.

export const skyline: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const towers: string[] = []
  for (let x = 0; x < w;) {
    const [wide, high] = [dice.between(24, 80), h * dice.between(0.2, 0.7)]
    towers.push(rect(x, h - high, wide, high, hsl(230, 30, dice.between(10, 25))))
    for (let y = h - high + 8; y < h - 8; y += 14) for (let dx = 5; dx < wide - 8; dx += 12) if (dice.chance(0.5)) towers.push(rect(x + dx, y, 6, 8, '#ffd76a'))
    x += wide + dice.between(0, 6)
  }
  return { width: w, height: h, body: gradient('n', hsl(240, 60, 12), hsl(280, 60, 40), dice) + rect(0, 0, w, h, 'url(#n)') + circle(w * 0.8, h * 0.2, h * 0.08, '#f5f3ce') + towers.join('') }
}

export const lowPoly: Drawing = (dice) => {
  const [{ w, h }, hue] = [sized(dice), dice.between(0, 360)]
  const n = dice.whole(6, 12)
  const grid = Array.from({ length: (n + 1) * (n + 1) }, (_, at) => [((at % (n + 1)) + dice.between(-0.35, 0.35)) * (w / n), (Math.floor(at / (n + 1)) + dice.between(-0.35, 0.35)) * (h / n)] as const)
  const corner = (x: number, y: number): readonly [number, number] => grid[y * (n + 1) + x] as readonly [number, number]
  const parts: string[] = []
  for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) {
    parts.push(shape([corner(x, y), corner(x + 1, y), corner(x, y + 1)], hsl(hue + x * 6, 55, dice.between(30, 70))), shape([corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)], hsl(hue + y * 6, 55, dice.between(30, 70))))
  }
  return { width: w, height: h, body: rect(0, 0, w, h, hsl(hue, 50, 50)) + parts.join('') }
}

export const map: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const roads = Array.from({ length: dice.whole(8, 20) }, () => `<path d="M${w * dice.share()} ${dice.chance(0.5) ? 0 : h * dice.share()} Q${w * dice.share()} ${h * dice.share()} ${w * dice.share()} ${h}" fill="none" stroke="${dice.of(['#fff', '#fff', '#ffe08a', '#f5b86c'])}" stroke-width="${dice.between(2, 9)}"/>`)
  const parks = Array.from({ length: dice.whole(2, 6) }, () => rect(w * dice.share(), h * dice.share(), w * dice.between(0.05, 0.3), h * dice.between(0.05, 0.3), dice.of(['#cdebb0', '#b5d0d0', '#d9d0c9'])))
  return { width: w, height: h, body: rect(0, 0, w, h, '#f2efe9') + parks.join('') + `<path d="M0 ${h * 0.7} Q${w * 0.4} ${h * dice.between(0.4, 0.9)} ${w} ${h * 0.5} V${h * 0.6} Q${w * 0.4} ${h} 0 ${h * 0.8} Z" fill="#aad3df"/>` + roads.join('') + Array.from({ length: 12 }, () => text(w * dice.share(), h * dice.share(), 11, '#666', words(dice, 1))).join('') }
}

export const sketch: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const strokes = Array.from({ length: dice.whole(60, 220) }, () => {
    const [x, y] = [w * dice.share(), h * dice.share()]
    const [dx, dy] = [dice.between(-60, 60), dice.between(-60, 60)]
    return `<path d="M${x} ${y} q${dx / 2} ${dice.between(-20, 20)} ${dx} ${dy}" fill="none" stroke="${dice.of(['#222', '#444', '#333'])}" stroke-width="${dice.between(0.8, 3).toFixed(1)}"/>`
  })
  const outlines = Array.from({ length: 4 }, () => circle(w * dice.share(), h * dice.share(), h * dice.between(0.1, 0.3), dice.of(['none', '#fff', '#f6e6c8']), 'stroke="#111" stroke-width="4"'))
  return { width: w, height: h, body: rect(0, 0, w, h, dice.of(['#fff', '#fbf7ee'])) + outlines.join('') + strokes.join('') }
}

export const underwater: Drawing = (dice) => {
  const { w, h } = sized(dice)
  const fish = Array.from({ length: dice.whole(3, 10) }, () => {
    const [x, y, s, fill] = [w * dice.share(), h * dice.between(0.15, 0.75), h * dice.between(0.04, 0.12), hsl(dice.between(0, 60), 90, 60)]
    return `<ellipse cx="${x}" cy="${y}" rx="${s}" ry="${s * 0.55}" fill="${fill}"/>` + shape([[x - s * 0.8, y], [x - s * 1.5, y - s * 0.5], [x - s * 1.5, y + s * 0.5]], fill) + circle(x + s * 0.5, y - s * 0.1, s * 0.12, '#fff') + circle(x + s * 0.53, y - s * 0.1, s * 0.06, '#000')
  })
  const weeds = Array.from({ length: dice.whole(4, 12) }, () => {
    const x = w * dice.share()
    return `<path d="M${x} ${h} q${dice.between(-30, 30)} ${-h * 0.15} 0 ${-h * dice.between(0.15, 0.4)}" fill="none" stroke="${hsl(dice.between(90, 150), 60, 35)}" stroke-width="${dice.between(5, 14)}" stroke-linecap="round"/>`
  })
  return { width: w, height: h, body: gradient('u', hsl(195, 80, 70), hsl(215, 80, 25), dice) + rect(0, 0, w, h, 'url(#u)') + rect(0, h * 0.9, w, h * 0.1, '#e3c98f') + weeds.join('') + fish.join('') + Array.from({ length: 20 }, () => circle(w * dice.share(), h * dice.share(), dice.between(2, 8), 'none', 'stroke="#fff" opacity=".5"')).join('') }
}
