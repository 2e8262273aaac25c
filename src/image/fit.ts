/**
 * Where a picture comes to lie in a model's input, and so where the model's boxes lie in the
 * picture. Taken from the size of the original, so that a box maps back to its pixels without the
 * rounding of the working picture in between.
 */
import { GannetError } from '../core/errors.ts'
import type { InputRecipe } from '../models/pack.ts'

export interface Fit {
  /** Size of the whole picture in pixels of the tensor, whole numbers; a crop shows a part of it. */
  readonly width: number
  readonly height: number
  /** `tensor = original × scale + offset`, in pixels; offsets of a crop are negative or 0, those of a letterbox 0 or positive. */
  readonly scaleX: number
  readonly scaleY: number
  readonly offsetX: number
  readonly offsetY: number
}

/** Half of it; of what lies in the middle the even one, as torchvision's centre crop takes it. */
const half = (value: number): number => (value % 4 === 1 ? (value - 1) / 2 : Math.round(value / 2))

/** @param width @param height of the oriented original, in pixels */
export const fitOf = (recipe: InputRecipe, width: number, height: number): Fit => {
  const place = (fitted: number, fittedHeight: number, offsetX: number, offsetY: number): Fit => ({
    width: fitted,
    height: fittedHeight,
    scaleX: fitted / width,
    scaleY: fittedHeight / height,
    offsetX,
    offsetY,
  })
  if (recipe.fit.kind === 'letterbox') {
    const scale = Math.min(recipe.width / width, recipe.height / height)
    // The tiny sum keeps 416 / 400 × 400 from becoming 415 by a rounding error.
    const [across, down] = [Math.max(1, Math.floor(width * scale + 1e-6)), Math.max(1, Math.floor(height * scale + 1e-6))]
    if (!recipe.fit.centred) return place(across, down, 0, 0)
    return place(across, down, Math.floor((recipe.width - across) / 2), Math.floor((recipe.height - down) / 2))
  }
  if (recipe.fit.kind === 'stretch') return place(recipe.width, recipe.height, 0, 0)
  const short = recipe.fit.resizeShort
  if (short < recipe.width || short < recipe.height) {
    throw new GannetError(
      'pack-damaged',
      `input ${recipe.name} crops ${recipe.width} × ${recipe.height} out of a short side of ${short}: correct resizeShort in the pack's manifest`,
    )
  }
  const scale = short / Math.min(width, height)
  const fitted = width <= height ? short : Math.floor(width * scale + 1e-6)
  const fittedHeight = height <= width ? short : Math.floor(height * scale + 1e-6)
  return place(
    fitted,
    fittedHeight,
    -half(fitted - recipe.width),
    -half(fittedHeight - recipe.height),
  )
}
