/** That the compiled kernels are those of the source, and that one picture leaves nothing for the next. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { compilePixels, target } from '../../kernels/compile.ts'
import { draw } from '../../test/drawn-pictures.ts'
import type { InputRecipe } from '../models/pack.ts'
import { fitOf } from './fit.ts'
import { sketchOf } from './sketch.ts'
import { fillTensor, tensorLength } from './tensor.ts'

test('the compiled kernels are up to date (npx tsx kernels/compile.ts)', async () => {
  expect(await readFile(target, 'utf8')).toBe(await compilePixels())
})

test('a tensor larger than the stage was laid out for makes room', () => {
  const small = draw(1, 200, 150)
  const before = sketchOf(small)
  const recipe: InputRecipe = {
    name: 'x', width: 1333, height: 1280, colour: 'RGB', scale: 1, mean: 0,
    fit: { kind: 'letterbox', pad: 0 }, batch: null,
  }
  const tensor = new Float32Array(tensorLength(recipe)).fill(Number.NaN)
  fillTensor(recipe, fitOf(recipe, 200, 150), small, tensor, 0)
  expect(tensor.some(Number.isNaN)).toBe(false)
  expect(tensor[0]).toBe(small.data[0])
  expect(sketchOf(small)).toEqual(before)
})

test('what was on the stage before does not show through', () => {
  const picture = draw(2, 37, 29)
  const first = sketchOf(picture)
  sketchOf(draw(3, 512, 512))
  expect(sketchOf(picture)).toEqual(first)
})

test('what is not a working picture is refused, not written over its neighbours', () => {
  expect(() => sketchOf({ data: new Uint8Array(1025 * 3), width: 1025, height: 1 })).toThrow(/1024 × 1024/)
  expect(() => sketchOf({ data: new Uint8Array(10), width: 2, height: 2 })).toThrow(/not a picture/)
})
