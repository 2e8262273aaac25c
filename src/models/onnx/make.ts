/** Parts of a graph that are made here: nodes, constants and what comes in and goes out. */
import { create } from '@bufbuild/protobuf'
import { ATTRIBUTE, ELEMENT, NodeSchema, TensorSchema, ValueInfoSchema, type Node, type Tensor, type ValueInfo } from './onnx-file.ts'

/** Without a name, which two nodes may not share. Attributes are whole numbers, or lists of them. */
export const makeNode = (
  opType: string, input: readonly string[], output: readonly string[], attributes: Readonly<Record<string, number | readonly number[]>> = {},
): Node => create(NodeSchema, {
  opType, input: [...input], output: [...output],
  attribute: Object.entries(attributes).map(([name, value]) => (typeof value === 'number'
    ? { name, type: ATTRIBUTE.int, i: BigInt(value) }
    : { name, type: ATTRIBUTE.ints, ints: value.map(BigInt) })),
})

type Values = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array

const elementOf = (values: Values): number =>
  values instanceof Float32Array ? ELEMENT.float : values instanceof Uint8Array ? ELEMENT.uint8 : values instanceof Int8Array ? ELEMENT.int8
  : values instanceof Int32Array ? ELEMENT.int32 : ELEMENT.int64

/** @param dims none for a single value */
export const makeTensor = (name: string, values: Values, dims: readonly number[] = []): Tensor => create(TensorSchema, {
  name, dims: dims.map(BigInt), dataType: elementOf(values), rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
})

/** @param dims numbers, or the names of such as may be anything */
export const makeValue = (name: string, elemType: number, dims: readonly (number | string)[]): ValueInfo => create(ValueInfoSchema, {
  name, type: { tensorType: { elemType, shape: { dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: BigInt(dim) } : { dimParam: dim })) } } },
})

/** Values of a constant of float32, a copy; null for any other, and for one that lies outside the file. */
export const floatsOf = ({ dataType, rawData, floatData, externalData }: Tensor): Float32Array | null => {
  if (dataType !== ELEMENT.float || externalData.length > 0) return null
  return rawData.byteLength === 0 ? Float32Array.from(floatData) : new Float32Array(new Uint8Array(rawData).buffer)
}
