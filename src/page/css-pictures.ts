/**
 * The pictures that CSS declarations name: `url()` and `image-set()` in the properties that show one. A scanner, not
 * a parser: strings, escapes, comments and brackets are respected, all else is passed over in one linear pass.
 */

export interface CssPicture {
  /** As written, escapes undone. */
  readonly url: string
  /** From `image-set()`; null without. */
  readonly density: number | null
}

const SHOWS_PICTURE = /^(?:background(?:-image)?|content|list-style(?:-image)?|(?:-webkit-)?border-image(?:-source)?|--[\w-]{1,60})$/
/** Longest run of declarations read, in UTF-16 units, after inline pictures. */
const MAX_CSS = 262_144
const MAX_PICTURES = 64
/** Shown through a window, a piece at a time. */
const SPRITE_POSITION = /background(?:-position(?:-[xy])?)?\s*:[^;]{0,2000}?[\s:]-\d{1,5}px/i

const ESCAPE = /\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\n\r\f])?|(\r\n|[\n\r\f])|([^]))/gi
const unescape = (text: string): string =>
  !text.includes('\\') ? text : text.replace(ESCAPE, (_all, hex: string | undefined, newline: string | undefined, char: string | undefined) => {
    if (hex === undefined) return newline === undefined ? (char ?? '') : ''
    const code = Number.parseInt(hex, 16)
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)
  })

/** Where the string that opens at `at` ends: at its closing quote, or at the end of the text. */
export const stringEnd = (text: string, at: number): number => {
  const quote = text.charCodeAt(at)
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x5c) end++
    else if (code === quote) return end
  }
  return text.length
}

const URL_OPEN = /url\(\s*|image-set\(|["']/gi
const DENSITY = /^\s*\)?\s*(?:type\([^)]{0,40}\)\s*)?(\d{1,2}(?:\.\d{1,3})?)(?:x|dppx)\b/i

/** The addresses in one value. */
const urlsOf = (value: string): CssPicture[] => {
  const found: CssPicture[] = []
  let inSet = false
  const add = (url: string, after: number): void => {
    const density = inSet ? Number(DENSITY.exec(value.slice(after, after + 80))?.[1] ?? Number.NaN) : Number.NaN
    found.push({ url: unescape(url).trim(), density: Number.isNaN(density) ? null : density })
  }
  URL_OPEN.lastIndex = 0
  for (let open = URL_OPEN.exec(value); open !== null && found.length < MAX_PICTURES; open = URL_OPEN.exec(value)) {
    const start = URL_OPEN.lastIndex
    const first = open[0][0] as string
    if (open[0].toLowerCase() === 'image-set(') inSet = true
    else if (first === '"' || first === "'") {
      const end = stringEnd(value, open.index)
      if (inSet && end < value.length) add(value.slice(start, end), end + 1)
      URL_OPEN.lastIndex = end + 1
    } else {
      const quoted = value[start] === '"' || value[start] === "'"
      let end = start
      if (quoted) end = stringEnd(value, start)
      else while (end < value.length && value[end] !== ')') end += value[end] === '\\' ? 2 : 1
      if (end >= value.length && quoted) break
      add(value.slice(quoted ? start + 1 : start, end), end + 1)
      URL_OPEN.lastIndex = end + 1
    }
  }
  return found
}

/** `a:b;c:d`, parted at semicolons outside strings, brackets and comments. */
function* declarations(css: string): Generator<{ name: string; value: string }> {
  let start = 0
  let colon = -1
  let depth = 0
  const take = (end: number) => ({ name: css.slice(start, colon).trim().toLowerCase(), value: css.slice(colon + 1, end) })
  for (let at = 0; at < css.length; at++) {
    const code = css.charCodeAt(at)
    if (code === 0x22 || code === 0x27) at = stringEnd(css, at)
    else if (code === 0x5c) at++
    else if (code === 0x28) depth++
    else if (code === 0x29) depth = Math.max(0, depth - 1)
    else if (code === 0x3a && colon === -1) colon = at
    else if (code === 0x3b && depth === 0) {
      if (colon !== -1) yield take(at)
      start = at + 1
      colon = -1
    }
  }
  if (colon !== -1) yield take(css.length)
}

/** `css` without comments; those in an address (`url(//h/*.jpg)`) are none. */
export const withoutComments = (css: string): string => {
  if (!css.includes('/*')) return css
  let out = ''
  let from = 0
  for (let at = 0; at < css.length; at++) {
    const code = css.charCodeAt(at)
    if (code === 0x22 || code === 0x27) at = stringEnd(css, at)
    else if (code === 0x28 && /url$/i.test(css.slice(Math.max(0, at - 3), at))) {
      if (/^\s{0,8}["']/.test(css.slice(at + 1, at + 10))) continue
      const close = css.indexOf(')', at)
      if (close === -1) break
      at = close
    } else if (code === 0x2f && css.charCodeAt(at + 1) === 0x2a) {
      out += css.slice(from, at)
      const end = css.indexOf('*/', at + 2)
      from = end === -1 ? css.length : end + 2
      at = from - 1
    }
  }
  return out + css.slice(from)
}

/**
 * Pictures that a run of declarations (a `style` attribute, a rule's body) shows, in order; gradients, inline
 * pictures (`data:`), fragments (`#id`) and sprites left out.
 */
export const picturesInCss = (css: string): CssPicture[] => {
  const text = withoutComments(css.slice(0, MAX_CSS))
  if (SPRITE_POSITION.test(text.slice(0, 4000))) return []
  const found: CssPicture[] = []
  for (const { name, value } of declarations(text)) {
    if (!SHOWS_PICTURE.test(name) || found.length >= MAX_PICTURES) continue
    for (const picture of urlsOf(value)) {
      if (picture.url !== '' && !picture.url.startsWith('#') && !/^\s*data:/i.test(picture.url)) found.push(picture)
    }
  }
  return found
}
