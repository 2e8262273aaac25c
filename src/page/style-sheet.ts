/** The style rules of a sheet, those inside `@media` and its kin included: selector and declarations, nothing more. */
import { stringEnd, withoutComments } from './css-pictures.ts'

export interface StyleRule {
  /** As written; may be a list. */
  readonly selector: string
  readonly declarations: string
}

/** Longest sheet read, in UTF-16 units. */
const MAX_SHEET = 1_000_000
const MAX_RULES = 20_000
/** Their blocks hold rules. Print is for paper. */
const HOLDS_RULES = /^@(?:media(?!\s+print)|supports|layer|container|scope)\b/i

/** In order; a block inside a rule (nesting) is left out of its declarations. */
export function* styleRules(sheet: string): Generator<StyleRule> {
  const css = withoutComments(sheet.slice(0, MAX_SHEET))
  let start = 0
  let rules = 0
  for (let at = 0; at < css.length && rules < MAX_RULES; at++) {
    const code = css.charCodeAt(at)
    if (code === 0x22 || code === 0x27) at = stringEnd(css, at)
    else if (code === 0x3b || code === 0x7d) start = at + 1
    else if (code === 0x7b) {
      const prelude = css.slice(start, at).trim()
      if (!HOLDS_RULES.test(prelude)) {
        const body = at + 1
        let depth = 1
        let flat = -1
        while (++at < css.length && depth > 0) {
          const inner = css.charCodeAt(at)
          if (inner === 0x22 || inner === 0x27) at = stringEnd(css, at)
          else if (inner === 0x7b) {
            if (flat === -1) flat = at
            depth++
          } else if (inner === 0x7d) depth--
        }
        at--
        rules++
        if (!prelude.startsWith('@')) yield { selector: prelude, declarations: css.slice(body, flat === -1 ? at : flat) }
      }
      start = at + 1
    }
  }
}
