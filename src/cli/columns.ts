/** Text in the columns of a terminal: Chinese takes two a character, marks none, and what would steer it is not let through. */

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const WIDE = /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u
const PLAIN = /^[ -~]*$/
/** Escapes, and what turns the direction of writing round. */
const STEERING = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu

/** Fit to be shown: a page's words are a stranger's. */
export const harmless = (text: string): string => (PLAIN.test(text) ? text : text.replace(STEERING, ' '))

const columnsOf = (grapheme: string): number => (WIDE.test(grapheme) ? 2 : /^\p{M}/u.test(grapheme) ? 0 : 1)

/** Columns that a text takes. */
export const columns = (text: string): number => {
  if (PLAIN.test(text)) return text.length
  let sum = 0
  for (const { segment } of segments.segment(text)) sum += columnsOf(segment)
  return sum
}

/** At most `width` columns of a text, the last of them `…` when there is more. */
export const cutTo = (text: string, width: number): string => {
  if (width < 1) return ''
  // No more than this can fit; what lies behind need not be looked at.
  const start = text.slice(0, width * 8)
  if (start.length === text.length && columns(text) <= width) return text
  let sum = 0
  let kept = ''
  for (const { segment } of segments.segment(start)) {
    sum += columnsOf(segment)
    if (sum > width - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columns(text)))
