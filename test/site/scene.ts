/**
 * Pictures worth having, drawn from a seed: landscapes, still lifes, streets, heaps and cloth. Painted at two
 * fifths of the size, enlarged by sharp, then grained at full size, which is the cheapest way to a sharp, detailed picture.
 */
import { addGrain, blankCanvas, colour, ridge, solid, wash, type Pixels, type Rgb } from './canvas.ts'
import { pixelsOf, sharpOf } from './encode.ts'
import type { Side } from './recipe.ts'
import { between, pick, randomOf, whole, type Random } from './random.ts'

type Painter = (canvas: Pixels, random: Random) => void

const anyColour = (random: Random, light: number): Rgb =>
  colour(random(), between(random, 0.25, 0.85), Math.max(0.08, Math.min(0.92, light + between(random, -0.15, 0.15))))

const bodies = (canvas: Pixels, random: Random, count: number, least: number, most: number): void => {
  const lightX = between(random, -0.8, 0.8)
  const lightY = between(random, -0.8, 0.2)
  for (let i = 0; i < count; i++) {
    const size = canvas.height * between(random, least, most)
    solid(canvas, random, {
      x: random() * canvas.width,
      y: random() * canvas.height,
      rx: size,
      ry: size * between(random, 0.4, 1.2),
      turn: random() * Math.PI,
      colour: anyColour(random, between(random, 0.2, 0.8)),
      squareness: pick(random, [2, 2, 4, 8]),
      lightX,
      lightY,
      rough: between(random, 10, 45),
      stripes: random() < 0.3 ? whole(random, 2, 7) : 0,
    })
  }
}

const landscape: Painter = (canvas, random) => {
  const hue = random()
  wash(canvas, random, colour(hue, 0.6, 0.7), colour(hue + 0.08, 0.5, 0.85), 70, between(random, 0.2, 0.5))
  const layers = whole(random, 3, 5)
  for (let i = 0; i < layers; i++) {
    const level = between(random, 0.2, 0.35) + (0.6 * i) / layers
    ridge(canvas, random, level, between(random, 0.1, 0.3), anyColour(random, 0.55 - (0.4 * i) / layers), 60)
  }
  bodies(canvas, random, whole(random, 8, 20), 0.02, 0.14)
}

const stillLife: Painter = (canvas, random) => {
  wash(canvas, random, anyColour(random, 0.6), anyColour(random, 0.4), 60, between(random, 0.3, 0.7))
  ridge(canvas, random, between(random, 0.5, 0.75), 0.04, anyColour(random, 0.35), 50)
  bodies(canvas, random, whole(random, 10, 16), 0.08, 0.26)
  bodies(canvas, random, whole(random, 6, 14), 0.03, 0.08)
}

const street: Painter = (canvas, random) => {
  wash(canvas, random, anyColour(random, 0.7), anyColour(random, 0.5), 50, 0.4)
  const { width, height } = canvas
  const blocks = whole(random, 7, 13)
  for (let i = 0; i < blocks; i++) {
    const half = width * between(random, 0.04, 0.12)
    const tall = height * between(random, 0.25, 0.8)
    const x = random() * width
    const base = { turn: 0, lightX: between(random, -1, 1), lightY: -0.3 } as const
    const tint = anyColour(random, between(random, 0.2, 0.7))
    solid(canvas, random, { ...base, x, y: height, rx: half, ry: tall, colour: tint, squareness: 8, rough: 30, stripes: 0 })
    const columns = whole(random, 2, 4)
    const rows = whole(random, 3, 8)
    const pane = anyColour(random, random() < 0.5 ? 0.85 : 0.12)
    for (let c = 0; c < columns; c++) {
      for (let r = 0; r < rows; r++) {
        solid(canvas, random, {
          ...base,
          x: x - half * 0.8 + (1.6 * half * (c + 0.5)) / columns,
          y: height - tall * 0.95 + (tall * 0.9 * (r + 0.5)) / rows,
          rx: (half * 0.5) / columns,
          ry: (tall * 0.28) / rows,
          colour: pane,
          squareness: 8,
          rough: 15,
          stripes: 0,
        })
      }
    }
  }
  bodies(canvas, random, whole(random, 5, 10), 0.03, 0.1)
}

const heap: Painter = (canvas, random) => {
  wash(canvas, random, anyColour(random, 0.3), anyColour(random, 0.2), 40, 0.6)
  bodies(canvas, random, whole(random, 60, 110), 0.03, 0.13)
}

const cloth: Painter = (canvas, random) => {
  wash(canvas, random, anyColour(random, 0.35), anyColour(random, 0.65), 190, between(random, 0.25, 0.45))
  bodies(canvas, random, whole(random, 14, 26), 0.03, 0.16)
}

const PAINTERS: readonly Painter[] = [landscape, stillLife, street, heap, cloth]

const SKETCH = 0.4

/** A canvas two fifths the size, to be painted and then `enlarged`. */
export const sketchFor = ({ width, height }: Side): Pixels =>
  blankCanvas(Math.round(width * SKETCH), Math.round(height * SKETCH))

/** @param grain in 8-bit levels; it gives the picture detail at its full size */
export const enlarged = async (sketch: Pixels, side: Side, random: Random, grain: number): Promise<Pixels> => {
  const { width, height } = side
  const big = await sharpOf(sketch).resize(width, height, { kernel: 'linear', fit: 'fill' }).raw().toBuffer()
  const pixels = pixelsOf(big, width, height)
  addGrain(pixels, random, grain)
  return pixels
}

/** A picture nobody has seen before, and the same one for the same seed and size. */
export const drawScene = (seed: string | number, width: number, height: number): Promise<Pixels> => {
  const random = randomOf(`scene ${seed}`)
  const sketch = sketchFor({ width, height })
  pick(random, PAINTERS)(sketch, random)
  return enlarged(sketch, { width, height }, random, between(random, 9, 12))
}
