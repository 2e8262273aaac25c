/**
 * From the working picture to a model's input, written straight into the batch. A triangle filter
 * that averages when it shrinks, as the models' own training did (PIL, OpenCV's area); computed
 * here and not by the decoder's resizer, which costs about twice the time once the copies to and
 * from it are counted.
 */
import type { InputRecipe } from '../models/pack.ts'
import { blendRows } from './blend-rows.ts'
import type { Rgb } from './decode.ts'
import type { Fit } from './fit.ts'
import { remember, triangleTaps, type Taps } from './taps.ts'

const tapsFor = remember(triangleTaps)
let line = new Float32Array(512 * 3)

/** Floats that one picture takes in a batch. */
export const tensorLength = (recipe: InputRecipe): number => 3 * recipe.width * recipe.height

/** One row of the tensor, from interleaved samples to three planes. */
const spreadRow = (
  taps: Taps,
  scale: number,
  mean: number,
  target: Float32Array,
  red: number,
  green: number,
  blue: number,
): void => {
  const { first, weights, width, length } = taps
  const base = (first[0] as number) * 3
  for (let x = 0; x < length; x++) {
    let at = (first[x] as number) * 3 - base
    let r = 0
    let g = 0
    let b = 0
    for (let tap = x * width, end = tap + width; tap < end; tap++, at += 3) {
      const weight = weights[tap] as number
      r += weight * (line[at] as number)
      g += weight * (line[at + 1] as number)
      b += weight * (line[at + 2] as number)
    }
    target[red + x] = r * scale - mean
    target[green + x] = g * scale - mean
    target[blue + x] = b * scale - mean
  }
}

/**
 * Writes one picture as float32 planes (CHW, in the recipe's colour order) from `offset` on.
 * @param fit of the original: `fitOf(recipe, look.width, look.height)`
 * @param target a batch of `tensorLength(recipe)` floats a picture; all of this picture's are written
 */
export const fillTensor = (recipe: InputRecipe, fit: Fit, rgb: Rgb, target: Float32Array, offset: number): void => {
  const { scale, mean } = recipe
  const plane = recipe.width * recipe.height
  const across = Math.min(recipe.width, fit.width)
  const down = Math.min(recipe.height, fit.height)
  if (recipe.fit.kind === 'letterbox' && (across < recipe.width || down < recipe.height)) {
    target.fill(recipe.fit.pad * scale - mean, offset, offset + 3 * plane)
  }
  const columns = tapsFor(rgb.width, fit.width, -fit.offsetX, across)
  const rows = tapsFor(rgb.height, fit.height, -fit.offsetY, down)
  // Only the columns that the crop sees are blended.
  const from = (columns.first[0] as number) * 3
  const count = ((columns.first[across - 1] as number) + columns.width) * 3 - from
  if (line.length < count) line = new Float32Array(count)
  const red = offset + (recipe.colour === 'RGB' ? 0 : 2 * plane)
  const green = offset + plane
  const blue = offset + (recipe.colour === 'RGB' ? 2 * plane : 0)
  for (let y = 0; y < down; y++) {
    blendRows(rgb.data, rgb.width * 3, from, count, rows, y, line)
    const row = y * recipe.width
    spreadRow(columns, scale, mean, target, red + row, green + row, blue + row)
  }
}
