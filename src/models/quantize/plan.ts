/**
 * What of a graph is computed with whole numbers. The layers with weights (Conv, Gemm, MatMul) take eight bits in and give
 * eight bits out, and between two of them so do the steps that have kernels for it; what comes after the last layers
 * (a softmax, boxes) stays as it was.
 */
import { ELEMENT, type Graph, type Node, type Tensor } from '../onnx/onnx-file.ts'

export interface WeightedLayer {
  readonly node: Node
  readonly weight: Tensor
  /** Axis of the weight along which its output channels lie. */
  readonly axis: number
  readonly bias: Tensor | null
  /** The step behind it that only bounds what it gives, and is done by its rounding. */
  readonly bound: Node | null
}

export interface QuantizePlan {
  readonly layers: readonly WeightedLayer[]
  /** Activations to be quantised; each with the tensor whose range is its own (itself, or one that it is a mere rearrangement of). */
  readonly activations: ReadonlyMap<string, string>
  /** Layers behind which there is no other: by name. */
  readonly last: readonly string[]
}

/** Each layer's name, as a person names it. */
export const layerName = ({ name, output }: Node): string => (name === '' ? (output[0] ?? '') : name)

/** Swallowed by the layer before them: what they bound is what eight bits can say, and the rest saturates. */
const BOUNDING = new Set(['Relu', 'Clip'])
/** Kernels that take and give eight bits, each with a range of its own. */
const COMPUTING = new Set(['Add', 'Mul', 'Sigmoid', 'Concat'])
/** What moves values and does not change them, by its first input. */
const MOVING = new Set(['MaxPool', 'Reshape', 'Transpose', 'Flatten', 'Slice', 'Squeeze', 'Unsqueeze'])

const attributeOf = (node: Node, name: string) => node.attribute.find((one) => one.name === name)
const isOne = (node: Node, name: string): boolean => (attributeOf(node, name)?.f ?? 1) === 1

const layerOf = (node: Node, constants: ReadonlyMap<string, Tensor>, bound: Node | null): WeightedLayer | null => {
  const weight = constants.get(node.input[1] ?? '')
  if (node.domain !== '' || weight?.dataType !== ELEMENT.float) return null
  const named = node.input[2] ?? ''
  const bias = constants.get(named) ?? null
  if (named !== '' && bias?.dims.length !== 1) return null
  if (node.opType === 'Conv') return { node, weight, axis: 0, bias, bound }
  if (weight.dims.length !== 2) return null
  if (node.opType === 'MatMul') return { node, weight, axis: 1, bias: null, bound }
  const plain = node.opType === 'Gemm' && isOne(node, 'alpha') && isOne(node, 'beta') && (attributeOf(node, 'transA')?.i ?? 0n) === 0n
  return plain ? { node, weight, axis: attributeOf(node, 'transB')?.i === 1n ? 0 : 1, bias, bound } : null
}

/** @param keep whether a layer stays in float32, by its name; `last` are those behind which there is no other */
export const planQuantization = (graph: Graph, keep: (name: string, isLast: boolean) => boolean): QuantizePlan => {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const readers = new Map<string, Node[]>()
  for (const node of graph.node) for (const name of node.input) readers.set(name, [...(readers.get(name) ?? []), node])
  const given = new Set(graph.output.map(({ name }) => name))
  const boundOf = ({ output: [output = ''] }: Node): Node | null => {
    const [next, ...others] = readers.get(output) ?? []
    return next && others.length === 0 && !given.has(output) && BOUNDING.has(next.opType) && next.input[0] === output ? next : null
  }
  const found = graph.node.flatMap((node) => layerOf(node, constants, boundOf(node)) ?? [])
  const weighted = new Set(found.map(({ node }) => node))

  /** Tensors from which a layer is reached. Nodes stand in the order in which they are computed. */
  const towards = new Set<string>()
  for (const node of graph.node.toReversed()) {
    if (weighted.has(node) || node.output.some((name) => towards.has(name))) for (const name of node.input) towards.add(name)
  }
  const last = found.filter(({ node }) => !node.output.some((name) => towards.has(name))).map(({ node }) => layerName(node))
  const layers = found.filter(({ node }) => !keep(layerName(node), last.includes(layerName(node))))

  const activations = new Map<string, string>()
  for (const { node, bound } of layers) for (const name of [node.input[0] ?? '', (bound ?? node).output[0] ?? '']) activations.set(name, name)
  for (const node of graph.node) {
    const [output = ''] = node.output
    const [first = ''] = node.input
    if (!towards.has(output)) continue
    if (COMPUTING.has(node.opType) && node.input.every((name) => activations.has(name))) activations.set(output, activations.get(output) ?? output)
    const from = MOVING.has(node.opType) ? activations.get(first) : undefined
    if (from !== undefined) activations.set(output, from)
  }
  return { layers, activations, last }
}
