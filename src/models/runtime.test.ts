/** The runtime itself, on small files that are made to go wrong. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../core/ids.ts'
import { openEyes } from './eyes.ts'
import { makeNode, makeTensor } from './onnx/make.ts'
import { smallModel } from './onnx/small-model.fixture.ts'
import type { Manifest, Pack, PackChoice } from './pack.ts'
import { load } from './runtime.ts'
import { shippedPacks } from './shipped-packs.ts'

const [yolox, , , , mobilenet] = shippedPacks as readonly [Manifest, Manifest, Manifest, Manifest, Manifest]
const SIDE = 8
const PER_PICTURE = 3 * SIDE * SIDE

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gannet-runtime-'))
})
afterEach(() => rm(dir, { recursive: true }))

const packOf = async (bytes: Uint8Array, more: Partial<Manifest> = {}, batch: number | null = null): Promise<Pack> => {
  const path = join(dir, `${sha256Of(bytes).slice(0, 8)}.onnx`)
  await writeFile(path, bytes)
  const input = { ...mobilenet.input, name: 'x', width: SIDE, height: SIDE, batch }
  return { manifest: { ...mobilenet, ...more, id: 'small', input }, path, space: { pack: 'small', dimension: 3, metric: 'cosine' } }
}

/** Pictures whose values are their number, from 1 on. */
const batchOf = (count: number, room = count): Float32Array =>
  Float32Array.from({ length: room * PER_PICTURE }, (_, at) => (at < count * PER_PICTURE ? Math.floor(at / PER_PICTURE) + 1 : 0))

const meanOf = (...rest: Parameters<typeof makeNode>[]) => [makeNode('GlobalAveragePool', ['x'], ['mean']), ...rest.map((one) => makeNode(...one))]

describe('a tensor inside the graph', () => {
  const bytes = smallModel({ outputs: { out: ['N', 3] }, nodes: meanOf(['Flatten', ['mean'], ['flat']], ['Softmax', ['flat'], ['out']]) })

  it('is given out like an output, by its name', async () => {
    const session = await load(await packOf(bytes), ['out', 'flat'], { batchSizes: [2] })
    const outputs = await session.run(batchOf(2), 2)
    expect([...outputs.get('flat') ?? []]).toEqual([1, 1, 1, 2, 2, 2])
    expect(outputs.get('out')?.[0]).toBeCloseTo(1 / 3)
    await session.close()
  })

  it('that nobody computes is told, with what there is', async () => {
    await expect(load(await packOf(bytes), ['pool'])).rejects.toMatchObject({ code: 'pack-damaged', message: expect.stringContaining('it has no output "pool" (it has inputs x; outputs out)') })
  })

  it('of MobileNetV2 gives the same as the output that is made of it', async (ctx) => {
    const path = resolve('..', 'shared', 'models', mobilenet.file)
    if (!existsSync(path)) return ctx.skip(`no weights in ${path}`)
    const { readFile } = await import('node:fs/promises')
    const { readOnnx } = await import('./onnx/onnx-file.ts')
    const { graph } = readOnnx(await readFile(path), path)
    const pooled = graph.node.find(({ opType }) => opType === 'GlobalAveragePool')?.output[0]
    if (pooled === undefined) expect.fail('no pooling')
    expect(graph.output.map(({ name }) => name)).not.toContain(pooled)
    const manifest: Manifest = { ...mobilenet, embed: { kind: 'features', output: pooled, dimension: 1280 } }
    const session = await load({ manifest, path, space: null }, [pooled, 'features'])
    const outputs = await session.run(Float32Array.from({ length: 3 * 224 * 224 }, (_, at) => Math.sin(at / 100)), 1)
    expect(outputs.get(pooled)).toHaveLength(1280)
    expect(outputs.get(pooled)).toEqual(outputs.get('features'))
    await session.close()
  })
})

describe('a batch', () => {
  it('smaller than the fixed one of the file is filled up, and what fills it is not told', async () => {
    const bytes = smallModel({ inputs: { x: [4, 3, SIDE, SIDE] }, outputs: { mean: [4, 3, 1, 1] }, nodes: meanOf() })
    const session = await load(await packOf(bytes, {}, 4), ['mean'])
    expect(session.largest).toBe(4)
    expect([...(await session.run(batchOf(2, 4), 2)).get('mean') ?? []]).toEqual([1, 1, 1, 2, 2, 2])
    await session.close()
  })

  it('for which there is no memory is halved, and the work goes on', async () => {
    // 20 axes as long as the batch: one value for one picture, a megabyte for two, 4 TB for four.
    const bytes = smallModel({
      outputs: { out: ['N', 3, 1, 1] },
      nodes: meanOf(
        ['Shape', ['x'], ['shape']], ['Gather', ['shape', 'first'], ['n']], ['Tile', ['n', 'axes'], ['sizes']], ['ConstantOfShape', ['sizes'], ['huge']],
        ['ReduceMax', ['huge'], ['zero'], { keepdims: 0 }], ['Add', ['mean', 'zero'], ['out']],
      ),
      constants: [makeTensor('first', BigInt64Array.of(0n), [1]), makeTensor('axes', BigInt64Array.of(20n), [1])],
    })
    const pack = await packOf(bytes)
    const session = await load(pack, ['out'], { batchSizes: [1, 2, 4, 8] })
    for (let round = 0; round < 2; round++) {
      const means = (await session.run(batchOf(7, 8), 7)).get('out')
      expect([...means ?? []]).toEqual([1, 2, 3, 4, 5, 6, 7].flatMap((n) => [n, n, n]))
    }
    await session.close()
    const least = await load(pack, ['out'], { batchSizes: [4] })
    await expect(least.run(batchOf(4), 4)).rejects.toMatchObject({ code: 'engine-unfit', message: expect.stringMatching(/no memory to run small on 4 pictures/) })
    await least.close()
  })
})

describe('a file', () => {
  it('of operators of the future is refused in the words of the runtime', async () => {
    const bytes = smallModel({ outputs: { mean: ['N', 3, 1, 1] }, nodes: meanOf(), opset: 900 })
    await expect(load(await packOf(bytes), ['mean'])).rejects.toMatchObject({ code: 'pack-damaged', message: expect.stringMatching(/opset/i) })
  })

  it('whose graph runs in a circle is refused', async () => {
    const bytes = smallModel({ outputs: { a: ['N'] }, nodes: [makeNode('Relu', ['b'], ['a']), makeNode('Relu', ['a'], ['b'])] })
    await expect(load(await packOf(bytes), ['a'])).rejects.toMatchObject({ code: 'pack-damaged' })
  })

  it('that takes another size than its manifest says is told at its first picture', async () => {
    const bytes = smallModel({ inputs: { x: ['N', 3, 16, 16] }, outputs: { mean: ['N', 3, 1, 1] }, nodes: meanOf() })
    const session = await load(await packOf(bytes), ['mean'])
    await expect(session.run(batchOf(1), 1)).rejects.toMatchObject({ code: 'pack-damaged', message: expect.stringMatching(/dimension|16/i) })
    await session.close()
  })
})

describe('what the eyes read', () => {
  const NONE: PackChoice = { detect: null, embed: null, classify: null }
  const picture = { rgb: { data: new Uint8Array(3), width: 1, height: 1 }, width: SIDE, height: SIDE }
  const projector = { fitOf: () => ({ width: SIDE, height: SIDE, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 }), fillTensor: () => undefined }
  const see = async (choice: Partial<PackChoice>) => {
    const eyes = await openEyes({ ...NONE, ...choice }, { projector })
    try {
      return (await eyes.see([picture]))[0]
    } finally {
      await eyes.close()
    }
  }
  const flat = (length: number, value: number) => ({
    nodes: meanOf(['Flatten', ['mean'], ['flat']], ['MatMul', ['flat', 'to'], ['wide']], ['Add', ['wide', 'value'], ['out']]),
    outputs: { out: ['N', length] }, constants: [makeTensor('to', new Float32Array(3 * length), [3, length]), makeTensor('value', Float32Array.of(value))],
  })
  const embed = { kind: 'features', output: 'out', dimension: 6 } as const

  it('of another dimension, or with other labels than the manifest says, is told', async () => {
    const five = await packOf(smallModel(flat(5, 1)), { embed, classify: { kind: 'softmax', output: 'out', offset: 0, top: 5 } })
    for (const choice of [{ embed: five }, { classify: five }]) {
      await expect(see(choice)).rejects.toMatchObject({ code: 'pack-damaged', message: expect.stringMatching(/has 5 values where its manifest promises (6|1000) a picture/) })
    }
  })

  it('is no number, and so is not told of', async () => {
    const cells = 5 + 80
    const head = { kind: 'yolox', output: 'out', strides: [SIDE], nms: 0.5 } as const
    const labels = 'coco-80'
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const six = await packOf(smallModel(flat(6, value)), { embed })
      expect((await see({ embed: six }))?.vectors).toEqual([])
      const thousand = await packOf(smallModel(flat(1000, value)), { classify: { kind: 'softmax', output: 'out', offset: 0, top: 5 } })
      expect((await see({ classify: thousand }))?.labels).toEqual([])
      for (const detect of [head, { kind: 'yolov5', output: 'out', nms: 0.5 } as const]) {
        const boxes = await packOf(smallModel(flat(cells, value)), { ...yolox, detect, labels })
        expect((await see({ detect: boxes }))?.boxes).toEqual([])
      }
    }
  })
})
