/** What the kind of a picture is told from: its surface, its looks and its shape, as numbers of about the size of 1. */
import type { Look } from '../image/look.ts'

export type KindEvidence = Pick<Look, 'looks' | 'surface' | 'width' | 'height'>

const SURFACE = [
  'colourEntropy', 'colours', 'topColour', 'topFour', 'saturation', 'vivid', 'same', 'alike', 'fine', 'edges', 'hardEdges', 'straightEdges', 'rowTurns',
  'emptyRows', 'leastFlatCell', 'mostFlatCell', 'flatCells', 'acrossEdge', 'downEdge', 'flatBlocks', 'deadBlocks', 'softBlocks', 'busyBlocks', 'busyLevels', 'twoTone', 'groundRim', 'groundShare', 'groundLight',
] as const

/** In the order of the weights. */
export const KIND_FEATURES: readonly string[] = [...SURFACE, 'sharpness', 'contrast', 'entropy', 'aspect']

/** Null where the surface was not measured, or not all of it. */
export const kindFeatures = ({ looks, surface, width, height }: KindEvidence): readonly number[] | null => {
  if (surface === undefined) return null
  const features = [
    ...SURFACE.map((name) => surface[name]),
    Math.log10(1 + looks.blur) / 4, looks.contrast / 128, looks.entropy / 8, Math.log2(Math.max(width, height) / Math.max(1, Math.min(width, height))) / 2,
  ]
  return features.every(Number.isFinite) ? features : null
}
