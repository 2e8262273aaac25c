/**
 * Lines of text from a map of probabilities: connected pixels above the threshold, kept where they look like a line.
 * The network was taught shrunken lines, so each is grown again by area × 1.5 / outline. Source: Liao et al.,
 * "Real-time Scene Text Detection with Differentiable Binarization", arXiv:1911.08947; PaddleOCR's DBPostProcess, whose
 * least mean (.6) and least side (3 pixels) are taken over.
 */
import type { TextHead } from '../pack.ts'
import type { DetectLimits, Detection } from './detections.ts'

const LEAST_MEAN = 0.6
/** Pixels of the input. */
const LEAST_SIDE = 3
const GROWTH = 1.5
/**
 * A line fills the box round it and is thin, or small beside the picture. What is neither is an object: shown one alone on
 * plain ground, the network lights up all over it.
 */
const LEAST_FILL = 0.4
const OBJECT_SHARE = 0.12
const LINE_ASPECT = 2

interface Component {
  left: number
  top: number
  right: number
  bottom: number
  pixels: number
  sum: number
}

/** Four-neighbourhood, within the part of the map that shows the picture. @param stride values a row of the map */
const componentsOf = (map: Float32Array, stride: number, width: number, height: number, threshold: number): Component[] => {
  const seen = new Uint8Array(stride * height)
  const stack: number[] = []
  const found: Component[] = []
  const visit = (x: number, y: number): void => {
    const at = y * stride + x
    if (x < 0 || x >= width || y < 0 || y >= height || seen[at] === 1 || !((map[at] as number) >= threshold)) return
    seen[at] = 1
    stack.push(at)
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      visit(x, y)
      if (stack.length === 0) continue
      const one: Component = { left: x, top: y, right: x, bottom: y, pixels: 0, sum: 0 }
      for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
        const [column, row] = [at % stride, Math.floor(at / stride)]
        one.left = Math.min(one.left, column)
        one.right = Math.max(one.right, column)
        one.bottom = Math.max(one.bottom, row)
        one.pixels++
        one.sum += map[at] as number
        visit(column - 1, row)
        visit(column + 1, row)
        visit(column, row - 1)
        visit(column, row + 1)
      }
      found.push(one)
    }
  }
  return found
}

/**
 * @param map one picture's probabilities, `stride` a row
 * @param picture size of the part of the map, from its top left corner, that shows the picture
 * @returns the largest first, grown and clipped to the picture, at most `limits.maxBoxes`
 */
export const readTextMap = (
  map: Float32Array, stride: number, picture: { readonly width: number; readonly height: number }, head: TextHead, limits: DetectLimits,
): Detection[] => {
  const { width, height } = picture
  return componentsOf(map, stride, width, height, head.threshold).flatMap((one): Detection[] => {
    const [across, down] = [one.right - one.left + 1, one.bottom - one.top + 1]
    const score = one.sum / one.pixels
    if (score < LEAST_MEAN || Math.min(across, down) < LEAST_SIDE || one.pixels / (across * down) < LEAST_FILL) return []
    const aspect = Math.max(across, down) / Math.min(across, down)
    if (aspect < LINE_ASPECT && across * down > OBJECT_SHARE * width * height) return []
    const grown = (GROWTH * across * down) / (2 * (across + down))
    const [x, y] = [Math.max(0, one.left - grown), Math.max(0, one.top - grown)]
    return [{
      x, y, width: Math.min(width, one.right + 1 + grown) - x, height: Math.min(height, one.bottom + 1 + grown) - y, label: 0, score,
    }]
  }).sort((a, b) => b.width * b.height - a.width * a.height).slice(0, limits.maxBoxes)
}

/** Share of a picture that boxes cover, each place counted once, on a grid of 128 cells a side. */
export const coveredShare = (boxes: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[], width: number, height: number): number => {
  const cells = new Uint8Array(GRID * GRID)
  const cell = (value: number, of: number): number => Math.round((value / of) * GRID)
  for (const box of boxes) {
    for (let y = cell(box.y, height); y < cell(box.y + box.height, height); y++) {
      cells.fill(1, y * GRID + cell(box.x, width), y * GRID + cell(box.x + box.width, width))
    }
  }
  return cells.reduce((sum, one) => sum + one, 0) / cells.length
}
const GRID = 128
