/** Which part of a page each heading stands over, found once a page: a heading's section ends at the next of its rank or above. */
import type { Element } from 'domhandler'
import { createPageNote } from './page-note.ts'
import { firstFrom, type PageTree } from './page-tree.ts'

export interface Section {
  readonly heading: Element
  readonly rank: number
  /** The section that this one is part of. */
  readonly parent: Section | null
  /** Place in the page (`startIndex`) where it ends. */
  end: number
}

const rankOf = ({ name }: Element): number => Number(name.slice(1))

const cut = (headings: readonly Element[]): readonly Section[] => {
  const sections: Section[] = []
  let open: Section | null = null
  for (const heading of headings) {
    const rank = rankOf(heading)
    while (open !== null && open.rank >= rank) {
      open.end = heading.startIndex ?? 0
      open = open.parent
    }
    open = { heading, rank, parent: open, end: Number.POSITIVE_INFINITY }
    sections.push(open)
  }
  return sections
}

const known = createPageNote<readonly Section[]>()

/** The innermost section that the place lies in, of those whose heading ranks above `rank`. */
export const sectionAt = (page: PageTree, place: number, rank: number): Section | null => {
  const { heading: headings } = page.landmarks
  let sections = known.get(page)
  if (sections === undefined) known.set(page, (sections = cut(headings)))
  let section = sections[firstFrom(headings, place) - 1] ?? null
  while (section !== null && (section.rank >= rank || section.end <= place)) section = section.parent
  return section
}
