import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkExternalData } from './external-data.ts'
import { makeNode, makeTensor } from './make.ts'
import { EXTERNAL, readOnnx, TensorSchema, writeOnnx } from './onnx-file.ts'
import { smallModel } from './small-model.fixture.ts'

const twice = () => smallModel({ outputs: { y: ['N', 3, 8, 8] }, nodes: [makeNode('Mul', ['x', 'two'], ['y'])], constants: [makeTensor('two', Float32Array.of(2))] })

describe('an ONNX file', () => {
  it('is read, and written as it was', () => {
    const bytes = twice()
    const model = readOnnx(bytes, 'twice.onnx')
    expect(model.graph.node.map(({ opType, input, output }) => [opType, input, output])).toEqual([['Mul', ['x', 'two'], ['y']]])
    expect(model.opsetImport).toMatchObject([{ domain: '', version: 13n }])
    expect(writeOnnx(model)).toEqual(bytes)
  })

  it('keeps fields that nobody here knows', () => {
    // doc_string of the model, and a number that no version has used yet.
    const more = new BinaryWriter().tag(6, WireType.LengthDelimited).string('by hand').tag(9999, WireType.Varint).uint32(7).finish()
    const written = writeOnnx(readOnnx(Buffer.concat([twice(), more]), 'twice.onnx'))
    expect(Buffer.from(written).includes(Buffer.from(more))).toBe(true)
  })

  it('of a real model loses nothing', async (ctx) => {
    const path = resolve('..', 'shared', 'models', 'deimv2_hgnetv2_atto_coco.onnx')
    if (!existsSync(path)) return ctx.skip(`no weights in ${path}`)
    const bytes = await readFile(path)
    const again = writeOnnx(readOnnx(bytes, path))
    expect(again.byteLength).toBe(bytes.byteLength)
    // In another order it may be, once.
    expect(Buffer.compare(writeOnnx(readOnnx(again, path)), again)).toBe(0)
  })

  it('that was cut short, is another file, nests without end or is empty is told', () => {
    const bytes = twice()
    const endless = (depth: number): Uint8Array => {
      let inner: Uint8Array = new Uint8Array()
      // A node whose attribute is a graph with a node, and so on: fields 1, 5 and 6.
      for (let n = 0; n < depth; n++) for (const field of [6, 5, 1]) inner = new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(inner).finish()
      return new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(inner).finish()
    }
    for (const bad of [bytes.subarray(0, bytes.length - 9), new TextEncoder().encode('not a model at all'), endless(5_000), new Uint8Array()]) {
      expect(() => readOnnx(bad, 'bad.onnx')).toThrow(expect.objectContaining({ code: 'pack-damaged', message: expect.stringMatching(/bad\.onnx is no ONNX file/) }))
    }
  })
})

describe('weights beside the file', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gannet-onnx-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  const wanting = (location: string, inside = false) => {
    const tensor = create(TensorSchema, { name: 'w', dims: [2n], dataType: 1, dataLocation: EXTERNAL, externalData: [{ key: 'location', value: location }] })
    const node = makeNode('Constant', [], ['c'], { value: 0 })
    const [attribute] = node.attribute
    if (attribute) attribute.t = tensor
    return readOnnx(smallModel({ outputs: { y: ['N'] }, nodes: inside ? [node] : [], constants: inside ? [] : [tensor] }), 'm.onnx')
  }

  it('may lie in its folder', async () => {
    await writeFile(join(dir, 'w.bin'), Buffer.alloc(8))
    expect(await checkExternalData(wanting('w.bin'), join(dir, 'm.onnx'))).toBe(true)
    expect(await checkExternalData(readOnnx(twice(), 'm.onnx'), join(dir, 'm.onnx'))).toBe(false)
  })

  it('are not looked for outside it, in whatever way it is said', async () => {
    await symlink('/etc/hostname', join(dir, 'link'))
    for (const location of ['../w.bin', '/etc/passwd', 'a/../../w.bin', 'C:\\w.bin', '..\\w.bin', '', 'link']) {
      for (const inside of [false, true]) {
        await expect(checkExternalData(wanting(location, inside), join(dir, 'm.onnx')), location)
          .rejects.toMatchObject({ code: 'pack-damaged', message: expect.stringContaining('outside its folder') })
      }
    }
  })
})
