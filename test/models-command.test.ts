/** `gannet models` as a person runs it. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { folder, gannet } from './bad-input/gannet.ts'
import { asSharp, draw } from './drawn-pictures.ts'

const SHARED = resolve(import.meta.dirname, '../../shared')
const NANO = join(SHARED, 'models/yolox_nano.onnx')

test('list tells which packs there are, and which weights are here, damaged, or absent', async () => {
  const models = await folder()
  await writeFile(join(models, 'yolox_nano.onnx'), 'half a download')
  const { code, stdout } = await gannet(['models', 'list', '--models-dir', models, '--json'])
  const packs = JSON.parse(stdout) as { id: string; state: string; licence: string; tasks: string[] }[]
  expect([code, packs.find(({ id }) => id === 'yolox-nano')?.state, packs.find(({ id }) => id === 'mobilenetv2')?.state]).toEqual([0, 'damaged', 'absent'])
  for (const { licence, tasks } of packs) expect([licence, tasks.length > 0]).toEqual([expect.stringMatching(/\w/), true])
  expect((await gannet(['models', 'list'])).stdout).toContain('absent')
}, 60_000)

test('pull says where nobody offers a pack, and which there are', async () => {
  const models = await folder()
  const nowhere = await gannet(['models', 'pull', 'mobilenetv2', '--models-dir', models])
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('put its file into the folder of models yourself')])
  const unknown = await gannet(['models', 'pull', 'yolox-pico', '--models-dir', models])
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('known are yolox-nano-batch')])
  const unnamed = await gannet(['models', 'pull', 'yolox-nano'])
  expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('--models-dir')])
}, 60_000)

test('eval needs weights, and pictures with their truth', async (context) => {
  const [models, data] = [await folder(), await folder()]
  const run = (...args: string[]) => gannet(['models', 'eval', '--task', 'detect', '--data', data, '--models-dir', models, ...args])
  const bare = await run()
  expect([bare.code, bare.stderr]).toEqual([1, expect.stringMatching(/no pack can detect: .* is not there; put yolox_nano/)])
  expect((await run('--task', 'dream')).code).toBe(2)
  if (!existsSync(NANO)) return context.skip(`no weights in ${SHARED}`)
  await copyFile(NANO, join(models, 'yolox_nano.onnx'))
  const untold = await run()
  expect([untold.code, untold.stderr]).toEqual([2, expect.stringContaining('is no folder of boxes')])

  await mkdir(join(data, 'images'))
  await mkdir(join(data, 'labels'))
  await writeFile(join(data, 'classes.yaml'), 'names:\n  0: cat\n  1: dog\n')
  const grey = await sharp({ create: { width: 320, height: 200, channels: 3, background: '#888888' } }).jpeg().toBuffer()
  await writeFile(join(data, 'images', 'a.jpg'), grey)
  await writeFile(join(data, 'images', 'b.jpg'), 'no picture')
  await writeFile(join(data, 'labels', 'a.txt'), '0 0.5 0.5 0.2 0.2\n')
  const { code, stdout } = await run('--json')
  expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({
    task: 'detect', pack: 'yolox-nano', images: 2, undecodable: 1, metrics: { ap50: 0, ap: 0, gatePrecision: 1, gateRecall: 0, gateF1: 0 },
  })])
  await writeFile(join(data, 'labels', 'a.txt'), '0 0.5 0.5\n')
  const torn = await run()
  expect([torn.code, torn.stderr]).toEqual([2, expect.stringContaining('a.txt, line 1')])
}, 120_000)

test('eval measures a pack on real photographs as its manifest promises', async (context) => {
  const data = join(SHARED, 'photos/coco-val')
  if (!existsSync(NANO) || !existsSync(data)) return context.skip(`no weights or photographs in ${SHARED}`)
  const { code, stdout } = await gannet(['models', 'eval', '--task', 'detect', '--data', data, '--models-dir', join(SHARED, 'models'), '--model', 'deimv2-atto', '--json'])
  const { metrics, images } = JSON.parse(stdout) as { metrics: Record<string, number>; images: number }
  expect([code, images]).toEqual([0, 128])
  // Measured: AP50 .449, AP .318, F1 .654.
  expect(metrics['ap50']).toBeGreaterThan(0.43)
  expect(metrics['ap']).toBeGreaterThan(0.3)
  expect(metrics['gateF1']).toBeGreaterThan(0.63)
}, 120_000)

test('eval makes copies of pictures and finds them, by hashes alone where there is no embedder', async () => {
  const [data, others] = [await folder(), await folder()]
  for (let n = 0; n < 6; n++) await writeFile(join(n < 3 ? data : others, `${n}.jpg`), await asSharp(draw(40 + n, 480, 360)).modulate({ saturation: 0.4 }).jpeg().toBuffer())
  const run = (...args: string[]) => gannet(['models', 'eval', '--task', 'copy', '--data', data, '--model', 'none', ...args])
  const { code, stdout } = await run('--others', others, '--alike', others, '--json')
  const { task, pack, images, metrics, mistaken } = JSON.parse(stdout) as { task: string; pack: string; images: number; metrics: Record<string, number>; mistaken: unknown[] }
  // Three originals, eight copies of each, three others.
  expect([code, task, pack, images, mistaken]).toEqual([0, 'copy', 'none', 3 + 24 + 3, []])
  expect(metrics).toMatchObject({ precision: 1, 'recall.jpeg': 1, 'recall.flip': 1, 'recall.border': 1, 'mistaken.alike': 0 })
  // What takes a model: no hash stays the same when a third is cut off.
  expect(metrics['recall.crop']).toBeLessThan(1)
  const alone = await folder()
  await writeFile(join(alone, '0.jpg'), await asSharp(draw(1, 90, 60)).jpeg().toBuffer())
  const single = await gannet(['models', 'eval', '--task', 'copy', '--data', alone, '--model', 'none'])
  expect([single.code, single.stderr]).toEqual([2, expect.stringContaining('has 1 pictures: copies are made of two or more')])
}, 240_000)
