/** What a graph holds and names, its inner graphs (of branches and loops) and the functions of its file included. */
import type { Attribute, Graph, Model, Node, SparseTensor, Tensor } from './onnx-file.ts'

function* ofSparse(all: readonly (SparseTensor | undefined)[]): Generator<Tensor> {
  for (const sparse of all) for (const tensor of [sparse?.values, sparse?.indices]) if (tensor) yield tensor
}

function* ofAttribute(attribute: Attribute): Generator<Tensor> {
  if (attribute.t) yield attribute.t
  yield* attribute.tensors
  yield* ofSparse([attribute.sparseTensor, ...attribute.sparseTensors])
  for (const graph of [...(attribute.g ? [attribute.g] : []), ...attribute.graphs]) yield* ofGraph(graph)
}

function* ofNodes(nodes: readonly Node[]): Generator<Tensor> {
  for (const node of nodes) for (const attribute of node.attribute) yield* ofAttribute(attribute)
}

function* ofGraph(graph: Graph): Generator<Tensor> {
  yield* graph.initializer
  yield* ofSparse(graph.sparseInitializer)
  yield* ofNodes(graph.node)
}

/** All constants of a file. */
export function* tensorsOf(model: Model): Generator<Tensor> {
  if (model.graph) yield* ofGraph(model.graph)
  for (const { node, attributeProto } of model.functions) {
    yield* ofNodes(node)
    for (const attribute of attributeProto) yield* ofAttribute(attribute)
  }
}
