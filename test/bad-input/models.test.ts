/** Model files that are missing, cut short or not what they are called. */
import { existsSync } from 'node:fs'
import { copyFile, truncate, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planGallery } from '../site/index.ts'
import { crawlArgs, folder, gannet, reportIn, site, SMALL } from './gannet.ts'

const WEIGHTS = resolve('..', 'shared', 'models')
const FILE = 'yolox_nano.onnx'
const asked = ['--model', 'detect=yolox-nano']
const gallery = () => planGallery({ seed: 51, pictures: 2, worth: 2, ...SMALL })

describe('a model that was asked for', () => {
  it('and is not there ends the command before anything is fetched, and says where to put it', async () => {
    const good = await site({ plan: gallery() })
    const models = await folder()
    const ended = await gannet(crawlArgs([good.url], await folder(), '--models-dir', models, ...asked))
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(`${join(models, FILE)} is not there; put ${FILE}`)
    const unnamed = await gannet(crawlArgs([good.url], await folder(), ...asked))
    expect(unnamed).toMatchObject({ code: 1, stdout: '' })
    expect(unnamed.stderr).toMatch(/name the folder that holds yolox_nano\.onnx with --models-dir or GANNET_MODELS/)
    expect(good.log).toEqual([])
  })

  it('and is cut short or another file is told by its size or its checksum', async (ctx) => {
    if (!existsSync(join(WEIGHTS, FILE))) {
      console.warn(`damaged weights were not tried: ${join(WEIGHTS, FILE)} is not there`)
      return ctx.skip()
    }
    const models = await folder()
    const path = join(models, FILE)
    const run = async () => gannet(crawlArgs(['http://127.0.0.1:1/'], await folder(), '--models-dir', models, ...asked))
    await copyFile(join(WEIGHTS, FILE), path)
    await truncate(path, 1_000_000)
    const short = await run()
    expect(short).toMatchObject({ code: 1, stdout: '' })
    expect(short.stderr).toMatch(/is not the file of yolox-nano: expected \d+ bytes .* found 1000000 bytes; delete .* and get it again/)

    await copyFile(join(WEIGHTS, FILE), path)
    await writeFile(path, 'X', { flag: 'r+' })
    const other = await run()
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toMatch(/found SHA-256 [0-9a-f]{64}; delete .* and get it again/)
  })

  it('and is none that is known names the nearest', async () => {
    const ended = await gannet(crawlArgs(['http://127.0.0.1:1/'], await folder(), '--models-dir', '.', '--model', 'detect=yolox-nanno'))
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('no pack is called "yolox-nanno"; did you mean "yolox-nano"?')
  })
})

it('a model that nobody asked for is off with a line, and the crawl goes on', async () => {
  const good = await site({ plan: gallery() })
  const models = await folder()
  await writeFile(join(models, FILE), 'half a download')
  const ended = await gannet(crawlArgs([good.url], await folder(), '--models-dir', models))
  expect(reportIn(ended).kept).toBe(2)
  expect(ended.code).toBe(0)
  expect(ended.stderr).toMatch(/detect.* off/)
})

describe('a class to look for', () => {
  it('needs a detector', async () => {
    const ended = await gannet(crawlArgs(['http://127.0.0.1:1/'], await folder(), '--target', 'cat'))
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(/--target cat needs a detector, and none is on: .*--models-dir/)
  })

  it('must be one that the detector knows', async (ctx) => {
    if (!existsSync(join(WEIGHTS, FILE))) {
      console.warn(`an unknown class was not tried: ${join(WEIGHTS, FILE)} is not there`)
      return ctx.skip()
    }
    const ended = await gannet(crawlArgs(['http://127.0.0.1:1/'], await folder(), '--models-dir', WEIGHTS, '--target', 'cat,bycicle'))
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('knows no class "bycicle"; did you mean "bicycle"?')
  })
})
