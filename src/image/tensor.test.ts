/** That pictures reach the models as their recipes say, and that boxes find the way back. */
import { describe, expect, test } from 'vitest'
import type { InputRecipe } from '../models/pack.ts'
import { draw, quarters } from '../../test/drawn-pictures.ts'
import type { Rgb } from './decode.ts'
import { fitOf } from './fit.ts'
import { fillTensor, tensorLength } from './tensor.ts'

const letterbox: InputRecipe = {
  name: 'images', width: 416, height: 416, colour: 'BGR', scale: 1, mean: 0,
  fit: { kind: 'letterbox', pad: 114 }, batch: 1,
}
const crop: InputRecipe = {
  name: 't0', width: 224, height: 224, colour: 'RGB', scale: 1 / 127.5, mean: 1,
  fit: { kind: 'crop', resizeShort: 256 }, batch: null,
}

const tensorOf = (recipe: InputRecipe, rgb: Rgb): Float32Array => {
  const tensor = new Float32Array(tensorLength(recipe)).fill(Number.NaN)
  fillTensor(recipe, fitOf(recipe, rgb.width, rgb.height), rgb, tensor, 0)
  return tensor
}

/** One value of the resized picture, by the definition of the triangle filter, in two dimensions at once. */
const resampled = ({ data, width, height }: Rgb, fit: { width: number; height: number }, x: number, y: number, c: number): number => {
  const axis = (from: number, to: number, at: number): readonly (readonly [number, number])[] => {
    const step = from / to
    const support = Math.max(1, step)
    const centre = (at + 0.5) * step
    return Array.from({ length: from }, (_, i) => [i, Math.max(0, 1 - Math.abs(i + 0.5 - centre) / support)] as const)
      .filter(([, weight]) => weight > 0)
  }
  let sum = 0
  let weights = 0
  for (const [sy, wy] of axis(height, fit.height, y)) {
    for (const [sx, wx] of axis(width, fit.width, x)) {
      sum += wx * wy * (data[(sy * width + sx) * 3 + c] ?? 0)
      weights += wx * wy
    }
  }
  return sum / weights
}

const SIZES = [[400, 300], [512, 384], [100, 150], [416, 416], [300, 20], [7, 5], [512, 512], [1, 1], [64, 512]] as const

test.each(SIZES)('letterbox of %i × %i: at the top left, grey beside it, BGR from 0 to 255', (width, height) => {
  const picture = draw(6, width, height)
  const fit = fitOf(letterbox, width, height)
  const tensor = tensorOf(letterbox, picture)
  const plane = 416 * 416
  expect(Math.max(fit.width, fit.height)).toBe(416)
  for (let at = 0; at < plane; at += 211) {
    const [x, y] = [at % 416, Math.floor(at / 416)]
    const inside = x < fit.width && y < fit.height
    for (let c = 0; c < 3; c++) {
      const expected = inside ? resampled(picture, fit, x, y, 2 - c) : 114
      expect(Math.abs((tensor[c * plane + at] ?? Number.NaN) - expected)).toBeLessThan(0.02)
    }
  }
})

test.each(SIZES)('crop of %i × %i: the centre, RGB from −1 to 1', (width, height) => {
  const picture = draw(8, width, height)
  const fit = fitOf(crop, width, height)
  const tensor = tensorOf(crop, picture)
  const plane = 224 * 224
  expect(Math.min(fit.width, fit.height)).toBe(256)
  for (let at = 0; at < plane; at += 211) {
    for (let c = 0; c < 3; c++) {
      const level = resampled(picture, fit, (at % 224) - fit.offsetX, Math.floor(at / 224) - fit.offsetY, c)
      expect(Math.abs((tensor[c * plane + at] ?? Number.NaN) - (level / 127.5 - 1))).toBeLessThan(0.001)
    }
  }
})

test('a picture is written where it belongs in the batch, and nowhere else', () => {
  const length = tensorLength(letterbox)
  const batch = new Float32Array(3 * length).fill(-7)
  const picture = draw(1, 200, 100)
  fillTensor(letterbox, fitOf(letterbox, 200, 100), picture, batch, length)
  expect(batch.subarray(length, 2 * length)).toEqual(tensorOf(letterbox, picture))
  expect(new Set(batch.subarray(0, length))).toEqual(new Set([-7]))
  expect(new Set(batch.subarray(2 * length))).toEqual(new Set([-7]))
})

test('what stays the same size stays the same', () => {
  const picture = draw(2, 416, 416)
  const tensor = tensorOf(letterbox, picture)
  for (let i = 0; i < 416 * 416; i += 11) expect(tensor[2 * 416 * 416 + i]).toBe(picture.data[i * 3])
})

describe('boxes map back', () => {
  test.each([[1600, 1200], [333, 777], [417, 415], [5000, 31]])('of %i × %i', (width, height) => {
    for (const recipe of [letterbox, crop]) {
      const fit = fitOf(recipe, width, height)
      expect(fit.width / fit.scaleX).toBeCloseTo(width, 6)
      expect(fit.height / fit.scaleY).toBeCloseTo(height, 6)
    }
    const { width: w, height: h } = fitOf(letterbox, width, height)
    expect(w).toBeLessThanOrEqual(416)
    expect(h).toBeLessThanOrEqual(416)
  })

  test('the meeting point of four quarters is found again', () => {
    const [width, height] = [500, 300]
    const picture = quarters(width, height)
    for (const recipe of [letterbox, crop]) {
      const fit = fitOf(recipe, width, height)
      const tensor = tensorOf(recipe, picture)
      const red = recipe.colour === 'RGB' ? 0 : 2 * recipe.width * recipe.height
      const high = 200 * (recipe.scale as number) - (recipe.mean as number)
      const row = tensor.subarray(red, red + recipe.width)
      const edge = row.findIndex((level) => level < high)
      expect(Math.abs((edge - fit.offsetX) / fit.scaleX - width / 2)).toBeLessThan(2)
    }
  })
})

test('a recipe that crops more than there is names its pack as damaged', () => {
  const wrong: InputRecipe = { ...crop, fit: { kind: 'crop', resizeShort: 200 } }
  expect(() => fitOf(wrong, 400, 300)).toThrow(expect.objectContaining({ code: 'pack-damaged' }))
})

test.each(SIZES)('stretch of %i × %i: the whole input, each channel by its own mean and scale', (width, height) => {
  const [mean, deviation] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]] as const
  const recipe: InputRecipe = {
    name: 'x', width: 96, height: 64, colour: 'BGR', fit: { kind: 'stretch' }, batch: null,
    scale: deviation.map((d) => 1 / 255 / d) as unknown as readonly [number, number, number],
    mean: mean.map((m, c) => m / (deviation[c] as number)) as unknown as readonly [number, number, number],
  }
  const picture = draw(8, width, height)
  const fit = fitOf(recipe, width, height)
  expect([fit.width, fit.height, fit.offsetX, fit.offsetY]).toEqual([96, 64, 0, 0])
  const tensor = tensorOf(recipe, picture)
  for (let at = 0; at < 96 * 64; at += 37) {
    for (let plane = 0; plane < 3; plane++) {
      const c = 2 - plane
      const level = resampled(picture, fit, at % 96, Math.floor(at / 96), c)
      expect(Math.abs((tensor[plane * 96 * 64 + at] as number) - (level / 255 - (mean[c] as number)) / (deviation[c] as number))).toBeLessThan(0.001)
    }
  }
})

test.each([[400, 300], [300, 401], [64, 64], [1, 1], [512, 40]])('a centred letterbox of %i × %i: in the middle, its pad on both sides', (width, height) => {
  const recipe: InputRecipe = { ...letterbox, width: 128, height: 96, colour: 'RGB', scale: 1 / 255, mean: 0, fit: { kind: 'letterbox', pad: 114, centred: true } }
  const picture = draw(9, width, height)
  const fit = fitOf(recipe, width, height)
  expect(Math.abs(128 - fit.width - 2 * fit.offsetX)).toBeLessThanOrEqual(1)
  expect(Math.abs(96 - fit.height - 2 * fit.offsetY)).toBeLessThanOrEqual(1)
  const tensor = tensorOf(recipe, picture)
  for (let at = 0; at < 128 * 96; at += 29) {
    const [x, y] = [(at % 128) - fit.offsetX, Math.floor(at / 128) - fit.offsetY]
    const inside = x >= 0 && y >= 0 && x < fit.width && y < fit.height
    for (let c = 0; c < 3; c++) {
      expect(Math.abs((tensor[c * 128 * 96 + at] as number) - (inside ? resampled(picture, fit, x, y, c) : 114) / 255)).toBeLessThan(0.0001)
    }
  }
})
