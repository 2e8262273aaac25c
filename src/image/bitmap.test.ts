/** Bitmaps and icons of every form are read as what they show, and lies in their headers cost nothing. */
import { describe, expect, test } from 'vitest'
import { bitmapOf, faceOf, iconOf, type BitmapForm } from '../../test/drawn-bitmaps.ts'
import { asSharp, draw, quarters, seeded } from '../../test/drawn-pictures.ts'
import { decodeForLook, type Decoded } from './decode.ts'
import type { Rgb } from './develop.ts'

const decoded = async (bytes: Uint8Array): Promise<Decoded> => {
  const seen = await decodeForLook(bytes)
  if (!seen.ok) expect.fail(`${seen.reason}: ${seen.detail}`)
  return seen
}
/** An odd width, so that rows end within a byte and are filled up. */
const four = quarters(37, 22)
/** Two colours, for one bit. */
const halves = (): Rgb => {
  const { data, width, height } = quarters(37, 22)
  for (let i = 0; i < data.length; i += 3) data.fill((i / 3) % width < width / 2 ? 0 : 255, i, i + 3)
  return { data, width, height }
}

describe('a bitmap shows its picture to the last pixel', () => {
  const forms: readonly (readonly [string, BitmapForm])[] = [
    ['4 bits', { bits: 4 }],
    ['8 bits', { bits: 8 }],
    ['8 bits, OS/2', { bits: 8, form: 12 }],
    ['8 bits, OS/2 of the second kind', { bits: 8, form: 64 }],
    ['16 bits, five each', { bits: 16 }],
    ['16 bits, six green', { bits: 16, masks: [0xf800, 0x7e0, 0x1f, 0] }],
    ['24 bits', { bits: 24 }],
    ['24 bits, OS/2', { bits: 24, form: 12 }],
    ['24 bits, from the top', { bits: 24, topDown: true }],
    ['32 bits', { bits: 32 }],
    ['32 bits, ten each', { bits: 32, masks: [0x3ff00000, 0xffc00, 0x3ff, 0] }],
    ['32 bits with alpha, V4', { bits: 32, form: 108, masks: [0xff, 0xff00, 0xff0000, 0xff000000] }],
    ['32 bits with alpha, V5, from the top', { bits: 32, form: 124, masks: [0xff0000, 0xff00, 0xff, 0xff000000], topDown: true }],
    ['V2', { bits: 32, form: 52, masks: [0xff0000, 0xff00, 0xff, 0] }],
    ['V3', { bits: 16, form: 56, masks: [0xf00, 0xf0, 0xf, 0xf000] }],
    ['runs of 8 bits', { bits: 8, runs: true }],
    ['runs of 4 bits', { bits: 4, runs: true }],
  ]
  test.each(forms)('%s', async (_name, form) => {
    const seen = await decoded(bitmapOf(four, form))
    expect(seen).toMatchObject({ format: 'bmp', width: 37, height: 22, orientation: 1, pages: 1, reduced: false, warning: null })
    expect(Buffer.from(seen.rgb.data).equals(four.data)).toBe(true)
  })

  test('1 bit', async () => {
    const { rgb } = await decoded(bitmapOf(halves(), { bits: 1 }))
    expect(Buffer.from(rgb.data).equals(halves().data)).toBe(true)
  })

  test('a photograph, as the same picture in PNG', async () => {
    const picture = draw(4, 900, 700)
    const [bitmap, png] = [await decoded(bitmapOf(picture, { bits: 24 })), await decoded(await asSharp(picture).png().toBuffer())]
    expect(bitmap.rgb.width).toBe(512)
    expect(Buffer.from(bitmap.rgb.data).equals(png.rgb.data)).toBe(true)
  })

  test('one that was cut says how much is missing, and shows the rest', async () => {
    const whole = bitmapOf(four, { bits: 24 })
    const seen = await decoded(whole.subarray(0, whole.length - 5 * 112))
    expect(seen.warning).toBe('ends 5 of 22 rows too early')
    expect(Buffer.from(seen.rgb.data.subarray(5 * 37 * 3)).equals(four.data.subarray(5 * 37 * 3))).toBe(true)
  })
})

describe('an icon is its largest picture', () => {
  const small = { side: 16, bytes: faceOf(quarters(16, 16), { bits: 24 }) }

  test('a PNG among bitmaps', async () => {
    const png = await asSharp(quarters(256, 256)).png().toBuffer()
    const seen = await decoded(iconOf([small, { side: 256, bytes: png }]))
    expect(seen).toMatchObject({ format: 'ico', width: 256, height: 256, pages: 2, warning: null })
    expect(Buffer.from(seen.rgb.data).equals(quarters(256, 256).data)).toBe(true)
  })

  test.each([1, 2] as const)('a bitmap, behind whose mask lies white: kind %i', async (kind) => {
    for (const bits of [4, 8, 24, 32] as const) {
      const face = faceOf(quarters(32, 32), { bits }, (x, y) => x < 16 && y < 16)
      const seen = await decoded(iconOf([small, { side: 32, bytes: face }], kind))
      expect(seen).toMatchObject({ format: kind === 1 ? 'ico' : 'cur', width: 32, height: 32, pages: 2 })
      expect([...seen.rgb.data.subarray(0, 3)]).toEqual([255, 255, 255])
      expect([...seen.rgb.data.subarray(31 * 3, 32 * 3)]).toEqual([0, 255, 0])
    }
  })

  test('the next one, where the largest is beyond reading', async () => {
    const seen = await decoded(iconOf([small, { side: 64, bytes: Buffer.alloc(400) }]))
    expect(seen).toMatchObject({ width: 16, height: 16 })
  })
})

describe('lies', () => {
  const edit = (change: (bytes: Buffer) => void, form: BitmapForm = { bits: 24 }): Buffer => {
    const bytes = bitmapOf(four, form)
    change(bytes)
    return bytes
  }
  test.each([
    ['too many pixels', edit((b) => b.writeInt32LE(60_000, 18) && b.writeInt32LE(60_000, 22)), 'too-large'],
    ['a height that has no positive', edit((b) => b.writeInt32LE(-(2 ** 31), 22)), 'undecodable'],
    ['a negative width', edit((b) => b.writeInt32LE(-37, 18)), 'undecodable'],
    ['no width', edit((b) => b.writeInt32LE(0, 18)), 'undecodable'],
    ['seven bits', edit((b) => b.writeUInt16LE(7, 28)), 'undecodable'],
    ['a JPEG within', edit((b) => b.writeUInt32LE(4, 30)), 'undecodable'],
    ['rows behind the end', edit((b) => b.writeUInt32LE(4e9, 10)), 'undecodable'],
    ['rows within the header', edit((b) => b.writeUInt32LE(3, 10)), 'undecodable'],
    ['a palette without colours', edit((b) => b.writeUInt32LE(54, 10), { bits: 8 }), 'undecodable'],
  ])('%s', async (_name, bytes, reason) => {
    expect(await decodeForLook(bytes)).toMatchObject({ ok: false, reason })
  })

  test('runs that leave their row and their picture paint nothing elsewhere', async () => {
    const bytes = bitmapOf(four, { bits: 8, runs: true })
    const start = bytes.readUInt32LE(10)
    const wild = Buffer.concat([bytes.subarray(0, start), Buffer.from([255, 1, 255, 1, 0, 2, 255, 255, 255, 2, 0, 255, 1, 2, 3])])
    const seen = await decodeForLook(wild)
    expect(seen.ok && seen.rgb.data.length).toBe(37 * 22 * 3)
  })

  test('any cut and any flipped byte comes to a verdict', async () => {
    const random = seeded(11)
    const files = [
      bitmapOf(four, { bits: 8, runs: true }), bitmapOf(four, { bits: 4 }), bitmapOf(four, { bits: 16, masks: [0xf800, 0x7e0, 0x1f, 0] }),
      bitmapOf(four, { bits: 32, form: 124, masks: [0xff0000, 0xff00, 0xff, 0xff000000] }),
      iconOf([{ side: 16, bytes: faceOf(quarters(16, 16), { bits: 8 }) }, { side: 32, bytes: faceOf(quarters(32, 32), { bits: 32 }) }]),
    ]
    const met = new Set<string>()
    for (let round = 0; round < 150; round++) {
      for (const bytes of files) {
        const hurt = Buffer.from(random() < 0.3 ? bytes.subarray(0, random() * bytes.length) : bytes)
        // Most of the blows fall on headers.
        for (let n = 0; n < 3; n++) hurt[Math.floor(random() * Math.min(hurt.length, 140))] = random() * 256
        const seen = await decodeForLook(hurt, { maxPixels: 1e6, maxBytes: 1e6, maxSeconds: 5 })
        met.add(seen.ok ? (seen.warning === null ? 'ok' : 'warning') : seen.reason)
        if (seen.ok) expect(seen.rgb.data.length).toBe(seen.rgb.width * seen.rgb.height * 3)
      }
    }
    expect([...met]).toEqual(expect.arrayContaining(['ok', 'warning', 'undecodable', 'too-large']))
  }, 30_000)
})
