import { copyFile, mkdtemp, rm, truncate, writeFile, mkdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../core/ids.ts'
import { findPacks } from './find-packs.ts'
import type { Manifest } from './pack.ts'
import { shippedPacks } from './shipped-packs.ts'

const [yolox] = shippedPacks as [Manifest]
const contents = 'weights of a small model'

/** Stand-ins with real checksums: the check does not care what the bytes mean. */
const manifests: readonly Manifest[] = [
  { ...yolox, id: 'finder', file: 'finder.onnx', bytes: contents.length, sha256: sha256Of(contents) },
  { ...yolox, id: 'old-finder', file: 'old.onnx', bytes: contents.length, sha256: sha256Of(contents) },
  ...shippedPacks.filter((m) => m.tasks.includes('embed')),
]

let modelsDir: string
beforeEach(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'gannet-packs-'))
})
afterEach(() => rm(modelsDir, { recursive: true }))

describe('findPacks', () => {
  it('switches everything off without a folder, and says how to turn it on', async () => {
    const { choice, findings } = await findPacks({})
    expect(choice).toEqual({ detect: null, embed: null, classify: null })
    expect(findings.map((f) => [f.task, f.on])).toEqual([['detect', false], ['embed', false], ['classify', false]])
    for (const finding of findings) expect(finding.remedy).toMatch(/--models-dir or GANNET_MODELS/)
  })

  it('looks for faces, text and unsafe content only where they are asked for or named', async () => {
    const { choice, findings } = await findPacks({ modelsDir, asked: ['text'], want: { unsafe: 'none' } })
    expect(findings.map((f) => f.task)).toEqual(['detect', 'embed', 'classify', 'text', 'unsafe'])
    expect([choice.text, choice.unsafe, choice.faces]).toEqual([null, null, undefined])
    await expect(findPacks({ modelsDir, want: { faces: 'mobilenetv2' } })).rejects.toMatchObject({ message: expect.stringContaining('those that do: yunet') })
  })

  it('says which file is missing in a folder that is not there', async () => {
    const { findings } = await findPacks({ modelsDir: join(modelsDir, 'nowhere'), manifests })
    expect(findings[0]?.why).toContain('finder.onnx is not there')
    expect(findings[0]?.remedy).toContain('put finder.onnx')
  })

  it('takes the preferred pack, and the next where it is missing', async () => {
    await writeFile(join(modelsDir, 'old.onnx'), contents)
    expect((await findPacks({ modelsDir, manifests })).choice.detect?.manifest.id).toBe('old-finder')
    await writeFile(join(modelsDir, 'finder.onnx'), contents)
    const { choice, findings } = await findPacks({ modelsDir, manifests })
    expect(choice.detect?.path).toBe(join(modelsDir, 'finder.onnx'))
    expect(findings[0]).toMatchObject({ on: true, pack: 'finder' })
    expect(findings[1]).toMatchObject({ task: 'embed', on: false })
  })

  it('does not load a truncated file; it tells, and serves with the next pack', async () => {
    await writeFile(join(modelsDir, 'finder.onnx'), contents)
    await truncate(join(modelsDir, 'finder.onnx'), 10)
    await writeFile(join(modelsDir, 'old.onnx'), contents)
    const { choice, findings } = await findPacks({ modelsDir, manifests })
    expect(choice.detect?.manifest.id).toBe('old-finder')
    expect(findings[0]?.why).toMatch(/finder\.onnx is not the file of finder.*expected 24 bytes.*found 10 bytes/)
    expect(findings[0]?.remedy).toMatch(/delete .*finder\.onnx/)
  })

  it('recognises other bytes of the right length by their checksum', async () => {
    await writeFile(join(modelsDir, 'finder.onnx'), contents.toUpperCase())
    const { choice, findings } = await findPacks({ modelsDir, manifests })
    expect(choice.detect).toBeNull()
    expect(findings[0]?.why).toContain(`found SHA-256 ${sha256Of(contents.toUpperCase())}`)
  })

  it('stops for a pack that was asked for by name: damaged, missing, or without a folder', async () => {
    const want = { detect: 'finder' }
    await expect(findPacks({ manifests, want })).rejects.toMatchObject({ code: 'pack-missing' })
    await expect(findPacks({ modelsDir, manifests, want })).rejects.toMatchObject({ code: 'pack-missing' })
    await writeFile(join(modelsDir, 'finder.onnx'), 'half')
    await expect(findPacks({ modelsDir, manifests, want })).rejects.toMatchObject({
      code: 'pack-damaged',
      message: expect.stringMatching(/finder\.onnx.*expected 24 bytes with SHA-256 [0-9a-f]{64}, found 4 bytes; delete/),
    })
    await rm(join(modelsDir, 'finder.onnx'))
    await mkdir(join(modelsDir, 'finder.onnx'))
    await expect(findPacks({ modelsDir, manifests, want })).rejects.toMatchObject({ code: 'pack-damaged' })
  })

  it('names the nearest known pack for a slip of the pen, and the task for a wrong one', async () => {
    await expect(findPacks({ want: { detect: 'yolo-nano' } })).rejects.toMatchObject({
      code: 'pack-unknown',
      message: expect.stringContaining('did you mean "yolox-nano"'),
    })
    await expect(findPacks({ want: { detect: 'mobilenetv2' } })).rejects.toMatchObject({
      code: 'pack-unknown',
      message: expect.stringContaining('does not detect'),
    })
  })

  it('leaves a task off that was switched off', async () => {
    await writeFile(join(modelsDir, 'finder.onnx'), contents)
    const { choice, findings } = await findPacks({ modelsDir, manifests, want: { detect: 'none' } })
    expect(choice.detect).toBeNull()
    expect(findings[0]).toEqual({ task: 'detect', on: false, why: 'switched off', remedy: '' })
  })

  it('finds the real weights, one file for two tasks, and names the space after them', async (ctx) => {
    const shared = resolve('..', 'shared', 'models')
    if (!existsSync(shared)) {
      console.warn(`no weights in ${shared}: the shipped checksums were not tested`)
      return ctx.skip()
    }
    const { choice } = await findPacks({ modelsDir: shared })
    expect(choice.detect?.manifest.id).toBe('yolox-nano-batch')
    expect(choice.embed).toMatchObject({ manifest: { id: 'mobilenetv2' }, space: { pack: 'mobilenetv2@b013f1f7', dimension: 1280 } })
    expect(choice.classify?.path).toBe(choice.embed?.path)
    await copyFile(join(shared, 'yolox_nano.onnx'), join(modelsDir, 'yolox_nano.onnx'))
    expect((await findPacks({ modelsDir })).choice.detect?.manifest.id).toBe('yolox-nano')
  })
})

describe('manifests in the folder', () => {
  const own = (more: object) => JSON.stringify({ ...yolox, id: 'own', file: 'own.onnx', bytes: contents.length, sha256: sha256Of(contents), ...more })

  it('are known after the shipped ones; a wrong one is told of and takes nothing along', async () => {
    await writeFile(join(modelsDir, 'own.onnx'), contents)
    await writeFile(join(modelsDir, 'own.json'), own({}))
    await writeFile(join(modelsDir, 'a-taken.json'), own({ id: yolox.id }))
    await writeFile(join(modelsDir, 'b-wrong.json'), own({ id: 'wrong', bytes: -1 }))
    await writeFile(join(modelsDir, 'c-torn.json'), '{"id": ')
    await writeFile(join(modelsDir, 'config.json'), '{"architectures": ["any"]}')
    await writeFile(join(modelsDir, 'tokenizer.json'), `{"file": 1, "sha256": "${'x'.repeat(70_000)}"}`)
    const { choice, wrong } = await findPacks({ modelsDir })
    expect(choice.detect).toMatchObject({ manifest: { id: 'own' }, path: join(modelsDir, 'own.onnx') })
    expect(wrong.map(({ why }) => why)).toEqual([
      expect.stringMatching(/id yolox-nano-batch in .*a-taken\.json is taken/), expect.stringMatching(/b-wrong\.json is wrong: [\s\S]*bytes/), expect.stringMatching(/c-torn\.json is no JSON/),
    ])
  })

  it('of another precision serve where that is preferred, and their pack where they are not there', async () => {
    const int8: Manifest = { ...(manifests[0] as Manifest), id: 'finder-int8', file: 'int8.onnx', precision: 'int8', variantOf: 'finder' }
    const all = [...manifests, int8]
    const chosen = async (more: object) => (await findPacks({ modelsDir, manifests: all, ...more })).choice.detect?.manifest.id
    await writeFile(join(modelsDir, 'finder.onnx'), contents)
    await writeFile(join(modelsDir, 'old.onnx'), contents)
    expect(await chosen({ precision: 'int8', want: { detect: 'finder' } })).toBe('finder')
    await writeFile(join(modelsDir, 'int8.onnx'), contents)
    expect(await chosen({})).toBe('finder')
    expect(await chosen({ precision: 'int8' })).toBe('finder-int8')
    expect(await chosen({ precision: 'fp32' })).toBe('finder')
    expect(await chosen({ precision: 'int8', want: { detect: 'finder' } })).toBe('finder-int8')
    expect(await chosen({ precision: 'int8', want: { detect: 'old-finder' } })).toBe('old-finder')
  })
})
