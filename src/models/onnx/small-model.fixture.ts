/** Small ONNX files for tests, written by the product's own writer. */
import { create } from '@bufbuild/protobuf'
import { makeValue } from './make.ts'
import { ELEMENT, ModelSchema, writeOnnx, type Node, type Tensor } from './onnx-file.ts'

type Dims = readonly (number | string)[]

export const smallModel = ({ inputs = { x: ['N', 3, 8, 8] }, outputs, nodes, constants = [], opset = 13 }: {
  readonly inputs?: Readonly<Record<string, Dims>>
  readonly outputs: Readonly<Record<string, Dims>>
  readonly nodes: readonly Node[]
  readonly constants?: readonly Tensor[]
  readonly opset?: number
}): Uint8Array => writeOnnx(create(ModelSchema, {
  irVersion: 8n, producerName: 'gannet', opsetImport: [{ domain: '', version: BigInt(opset) }],
  graph: {
    name: 'small', node: [...nodes], initializer: [...constants],
    input: Object.entries(inputs).map(([name, dims]) => makeValue(name, ELEMENT.float, dims)),
    output: Object.entries(outputs).map(([name, dims]) => makeValue(name, ELEMENT.float, dims)),
  },
}))
