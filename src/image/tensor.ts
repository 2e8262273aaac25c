/**
 * From the working picture to a model's input, written straight into the batch. A triangle filter
 * that averages when it shrinks, as the models' own training did (PIL, OpenCV's area); computed
 * here and not by the decoder's resizer, which takes several times as long once the copies to and
 * from it are counted.
 */
import type { InputRecipe } from '../models/pack.ts'
import type { Rgb } from './decode.ts'
import type { Fit } from './fit.ts'
import { putRgb, resample } from './stage.ts'
import { remember, triangleTaps } from './taps.ts'

const tapsFor = remember(triangleTaps)

/** Floats that one picture takes in a batch. */
export const tensorLength = (recipe: InputRecipe): number => 3 * recipe.width * recipe.height

/**
 * Writes one picture as float32 planes (CHW, in the recipe's colour order) from `offset` on.
 * @param fit of the original: `fitOf(recipe, look.width, look.height)`
 * @param target a batch of `tensorLength(recipe)` floats a picture; all of this picture's are written
 */
export const fillTensor = (recipe: InputRecipe, fit: Fit, rgb: Rgb, target: Float32Array, offset: number): void => {
  const { width, height, scale, mean } = recipe
  const columns = tapsFor(rgb.width, fit.width, -fit.offsetX, Math.min(width, fit.width))
  const rows = tapsFor(rgb.height, fit.height, -fit.offsetY, Math.min(height, fit.height))
  putRgb(rgb)
  const { across, data } = resample(rgb.width, rows, columns, scale, mean)
  const pad = recipe.fit.kind === 'letterbox' ? recipe.fit.pad * scale - mean : 0
  for (let plane = 0; plane < 3; plane++) {
    const from = plane * across * rows.length
    const to = offset + (recipe.colour === 'RGB' ? plane : 2 - plane) * width * height
    if (columns.length === width && across === width) {
      target.set(data.subarray(from, from + width * rows.length), to)
    } else {
      for (let y = 0; y < rows.length; y++) {
        const row = to + y * width
        target.set(data.subarray(from + y * across, from + y * across + columns.length), row)
        target.fill(pad, row + columns.length, row + width)
      }
    }
    target.fill(pad, to + rows.length * width, to + width * height)
  }
}
