/** Words as files hold them: of a coding that is seldom named, padded, broken over lines. */
const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder('utf-8')
const latin = new TextDecoder('windows-1252')

/** What is valid UTF-8 is that, whatever the standard prescribes; else Windows' Latin, the most common. */
export const decodeWords = (bytes: Uint8Array, isUtf8 = false): string => {
  if (isUtf8) return lenient.decode(bytes)
  try {
    return strict.decode(bytes)
  } catch {
    return latin.decode(bytes)
  }
}

/** What a cut through a character leaves. */
const HALF = /[\uD800-\uDBFF]$/

/** On one line, without control characters; null where no letter or digit is left. @param most characters */
export const tidyWords = (text: string | undefined, most: number): string | null => {
  const tidy = text?.slice(0, most * 4).replaceAll(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, most).replace(HALF, '')
  return tidy !== undefined && /[\p{L}\p{N}]/u.test(tidy) ? tidy : null
}
