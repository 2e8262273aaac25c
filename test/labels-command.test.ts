/** `gannet labels` as a person runs it: on folders, on what a crawl has kept, and in the next crawl. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { openStore, type Asset } from 'gannet'
import { expect, onTestFinished, test } from 'vitest'
import type { SpaceId } from '../src/core/ids.ts'
import { trainHead, writeHead } from '../src/labels/index.ts'
import { crawlArgs, folder, gannet } from './bad-input/gannet.ts'
import { planGallery, startSite } from './site/index.ts'
import { randomOf } from './site/random.ts'

const MODELS = resolve(import.meta.dirname, '../../shared/models')
const WEIGHTS = join(MODELS, 'mnv2_tf2_ptq_fp32.onnx')

const SHAPES: Readonly<Record<string, (n: () => number) => string>> = {
  rings: (n) => Array.from({ length: 5 }, (_, i) => `<circle cx="${100 + 40 * n()}" cy="${80 + 40 * n()}" r="${12 + 16 * i}" fill="none" stroke="#222" stroke-width="5"/>`).join(''),
  stripes: (n) => Array.from({ length: 12 }, (_, i) => `<rect x="${i * 20 + 6 * n()}" y="0" width="8" height="200" fill="#222"/>`).join(''),
  dots: (n) => Array.from({ length: 60 }, () => `<circle cx="${240 * n()}" cy="${200 * n()}" r="${3 + 4 * n()}" fill="#222"/>`).join(''),
}

/** A folder a class, of drawings in all colours. */
const draw = async (dir: string, each: number): Promise<void> => {
  const n = randomOf(7)
  for (const [name, shape] of Object.entries(SHAPES)) {
    await mkdir(join(dir, name), { recursive: true })
    for (let at = 0; at < each; at++) {
      const ground = `hsl(${Math.floor(360 * n())} 60% 75%)`
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="200"><rect width="240" height="200" fill="${ground}"/>${shape(n)}</svg>`
      await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toFile(join(dir, name, `${at}.jpg`))
    }
  }
}

const assets = async (data: string): Promise<Asset[]> => {
  const store = await openStore(data)
  const all: Asset[] = []
  for await (const asset of store.images()) all.push(asset)
  await store.close()
  return all
}

test('what is asked for wrongly is told of', async () => {
  const [dir, data] = [await folder(), await folder()]
  const said = async (...args: string[]) => {
    const { code, stderr } = await gannet(['labels', ...args])
    return [code, stderr]
  }
  const out = join(dir, 'head.json')
  expect(await said('train', dir)).toEqual([2, expect.stringContaining('--out')])
  expect(await said('train', dir, '--out', out)).toEqual([2, expect.stringContaining('has no folders')])
  expect(await said('train', dir, '--data', data, '--out', out)).toEqual([2, expect.stringContaining('not on both')])
  expect(await said('train', dir, '--out', out, '--hold-out', '0')).toEqual([2, expect.stringContaining('--hold-out 0')])
  expect(await said('train', dir, '--out', out, '--hold-out', '.1', '--train-on', '3')).toEqual([2, expect.stringContaining('one of them')])
  await draw(dir, 1)
  expect(await said('train', dir, '--out', out)).toEqual([1, expect.stringMatching(/no embedder is on: .*--models-dir/)])
  expect(await said('train', '--data', join(data, 'none'), '--out', out)).toEqual([1, expect.stringContaining('none')])
  expect(await said('apply', out, '--data', data)).toEqual([2, expect.stringContaining('cannot be read')])
  await writeFile(out, '{}')
  expect(await said('apply', out, '--data', data)).toEqual([2, expect.stringContaining('is no linear head')])
  expect(await said('apply', out, '--data', data, '--min-score', '2')).toEqual([2, expect.stringContaining('--min-score 2')])
  expect(await said('set', 'abc', ' ', '--data', data)).toEqual([2, expect.stringContaining('needs a name')])
}, 240_000)

test('a head is trained on a folder of classes, and says how good it is on what it has not seen', async (context) => {
  if (!existsSync(WEIGHTS)) return context.skip(`no weights in ${MODELS}`)
  const dir = await folder()
  await draw(dir, 14)
  await writeFile(join(dir, 'dots', 'broken.jpg'), 'no picture')
  await symlink(join(dir, 'dots', '0.jpg'), join(dir, 'dots', 'again.jpg'))
  const train = (...args: string[]) => gannet(['labels', 'train', dir, '--models-dir', MODELS, '--out', join(dir, 'shapes.json'), ...args])
  const { code, stdout, stderr } = await train('--json', '--hold-out', '4')
  const training = JSON.parse(stdout) as Record<string, unknown> & { id: string; heldOut: { pictures: number; metrics: Record<string, number>; confusions: unknown[] } }
  expect([code, stderr]).toEqual([0, expect.stringMatching(/looking at pictures\nmeasuring.*\ntraining/)])
  expect(training).toMatchObject({
    labels: { dots: 14, rings: 14, stripes: 14 }, pictures: 42, contradictory: 0,
    left: { undecodable: 1, unusable: 0, repeated: 1, otherSpace: 0 }, heldOut: { pictures: 12, training: 30, seed: 1 },
  })
  expect(training.heldOut.metrics['top1']).toBeGreaterThan(0.9)
  expect(JSON.parse(await readFile(join(dir, 'shapes.json'), 'utf8'))).toMatchObject({ id: training.id, record: { pictures: 42, heldOut: training.heldOut } })
  // The same again, but for the hour.
  const again = await train('--hold-out', '4')
  expect(again.stdout).toContain(training.id)
  expect(again.stdout).toMatch(/12 pictures held out[^]*right +\d+\.\d %[^]*1 picture could not be decoded/)

  const evaluated = await gannet(['models', 'eval', '--task', 'linear', '--data', dir, '--models-dir', MODELS, '--train-on', '10', '--seeds', '2', '--json'])
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ task: 'linear', pack: 'mobilenetv2', images: 44, undecodable: 1, splits: [{ seed: 1, training: 30, heldOut: 12 }, { seed: 2, training: 30, heldOut: 12 }] })
  const much = await gannet(['models', 'eval', '--task', 'linear', '--data', dir, '--models-dir', MODELS])
  expect([much.code, much.stderr]).toEqual([2, expect.stringContaining('--train-on')])
}, 240_000)

test('people correct what is stored, a head learns from it, labels the rest from stored vectors, and the next crawl', async (context) => {
  if (!existsSync(WEIGHTS)) return context.skip(`no weights in ${MODELS}`)
  const dir = await folder()
  const data = join(dir, 'data')
  const site = await startSite({ plan: planGallery({ seed: 21, pictures: 16, worth: 14, junk: { banner: 1 } }) })
  onTestFinished(() => site.close())
  const models = ['--models-dir', MODELS, '--model', 'detect=none', '--vision', '1']
  expect((await gannet(crawlArgs([site.url], data, ...models))).code).toBe(0)
  const before = await assets(data)
  expect(before.length).toBeGreaterThan(8)

  const empty = await gannet(['labels', 'train', '--data', data, '--out', join(dir, 'mine.json')])
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('nobody has labelled')])
  const unknown = await gannet(['labels', 'set', 'f'.repeat(24), 'left', '--data', data])
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('nothing is stored')])
  const corrected = before.slice(0, 4)
  for (const [at, { id }] of corrected.entries()) {
    const { code, stdout } = await gannet(['labels', 'set', id, at % 2 === 0 ? 'even' : 'odd', '--data', data, '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([0, { id, label: at % 2 === 0 ? 'even' : 'odd', by: 'person' }])
  }
  const head = join(dir, 'mine.json')
  const trained = await gannet(['labels', 'train', '--data', data, '--out', head, '--json'])
  const { id: by } = JSON.parse(trained.stdout) as { id: string }
  expect(JSON.parse(trained.stdout)).toMatchObject({ labels: { even: 2, odd: 2 }, pictures: 4, heldOut: null })

  const seen = site.log.length
  const applied = await gannet(['labels', 'apply', head, '--data', data, '--json'])
  const told = JSON.parse(applied.stdout) as { labelled: Record<string, number>; unsure: number }
  expect(told).toMatchObject({ id: by, assets: before.length, persons: 4, withoutVector: 0 })
  // Of two classes one is as probable as not, unless both are exactly so.
  expect(Object.values(told.labelled).reduce((a, b) => a + b, 0)).toBe(before.length - 4)
  expect(site.log.length).toBe(seen)
  const after = await assets(data)
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  for (const [at, asset] of after.entries()) {
    if (at < 4) expect(asset.labels).toEqual([{ name: at % 2 === 0 ? 'even' : 'odd', score: 1, by: 'person' }])
    else expect(asset.labels.filter((label) => label.by === by)).toEqual([expect.objectContaining({ name: expect.stringMatching(/^(even|odd)$/) })])
    // What the classifier said stands beside it.
    if (at >= 4) expect(asset.labels.filter((label) => label.by === 'mobilenetv2')).toEqual(before[at]?.labels)
  }
  // Applied again, nothing is doubled, and what it is found by follows.
  await gannet(['labels', 'apply', head, '--data', data])
  expect(await assets(data)).toEqual(after)
  const found = await gannet(['search', '--data', data, '--label', 'EVEN', '--top', '100', '--json'])
  const evens = after.filter(({ labels }) => labels.some(({ name }) => name === 'even'))
  expect((JSON.parse(found.stdout) as { hits: { id: string }[] }).hits.map(({ id }) => id)).toEqual(evens.map(({ id }) => id))

  const second = join(dir, 'second')
  expect((await gannet(crawlArgs([site.url], second, ...models, '--label-head', head))).code).toBe(0)
  const labelled = await assets(second)
  for (const asset of labelled) {
    const same = after.find(({ id }) => id === asset.id)
    if (same && !same.labels.some((label) => label.by === 'person')) expect(asset.labels.map(({ name, by: whose }) => [name, whose]).sort()).toEqual(same.labels.map(({ name, by: whose }) => [name, whose]).sort())
  }
  expect(labelled.some(({ labels }) => labels.some((label) => label.by === by))).toBe(true)

  // Another embedder's head is refused, before anything is fetched.
  const values = [[1, 0], [0, 1]].map((pair) => Float32Array.from(pair))
  const space = 'other@1/2/cosine' as SpaceId
  const { head: foreign } = trainHead(values.map((vector, at) => ({ label: `l${at}`, values: vector })), { space, name: 'foreign' })
  const file = join(dir, 'foreign.json')
  await writeFile(file, writeHead(foreign, { trainedAt: '', ridge: 1, pictures: 2, heldOut: null }))
  const refused = await gannet(crawlArgs([site.url], join(dir, 'third'), ...models, '--label-head', file))
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/reads vectors of other@1\/2\/cosine, and the embedder gives those of mobilenetv2@/)])
  const blind = await gannet(crawlArgs([site.url], join(dir, 'fourth'), '--label-head', file))
  expect([blind.code, blind.stderr]).toEqual([2, expect.stringContaining('no embedder is on')])
  const unfit = await gannet(['labels', 'apply', file, '--data', data])
  expect([unfit.code, unfit.stderr]).toEqual([2, expect.stringContaining('no picture of')])
}, 240_000)
