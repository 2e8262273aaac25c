/** Words out of a string that may hold markup or escapes, as captions in attributes and in JSON do. */
import { Element } from 'domhandler'
import { parseDocument } from 'htmlparser2'
import { cleanWords, MAX_WORDS, textOf } from './text-of.ts'

const MARKUP = /[<&]/
/** Characters parsed for one text of words: captions carry more tags than words. */
const MAX_MARKUP = 8 * MAX_WORDS

/**
 * The words of `text` with tags dropped and escapes resolved; null when none are left.
 * @param max longest answer, in UTF-16 units (default 1,000)
 */
export const markupText = (text: string | undefined | null, max = MAX_WORDS): string | null => {
  if (text === undefined || text === null || !MARKUP.test(text.slice(0, MAX_MARKUP))) return cleanWords(text, max)
  const { children } = parseDocument(text.slice(0, MAX_MARKUP))
  return textOf(new Element('div', {}, children), max)
}
