import { describe, expect, it } from 'vitest'
import { hashOf } from './hash-of.ts'

const MD5 = Buffer.from('d41d8cd98f00b204e9800998ecf8427e', 'hex')
const SHA1 = Buffer.from('da39a3ee5e6b4b0d3255bfef95601890afd80709', 'hex')
const SHA256 = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex')

describe('the hash of a list', () => {
  it.each([MD5, SHA1, SHA256])('is read in hexadecimal and base64, named or not', (bytes) => {
    const hex = bytes.toString('hex')
    for (const stated of [hex, hex.toUpperCase(), bytes.toString('base64'), bytes.toString('base64url'), `sha256:${hex}`, `sha1-${bytes.toString('base64')}`, `md5=${hex}`]) {
      expect(hashOf(stated)).toBe(hex)
    }
  })

  it.each(['', 'abc', 'z'.repeat(32), `${MD5.toString('hex')}0`, '0'.repeat(16), 'd41d8cd9 8f00b204', 'a'.repeat(1_000_000), '{"$ne":1}'])('is not read out of %.20s', (stated) => {
    expect(hashOf(stated)).toBeNull()
  })
})
