/**
 * What is worked out once a page and asked for often, kept on the page itself. A `WeakMap` by page would do the same,
 * but V8's young collection takes what one refers to for alive, the page included: whole trees were then copied into
 * the old generation, and reading took a fifth longer.
 */
import type { PageTree } from './page-tree.ts'

export interface PageNote<Value> {
  /** Undefined until set. */
  get(page: PageTree): Value | undefined
  set(page: PageTree, value: Value): void
}

/** A kind of note, for the life of the program; each page has its own. */
export const createPageNote = <Value>(): PageNote<Value> => {
  const kind = Symbol('page note')
  return {
    get: (page) => page.notes.get(kind) as Value | undefined,
    set: (page, value) => {
      page.notes.set(kind, value)
    },
  }
}
