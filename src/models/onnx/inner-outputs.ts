/** Offers tensors inside a graph as outputs: classifiers are embedders one layer before their end. */
import { create } from '@bufbuild/protobuf'
import { ValueInfoSchema, type Graph } from './onnx-file.ts'

/** Names that are computed inside the graph and not given out. */
export const innerTensors = (graph: Graph): ReadonlySet<string> => {
  const given = new Set(graph.output.map(({ name }) => name))
  return new Set(graph.node.flatMap(({ output }) => output).filter((name) => name !== '' && !given.has(name)))
}

/** Adds them to what the graph gives out; the runtime infers their types. */
export const offer = (graph: Graph, names: readonly string[]): void => {
  for (const name of names) graph.output.push(create(ValueInfoSchema, { name }))
}
