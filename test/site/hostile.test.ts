/** Hostile things must really be what they claim, or a crawler that survives them has shown nothing. */
import { gunzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { request } from 'undici'
import { HOSTILE_PAGES, HOSTILE_PICTURES, planGallery, startSite } from './index.ts'

const made = async (name: string): Promise<Buffer> => {
  const found = HOSTILE_PICTURES.find((one) => one.name === name)
  if (!found) throw new Error(`no hostile picture is called ${name}`)
  return Buffer.from(await found.make())
}

describe('hostile pictures', () => {
  it('without a reason can be decoded', async () => {
    for (const one of HOSTILE_PICTURES.filter((picture) => picture.reasons.length === 0)) {
      const { width, height } = await sharp(await one.make()).raw().toBuffer({ resolveWithObject: true }).then((r) => r.info)
      expect(width * height, one.name).toBeGreaterThan(300 * 200)
    }
  })

  it('claim 30,000 pixels a side in a few kilobytes', async () => {
    for (const name of ['bomb-header.png', 'bomb-whole.png', 'bomb-header.jpg']) {
      const bytes = await made(name)
      const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
      expect([width, height], name).toEqual([30_000, 30_000])
      expect(bytes.length, name).toBeLessThan(400_000)
    }
  })

  it('unpack to far more than they weigh', async () => {
    const bytes = await made('bomb-gzip.jpg')
    expect(bytes.length).toBeLessThan(2_000_000)
    expect(gunzipSync(bytes).length).toBe(200 * 1024 * 1024)
  })

  it('are rotated, animated, of four inks, or no pictures at all', async () => {
    expect((await sharp(await made('exif-rotated.jpg')).metadata()).orientation).toBe(6)
    expect((await sharp(await made('animated.gif')).metadata()).pages).toBe(3)
    expect((await sharp(await made('animated.webp')).metadata()).pages).toBe(3)
    expect((await sharp(await made('cmyk.jpg')).metadata()).space).toBe('cmyk')
    expect((await sharp(await made('deep.png')).metadata()).depth).toBe('ushort')
    expect((await made('zip.jpg')).subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
    await expect(sharp(await made('truncated.jpg'), { failOn: 'truncated' }).raw().toBuffer()).rejects.toThrow()
  })
})

describe('hostile pages', () => {
  it('are served: without end, as a document, in GBK, with ten thousand pictures', async () => {
    const plan = planGallery({ pictures: 2, worth: 2, fullSide: 200, thumbSide: 100, fullBytes: { minBytes: 0, maxBytes: 1e6 }, thumbBytes: { minBytes: 0, maxBytes: 1e6 } })
    const site = await startSite({ plan, hostile: true })
    try {
      const index = await (await request(`${site.url}hostile`)).body.text()
      for (const { name } of [...HOSTILE_PAGES, ...HOSTILE_PICTURES]) expect(index).toContain(`/hostile/${name}"`)
      const pdf = await request(`${site.url}hostile/document`)
      expect(pdf.headers['content-type']).toBe('application/pdf')
      expect(await pdf.body.text()).toMatch(/^%PDF/)
      const many = await (await request(`${site.url}hostile/ten-thousand`)).body.text()
      expect(many.match(/<img /g)).toHaveLength(10_000)
      const gbk = Buffer.from(await (await request(`${site.url}hostile/gbk`)).body.arrayBuffer())
      expect(new TextDecoder('gbk').decode(gbk)).toContain('alt="红色手机壳"')
      let read = 0
      const enormous = await request(`${site.url}hostile/enormous`)
      for await (const chunk of enormous.body) read += (chunk as Buffer).length
      expect(read).toBeGreaterThanOrEqual(200 * 1024 * 1024)
      expect((await request(`${site.url}hostile/drawing.svg`)).headers['content-type']).toBe('image/svg+xml')
    } finally {
      await site.close()
    }
  })
})
