/**
 * What a word is, for every catalogue that searches text. Scripts written without spaces have no
 * words that an index could cut at, so each of their characters is made a token of its own and a
 * run of them is asked for as a phrase: 手机 is found inside 红色手机壳, exactly as written.
 * Both sides pass through here, so that what is indexed and what is asked for are cut alike.
 */
import { UNSPACED } from '../core/unspaced.ts'

const RUN = /[\p{L}\p{M}\p{N}]+/gu

/** A private-use character: a token that no query can hold, so that no phrase spans two fields. */
const BARRIER = '\u{E000}'

/** Most terms of a query that are looked at; SQLite bounds the depth of an expression. */
const MAX_TERMS = 64

/** One word, or a run of characters of an unspaced script in the order written. */
export type Term = readonly string[]

/** Cuts a text into terms: `iPhone手机 x` gives [iPhone] [手, 机] [x]. */
export const termsOf = (text: string): readonly Term[] => {
  const terms: string[][] = []
  for (const [run] of text.normalize('NFKC').matchAll(RUN)) {
    let open: 'word' | 'phrase' | null = null
    for (const character of run) {
      const kind = UNSPACED.test(character) ? 'phrase' : 'word'
      const last = terms.at(-1)
      if (open !== kind || !last) terms.push([character])
      else if (kind === 'phrase') last.push(character)
      else last[0] += character
      open = kind
    }
  }
  return terms
}

/** The fields of one asset as the text an FTS5 table is given. */
export const indexText = (fields: readonly (string | null)[]): string =>
  fields
    .map((field) => (field === null ? '' : termsOf(field).map((term) => term.join(' ')).join(' ')))
    .filter((words) => words !== '')
    .join(` ${BARRIER} `)

/**
 * A text as an FTS5 expression in which every term must match; null when it holds no words.
 * Only letters, marks and numbers get through, each term in quotes: nothing of it is syntax.
 */
export const matchQuery = (text: string): string | null => {
  const terms = termsOf(text).slice(0, MAX_TERMS)
  return terms.length === 0 ? null : terms.map((term) => `"${term.join(' ')}"`).join(' ')
}
