import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { openEyes, type EyesOptions, type Viewed } from './eyes.ts'
import { findPacks } from './find-packs.ts'
import { labelsOf } from './label-sets.ts'
import type { PackChoice } from './pack.ts'

const shared = resolve('..', 'shared')
const photos = join(shared, 'photos')
const modelsDir = join(shared, 'models')
const NONE: PackChoice = { detect: null, embed: null, classify: null }

/** The parts of the image room, taken late: where a test needs pictures it needs the decoder. */
const eyesOf = async (choice: PackChoice, more: Partial<EyesOptions> = {}) => {
  const { fillTensor, fitOf } = await import('../image/index.ts')
  return await openEyes(choice, { projector: { fitOf, fillTensor }, ...more })
}

const view = async (path: string): Promise<Viewed> => {
  const { decodeForLook } = await import('../image/index.ts')
  const decoded = await decodeForLook(await readFile(path))
  if (!decoded.ok) expect.fail(`${path}: ${decoded.detail}`)
  return { rgb: decoded.rgb, width: decoded.width, height: decoded.height }
}

const present = (ctx: TestContext): boolean => {
  if (existsSync(photos) && existsSync(modelsDir)) return true
  console.warn(`no weights or pictures in ${shared}: the models were not tested on them`)
  ctx.skip()
  return false
}

interface Rectangle { readonly name: string; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

const overlap = (a: Rectangle, b: Rectangle): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  const both = Math.max(0, width) * Math.max(0, height)
  return both / (a.width * a.height + b.width * b.height - both)
}

const truthOf = async (label: string, { width, height }: Viewed): Promise<Rectangle[]> =>
  (await readFile(label, 'utf8')).trim().split('\n').map((line) => {
    const [index = 0, x = 0, y = 0, w = 0, h = 0] = line.split(' ').map(Number)
    const name = labelsOf('coco-80')[index] as string
    return { name, x: (x - w / 2) * width, y: (y - h / 2) * height, width: w * width, height: h * height }
  })

describe('the eyes', () => {
  it('see nothing, in order, when every task is off', async () => {
    const eyes = await eyesOf(NONE)
    const picture = { rgb: { data: new Uint8Array(3), width: 1, height: 1 }, width: 1, height: 1 }
    expect(await eyes.see([picture, picture])).toEqual([0, 1].map(() => ({ boxes: [], labels: [], vectors: [] })))
    await eyes.close()
  })

  it('find what is in photographs, in pixels of the original', async (ctx) => {
    if (!present(ctx)) return
    const { choice } = await findPacks({ modelsDir, want: { embed: 'none', classify: 'none' } })
    const eyes = await eyesOf(choice, { boxes: { minScore: 0.5, maxBoxes: 100 } })
    const names = (await readdir(join(photos, 'coco-val', 'labels'))).sort().slice(0, 48)
    const counted = { found: 0, right: 0, there: 0 }
    for (const name of names) {
      const viewed = await view(join(photos, 'coco-val', 'images', name.replace('.txt', '.jpg')))
      const truth = await truthOf(join(photos, 'coco-val', 'labels', name), viewed)
      const [sight] = await eyes.see([viewed])
      counted.there += truth.length
      counted.found += sight?.boxes.length ?? 0
      counted.right += sight?.boxes.filter((box) => truth.some((t) => t.name === box.name && overlap(box, t) >= 0.5)).length ?? 0
      expect(sight?.vectors).toEqual([])
    }
    await eyes.close()
    // Measured on all 128: precision .81, recall .34.
    expect(counted.right / counted.found).toBeGreaterThan(0.7)
    expect(counted.right / counted.there).toBeGreaterThan(0.28)
  })

  it('name what photographs show and say which are alike, one run for both', async (ctx) => {
    if (!present(ctx)) return
    const { choice } = await findPacks({ modelsDir, want: { detect: 'none' } })
    const eyes = await eyesOf(choice)
    const files = (await readdir(join(photos, 'imagenet-sample'))).sort()
    const chosen = files.flatMap((file, i) => (i % 16 === 0 ? [{ file, name: labelsOf('imagenet-1000')[i] }] : []))
    const viewed = await Promise.all(chosen.map(({ file }) => view(join(photos, 'imagenet-sample', file))))
    const sights = await eyes.see(viewed)
    await eyes.close()
    const right = chosen.filter(({ name }, i) => sights[i]?.labels[0]?.name === name).length
    // Measured on all 1000: .858.
    expect(right / chosen.length).toBeGreaterThan(0.75)
    for (const { labels, vectors: [vector] } of sights) {
      expect(labels).toHaveLength(5)
      expect(vector?.space).toBe('mobilenetv2@b013f1f7/1280/cosine')
      expect(Math.hypot(...vector?.values ?? [])).toBeCloseTo(1, 4)
    }
  })

  it('find faces and text, and score what is unsafe, where they were asked to', async (ctx) => {
    if (!present(ctx)) return
    const { choice, findings } = await findPacks({ modelsDir, want: { detect: 'none', embed: 'none', classify: 'none' }, asked: ['faces', 'text', 'unsafe'] })
    expect(findings.filter(({ on }) => on).map(({ task, pack }) => [task, pack])).toEqual([['faces', 'yunet'], ['text', 'ppocr-det'], ['unsafe', 'unsafe-mobilenetv2']])
    const eyes = await eyesOf(choice)
    const people = (await readdir(join(photos, 'caltech101', 'Faces'))).sort().slice(0, 12)
    let found = 0
    for (const name of people) {
      const viewed = await view(join(photos, 'caltech101', 'Faces', name))
      const [sight] = await eyes.see([viewed])
      const faces = sight?.boxes.filter((box) => box.name === 'face' && box.score >= 0.7) ?? []
      if (faces.length > 0) found++
      for (const { x, y, width, height, by } of faces) {
        expect([by, x >= 0, y >= 0, x + width <= viewed.width + 1e-3, y + height <= viewed.height + 1e-3]).toEqual(['yunet', true, true, true, true])
      }
      expect(sight?.unsafe?.map((label) => label.name).sort()).toEqual(['drawing', 'hentai', 'neutral', 'porn', 'sexy'])
      expect(sight?.unsafe?.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 3)
      expect(sight?.by).toEqual({ faces: 'yunet', text: 'ppocr-det', unsafe: 'unsafe-mobilenetv2' })
    }
    expect(found).toBe(people.length)

    const sharp = (await import('sharp')).default
    const svg = '<svg width="600" height="300" xmlns="http://www.w3.org/2000/svg"><rect width="600" height="300" fill="#fff"/><text x="40" y="170" font-size="60" font-family="sans-serif">Summer sale today</text></svg>'
    const { data, info } = await sharp(Buffer.from(svg)).flatten().resize(512).raw().toBuffer({ resolveWithObject: true })
    const [sight] = await eyes.see([{ rgb: { data, width: info.width, height: info.height }, width: 600, height: 300 }])
    await eyes.close()
    const lines = sight?.boxes.filter((box) => box.name === 'text') ?? []
    expect(lines.length).toBeGreaterThan(0)
    for (const { y, height } of lines) expect([y > 80, y + height < 220]).toEqual([true, true])
    expect(sight?.textShare).toBeGreaterThan(0.1)
    expect(sight?.textShare).toBeLessThan(0.35)
  })

  it('see the same whatever the batch, and whatever the detector file', async (ctx) => {
    if (!present(ctx)) return
    const images = join(photos, 'coco-val', 'images')
    const viewed = await Promise.all((await readdir(images)).sort().slice(0, 5).map((name) => view(join(images, name))))
    const { choice } = await findPacks({ modelsDir })
    const fixed = await findPacks({ modelsDir, want: { detect: 'yolox-nano' } })
    const one = await eyesOf(choice)
    const three = await eyesOf(choice, { batchSizes: [1, 3] })
    const other = await eyesOf(fixed.choice, { batchSizes: [4] })
    const [a, b, c] = await Promise.all([one.see(viewed), three.see(viewed), other.see(viewed)])
    for (const [i, sight] of a.entries()) {
      expect(sight.boxes.length).toBeGreaterThan(0)
      for (const again of [b[i], c[i]]) {
        expect(again?.boxes.map((box) => [box.name, box.x.toFixed(0), box.score.toFixed(2)]))
          .toEqual(sight.boxes.map((box) => [box.name, box.x.toFixed(0), box.score.toFixed(2)]))
        expect(again?.vectors[0]?.values[7]).toBeCloseTo(sight.vectors[0]?.values[7] ?? Number.NaN, 4)
      }
    }
    await Promise.all([one, three, other].map((eyes) => eyes.close()))
  })

  it('refuse a file that the runtime cannot load, in the words of the runtime', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gannet-eyes-'))
    const path = join(dir, 'broken.onnx')
    await writeFile(path, 'not a model at all')
    const [manifest] = (await import('./shipped-packs.ts')).shippedPacks
    if (!manifest) expect.fail('no pack is shipped')
    const opening = eyesOf({ ...NONE, detect: { manifest, path, space: null } })
    await expect(opening).rejects.toMatchObject({
      code: 'pack-damaged',
      message: expect.stringMatching(/broken\.onnx.*protobuf/i),
    })
    await rm(dir, { recursive: true })
  })

  it('refuse a manifest that names an output the file does not have', async (ctx) => {
    if (!present(ctx)) return
    const { detect } = (await findPacks({ modelsDir })).choice
    if (!detect?.manifest.detect) expect.fail('no detector was found')
    const manifest = { ...detect.manifest, detect: { ...detect.manifest.detect, output: 'boxes' } }
    await expect(eyesOf({ ...NONE, detect: { ...detect, manifest } })).rejects.toMatchObject({
      code: 'pack-damaged',
      message: expect.stringContaining('has no output "boxes" (it has inputs images; outputs output)'),
    })
  })
})
