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
  expect(metrics).toMatchObject({ precision: 1, 'recall.flip': 1, 'recall.border': 1, 'recall.caption': 1, 'recall.colour': 1, 'mistaken.alike': 0 })
  // What takes a model: no hash stays the same when a third is cut off.
  expect(metrics['recall.crop']).toBeLessThan(1)
  const alone = await folder()
  await writeFile(join(alone, '0.jpg'), await asSharp(draw(1, 90, 60)).jpeg().toBuffer())
  const single = await gannet(['models', 'eval', '--task', 'copy', '--data', alone, '--model', 'none'])
  expect([single.code, single.stderr]).toEqual([2, expect.stringContaining('has 1 pictures: copies are made of two or more')])
}, 240_000)

interface Diagnosed {
  readonly what: string
  readonly state: string
  readonly why: string
}

test('a manifest of the user that is wrong is named by list and doctor, and a device that is not there by doctor', async () => {
  const models = await folder()
  await writeFile(join(models, 'own.json'), JSON.stringify({ id: 'own', file: 'own.onnx', sha256: 'none' }))
  const list = await gannet(['models', 'list', '--models-dir', models, '--json'])
  expect([list.code, list.stderr]).toEqual([0, expect.stringMatching(/own\.json is wrong/)])
  // No platform has both.
  const device = process.platform === 'win32' ? 'coreml' : 'dml'
  const doctor = await gannet(['doctor', '--models-dir', models, '--data', await folder(), '--device', device, '--json'])
  const lines = JSON.parse(doctor.stdout) as Diagnosed[]
  expect(lines.find(({ what }) => what === 'manifest')).toMatchObject({ state: 'off', why: expect.stringContaining('own.json') })
  expect(lines.find(({ what }) => what === 'device')).toMatchObject({ state: 'off', why: expect.stringMatching(new RegExp(`^${device} cannot be used, and models run on the processor: .* has no ${device}`)) })
}, 60_000)

test('quantize makes a variant that list and doctor know, tells what it loses, and bench measures it', async (context) => {
  const [weights, pictures] = [join(SHARED, 'models/mnv2_tf2_ptq_fp32.onnx'), join(SHARED, 'photos/imagenet-sample')]
  if (!existsSync(weights) || !existsSync(pictures)) return context.skip(`no weights or photographs in ${SHARED}`)
  const models = await folder()
  await copyFile(weights, join(models, 'mnv2_tf2_ptq_fp32.onnx'))
  const here = ['--models-dir', models, '--json']
  const unsaid = await gannet(['models', 'quantize', 'mobilenetv2', ...here])
  expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('--pictures')])

  const made = await gannet(['models', 'quantize', 'mobilenetv2', '--pictures', pictures, '--count', '32', ...here])
  const report = JSON.parse(made.stdout) as {
    id: string; bytes: { float: number; int8: number }; ms: { float: number; int8: number }; layers: number
    agreement: { pictures: number; labels: number; cosine: { mean: number } }
  }
  expect([made.code, report.id, report.layers, report.agreement.pictures]).toEqual([0, 'mobilenetv2-int8', 53, 32])
  expect(report.bytes.int8).toBeLessThan(report.bytes.float / 3)
  // Measured with 64: 92 % of the labels, cosine .978, 1.4 times as fast.
  expect(report.agreement.labels).toBeGreaterThan(0.8)
  expect(report.agreement.cosine.mean).toBeGreaterThan(0.96)

  const list = JSON.parse((await gannet(['models', 'list', ...here])).stdout) as { id: string; state: string; source: string }[]
  expect(list.find(({ id }) => id === report.id)).toMatchObject({ state: 'here', source: expect.stringMatching(/^mobilenetv2 .* calibrated on 32 pictures/) })
  const embedBy = async (precision: string): Promise<string | undefined> =>
    (JSON.parse((await gannet(['doctor', '--data', models, '--precision', precision, ...here])).stdout) as Diagnosed[]).find(({ what }) => what === 'embed')?.why
  expect([await embedBy('auto'), await embedBy('int8')]).toEqual([expect.stringMatching(/^mobilenetv2:/), expect.stringMatching(/^mobilenetv2-int8:/)])
  const again = await gannet(['models', 'quantize', 'mobilenetv2-int8', '--pictures', pictures, ...here])
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is int8 already')])

  const bench = await gannet(['models', 'bench', 'mobilenetv2-int8', '--pictures', pictures, ...here])
  expect([bench.code, JSON.parse(bench.stdout)]).toMatchObject([0, { pack: 'mobilenetv2-int8', pictures: 64 }])
}, 300_000)
