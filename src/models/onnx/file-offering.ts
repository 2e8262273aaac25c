/** A file as the runtime is to have it, looked through before it is loaded. */
import { readFile } from 'node:fs/promises'
import { GannetError, systemCode } from '../../core/errors.ts'
import { checkExternalData } from './external-data.ts'
import { innerTensors, offer } from './inner-outputs.ts'
import { readOnnx, writeOnnx } from './onnx-file.ts'

/**
 * @param outputs what is wanted: of these, such as only lie inside the graph are made outputs
 * @returns its path, or the bytes of a changed copy
 * @throws pack-damaged for what cannot be read, is no ONNX file, or reaches outside its folder
 */
export const fileOffering = async (path: string, outputs: readonly string[]): Promise<string | Uint8Array> => {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new GannetError('pack-damaged', `${path} cannot be read (${systemCode(cause) ?? cause.message}); get it again`, { cause })
  })
  const model = readOnnx(bytes, path)
  const hasExternal = await checkExternalData(model, path)
  const inside = innerTensors(model.graph)
  const inner = outputs.filter((name) => inside.has(name))
  if (inner.length === 0) return path
  if (hasExternal) throw new GannetError('pack-damaged', `${path} does not give out "${inner.join('", "')}", and a file whose weights lie beside it is not changed here; export it in one file`)
  offer(model.graph, inner)
  return writeOnnx(model)
}
