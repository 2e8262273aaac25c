/**
 * ONNX files as messages that can be read, changed and written. Only the fields that somebody here asks for are declared;
 * the library keeps what it does not know and writes it back, so that a file loses nothing on its way through. The numbers
 * are those of onnx.proto (IR version 3 and later, github.com/onnx/onnx), whose messages are proto2.
 */
import { create, createFileRegistry, fromBinary, toBinary, type Message } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import { FieldDescriptorProto_Label as Label, FieldDescriptorProto_Type as Type, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { GannetError } from '../../core/errors.ts'

/** `TensorProto.DataType`, as far as it is read or written. */
export const ELEMENT = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const
/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE = { int: 2, string: 3, ints: 7 } as const
/** `TensorProto.DataLocation.EXTERNAL`. */
export const EXTERNAL = 1

export type Entry = Message<'onnx.StringStringEntryProto'> & { key: string; value: string }
export type Tensor = Message<'onnx.TensorProto'> & {
  dims: bigint[]; dataType: number; floatData: number[]; int32Data: number[]; int64Data: bigint[]; name: string
  /** Little-endian, where it is set; else the values lie in the list of their type. */
  rawData: Uint8Array; externalData: Entry[]; dataLocation: number
}
export type SparseTensor = Message<'onnx.SparseTensorProto'> & { values?: Tensor; indices?: Tensor }
export type Attribute = Message<'onnx.AttributeProto'> & {
  name: string; f: number; i: bigint; s: Uint8Array; ints: bigint[]; type: number
  t?: Tensor; g?: Graph; tensors: Tensor[]; graphs: Graph[]; sparseTensor?: SparseTensor; sparseTensors: SparseTensor[]
}
export type Node = Message<'onnx.NodeProto'> & { input: string[]; output: string[]; name: string; opType: string; attribute: Attribute[]; domain: string }
export type Dimension = Message<'onnx.Dimension'> & { dimValue: bigint; dimParam: string }
export type Shape = Message<'onnx.TensorShapeProto'> & { dim: Dimension[] }
export type TensorType = Message<'onnx.TensorTypeProto'> & { elemType: number; shape?: Shape }
export type ValueType = Message<'onnx.TypeProto'> & { tensorType?: TensorType }
export type ValueInfo = Message<'onnx.ValueInfoProto'> & { name: string; type?: ValueType }
export type Graph = Message<'onnx.GraphProto'> & {
  node: Node[]; name: string; initializer: Tensor[]; sparseInitializer: SparseTensor[]; input: ValueInfo[]; output: ValueInfo[]; valueInfo: ValueInfo[]
}
export type OperatorSet = Message<'onnx.OperatorSetIdProto'> & { domain: string; version: bigint }
export type LocalFunction = Message<'onnx.FunctionProto'> & { node: Node[]; attributeProto: Attribute[] }
export type Model = Message<'onnx.ModelProto'> & { irVersion: bigint; producerName: string; graph?: Graph; opsetImport: OperatorSet[]; functions: LocalFunction[] }

type Field = readonly [name: string, number: number, type: 'string' | 'bytes' | 'int32' | 'int64' | 'float' | { readonly message: string }, many?: 'many' | 'packed']
const of = (message: string) => ({ message: `.onnx.${message}` })

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  StringStringEntryProto: [['key', 1, 'string'], ['value', 2, 'string']],
  TensorProto: [
    ['dims', 1, 'int64', 'many'], ['data_type', 2, 'int32'], ['float_data', 4, 'float', 'packed'], ['int32_data', 5, 'int32', 'packed'],
    ['int64_data', 7, 'int64', 'packed'], ['name', 8, 'string'], ['raw_data', 9, 'bytes'],
    ['external_data', 13, of('StringStringEntryProto'), 'many'], ['data_location', 14, 'int32'],
  ],
  SparseTensorProto: [['values', 1, of('TensorProto')], ['indices', 2, of('TensorProto')]],
  AttributeProto: [
    ['name', 1, 'string'], ['f', 2, 'float'], ['i', 3, 'int64'], ['s', 4, 'bytes'], ['t', 5, of('TensorProto')], ['g', 6, of('GraphProto')], ['ints', 8, 'int64', 'many'],
    ['tensors', 10, of('TensorProto'), 'many'], ['graphs', 11, of('GraphProto'), 'many'], ['type', 20, 'int32'],
    ['sparse_tensor', 22, of('SparseTensorProto')], ['sparse_tensors', 23, of('SparseTensorProto'), 'many'],
  ],
  NodeProto: [
    ['input', 1, 'string', 'many'], ['output', 2, 'string', 'many'], ['name', 3, 'string'], ['op_type', 4, 'string'],
    ['attribute', 5, of('AttributeProto'), 'many'], ['domain', 7, 'string'],
  ],
  Dimension: [['dim_value', 1, 'int64'], ['dim_param', 2, 'string']],
  TensorShapeProto: [['dim', 1, of('Dimension'), 'many']],
  TensorTypeProto: [['elem_type', 1, 'int32'], ['shape', 2, of('TensorShapeProto')]],
  TypeProto: [['tensor_type', 1, of('TensorTypeProto')]],
  ValueInfoProto: [['name', 1, 'string'], ['type', 2, of('TypeProto')]],
  GraphProto: [
    ['node', 1, of('NodeProto'), 'many'], ['name', 2, 'string'], ['initializer', 5, of('TensorProto'), 'many'], ['input', 11, of('ValueInfoProto'), 'many'],
    ['output', 12, of('ValueInfoProto'), 'many'], ['value_info', 13, of('ValueInfoProto'), 'many'], ['sparse_initializer', 15, of('SparseTensorProto'), 'many'],
  ],
  OperatorSetIdProto: [['domain', 1, 'string'], ['version', 2, 'int64']],
  FunctionProto: [['node', 7, of('NodeProto'), 'many'], ['attribute_proto', 11, of('AttributeProto'), 'many']],
  ModelProto: [
    ['ir_version', 1, 'int64'], ['producer_name', 2, 'string'], ['graph', 7, of('GraphProto')],
    ['opset_import', 8, of('OperatorSetIdProto'), 'many'], ['functions', 25, of('FunctionProto'), 'many'],
  ],
}

const TYPES = { string: Type.STRING, bytes: Type.BYTES, int32: Type.INT32, int64: Type.INT64, float: Type.FLOAT } as const

const registry = createFileRegistry(create(FileDescriptorProtoSchema, {
  name: 'onnx.proto', package: 'onnx', syntax: 'proto2',
  messageType: Object.entries(FIELDS).map(([name, fields]) => ({
    name,
    field: fields.map(([field, number, type, many]) => ({
      name: field, number, label: many === undefined ? Label.OPTIONAL : Label.REPEATED,
      ...(typeof type === 'string' ? { type: TYPES[type] } : { type: Type.MESSAGE, typeName: type.message }),
      ...(many === 'packed' ? { options: { packed: true } } : {}),
    })),
  })),
}), () => undefined)

const schemaOf = <Shape extends Message>(name: string): GenMessage<Shape> => registry.getMessage(`onnx.${name}`) as unknown as GenMessage<Shape>
export const ModelSchema = schemaOf<Model>('ModelProto')
export const NodeSchema = schemaOf<Node>('NodeProto')
export const TensorSchema = schemaOf<Tensor>('TensorProto')
export const ValueInfoSchema = schemaOf<ValueInfo>('ValueInfoProto')

/** @throws pack-damaged for what is no ONNX file, or the beginning of one */
export const readOnnx = (bytes: Uint8Array, path: string): Model & { graph: Graph } => {
  let model: Model
  try {
    model = fromBinary(ModelSchema, bytes)
  } catch (cause) {
    throw new GannetError('pack-damaged', `${path} is no ONNX file, or only a part of one (protobuf: ${(cause as Error).message}); get it again`, { cause })
  }
  const { graph } = model
  if (graph === undefined || model.opsetImport.length === 0) throw new GannetError('pack-damaged', `${path} is no ONNX file: it has no graph (protobuf of another kind?); get it again`)
  return Object.assign(model, { graph })
}

export const writeOnnx = (model: Model): Uint8Array => toBinary(ModelSchema, model)
