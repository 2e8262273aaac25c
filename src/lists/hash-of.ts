/** The hash that a list states for a picture, in the one form in which it is compared. */

const HEX = /^[0-9a-f]+$/i
const BASE64 = /^[0-9a-z+/_-]+={0,2}$/i
/** `sha256:…`, and `sha256-…` as subresource integrity has it. */
const NAMED = /^(?:md5|sha-?1|sha-?256)[:=-]/i
/** MD5, SHA-1, SHA-256. */
const BYTES: readonly number[] = [16, 20, 32]
const MOST = 100

/** @returns lower-case hexadecimal; null when it is no MD5, SHA-1 or SHA-256 in hexadecimal or base64 */
export const hashOf = (stated: string): string | null => {
  if (stated.length > MOST) return null
  const text = stated.replace(NAMED, '')
  if (HEX.test(text) && BYTES.includes(text.length / 2)) return text.toLowerCase()
  if (!BASE64.test(text)) return null
  // Buffer reads both alphabets, with and without padding.
  const bytes = Buffer.from(text, 'base64')
  return BYTES.includes(bytes.length) ? bytes.toString('hex') : null
}
