/** Kinds of drawn junk and real photographs, told as in a crawl; how often they are right is measured by `npm run bench -- kinds`. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { asSharp, draw } from '../../test/drawn-pictures.ts'
import { drawJunk, DRAWN_KINDS, type DrawnKind } from '../../bench/junk/generate.ts'
import { resolveConfig } from '../core/config.ts'
import { takeLook } from '../image/index.ts'
import type { Look } from '../image/look.ts'
import { judgeKind, kindScores, likeliest, policySettings } from './index.ts'

const policy = resolveConfig(policySettings, [{ from: 'test', values: { kinds: 'photograph,product' } }])
const lookAt = async (bytes: Uint8Array): Promise<Look> => {
  const seen = await takeLook(bytes)
  if (!('look' in seen)) expect.fail(seen.detail)
  return seen.look
}
/** What stands in adverts and pages: drawn, with detail at all scales. */
let shown: string
beforeAll(async () => {
  shown = `data:image/png;base64,${(await asSharp(draw(7, 320, 240)).png().toBuffer()).toString('base64')}`
})
const photo = (): string => shown

const REASONS: { readonly [Kind in DrawnKind]: string } = { icon: 'graphic', banner: 'banner', screenshot: 'graphic', placeholder: 'placeholder', illustration: 'graphic' }

describe('the kind of a picture', () => {
  it.each(DRAWN_KINDS)('is told of the drawn: %s', async (kind) => {
    let [right, kept, said] = [0, 0, 0]
    for (let seed = 0; seed < 20; seed++) {
      const { bytes } = await drawJunk(kind, 'tuning', 5000 + seed, photo)
      const told = kindScores(await lookAt(bytes), [])
      if (!told) expect.fail('nothing was told')
      if (likeliest(told) === kind) right++
      const objection = judgeKind(told, policy, true)
      if (objection === null) kept++
      if (objection?.reason === REASONS[kind]) said++
    }
    expect(right).toBeGreaterThanOrEqual(11)
    expect(said).toBeGreaterThanOrEqual(11)
    expect(kept).toBeLessThanOrEqual(3)
  }, 60_000)

  it('is told of photographs', async (ctx) => {
    const folder = join(resolve('..', 'shared'), 'photos/coco-val/images')
    if (!existsSync(folder)) {
      console.warn(`no pictures in ${folder}: kinds were not tested on photographs`)
      return ctx.skip()
    }
    const names = (await readdir(folder)).sort().slice(0, 40)
    const kept = await Promise.all(names.map(async (name) => judgeKind(kindScores(await lookAt(await readFile(join(folder, name))), []), policy, true) === null))
    expect(kept.filter(Boolean).length).toBeGreaterThanOrEqual(36)
  })

  it('is no reason where no kinds are asked for, nothing was measured, or more is still to be learned', async () => {
    const { bytes } = await drawJunk('placeholder', 'tuning', 0, photo)
    const { surface: _, ...old } = await lookAt(bytes)
    expect(kindScores(old, [])).toBeNull()
    expect(judgeKind(null, policy, true)).toBeNull()
    const scores = { photograph: 0.1, product: 0, illustration: 0.1, icon: 0, banner: 0.8, screenshot: 0, placeholder: 0 }
    const told = { scores, by: 'surface' } as const
    expect(judgeKind(told, policy, true)).toEqual({ reason: 'banner', evidence: { kind: 'banner', score: 0.8, wanted: 0.1, least: 0.45, by: 'surface' } })
    expect(judgeKind(told, policy, false)).toBeNull()
    expect(judgeKind(told, { kinds: [] }, true)).toBeNull()
    expect(judgeKind({ ...told, scores: { ...scores, photograph: 0.9, banner: 0 } }, { kinds: ['banner'] }, true)?.reason).toBe('label-excluded')
  })
})
