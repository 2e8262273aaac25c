/**
 * One path pattern of a robots.txt: `*` stands for anything, a final `$` for the end. Matching is
 * greedy, segment by segment, which for this language is exact and needs no backtracking; long
 * segments are searched by Knuth, Morris and Pratt, so that no file can make it slow.
 */
export interface PathPattern {
  /** Normalised; equal for patterns that mean the same. */
  readonly text: string
  /** Length by which the most specific rule is found (RFC 9309 §2.2.2). */
  readonly octets: number
  /** @param path normalised by `normalisePath` */
  matches(path: string): boolean
}

const UNRESERVED = /[A-Za-z0-9\-._~]/
const encodeOctet = (octet: number): string => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
const utf8 = new TextEncoder()

/**
 * One form for each octet (RFC 9309 §2.2.2): unreserved characters as themselves; `/?&=+#`, which
 * part a path or a query, as written; everything else percent-encoded in upper case.
 */
export const normalisePath = (path: string): string =>
  path.replace(/%[0-9a-fA-F]{2}|[\uD800-\uDBFF][\uDC00-\uDFFF]|[^A-Za-z0-9\-._~/?&=+#]/g, (found) => {
    if (found.length < 3) return [...utf8.encode(found)].map(encodeOctet).join('')
    const character = String.fromCharCode(Number.parseInt(found.slice(1), 16))
    return UNRESERVED.test(character) ? character : found.toUpperCase()
  })

const SHORT = 16

/** Failure function of Knuth, Morris and Pratt (1977). */
const failures = (needle: string): Uint32Array => {
  const table = new Uint32Array(needle.length)
  for (let at = 1, length = 0; at < needle.length; at++) {
    while (length > 0 && needle[at] !== needle[length]) length = table[length - 1] as number
    if (needle[at] === needle[length]) length++
    table[at] = length
  }
  return table
}

type Find = (text: string, from: number) => number

/** `indexOf` in time linear in the text, whatever the needle. */
const finder = (needle: string): Find => {
  if (needle.length <= SHORT) return (text, from) => text.indexOf(needle, from)
  const table = failures(needle)
  return (text, from) => {
    let length = 0
    for (let at = from; at < text.length; at++) {
      while (length > 0 && text[at] !== needle[length]) length = table[length - 1] as number
      if (text[at] === needle[length]) length++
      if (length === needle.length) return at - length + 1
    }
    return -1
  }
}

/** @param written the value of an Allow or Disallow line; a missing leading `/` is supplied */
export const compilePattern = (written: string): PathPattern => {
  const anchored = written.endsWith('$')
  const rooted = /^[/*]/.test(written) ? written : `/${written}`
  const segments = (anchored ? rooted.slice(0, -1) : rooted).split(/\*+/).map(normalisePath)
  const prefix = segments[0] as string
  const last = segments.length > 1 ? (segments.at(-1) as string) : null
  const middle = segments.slice(1, anchored ? -1 : undefined).filter((segment) => segment !== '')
  const finders = middle.map((segment) => ({ find: finder(segment), length: segment.length }))
  const text = `${segments.join('*')}${anchored ? '$' : ''}`

  return {
    text,
    octets: text.length,
    matches: (path) => {
      if (!path.startsWith(prefix)) return false
      if (last === null) return !anchored || path.length === prefix.length
      let at = prefix.length
      for (const { find, length } of finders) {
        const found = find(path, at)
        if (found < 0) return false
        at = found + length
      }
      return !anchored || (path.length - last.length >= at && path.endsWith(last))
    },
  }
}
