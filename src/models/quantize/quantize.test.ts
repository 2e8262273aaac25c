import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeNode, makeTensor } from '../onnx/make.ts'
import { readOnnx } from '../onnx/onnx-file.ts'
import { smallModel } from '../onnx/small-model.fixture.ts'
import type { Manifest, Pack } from '../pack.ts'
import { load } from '../runtime.ts'
import { shippedPacks } from '../shipped-packs.ts'
import { quantize } from './quantize.ts'
import { createRangeMeter } from './ranges.ts'
import { quantizeWeight } from './write-qdq.ts'

const SIDE = 8
const CHANNELS = 16
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-quantize-'))
})
afterEach(() => rm(dir, { recursive: true }))

const noise = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 31 - 1
}
const floats = (length: number, seed: number, scale = 1): Float32Array => Float32Array.from({ length }, noise(seed)).map((value) => value * scale)
const picture = (seed: number): Float32Array => floats(3 * SIDE * SIDE, seed)
const pictures = Array.from({ length: 16 }, (_, n) => picture(n + 1))

/** Two convolutions with what commonly stands round them, pooled and multiplied to a vector. */
const model = (more: { readonly opset?: number; readonly last?: 'Softmax' | 'Identity'; readonly first?: Float32Array } = {}) => smallModel({
  opset: more.opset ?? 13,
  outputs: { out: ['N', 10] },
  nodes: [
    makeNode('Conv', ['x', 'w1', 'b1'], ['c1'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }), makeNode('Relu', ['c1'], ['r1']),
    makeNode('Conv', ['r1', 'w2', 'b2'], ['c2'], { kernel_shape: [1, 1] }), makeNode('Add', ['c2', 'r1'], ['sum']),
    makeNode('Conv', ['sum', 'w3'], ['c3'], { kernel_shape: [3, 3], group: CHANNELS, pads: [1, 1, 1, 1] }),
    makeNode('GlobalAveragePool', ['c3'], ['mean']), makeNode('Flatten', ['mean'], ['flat']), makeNode('Gemm', ['flat', 'w4', 'b4'], ['logits']),
    makeNode(more.last ?? 'Identity', ['logits'], ['out']),
  ],
  constants: [
    makeTensor('w1', more.first ?? floats(CHANNELS * 27, 91), [CHANNELS, 3, 3, 3]), makeTensor('b1', floats(CHANNELS, 92), [CHANNELS]),
    makeTensor('w2', floats(CHANNELS * CHANNELS, 93), [CHANNELS, CHANNELS, 1, 1]), makeTensor('b2', floats(CHANNELS, 94), [CHANNELS]),
    makeTensor('w3', floats(CHANNELS * 9, 95), [CHANNELS, 1, 3, 3]), makeTensor('w4', floats(CHANNELS * 10, 96), [CHANNELS, 10]), makeTensor('b4', floats(10, 97), [10]),
  ],
})

const packOf = async (bytes: Uint8Array): Promise<Pack> => {
  const path = join(dir, 'small.onnx')
  await writeFile(path, bytes)
  const base = shippedPacks.find(({ id }) => id === 'mobilenetv2') as Manifest
  const { classify: _none, labels: _nor, ...embedding } = base
  const manifest: Manifest = {
    ...embedding, id: 'small', tasks: ['embed'], embed: { kind: 'features', output: 'out', dimension: 10 },
    input: { ...base.input, name: 'x', width: SIDE, height: SIDE },
  }
  return { manifest, path, space: null }
}

const outputOf = async (pack: Pack, input: Float32Array): Promise<Float32Array> => {
  const session = await load(pack, ['out'])
  try {
    return (await session.run(input, 1)).get('out') as Float32Array
  } finally {
    await session.close()
  }
}
const far = (a: Float32Array, b: Float32Array): number => Math.hypot(...a.map((value, at) => value - (b[at] as number))) / Math.hypot(...a)

describe('a variant in int8', () => {
  it('computes with whole numbers, and says nearly the same of pictures that it was not made from', async () => {
    const pack = await packOf(model())
    const made = await quantize(pack, { pictures })
    const path = join(dir, 'int8.onnx')
    await writeFile(path, made.bytes)
    for (const seed of [101, 102, 103]) expect(far(await outputOf(pack, picture(seed)), await outputOf({ ...pack, path }, picture(seed)))).toBeLessThan(0.06)
    expect(made).toMatchObject({ layers: 4, kept: [], last: ['out'] })
    expect(Math.max(...Object.values(made.likeness))).toBeGreaterThan(0.99)
    const { graph } = readOnnx(made.bytes, path)
    expect(graph.initializer.filter(({ dataType, dims }) => dataType === 1 && dims.length > 1)).toEqual([])
    // The Relu is what eight bits cannot say: less than zero.
    expect(graph.node.map(({ opType }) => opType)).not.toContain('Relu')
  })

  it('leaves layers in float32 by name, or the last ones', async () => {
    const pack = await packOf(model())
    const weights = async (keepFloat: readonly string[]) => {
      const { bytes, kept } = await quantize(pack, { pictures, keepFloat })
      return [kept, readOnnx(bytes, '').graph.initializer.filter(({ dataType, dims }) => dataType === 1 && dims.length > 1).map(({ name }) => name)]
    }
    expect(await weights(['last'])).toEqual([['out'], ['w4']])
    expect(await weights(['c1', 'c3'])).toEqual([['c1', 'c3'], ['w1', 'w3']])
    await expect(quantize(pack, { pictures, keepFloat: ['c9'] })).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/no layer "c9"; its last ones are out/) })
  })

  it('is made of files of opset 11 too, but not of such as say it otherwise', async () => {
    const made = await quantize(await packOf(model({ opset: 11 })), { pictures })
    expect(readOnnx(made.bytes, '').opsetImport.map(({ version }) => version)).toEqual([13n])
    await expect(quantize(await packOf(model({ opset: 11, last: 'Softmax' })), { pictures })).rejects.toMatchObject({ code: 'engine-unfit', message: expect.stringMatching(/opset 11 with Softmax/) })
    await expect(quantize(await packOf(model()), { pictures: pictures.slice(0, 3) })).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('too few') })
  })

  it('does not overflow where neighbouring weights and values are all large', async () => {
    const pack = await packOf(model({ first: new Float32Array(CHANNELS * 27).fill(1) }))
    const bright = Array.from({ length: 16 }, (_, n) => new Float32Array(3 * SIDE * SIDE).fill(1 - n / 64))
    const made = await quantize(pack, { pictures: bright })
    const path = join(dir, 'int8.onnx')
    await writeFile(path, made.bytes)
    const input = bright[1] as Float32Array
    expect(far(await outputOf(pack, input), await outputOf({ ...pack, path }, input))).toBeLessThan(0.06)
  })
})

describe('weights', () => {
  it('have a scale a channel, as fine as the worst pair of neighbours allows', () => {
    const rows = [[1, -1, 0.5, -0.25], [1, 1, 0, 0], [0, 0, 0, 0]]
    const { whole, scales } = quantizeWeight(Float32Array.from(rows.flat()), [3, 4, 1, 1], 0, true)
    expect([...whole]).toEqual([127, -127, 64, -32, 64, 64, 0, 0, 0, 0, 0, 0])
    expect(scales[0]).toBeCloseTo(1 / 127)
    // The same by columns, and with places of three inputs each.
    expect([...quantizeWeight(Float32Array.of(1, 1, -1, 1), [2, 2], 1, true).whole]).toEqual([127, 64, -127, 64])
    const two = quantizeWeight(Float32Array.of(1, 0, 0, 1), [1, 2, 1, 2], 0, true).whole
    expect([...two]).toEqual([127, 0, 0, 127])
    expect([...quantizeWeight(Float32Array.of(1, 0, 1, 0), [1, 2, 1, 2], 0, true).whole]).toEqual([64, 0, 64, 0])
    expect([...quantizeWeight(Float32Array.of(1, 1), [1, 2], 0, false).whole]).toEqual([127, 127])
  })
})

describe('a range', () => {
  it('holds all values, or leaves out the rarest at its ends', () => {
    const meter = createRangeMeter()
    const values = Float32Array.from({ length: 700_000 }, (_, at) => (at === 0 ? 1000 : at === 7 ? -1000 : (at % 101) / 100))
    meter.widen(values)
    meter.count(values)
    expect(meter.range('extremes')).toEqual({ low: -1000, high: 1000 })
    const { low, high } = meter.range('percentile')
    expect(low).toBeGreaterThan(-2)
    expect(high).toBeLessThan(3)
    expect(high).toBeGreaterThan(1)
    expect(createRangeMeter().range('percentile')).toEqual({ low: 0, high: 0 })
  })
})
