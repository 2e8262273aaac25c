import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ROBOTS_BYTES, decodeRobots } from './decode-robots.ts'
import { robotsAllows } from './robots-rules.ts'

const FILE = 'User-agent: *\r\nDisallow: /caf\u00e9\r\nDisallow: /x\r\n'
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const allows = (body: Uint8Array, target: string, max = ROBOTS_BYTES): boolean =>
  robotsAllows(decodeRobots(body, max), `https://site.example${target}`, 'gannet')

describe('decodeRobots', () => {
  it.each([
    ['UTF-8', Buffer.from(FILE)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${FILE}`)],
    ['UTF-16, little end first', Buffer.from(`\uFEFF${FILE}`, 'utf16le')],
    ['UTF-16, big end first', utf16be(`\uFEFF${FILE}`)],
    ['UTF-16 without a mark', Buffer.from(FILE, 'utf16le')],
    ['UTF-16 without a mark, big end first', utf16be(FILE)],
    ['Latin-1', Buffer.from(FILE, 'latin1')],
    ['Latin-1 after UTF-8', Buffer.concat([Buffer.from('# \u732b\n'), Buffer.from(FILE, 'latin1')])],
    ['NULs strewn in', Buffer.from(FILE.replaceAll('/', '/\0'))],
    ['carriage returns alone', Buffer.from(FILE.replaceAll('\r\n', '\r'))],
    ['gzip that nobody announced', gzipSync(FILE)],
  ])('reads %s', (_name, body) => {
    expect(allows(body, '/caf%C3%A9/1')).toBe(false)
    expect(allows(body, '/x')).toBe(false)
    expect(allows(body, '/open')).toBe(true)
  })

  it('takes an HTML page for no rules at all', () => {
    expect(allows(Buffer.from('<!DOCTYPE html><html><pre>\nUser-agent: *\nDisallow: /\n</pre>'), '/a')).toBe(true)
  })

  it('leaves out the line in which the file was cut', () => {
    const file = Buffer.from('user-agent: *\ndisallow: /private')
    expect(allows(file.subarray(0, -6), '/page', file.length - 6)).toBe(true)
    expect(allows(file, '/private', file.length + 1)).toBe(false)
  })

  it('makes of any bytes a text, and of a packed flood nothing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof decodeRobots(bytes, ROBOTS_BYTES)).toBe('string')
    }))
    expect(decodeRobots(gzipSync(Buffer.alloc(50_000_000)), ROBOTS_BYTES)).toBe('')
  })
})
