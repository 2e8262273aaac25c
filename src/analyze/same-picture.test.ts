/** Copies as the web makes them, of drawn pictures, and pictures that are none. */
import { describe, expect, it } from 'vitest'
import { asSharp, draw } from '../../test/drawn-pictures.ts'
import { COPY_KINDS, copyCase } from '../evaluate/copy-cases.ts'
import { seededRandom } from '../core/seeded-random.ts'
import { templateCase } from '../evaluate/template-cases.ts'
import { takeLook } from '../image/take-look.ts'
import type { Compared } from './registration.ts'
import { samePicture } from './same-picture.ts'
import { viewSketch } from './sketch-view.ts'

const comparedOf = async (bytes: Uint8Array): Promise<Compared> => {
  const seen = await takeLook(bytes)
  if (!('look' in seen)) expect.fail(seen.detail)
  const { sketch, panels, width, height } = seen.look
  const view = viewSketch(sketch, width, height)
  if (!view) expect.fail('no sketch')
  return { view, panels }
}

const file = (seed: number, width = 640, height = 480): Promise<Buffer> => asSharp(draw(seed, width, height)).modulate({ saturation: 0.35 }).jpeg({ quality: 92 }).toBuffer()

describe('copies', () => {
  it.each(COPY_KINDS)('by %s are told, either way round', async (kind) => {
    const random = seededRandom(3)
    for (const seed of [11, 12, 13]) {
      const [original, other] = [await file(seed), await file(seed + 50, 500, 600)]
      const [first, second] = [await comparedOf(original), await comparedOf(await copyCase(kind, original, random, other))]
      const [there, back] = [samePicture(first, second), samePicture(second, first)]
      expect(there, `${kind} of ${seed}`).not.toBeNull()
      expect(back, `${kind} of ${seed}, the other way round`).not.toBeNull()
      expect(there?.mirrored).toBe(kind === 'flip')
      const form = { jpeg: 'whole', crop: 'crop', border: 'frame', caption: 'frame', flip: 'whole', colour: 'whole', overlay: 'whole', collage: 'part' }[kind]
      if (kind !== 'crop') expect([there?.form, back?.form]).toEqual([form, form])
    }
  })

  it('are not what only looks alike', async () => {
    const random = seededRandom(5)
    for (let n = 0; n < 12; n++) {
      const [first, second] = await templateCase(random)
      if (!first || !second) expect.fail('two are drawn')
      expect(samePicture(await comparedOf(first), await comparedOf(second)), `design ${n}`).toBeNull()
      expect(samePicture(await comparedOf(first), await comparedOf(first))).not.toBeNull()
      expect(samePicture(await comparedOf(await file(n)), await comparedOf(await file(n + 100)))).toBeNull()
    }
  })

  it('are not products of another colour', async () => {
    const product = (paint: string): Promise<Buffer> => asSharp({ data: new Uint8Array(600 * 450 * 3).fill(255), width: 600, height: 450 }).composite([{
      input: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="600" height="450"><rect x="90" y="150" width="420" height="140" rx="60" fill="${paint}"/>` +
        '<circle cx="180" cy="310" r="62" fill="#222"/><circle cx="420" cy="310" r="62" fill="#222"/><circle cx="180" cy="310" r="24" fill="#999"/><circle cx="420" cy="310" r="24" fill="#999"/>' +
        '<path d="M200 150 L250 90 H380 L430 150" fill="#345" stroke="#111" stroke-width="6"/></svg>'),
    }]).jpeg({ quality: 90 }).toBuffer()
    const [red, blue, silver, again] = await Promise.all(['#c22', '#22c', '#bbb', '#c22'].map(async (paint) => comparedOf(await product(paint))))
    if (!red || !blue || !silver || !again) expect.fail('four are drawn')
    expect(samePicture(red, again)?.form).toBe('whole')
    expect(samePicture(red, blue)).toBeNull()
    expect(samePicture(red, silver)).toBeNull()
  })
})
