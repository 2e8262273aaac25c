/**
 * Writes a plan into a graph in the QDQ form that runtimes fuse: each activation is followed by a pair of QuantizeLinear and
 * DequantizeLinear, and weights lie as int8 before a DequantizeLinear of their own. Activations are uint8 with a zero point,
 * weights symmetric with a scale a channel.
 *
 * The kernels of processors without VNNI add the products of two neighbours in 16 bits and saturate (vpmaddubsw): 255 × 127 × 2
 * does not fit. The usual way out, seven bits for all weights, costs MobileNetV2 12 points of accuracy here. What must not exceed
 * 128 is the sum of two neighbours of one sign, and few are both large: each channel's scale is as fine as its worst pair allows.
 * Sources: Jacob et al., arXiv:1712.05877, §2; onnxruntime.ai, "Quantize ONNX models", on U8S8; opset 13's QuantizeLinear.
 */
import { floatsOf, makeNode, makeTensor } from '../onnx/make.ts'
import type { Graph, Node, Tensor } from '../onnx/onnx-file.ts'
import type { QuantizePlan, WeightedLayer } from './plan.ts'
import type { Range } from './ranges.ts'

const LEVELS = 255
const MOST_WEIGHT = 127
/** Half a step less than 32767 / 255: each of the two may be rounded up. */
const MOST_PAIR = 127.5

interface Step {
  readonly scale: number
  readonly zero: number
}

/** Zero is met exactly: padding and what a Relu cuts off are many. */
const stepOf = ({ low, high }: Range): Step => {
  const [from, to] = [Math.min(0, low), Math.max(0, high)]
  const scale = to > from ? Math.fround((to - from) / LEVELS) : 1
  return { scale, zero: Math.min(LEVELS, Math.max(0, Math.round(-from / scale))) }
}

/** Where the weights of a channel lie, in the order in which they are multiplied: by place, and at each the inputs side by side. */
const placesOf = (channel: number, dims: readonly number[], axis: number): readonly number[] => {
  const [first = 0, second = 0, ...rest] = dims
  if (axis === 1) return Array.from({ length: first }, (_, n) => n * second + channel)
  const spots = rest.reduce((a, b) => a * b, 1)
  return Array.from({ length: second * spots }, (_, n) => (channel * second + (n % second)) * spots + Math.floor(n / second))
}

const scaleOf = (weights: readonly number[], pairwise: boolean): number => {
  let [most, pair] = [0, 0]
  for (let at = 0; at < weights.length; at++) most = Math.max(most, Math.abs(weights[at] as number))
  for (let at = 0; pairwise && at < weights.length; at += 2) {
    const [a, b] = [weights[at] as number, weights[at + 1] ?? 0]
    pair = Math.max(pair, Math.max(a, 0) + Math.max(b, 0), Math.max(-a, 0) + Math.max(-b, 0))
  }
  return most > 0 ? Math.fround(Math.max(most / MOST_WEIGHT, pair / MOST_PAIR)) : 1
}

/** @param axis along which the channels lie @param pairwise false where each channel has one input, which has kernels of its own */
export const quantizeWeight = (
  values: Float32Array, dims: readonly number[], axis: number, pairwise: boolean,
): { readonly whole: Int8Array; readonly scales: Float32Array } => {
  const scales = new Float32Array(dims[axis] as number)
  const whole = new Int8Array(values.length)
  for (let channel = 0; channel < scales.length; channel++) {
    const places = placesOf(channel, dims, axis)
    const scale = scaleOf(places.map((at) => values[at] as number), pairwise)
    scales[channel] = scale
    for (const at of places) whole[at] = Math.round((values[at] as number) / scale)
  }
  return { whole, scales }
}

/** Each output from one input: the runtime has kernels for it that sum in 32 bits. */
const isDepthwise = ({ node, weight }: WeightedLayer): boolean =>
  node.opType === 'Conv' && weight.dims[1] === 1n && (node.attribute.find(({ name }) => name === 'group')?.i ?? 1n) > 1n

/** @param ranges by the names of the plan's activations, of those that have one of their own */
export const writeQdq = (graph: Graph, { layers, activations }: QuantizePlan, ranges: ReadonlyMap<string, Range>): void => {
  const constants: Tensor[] = []
  const steps = new Map<string, Step>()
  const stepFor = (name: string): Step => {
    const from = activations.get(name) as string
    const step = steps.get(from) ?? stepOf(ranges.get(from) as Range)
    steps.set(from, step)
    return step
  }
  /** A pair behind the tensor. */
  const pair = (from: string, to: string, name: string): readonly Node[] => {
    const { scale, zero } = stepFor(name)
    const [scaleName, zeroName] = [`${name}/scale`, `${name}/zero`]
    constants.push(makeTensor(scaleName, Float32Array.of(scale)), makeTensor(zeroName, Uint8Array.of(zero)))
    return [makeNode('QuantizeLinear', [from, scaleName, zeroName], [`${name}/q`]), makeNode('DequantizeLinear', [`${name}/q`, scaleName, zeroName], [to])]
  }

  const gone = new Set<string>()
  const weights = new Map<string, { readonly name: string; readonly scales: Float32Array; readonly node: Node | null }>()
  const weightOf = (layer: WeightedLayer) => {
    const { weight, axis } = layer
    const key = `${weight.name}/${axis}`
    const known = weights.get(key)
    if (known) return { ...known, node: null }
    const dims = weight.dims.map(Number)
    const { whole, scales } = quantizeWeight(floatsOf(weight) as Float32Array, dims, axis, !isDepthwise(layer))
    const parts = [`${key}/int8`, `${key}/scale`, `${key}/zero`] as const
    constants.push(makeTensor(parts[0], whole, dims), makeTensor(parts[1], scales, [scales.length]), makeTensor(parts[2], new Int8Array(scales.length), [scales.length]))
    const made = { name: `${key}/dq`, scales, node: makeNode('DequantizeLinear', [...parts], [`${key}/dq`], { axis }) }
    weights.set(key, made)
    gone.add(weight.name)
    return made
  }

  const before = new Map<Node, readonly Node[]>()
  const swallowed = new Set<Node>()
  for (const layer of layers) {
    const { node, bias, bound } = layer
    if (bound) {
      node.output = [...bound.output]
      swallowed.add(bound)
    }
    const inputStep = stepFor(node.input[0] as string).scale
    const { name, scales, node: dequantize } = weightOf(layer)
    const added = dequantize ? [dequantize] : []
    node.input[1] = name
    if (bias) {
      const own = `${node.output[0] ?? ''}/bias`
      const steps32 = scales.map((scale) => Math.fround(scale * inputStep))
      const whole = Int32Array.from(floatsOf(bias) as Float32Array, (value, at) => Math.round(value / (steps32[at] as number)))
      constants.push(makeTensor(`${own}/int32`, whole, [whole.length]), makeTensor(`${own}/scale`, steps32, [whole.length]))
      added.push(makeNode('DequantizeLinear', [`${own}/int32`, `${own}/scale`], [own], { axis: 0 }))
      gone.add(bias.name)
      node.input[2] = own
    }
    before.set(node, added)
  }

  const inputs = new Set(graph.input.map(({ name }) => name).filter((name) => activations.has(name)))
  const nodes: Node[] = [...inputs].flatMap((name) => pair(name, `${name}/dq`, name))
  for (const node of graph.node) {
    if (swallowed.has(node)) continue
    node.input = node.input.map((name) => (inputs.has(name) ? `${name}/dq` : name))
    const pairs = node.output.flatMap((name, at) => {
      if (!activations.has(name)) return []
      node.output[at] = `${name}/raw`
      return pair(`${name}/raw`, name, name)
    })
    nodes.push(...(before.get(node) ?? []), node, ...pairs)
  }
  graph.node = nodes
  const used = new Set(nodes.flatMap(({ input }) => input))
  const isGone = ({ name }: { readonly name: string }): boolean => gone.has(name) && !used.has(name)
  graph.initializer = [...graph.initializer.filter((tensor) => !isGone(tensor)), ...constants]
  // Before IR version 4 constants had to be named as inputs too.
  graph.input = graph.input.filter((value) => !isGone(value))
}
