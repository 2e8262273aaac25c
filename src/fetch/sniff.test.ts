import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import * as fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { describeBody, looksLikeHtml, looksLikeImage } from './sniff.ts'

const text = (value: string) => new TextEncoder().encode(value)
const utf16 = (value: string) => Buffer.from(`\uFEFF${value}`, 'utf16le')

describe('looksLikeImage', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('knows a real %s', async (format) => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).toFormat(format).toBuffer()
    expect(looksLikeImage(bytes.subarray(0, 4096))).toBe(true)
    expect(looksLikeHtml(bytes.subarray(0, 4096), 'text/html')).toBe(false)
    expect(describeBody(bytes)).toBe('a picture')
  })

  it('knows SVG, however it begins', () => {
    for (const svg of [
      '<svg>', '\uFEFF  <svg width="1">', '<?xml version="1.0"?>\n<!-- <html> --><svg:svg xmlns:svg="x">', '<!DOCTYPE svg PUBLIC "x"><svg/>',
    ]) expect(looksLikeImage(text(svg)), svg).toBe(true)
    expect(looksLikeImage(utf16('<svg/>'))).toBe(true)
    expect(looksLikeImage(text('<html><svg/></html>'))).toBe(false)
  })

  it('knows every picture of the collection', async (context) => {
    const folder = path.resolve('..', 'shared', 'photos')
    const names = await readdir(folder, { recursive: true }).catch(() => [])
    const pictures = names.filter((name) => /\.(?:jpe?g|png|webp|gif|avif)$/i.test(name)).slice(0, 200)
    if (pictures.length === 0) {
      console.warn(`not run: ${folder} is absent`)
      return context.skip()
    }
    for (const name of pictures) {
      const file = await open(path.join(folder, name))
      const head = Buffer.alloc(4096)
      await file.read(head)
      await file.close()
      expect(looksLikeImage(head), name).toBe(true)
    }
  })
})

describe('looksLikeHtml', () => {
  it('believes the bytes before the content type', () => {
    expect(looksLikeHtml(text('<!-- a --><!DOCTYPE html>'), 'image/jpeg')).toBe(true)
    expect(looksLikeHtml(text('<div class="x">'), null)).toBe(true)
    expect(looksLikeHtml(utf16('<html>'), null)).toBe(true)
    expect(looksLikeHtml(text('just words'), 'text/html; charset=utf-8')).toBe(true)
    expect(looksLikeHtml(text('<?xml version="1.0"?><html xmlns="x">'), 'application/xml')).toBe(true)
    expect(looksLikeHtml(text('just words'), 'text/plain')).toBe(false)
    expect(looksLikeHtml(text('<rss version="2.0">'), 'application/xml')).toBe(false)
    expect(looksLikeHtml(Buffer.from([1, 0, 2, 0, 0, 0]), 'text/html')).toBe(false)
  })
})

describe('describeBody', () => {
  it.each([
    ['', 'nothing at all'], ['<html>', 'an HTML page'], ['%PDF-1', 'a PDF'], ['PK\u0003\u0004', 'a zip archive'],
    ['\0\0\0\u0018ftypmp42', 'a video'], ['{"a":1}', 'JSON'], ['<feed/>', 'an XML document'], ['words', 'text'], ['\0\u0001', 'unknown bytes'],
  ])('%j is %s', (value, words) => expect(describeBody(text(value))).toBe(words))

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(fc.string()), (head, type) => {
      expect(describeBody(head)).not.toBe('')
      expect(looksLikeImage(head) && looksLikeHtml(head, type)).toBe(false)
    }))
    fc.assert(fc.property(fc.string(), (value) => {
      expect(describeBody(text(`<${value}`))).not.toBe('')
    }))
  })
})
