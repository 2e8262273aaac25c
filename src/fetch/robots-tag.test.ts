import { describe, expect, it } from 'vitest'
import { readRobotsTag } from './robots-tag.ts'

const images = (value: string | string[]) => readRobotsTag(value, 'gannet/0.1').images

describe('readRobotsTag', () => {
  it('hears every way to say no, and nothing else', () => {
    for (const value of ['noindex', 'none', 'NoAI', 'noimageai', 'nofollow, noimageindex', 'gannet: noai', '*: noai']) {
      expect(images(value), value).toBe(true)
    }
    for (const value of ['', 'all', 'nofollow', 'googlebot: noindex', 'googlebot: nofollow, noindex', 'max-image-preview: none']) {
      expect(images(value), value).toBe(false)
    }
  })

  it('keeps the lines of a repeated header apart', () => {
    expect(images(['googlebot: nofollow', 'noindex'])).toBe(true)
    expect(images(['unavailable_after: 25 Jun 2030 15:00:00 PST', 'noai'])).toBe(true)
    expect(readRobotsTag('none', 'gannet')).toEqual({ images: true, nofollow: true, directive: 'none' })
  })
})
