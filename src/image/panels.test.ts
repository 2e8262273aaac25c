/** What pictures are put together from, and that one picture is one. */
import { expect, test } from 'vitest'
import { asSharp, draw as drawn } from '../../test/drawn-pictures.ts'
import type { Rgb } from './decode.ts'
import { lumaOf } from './luma.ts'
import type { Panel } from './look.ts'
import { panelsOf } from './panels.ts'

/** With waves over it, so that no edge of it is plain. */
const draw = (seed: number, width: number, height: number): Rgb => {
  const { data } = drawn(seed, width, height)
  return { data: data.map((level, at) => Math.max(0, Math.min(255, level + 50 * Math.sin(at / 31) + 40 * Math.sin(at / width / 20)))), width, height }
}

const panelsIn = (picture: Rgb): readonly Panel[] => panelsOf(lumaOf(picture), picture.width, picture.height)

const near = (panel: Panel | undefined, [x, y, width, height]: readonly [number, number, number, number]): boolean =>
  panel !== undefined && [panel.x - x, panel.y - y, panel.width - width, panel.height - height].every((off) => Math.abs(off) < 0.02)

/** Pictures on a plain ground, each where it is told. */
const lay = async (width: number, height: number, background: string, parts: readonly (readonly [picture: Rgb, left: number, top: number])[]): Promise<Rgb> => {
  const { sharp } = await import('./loaders.ts')
  const composite = await Promise.all(parts.map(async ([picture, left, top]) => ({ input: await asSharp(picture).png().toBuffer(), left, top })))
  const data = await sharp({ create: { width, height, channels: 3, background } }).composite(composite).removeAlpha().raw().toBuffer()
  return { data, width, height }
}

test('a picture is one, however small or flat', () => {
  for (const [width, height] of [[400, 300], [512, 64], [3, 3], [1, 1]] as const) expect(panelsIn(draw(7, width, height))).toEqual([])
  expect(panelsIn({ data: new Uint8Array(300 * 200 * 3).fill(90), width: 300, height: 200 })).toEqual([])
})

test('what lies within a border, and above a caption, is found to a hundredth', async () => {
  const framed = panelsIn(await lay(400, 300, '#fff', [[draw(1, 320, 220), 40, 40]]))
  expect(framed.some((panel) => near(panel, [0.1, 40 / 300, 0.8, 220 / 300]))).toBe(true)
  const captioned = panelsIn(await lay(400, 300, '#102030', [[draw(2, 400, 260), 0, 0]]))
  expect(captioned.some((panel) => near(panel, [0, 0, 1, 260 / 300]))).toBe(true)
})

test.each([['side by side', 0], ['with a gap', 10]] as const)('two pictures %s are two', async (_how, gap) => {
  const panels = panelsIn(await lay(500 + gap, 300, '#fff', [[draw(3, 300, 300), 0, 0], [draw(4, 200, 300), 300 + gap, 0]]))
  const whole = 500 + gap
  expect(panels.some((panel) => near(panel, [0, 0, 300 / whole, 1]))).toBe(true)
  expect(panels.some((panel) => near(panel, [(300 + gap) / whole, 0, 200 / whole, 1]))).toBe(true)
})
