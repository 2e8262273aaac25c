/** That models are shown what their authors' preprocessing shows them: to a level of what Pillow makes of the same files. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodeForLook, DECODE_LIMITS, fillTensor, fitOf, tensorLength } from '../src/image/index.ts'
import type { InputRecipe } from '../src/models/index.ts'

const GOLDEN = join(import.meta.dirname, 'golden-tensors')
const SIDE = 112
const FITS = { stretch: { kind: 'stretch' }, letterbox: { kind: 'letterbox', pad: 114 }, crop: { kind: 'crop', resizeShort: 128 } } as const

const recipeOf = (fit: keyof typeof FITS): InputRecipe => ({
  name: 'x', width: SIDE, height: SIDE, colour: 'RGB', scale: 1, mean: 0, fit: FITS[fit], fine: true, batch: null,
})

test.each(['photograph.jpg', 'turned.jpg', 'glass.png'].flatMap((name) => (['stretch', 'letterbox', 'crop'] as const).map((fit) => [name, fit] as const)))('%s by %s', async (name, fit) => {
  const decoded = await decodeForLook(join(GOLDEN, name), DECODE_LIMITS, null, true)
  if (!decoded.ok) expect.fail(decoded.detail)
  const recipe = recipeOf(fit)
  const tensor = new Float32Array(tensorLength(recipe))
  fillTensor(recipe, fitOf(recipe, decoded.width, decoded.height), decoded.fine ?? decoded.rgb, tensor, 0)
  const golden = await sharp(await readFile(join(GOLDEN, `${name}.${fit}.png`))).raw().toBuffer()
  let worst = 0
  for (let at = 0; at < SIDE * SIDE; at++) {
    for (let channel = 0; channel < 3; channel++) {
      worst = Math.max(worst, Math.abs((tensor[channel * SIDE * SIDE + at] as number) - (golden[at * 3 + channel] as number)))
    }
  }
  // The decoder lays alpha on its ground in whole numbers, and so does Pillow, each in its own way.
  expect(worst).toBeLessThanOrEqual(name === 'glass.png' ? 2 : 1)
})
