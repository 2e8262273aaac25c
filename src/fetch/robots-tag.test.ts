import { describe, expect, it } from 'vitest'
import { readRobotsTag } from './robots-tag.ts'

const NOW = Date.UTC(2030, 0, 1)
const images = (value: string | string[]) => readRobotsTag(value, 'gannet/0.1', NOW).images

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
    expect(readRobotsTag('none', 'gannet', NOW)).toEqual({ images: true, nofollow: true, directive: 'none' })
  })

  it('hears only what is said to it or to all, to the end of the line', () => {
    for (const value of ['gannet: noindex, noimageindex', 'GANNET: NoIndex', 'otherbot: noindex, gannet: noai', 'gannet/2.0: nofollow, none', 'otherbot: all, *: noindex']) {
      expect(images(value), value).toBe(true)
    }
    for (const value of ['otherbot: noindex', 'gannet: all', 'gannet: nofollow, otherbot: noindex, none', 'gannets: noindex', 'gan: none']) {
      expect(images(value), value).toBe(false)
    }
  })

  it('holds pictures back once their time is over, in any form of date, and reads on behind it', () => {
    for (const value of [
      'unavailable_after: Wed, 05 Dec 2029 13:09:53 GMT', 'unavailable_after: 25 Jun 2010 15:00:00 PST', 'Unavailable_After: 2029-12-31',
      'gannet: unavailable_after: Wednesday, 05-Dec-29 13:09:53 GMT', 'unavailable_after: Tue, 03 Dec 2031 13:09:53 GMT, noindex',
    ]) expect(images(value), value).toBe(true)
    for (const value of [
      'unavailable_after: Wed, 03 Dec 2031 13:09:53 GMT', 'unavailable_after: 2031-12-03T13:09:53+01:00', 'unavailable_after: never',
      'otherbot: unavailable_after: Wed, 05 Dec 2029 13:09:53 GMT', 'max-snippet: 20, max-image-preview: large',
    ]) expect(images(value), value).toBe(false)
    expect(readRobotsTag('unavailable_after: 2029-12-31', 'gannet', NOW).directive).toBe('unavailable_after')
  })
})
