/**
 * JSON as pages write it: wrapped in comments, with commas too many, with line ends inside strings,
 * several values in a row. What is proper JSON takes the short way; the rest is mended in one pass.
 */

/** Wrappers from the days of XHTML, and what hides scripts from browsers long gone. */
const OPENING = /^(?:\s|<!--|\/\/(?=\s*<!)|<!\[CDATA\[|\/\*\s*<!\[CDATA\[\s*\*\/)+/
const ESCAPABLE = new Set('"\\/bfnrtu')
const HEX4 = /^[\da-f]{4}$/i

const isOpening = (char: string): boolean => char === '{' || char === '['
const isClosing = (char: string): boolean => char === '}' || char === ']'

/** Where a comment that starts at `at` ends; `at` itself when none starts there. */
const skipComment = (text: string, at: number): number => {
  const ends = text.startsWith('/*', at) ? '*/' : text.startsWith('//', at) ? '\n' : text.startsWith('<!--', at) ? '-->' : null
  if (ends === null) return text.startsWith('-->', at) || text.startsWith(']]>', at) ? at + 3 : at
  const end = text.indexOf(ends, at + 2)
  return end === -1 ? text.length : end + ends.length
}

/** The string that starts at the quote `from`, made proper, and where it ends. */
const mendString = (text: string, from: number): { readonly mended: string; readonly end: number } => {
  let mended = '"'
  let copied = from + 1
  let at = copied
  for (; at < text.length && text[at] !== '"'; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20) {
      mended += `${text.slice(copied, at)} `
      copied = at + 1
    } else if (code === 0x5c) {
      const next = text[at + 1] ?? ''
      const proper = ESCAPABLE.has(next) && (next !== 'u' || HEX4.test(text.slice(at + 2, at + 6)))
      if (!proper) {
        mended += text.slice(copied, at)
        copied = at + 1
      }
      at++
    }
  }
  return { mended: `${mended}${text.slice(copied, at)}"`, end: at + 1 }
}

const mend = (text: string): string => {
  const parts: string[] = []
  let depth = 0
  let values = 0
  let comma = false
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string
    const afterComment = char === '/' || char === '<' || char === '-' || char === ']' ? skipComment(text, at) : at
    if (afterComment > at) {
      at = afterComment
    } else if (char === ',' || char === ';' || char <= ' ' || char === '\ufeff') {
      // A comma is written when something follows it that is not an end.
      comma ||= char === ','
      at++
    } else {
      if (depth === 0 && values++ > 0) comma = true
      if (comma && !isClosing(char) && parts.length > 0 && !isOpening(parts.at(-1) as string)) parts.push(',')
      comma = false
      if (isOpening(char)) depth++
      else if (isClosing(char)) depth = Math.max(0, depth - 1)
      if (char === '"') {
        const { mended, end } = mendString(text, at)
        parts.push(mended)
        at = end
      } else {
        parts.push(char)
        at++
      }
    }
  }
  return values > 1 ? `[${parts.join('')}]` : parts.join('')
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The value written in `text`, or undefined when it cannot be read even leniently. Linear in its length. */
export const parseLenientJson = (text: string): unknown => {
  const proper = parse(text)
  if (proper !== undefined) return proper
  const opened = text.slice(OPENING.exec(text)?.[0].length ?? 0)
  // Templates that escape for HTML inside a script, where nothing unescapes.
  const quoted = /^[[{\s]*&quot;/.test(opened.slice(0, 200)) ? opened.replaceAll('&quot;', '"').replaceAll('&amp;', '&') : opened
  return parse(mend(quoted))
}
