/**
 * The least that must be done to show files to the models, one process: each decoded once, shrunk as it is decoded, made into
 * tensors and inferred; the next one is decoded meanwhile. Answers each message of files when it is through with them.
 */
import { constants, setPriority } from 'node:os'
import type { InferenceSession } from 'onnxruntime-node'
import sharp from 'sharp'
import { fillTensor, fitOf, tensorLength, WORKING_SIDE, type Rgb } from '../src/image/index.ts'
import type { InputRecipe } from '../src/models/index.ts'

export interface BareSightModel {
  readonly path: string
  readonly recipe: InputRecipe
  readonly outputs: readonly string[]
}

const decode = async (path: string): Promise<Rgb> => {
  const { data, info } = await sharp(path, { autoOrient: true, sequentialRead: true })
    .resize(WORKING_SIDE, WORKING_SIDE, { fit: 'inside', withoutEnlargement: true }).flatten().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

// As the product's vision processes: whoever else wants the machine goes before both.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
process.once('message', (models: readonly BareSightModel[]) => void (async () => {
  const { InferenceSession: Session, Tensor } = await import('onnxruntime-node')
  const eyes = await Promise.all(models.map(async ({ path, recipe, outputs }) => {
    // As src/models/runtime.ts sets it.
    const session: InferenceSession = await Session.create(path, {
      intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
      logSeverityLevel: 3, extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
    const values = new Float32Array(tensorLength(recipe))
    return async (rgb: Rgb) => {
      fillTensor(recipe, fitOf(recipe, rgb.width, rgb.height), rgb, values, 0)
      await session.run({ [recipe.name]: new Tensor('float32', values, [1, 3, recipe.height, recipe.width]) }, [...outputs])
    }
  }))
  process.on('message', (files: readonly string[]) => void (async () => {
    let next = decode(files[0] as string)
    for (let at = 0; at < files.length; at++) {
      const rgb = await next
      const following = files[at + 1]
      if (following !== undefined) next = decode(following)
      for (const see of eyes) await see(rgb)
    }
    process.send?.('done')
  })())
  process.send?.('ready')
})())
