import { describe, expect, test } from 'vitest'
import { selectSource } from './index.ts'
import { sourceSize } from './sizes.ts'
import { parseSrcset } from './srcset.ts'

const wide = { width: 1000, height: 500, dpr: 2 }

describe('sizes', () => {
  test.each<[string, number]>([
    ['', 1000], [',', 1000], ['100px', 100], ['50vw', 500], ['10vh', 50], ['10vmin', 50], ['10vmax', 100], ['2em', 32], ['2rem', 32], ['1in', 96], ['2.54cm', 96],
    ['72pt', 96], ['6pc', 96], ['40q', 40 * 96 / 101.6], ['1e2px', 100], ['+1px', 1], ['.5px', 0.5], ['0', 0], ['-0', 0],
    ['5', 1000], ['-1px', 1000], ['50%', 1000], ['1x', 1000], ['1px 2px', 1000], ['1px !important', 1000], ['auto', 1000], ['auto, 7px', 7],
    ['/* a */ 7px /* b */', 7], ['1\\p\\x', 1], ['7PX', 7], ['(),7px', 7], ['x(),7px', 7], ['{},7px', 7], ['[],7px', 7], ['7px,(', 7], [')),7px', 7], ['\\(,7px', 7],
    ['"a, b", 7px', 7],
    ['calc(100vw - 20px)', 980], ['calc( (1px + 2px) * 3 )', 9], ['calc(100vw/4)', 250], ['calc(1px+2px)', 1000], ['calc(1px + 2)', 1000], ['calc(-1px)', 0],
    ['calc(4px * 2px)', 1000], ['calc(1px', 1], ['min(50vw, 300px)', 300], ['max(50vw, 300px)', 500], ['clamp(10px, 50vw, 400px)', 400], ['calc(min(1px, 2px) + 1px)', 2],
    ['(min-width: 900px) 7px, 8px', 7], ['(min-width:1001px) 7px, 8px', 8], ['(max-width: 62.5em) 7px, 8px', 7], ['(min-height: 600px) 7px, 8px', 8],
    ['not (min-width: 900px) 7px, 8px', 8], ['(not (min-width: 1001px)) 7px, 8px', 7], ['(min-width: 1px) and (max-height: 500px) 7px, 8px', 7],
    ['(min-width: 2000px) or (orientation: landscape) 7px, 8px', 7], ['(min-width: 1px) and (min-width: 2px) or (min-width: 3px) 7px, 8px', 8],
    ['(width >= 900px) 7px, 8px', 7], ['(400px <= width < 1000px) 7px, 8px', 8], ['(400px < width <= 1000px) 7px, 8px', 7], ['(900px < width) 7px, 8px', 7],
    ['(min-resolution: 2dppx) 7px, 8px', 7], ['(resolution > 192dpi) 7px, 8px', 8], ['(min-aspect-ratio: 2/1) 7px, 8px', 7], ['(width) 7px, 8px', 7], ['(hover: hover) 7px, 8px', 7],
    ['(unknown) 7px, 8px', 8], ['not (unknown) 7px, 8px', 8], ['(unknown) or (min-width: 1px) 7px, 8px', 7], ['(unknown !) or (min-width: 1px) 7px, 8px', 7],
    ['not ((unknown) or (min-width: 1px)) 7px, 8px', 8], ['f(unknown) or (min-width: 1px) 7px, 8px', 7],
    ['screen 7px, 8px', 8], ['all and (min-width: 1px) 7px, 8px', 8], ['(min-width: 1px)7px, 8px', 7], ['not(min-width: 2000px) 7px, 8px', 8],
    ['(min-width: -1px) 7px, 8px', 7], ['(min-width: 5) 7px, 8px', 8], ['(min-width: calc(500px * 2)) 7px, 8px', 7],
  ])('%s', (sizes, expected) => {
    expect(sourceSize(sizes, wide)).toBeCloseTo(expected, 9)
  })
})

describe('selectSource', () => {
  const select = (ask: Omit<Parameters<typeof selectSource>[0], 'viewport' | 'dpr'>, dpr = 1) => selectSource({ ...ask, viewport: wide, dpr })

  test('the least that is dense enough, by sizes', () => {
    const srcset = 's.jpg 320w, m.jpg 640w, l.jpg 1280w'
    expect(select({ srcset, sizes: '50vw' })).toBe('m.jpg')
    expect(select({ srcset, sizes: '50vw' }, 2)).toBe('l.jpg')
    expect(select({ srcset, sizes: '50vw' }, 9)).toBe('l.jpg')
    expect(select({ srcset })).toBe('l.jpg')
    expect(select({ srcset, sizes: '0' })).toBe('s.jpg')
  })

  test('src is the 1x where srcset has none, and nothing beside widths', () => {
    expect(select({ src: 'a.jpg', srcset: 'b.jpg 2x' })).toBe('a.jpg')
    expect(select({ src: 'a.jpg', srcset: 'b.jpg' })).toBe('b.jpg')
    expect(select({ src: 'a.jpg', srcset: 'b.jpg 100w', sizes: '200px' })).toBe('b.jpg')
    expect(select({ src: ' a.jpg ' })).toBe(' a.jpg ')
    expect(select({ src: '' })).toBeNull()
    expect(select({})).toBeNull()
  })
})

test('commas belong to URLs except at their ends', () => {
  expect(parseSrcset('w_300,h_200/a.jpg 300w,w_600,h_400/a.jpg 600w, b.jpg, c.jpg,').map((entry) => [entry.url, entry.width])).toEqual([
    ['w_300,h_200/a.jpg', 300], ['w_600,h_400/a.jpg', 600], ['b.jpg', null], ['c.jpg', null],
  ])
})
