/** The whole look at a picture, and the one line of JSON that a person gets of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asSharp, draw } from '../../test/drawn-pictures.ts'
import { sha256Of } from '../core/ids.ts'
import { probe } from './probe.ts'
import { takeLook, type Looked } from './take-look.ts'

const look = async (input: Uint8Array | string): Promise<Looked> => {
  const seen = await takeLook(input)
  if (!('look' in seen)) expect.fail(seen.detail)
  return seen
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gannet-look-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a look has it all, and survives being sent between processes', async () => {
  const bytes = await asSharp(draw(1, 300, 200)).jpeg().toBuffer()
  const { look: found, rgb } = await look(bytes)
  expect(found).toMatchObject({ ok: true, format: 'jpeg', width: 300, height: 200, bytes: bytes.length, sha256: sha256Of(bytes) })
  expect(found.pdq).toMatch(/^[0-9a-f]{64}$/)
  expect(found.sketch.length).toBe(4608)
  expect(found.panels).toEqual([])
  expect(found.looks.contrast).toBeGreaterThan(5)
  expect(rgb).toMatchObject({ width: 300, height: 200 })
  expect(structuredClone(found)).toEqual(found)
})

test('pictures in flight at once do not disturb one another', async () => {
  const files = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => asSharp(draw(seed, 250 + seed * 40, 300)).png().toBuffer()))
  const alone = []
  for (const bytes of files) alone.push((await look(bytes)).look)
  const together = await Promise.all(files.map(async (bytes) => (await look(bytes)).look))
  expect(together).toEqual(alone)
})

test('the same pixels are known in another file, unless they were reduced', async () => {
  const small = asSharp(draw(2, 100, 80))
  const png = (await look(await small.clone().png().toBuffer())).look
  const webp = (await look(await small.clone().webp({ lossless: true }).toBuffer())).look
  expect(png.pixels).toMatch(/^[0-9a-f]{64}$/)
  expect(webp.pixels).toBe(png.pixels)
  expect(webp.sha256).not.toBe(png.sha256)
  const other = (await look(await asSharp(draw(3, 100, 80)).png().toBuffer())).look
  expect(other.pixels).not.toBe(png.pixels)
  const [wide, high] = [[100, 40], [40, 100]].map(([width = 0, height = 0]) => ({ data: new Uint8Array(12_000), width, height }))
  if (wide === undefined || high === undefined) expect.fail()
  const flats = [await look(await asSharp(wide).png().toBuffer()), await look(await asSharp(high).png().toBuffer())]
  expect(flats[0]?.look.pixels).not.toBe(flats[1]?.look.pixels)
  expect((await look(await asSharp(draw(2, 600, 80)).png().toBuffer())).look.pixels).toBeNull()
})

test('a probe of a good file, of a bad one, and of none', async () => {
  const good = join(folder, 'good.png')
  const bad = join(folder, 'bad.jpg')
  await writeFile(good, await asSharp(draw(2, 90, 60)).png().toBuffer())
  await writeFile(bad, 'PK\u0003\u0004 not a picture')
  const keys = [
    'file', 'ok', 'format', 'width', 'height', 'orientation', 'pages', 'bytes', 'sha256', 'pdq', 'pdqQuality', 'looks', 'reason',
  ]
  const found = await probe(good)
  expect(Object.keys(found)).toEqual(expect.arrayContaining(keys))
  expect(found).toMatchObject({ file: good, ok: true, format: 'png', width: 90, height: 60, orientation: 1, pages: 1, reason: null })
  expect(Object.keys(found.looks ?? {}).sort()).toEqual(['blur', 'brightness', 'contrast', 'entropy'])
  expect(JSON.parse(JSON.stringify(found))).toEqual(found)

  const refused = await probe(bad)
  expect(Object.keys(refused)).toEqual(expect.arrayContaining(keys))
  expect(refused).toMatchObject({ ok: false, format: null, width: null, looks: null, reason: 'not-an-image', bytes: 18 })
  expect(await probe(join(folder, 'gone.png'))).toMatchObject({ ok: false, reason: 'not-an-image', bytes: null })
  expect(await probe(folder)).toMatchObject({ ok: false })
  expect(await probe(new Uint8Array(0))).toMatchObject({ file: null, ok: false, reason: 'not-an-image', bytes: 0 })
})
