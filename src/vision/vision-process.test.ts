import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sha256Of } from '../core/ids.ts'
import type { PackChoice } from '../models/index.ts'
import { shippedPacks } from '../models/index.ts'
import { createVisionProcess } from './vision-process.ts'

const OFF: PackChoice = { detect: null, embed: null, classify: null }
const NOTHING = { boxes: [], labels: [], vectors: [] }

const drawn = (width: number): Promise<Buffer> =>
  sharp({ create: { width, height: 40, channels: 3, background: '#48a' } }).png().toBuffer()
const item = async (ticket: number, width = 60, keep = true) =>
  ({ ticket, keep, body: { kind: 'inline', bytes: await drawn(width) } }) as const

describe('the vision process', () => {
  it('answers in the order asked, whatever a file contains', async () => {
    const vision = createVisionProcess({ choice: OFF, decodes: 2 })
    const widths = [90, 30, 70, 50, 20]
    const items = await Promise.all(widths.map((width, i) => item(i, width)))
    const junk = { ticket: 9, keep: true, body: { kind: 'inline', bytes: new TextEncoder().encode('junk') } } as const
    const answers = await vision.look([...items.slice(0, 2), junk, ...items.slice(2)])
    expect(answers.map((a) => (a.ok ? a.width : a.reason))).toEqual([90, 30, 'not-an-image', 70, 50, 20])
    expect(await vision.infer([9])).toEqual([null])
  })

  it('keeps a picture until it is inferred, once', async () => {
    const vision = createVisionProcess({ choice: OFF })
    await vision.look([await item(1), await item(2), await item(3, 60, false)])
    expect(await vision.infer([2, 3, 1, 4])).toEqual([NOTHING, null, NOTHING, null])
    expect(await vision.infer([1])).toEqual([null])
  })

  it('keeps no more than it may: the oldest is forgotten', async () => {
    const vision = createVisionProcess({ choice: OFF, keep: 2 })
    for (const ticket of [1, 2, 3]) await vision.look([await item(ticket)])
    expect(await vision.infer([1, 2, 3])).toEqual([null, NOTHING, NOTHING])
  })

  it('drops what is not wanted any more', async () => {
    const vision = createVisionProcess({ choice: OFF })
    await vision.look([await item(1), await item(2)])
    await vision.drop([1, 7])
    expect(await vision.infer([1, 2])).toEqual([null, NOTHING])
  })

  it('renders an original, small ones into the message and large ones into the spool', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gannet-vision-'))
    const vision = createVisionProcess({ choice: OFF, spoolDir: dir })
    const as = (format: 'png' | 'jpeg', width: number) =>
      ({ name: 'r', crop: null, width, height: width, fit: 'cover', format, quality: null }) as const
    const noise = await sharp({ create: { width: 400, height: 400, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).png().toBuffer()
    const small = await vision.render({ kind: 'inline', bytes: noise }, as('jpeg', 20))
    const large = await vision.render({ kind: 'inline', bytes: noise }, as('png', 400))
    if (!small.ok || !large.ok) expect.fail('they were not made')
    expect(small).toMatchObject({ width: 20, height: 20, body: { kind: 'inline' } })
    expect(large.body).toMatchObject({ kind: 'spool', size: large.bytes, sha256: large.sha256 })
    expect(sha256Of(await readFile((large.body as { path: string }).path))).toBe(large.sha256)
    expect(await vision.render({ kind: 'inline', bytes: Buffer.from('junk') }, as('png', 9))).toMatchObject({ ok: false, reason: 'not-an-image' })
    await expect(vision.render({ kind: 'spool', path: join(dir, 'nowhere'), size: 1 }, as('png', 9))).rejects.toMatchObject({ code: 'data-missing' })
    await rm(dir, { recursive: true })
  })

  it('reads a spooled file, and rejects when it is gone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gannet-vision-'))
    const path = join(dir, 'body')
    const bytes = await drawn(64)
    await writeFile(path, bytes)
    const vision = createVisionProcess({ choice: OFF })
    const spooled = { ticket: 1, keep: false, body: { kind: 'spool', path, size: bytes.length } } as const
    expect((await vision.look([spooled]))[0]?.sha256).toBe(sha256Of(bytes))
    await rm(dir, { recursive: true })
    await expect(vision.look([spooled])).rejects.toMatchObject({ code: 'data-missing' })
  })

  it('believes the hash that came with a file, unless the file has another length since', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gannet-vision-'))
    const path = join(dir, 'body')
    const bytes = await drawn(64)
    await writeFile(path, bytes)
    const vision = createVisionProcess({ choice: OFF })
    const sha256 = sha256Of('taken on the way')
    const named = (size: number) => ({ ticket: 1, keep: false, body: { kind: 'spool', path, size, sha256 } } as const)
    expect((await vision.look([named(bytes.length)]))[0]?.sha256).toBe(sha256)
    expect((await vision.look([named(bytes.length + 1)]))[0]?.sha256).toBe(sha256Of(bytes))
    await rm(dir, { recursive: true })
  })

  it('still looks when a model cannot be loaded, and says so when it is asked to infer', async () => {
    const [manifest] = shippedPacks
    if (!manifest) expect.fail('no pack is shipped')
    const detect = { manifest, path: join(tmpdir(), 'gannet-no-such-model.onnx'), space: null }
    const vision = createVisionProcess({ choice: { ...OFF, detect } })
    expect((await vision.look([await item(1)]))[0]?.ok).toBe(true)
    await expect(vision.infer([1])).rejects.toMatchObject({ code: 'pack-damaged' })
  })
})
