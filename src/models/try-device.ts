/** Whether a device is really there: found out by running the smallest of graphs on it. */
import { create } from '@bufbuild/protobuf'
import type { Device } from './device.ts'
import { makeNode, makeValue } from './onnx/make.ts'
import { ELEMENT, ModelSchema, writeOnnx } from './onnx/onnx-file.ts'
import { importRuntime, sessionOptions, wordsOf } from './runtime.ts'

/** One addition. */
const smallest = (): Uint8Array => writeOnnx(create(ModelSchema, {
  irVersion: 8n, opsetImport: [{ domain: '', version: 13n }],
  graph: {
    name: 'smallest', node: [makeNode('Add', ['x', 'x'], ['y'])],
    input: [makeValue('x', ELEMENT.float, [1])], output: [makeValue('y', ELEMENT.float, [1])],
  },
}))

/** Runs in a vision process, whose end a broken driver may be. @returns why the device cannot be used; null where it can */
export const tryDevice = async (device: Device): Promise<string | null> => {
  const { InferenceSession, Tensor, listSupportedBackends } = await importRuntime()
  const known = listSupportedBackends().map(({ name }) => name)
  if (!known.includes(device)) return `the installed onnxruntime-node has no ${device} (it has ${known.join(', ')})`
  try {
    const session = await InferenceSession.create(smallest(), sessionOptions(1, device))
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(2), [1]) })
    await session.release()
    return y?.data[0] === 4 ? null : `${device} cannot add: 2 and 2 are ${String(y?.data[0])}`
  } catch (error) {
    return wordsOf(error)
  }
}
