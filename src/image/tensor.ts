/**
 * From the working picture to a model's input, written straight into the batch. A triangle filter
 * that averages when it shrinks, as the models' own training did (PIL, OpenCV's area); computed
 * here and not by the decoder's resizer, which takes several times as long once the copies to and
 * from it are counted.
 */
import type { InputRecipe } from '../models/pack.ts'
import type { Rgb } from './decode.ts'
import type { Fit } from './fit.ts'
import { resampleLevels } from './resample-levels.ts'
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
  const columns = tapsFor(rgb.width, fit.width, Math.max(0, -fit.offsetX), Math.min(width, fit.width))
  const rows = tapsFor(rgb.height, fit.height, Math.max(0, -fit.offsetY), Math.min(height, fit.height))
  const [left, top] = [Math.max(0, fit.offsetX), Math.max(0, fit.offsetY)]
  // One scale for all is the filter's own; others are put on what comes out of it.
  const uniform = typeof scale === 'number' && typeof mean === 'number'
  const [by, less] = uniform ? [scale, mean] : [1, 0]
  if (!recipe.fine) putRgb(rgb)
  const { across, data } = recipe.fine ? resampleLevels(rgb, rows, columns, by, less) : resample(rgb.width, rows, columns, by, less)
  for (let plane = 0; plane < 3; plane++) {
    const factor = typeof scale === 'number' ? scale : (scale[plane] as number)
    const shift = typeof mean === 'number' ? mean : (mean[plane] as number)
    const pad = recipe.fit.kind === 'letterbox' ? recipe.fit.pad * factor - shift : 0
    const from = plane * across * rows.length
    const start = offset + (recipe.colour === 'RGB' ? plane : 2 - plane) * width * height
    if (columns.length < width || rows.length < height) target.fill(pad, start, start + width * height)
    const to = start + top * width + left
    if (columns.length === width && across === width) {
      target.set(data.subarray(from, from + width * rows.length), to)
    } else {
      for (let y = 0; y < rows.length; y++) target.set(data.subarray(from + y * across, from + y * across + columns.length), to + y * width)
    }
    if (!uniform) {
      for (let y = 0; y < rows.length; y++) {
        for (let at = to + y * width; at < to + y * width + columns.length; at++) target[at] = (target[at] as number) * factor - shift
      }
    }
  }
}
