/**
 * What stands round a picture. Its *item* is the widest element round it, within a few levels, that
 * holds no other picture: a card, a list entry, a figure. What lies in the item belongs to the
 * picture; what lies outside belongs to its neighbours as well.
 */
import type { Element } from 'domhandler'
import { firstFrom, firstWithin, type PageTree } from './page-tree.ts'
import { picturesProper } from './sign.ts'

export interface Surroundings {
  /** The elements of the item, innermost first. */
  readonly levels: readonly Element[]
  /** The enclosing figure, which may hold other pictures under one caption. */
  readonly figure: Element | null
}

const MAX_LEVELS = 8
const ARTICLE_LEVELS = 32
const WIDE = new Set(['body', 'main', 'html'])

/** The landmarks of a kind before and after an element: enough to tell what lies in its ancestors. */
const gapAround = (landmarks: readonly Element[], element: Element): { before: number; after: number } => {
  const position = element.startIndex ?? 0
  let index = firstFrom(landmarks, position)
  const before = landmarks[index - 1]?.startIndex ?? -1
  if (landmarks[index] === element) index++
  return { before, after: landmarks[index]?.startIndex ?? Number.POSITIVE_INFINITY }
}

export const surroundingsOf = (page: PageTree, element: Element): Surroundings => {
  const { before, after } = gapAround(picturesProper(page), element)
  const levels: Element[] = []
  let figure: Element | null = null
  let alone = true
  let at = element.parent
  for (let level = 0; level < MAX_LEVELS && at !== null && 'attribs' in at; level++) {
    alone &&= (at.startIndex ?? 0) > before && (at.endIndex ?? 0) <= after && !WIDE.has(at.name)
    if (at.name === 'figure') figure ??= at
    if (alone) levels.push(at)
    at = at.parent
  }
  return { levels, figure }
}

/** The first of `landmarks` in the innermost level of the item that has one. */
export const nearestInItem = (landmarks: readonly Element[], element: Element, levels: readonly Element[]): Element | null => {
  const { before, after } = gapAround(landmarks, element)
  for (const level of levels) {
    if ((level.startIndex ?? 0) < before || (level.endIndex ?? 0) > after) return firstWithin(landmarks, level)
  }
  return null
}

/** The nearest article round an element. */
export const articleAround = (element: Element): Element | null => {
  let at = element.parent
  for (let level = 0; level < ARTICLE_LEVELS && at !== null && 'attribs' in at; level++, at = at.parent) if (at.name === 'article') return at
  return null
}
