/** What comes of an original when a rendition of it is asked for: sizes, corners and colours as a viewer would see them. */
import { describe, expect, test } from 'vitest'
import { asSharp, draw, quarters } from '../../test/drawn-pictures.ts'
import type { Rendition } from '../core/rendition.ts'
import { DECODE_LIMITS } from './decode.ts'
import { sharp } from './loaders.ts'
import { renderPicture } from './render.ts'

const W = 120
const H = 80
const colours = asSharp(quarters(W, H))
const asked = (more: Partial<Rendition>): Rendition =>
  ({ name: 'r', crop: null, width: null, height: null, fit: 'inside', format: 'png', quality: null, ...more })
const render = (bytes: Uint8Array, more: Partial<Rendition>) => renderPicture(bytes, asked(more), 20)

/** Of what was made: its size, and its colours at places from 0 to 1. */
const made = async (bytes: Uint8Array, more: Partial<Rendition>) => {
  const rendered = await render(bytes, more)
  if (!rendered.ok) expect.fail(`${rendered.reason}: ${rendered.detail}`)
  const { format, channels, exif, icc, depth, pages } = await sharp(rendered.bytes).metadata()
  const { data, info } = await sharp(rendered.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([rendered.width, rendered.height])
  const at = (x: number, y: number): number[] => {
    const offset = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 4
    return [...data.subarray(offset, offset + 4)]
  }
  return { size: [info.width, info.height], at, format, channels, exif, icc, depth, pages, bytes: rendered.bytes }
}
const close = (found: number[], wanted: readonly number[]): void => {
  for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] ?? -99) - value)).toBeLessThan(24)
}
const RED = [255, 0, 0, 255]
const GREEN = [0, 255, 0, 255]
const BLUE = [0, 0, 255, 255]
const WHITE = [255, 255, 255, 255]

describe('a rendition', () => {
  test.each<[string, Partial<Rendition>, [number, number]]>([
    ['inside a width', { width: 60 }, [60, 40]],
    ['inside a height', { height: 20 }, [30, 20]],
    ['inside both', { width: 60, height: 60 }, [60, 40]],
    ['inside, never enlarged', { width: 900, height: 900 }, [120, 80]],
    ['one side to cover, which enlarges nothing', { width: 900, fit: 'cover' }, [120, 80]],
    ['covering, enlarged', { width: 300, height: 300, fit: 'cover' }, [300, 300]],
    ['contained, enlarged', { width: 300, height: 300, fit: 'contain' }, [300, 300]],
    ['cropped alone', { crop: { x: 10, y: 20, width: 30, height: 40 } }, [30, 40]],
    ['cropped, then scaled', { crop: { x: 0, y: 0, width: 80, height: 80 }, width: 20 }, [20, 20]],
    ['as it is', {}, [120, 80]],
  ])('%s', async (_, more, size) => {
    const bytes = await colours.clone().jpeg().toBuffer()
    expect((await made(bytes, more)).size).toEqual(size)
  })

  test('is cropped where it was asked for, before it is scaled', async () => {
    const bytes = await colours.clone().png().toBuffer()
    const corner = await made(bytes, { crop: { x: 60, y: 40, width: 60, height: 40 }, width: 30 })
    for (const [x, y] of [[0.1, 0.1], [0.9, 0.9]] as const) close(corner.at(x, y), WHITE)
    const across = await made(bytes, { crop: { x: 40, y: 0, width: 40, height: 80 }, width: 20, height: 20, fit: 'cover' })
    close(across.at(0.2, 0.2), RED)
    close(across.at(0.8, 0.8), WHITE)
  })

  test.each([
    { x: 100, y: 0, width: 21, height: 10 }, { x: 0, y: 71, width: 10, height: 10 }, { x: 500, y: 500, width: 1, height: 1 },
  ])('is not made of a crop that lies outside, and says so: %o', async (crop) => {
    expect(await render(await colours.clone().png().toBuffer(), { crop })).toMatchObject({
      ok: false, reason: 'crop-outside', detail: expect.stringContaining('do not lie within 120 × 80'),
    })
  })

  test('covers with the middle, and contains on white, or on nothing', async () => {
    const bytes = await colours.clone().png().toBuffer()
    const cover = await made(bytes, { width: 40, height: 80, fit: 'cover' })
    close(cover.at(0.1, 0.1), RED)
    close(cover.at(0.9, 0.1), GREEN)
    const onWhite = await made(bytes, { width: 120, height: 120, fit: 'contain', format: 'jpeg' })
    close(onWhite.at(0.5, 0.02), WHITE)
    close(onWhite.at(0.1, 0.3), RED)
    const onNothing = await made(bytes, { width: 120, height: 120, fit: 'contain' })
    expect(onNothing.at(0.5, 0.02)[3]).toBe(0)
    close(onNothing.at(0.1, 0.3), RED)
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('is upright, and cropped upright, of a picture with EXIF orientation %i', async (orientation) => {
    const sides = orientation > 4 ? [H, W] : [W, H]
    // The camera lays the picture so that turning it by its orientation sets it upright.
    const undo = [[0, false], [0, true], [180, false], [180, true], [270, true], [270, false], [90, true], [90, false]][orientation - 1] as [number, boolean]
    const upright = asSharp(quarters(W, H))
    const turned = await (undo[1] ? sharp(await upright.flop().png().toBuffer()) : upright).rotate(undo[0]).png().toBuffer()
    const laid = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
    expect((await sharp(laid).metadata()).width).toBe(sides[0])
    const whole = await made(laid, { width: 60 })
    expect(whole.size).toEqual([60, 40])
    close(whole.at(0.1, 0.1), RED)
    close(whole.at(0.9, 0.1), GREEN)
    close(whole.at(0.1, 0.9), BLUE)
    expect(whole.exif).toBeUndefined()
    const crop = await made(laid, { crop: { x: 70, y: 5, width: 45, height: 30 }, width: 15 })
    expect(crop.size).toEqual([15, 10])
    for (const [x, y] of [[0.1, 0.1], [0.9, 0.9]] as const) close(crop.at(x, y), GREEN)
  })

  test.each(['jpeg', 'png', 'webp', 'avif'] as const)('is a %s when one is asked for, of 8 bits and without metadata', async (format) => {
    const bytes = await asSharp(draw(1, 90, 60)).withMetadata({ orientation: 1 }).withIccProfile('p3').jpeg().toBuffer()
    const found = await made(bytes, { width: 45, format })
    expect([found.format, found.depth, found.exif, found.icc]).toEqual([format === 'avif' ? 'heif' : format, 'uchar', undefined, undefined])
  })

  test('is smaller at a lower quality', async () => {
    const bytes = await asSharp(draw(2, 400, 300)).png().toBuffer()
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      const [low, high] = await Promise.all([20, 90].map((quality) => made(bytes, { format, quality })))
      expect(low?.bytes.length).toBeLessThan((high?.bytes.length ?? 0) / 2)
    }
  })

  test('shows what was transparent on white as jpeg, and keeps it elsewhere', async () => {
    const clear = await sharp({ create: { width: 30, height: 30, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } } }).png().toBuffer()
    close((await made(clear, { width: 10, format: 'jpeg' })).at(0.5, 0.5), WHITE)
    expect((await made(clear, { width: 10, format: 'webp' })).at(0.5, 0.5)[3]).toBe(0)
  })

  test('has 8 bits of a picture of 16', async () => {
    const grey = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#808080' } }).toColourspace('rgb16').png().toBuffer()
    expect((await sharp(grey).metadata()).depth).toBe('ushort')
    expect((await made(grey, { width: 15 })).depth).toBe('uchar')
  })

  test('shows the first frame of an animation', async () => {
    const frames = await Promise.all([RED, BLUE].map(([r = 0, g = 0, b = 0]) =>
      sharp({ create: { width: 20, height: 20, channels: 3, background: { r, g, b } } }).png().toBuffer()))
    const gif = await sharp(frames, { join: { animated: true } }).gif().toBuffer()
    expect((await sharp(gif).metadata()).pages).toBe(2)
    const still = await made(gif, { width: 10, format: 'webp' })
    expect([still.size, still.pages ?? 1]).toEqual([[10, 10], 1])
    close(still.at(0.5, 0.5), RED)
  })

  test('is refused with a reason where there is no picture, or none that may be decoded', async () => {
    expect(await render(Buffer.from('no picture at all'), { width: 9 })).toMatchObject({ ok: false, reason: 'not-an-image' })
    const png = await colours.clone().png().toBuffer()
    expect(await render(png.subarray(0, 40), { width: 9 })).toMatchObject({ ok: false, reason: 'undecodable' })
    expect(await renderPicture(png, asked({ width: 9 }), 20, { ...DECODE_LIMITS, maxPixels: 100 })).toMatchObject({ ok: false, reason: 'too-large' })
    expect(await renderPicture(png, asked({ width: 9 }), 20, { ...DECODE_LIMITS, maxBytes: 10 })).toMatchObject({ ok: false, reason: 'too-large' })
    await expect(renderPicture('/nowhere/at/all.png', asked({ width: 9 }), 20)).rejects.toMatchObject({ code: 'data-missing' })
  })

  test('is told to be too large where its format cannot hold it', async () => {
    const long = await sharp({ create: { width: 16_400, height: 2, channels: 3, background: '#fff' } }).png().toBuffer()
    expect(await render(long, { format: 'webp' })).toMatchObject({ ok: false, reason: 'too-large' })
  })

  test('shows nobody behind a veil, and all the rest as it was', async () => {
    // Fine stripes: what is veiled comes down to their mean.
    const stripes = Buffer.from(Uint8Array.from({ length: W * H * 3 }, (_, i) => (Math.floor(i / 3) % 2) * 255))
    const bytes = await sharp(stripes, { raw: { width: W, height: H, channels: 3 } }).png().toBuffer()
    const rendered = await renderPicture(bytes, { ...asked({ crop: { x: 20, y: 0, width: 100, height: 80 } }), veils: [{ x: 40, y: 20, width: 40, height: 40 }, { x: 500, y: 0, width: 9, height: 9 }] }, 20)
    if (!rendered.ok) expect.fail(rendered.detail)
    const { data, info } = await sharp(rendered.bytes).removeAlpha().greyscale().raw().toBuffer({ resolveWithObject: true })
    const row = (y: number, from: number, to: number): number[] => [...data.subarray(y * info.width + from, y * info.width + to)]
    for (const level of row(40, 22, 58)) expect(Math.abs(level - 128)).toBeLessThan(16)
    for (const part of [row(40, 0, 12), row(40, 70, 100), row(5, 0, 100)]) expect(Math.max(...part) - Math.min(...part)).toBe(255)
  })

  test('veils what an orientation turns, where it is seen', async () => {
    const bytes = await colours.clone().withExif({}).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()
    const whole = await renderPicture(bytes, { ...asked({}), veils: [{ x: 0, y: 0, width: H, height: W }] }, 20)
    const open = await renderPicture(bytes, asked({}), 20)
    if (!whole.ok || !open.ok) expect.fail('not made')
    expect([whole.width, whole.height]).toEqual([open.width, open.height])
    expect(whole.width).toBe(H)
  })
})
