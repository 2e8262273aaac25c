/** Makes models smaller and measures them: decoding and bare inference that would hold up whoever else has work to do. */
import { decodeForLook, fillTensor, fitOf, tensorLength } from '../image/index.ts'
import { load, type InputRecipe, type Pack } from '../models/index.ts'
import { headOutputs, quantize, type Quantized } from '../models/quantize/quantize.ts'
import type { RoleFactory } from './role-factory.ts'

export interface WorkshopApi {
  /** @param pictures paths; what cannot be decoded is left out */
  quantize(pack: Pack, pictures: readonly string[], keepFloat: readonly string[]): Promise<Quantized & { readonly pictures: number }>
  /** Milliseconds of each run of each pack, one thread, on tensors that are ready: in turn, so that what the machine does meanwhile meets all. */
  time(packs: readonly Pack[], pictures: readonly string[], runs: number): Promise<readonly (readonly number[])[]>
}

const tensorsOf = async (recipe: InputRecipe, pictures: readonly string[]): Promise<readonly Float32Array[]> => {
  const tensors: Float32Array[] = []
  for (const path of pictures) {
    const decoded = await decodeForLook(path)
    if (!decoded.ok) continue
    const tensor = new Float32Array(tensorLength(recipe))
    fillTensor(recipe, fitOf(recipe, decoded.width, decoded.height), decoded.rgb, tensor, 0)
    tensors.push(tensor)
  }
  return tensors
}

export const workshopRole: RoleFactory<null> = {
  async create() {
    const api: WorkshopApi = {
      async quantize(pack, paths, keepFloat) {
        const pictures = await tensorsOf(pack.manifest.input, paths)
        return { ...(await quantize(pack, { pictures, keepFloat })), pictures: pictures.length }
      },
      async time(packs, paths, runs) {
        const sides = await Promise.all(packs.map(async (pack) => ({
          session: await load(pack, headOutputs(pack.manifest)), tensors: await tensorsOf(pack.manifest.input, paths), times: [] as number[],
        })))
        for (let run = -1; run < runs; run++) {
          for (const { session, tensors, times } of sides) {
            const tensor = tensors[(run + 1) % tensors.length]
            if (tensor === undefined) continue
            const began = performance.now()
            await session.run(tensor, 1)
            // The first one warms it up.
            if (run >= 0) times.push(performance.now() - began)
          }
        }
        for (const { session } of sides) await session.close()
        return sides.map(({ times }) => times)
      },
    }
    return { api, close: async () => undefined }
  },
}
