import { describe, expect, it } from 'vitest'
import { draw } from '../../test/drawn-pictures.ts'
import type { Rgb } from './develop.ts'
import { surfaceOf } from './surface.ts'

const painted = (width: number, height: number, colour: (x: number, y: number) => readonly [number, number, number]): Rgb => {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colour(x, y), (y * width + x) * 3)
  return { data, width, height }
}

describe('the surface', () => {
  it('of one colour is flat, and all ground', () => {
    expect(surfaceOf(painted(64, 48, () => [255, 255, 255]))).toMatchObject({
      colourEntropy: 0, topColour: 1, same: 1, alike: 1, edges: 0, flatBlocks: 1, deadBlocks: 1, busyBlocks: 0, groundRim: 1, groundShare: 1, groundLight: 1, acrossEdge: 0, emptyRows: 1, flatCells: 1,
    })
  })

  it('of a thing on plain ground has a plain rim', () => {
    const { groundRim, groundShare, groundLight } = surfaceOf(painted(100, 100, (x, y) => (Math.abs(x - 50) < 25 && Math.abs(y - 50) < 25 ? [(x * 7) % 256, (y * 5) % 256, 90] : [240, 240, 240])))
    expect([groundRim, groundLight]).toEqual([1, expect.closeTo(240 / 255, 2)])
    expect(groundShare).toBeCloseTo(0.76, 1)
  })

  it('tells where one thing was set beside another, and lines of text', () => {
    const split = surfaceOf(painted(120, 80, (x, y) => (x < 50 ? [200, 40, 40] : [(x * 31 + y * 17) % 20, 60, 90])))
    expect(split.downEdge).toBe(1)
    expect(split.acrossEdge).toBeLessThan(0.2)
    expect(split.mostFlatCell).toBeGreaterThan(split.leastFlatCell)
    const lines = surfaceOf(painted(120, 120, (x, y) => (y % 24 < 12 && x % 4 < 2 ? [0, 0, 0] : [255, 255, 255])))
    expect(lines.rowTurns).toBeGreaterThan(0.25)
    expect([lines.twoTone, lines.hardEdges]).toEqual([1, 1])
  })

  it('of a picture with detail at all scales has many levels and colours', () => {
    const { busyLevels, colours, deadBlocks } = surfaceOf(draw(3, 256, 192))
    expect([busyLevels > 0.12, colours > 0.5, deadBlocks]).toEqual([true, true, 0])
  })

  it('is measured of the smallest pictures, too', () => {
    for (const [width, height] of [[1, 1], [1, 9], [9, 1], [3, 3]] as const) {
      for (const value of Object.values(surfaceOf(painted(width, height, () => [9, 9, 9])))) expect(value).toSatisfy((one: number) => one >= 0 && one <= 1)
    }
  })
})
