/**
 * Whether the page's words about a picture hold a word or phrase that was asked for. Letters are compared without case and
 * accents, in any width; a word is found only whole, but scripts without spaces have none to be cut at, and there a run
 * of characters is found wherever it stands.
 */
import { UNSPACED } from '../core/unspaced.ts'
import type { Candidate } from '../page/candidate.ts'
import type { Objection } from './judge-look.ts'
import type { Policy } from './policy.ts'

/** Accents of Latin, Greek and Cyrillic letters go; the marks of kana and of other scripts are part of the letter. */
const folded = (text: string): string =>
  text.normalize('NFKD').replaceAll(/[\u0300-\u036F]/g, '').normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim()

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{M}\p{N}]/u.test(character)

/** Whether no word goes on between two characters next to each other. */
const parts = (a: string | undefined, b: string | undefined): boolean =>
  !isLetter(a) || !isLetter(b) || UNSPACED.test(a as string) || UNSPACED.test(b as string)

/** @param text @param words both folded */
const holds = (text: readonly string[], words: readonly string[]): boolean => {
  if (words.length === 0) return false
  for (let at = 0; at + words.length <= text.length; at++) {
    if (!words.every((character, i) => text[at + i] === character)) continue
    if (parts(text[at - 1], words[0]) && parts(words.at(-1), text[at + words.length])) return true
  }
  return false
}

export type PageWords = Pick<Candidate, 'title' | 'alt' | 'caption' | 'category'>
export type WordPolicy = Pick<Policy, 'requireWords' | 'excludeWords'>

/** The first of `words` that one of the texts holds, as it was asked for; null for none. */
export const wordIn = (page: PageWords, words: readonly string[]): string | null => {
  if (words.length === 0) return null
  const texts = [page.title, page.alt, page.caption, page.category].flatMap((text) => (text === null ? [] : [[...folded(text)]]))
  return words.find((word) => {
    const wanted = [...folded(word)]
    return texts.some((text) => holds(text, wanted))
  }) ?? null
}

/** Title, alternative text, caption and category; what is excluded weighs more than what is required. */
export const judgeWords = (page: PageWords, policy: WordPolicy): Objection | null => {
  const excluded = wordIn(page, policy.excludeWords)
  if (excluded !== null) return { reason: 'text-excluded', evidence: { excluded } }
  if (policy.requireWords.length === 0 || wordIn(page, policy.requireWords) !== null) return null
  return { reason: 'text-excluded', evidence: { required: [...policy.requireWords] } }
}
