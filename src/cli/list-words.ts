/** How far a list was read, in words: a share and what it is a share of. */
import type { CrawlProgress } from '../app/crawl.ts'
import { bytes, count } from './output.ts'

export const listWords = ({ state, unit, done, of }: NonNullable<CrawlProgress['list']>): { readonly share: string; readonly note: string } => {
  const amount = unit === 'rows' ? count : bytes
  if (of === null) return { share: amount(done), note: state === 'read' ? 'to its end' : 'from a pipe' }
  const share = `${of === 0 ? 100 : Math.floor((100 * Math.min(done, of)) / of)} %`
  const note = `${amount(Math.min(done, of))} of ${amount(of)}${unit === 'rows' ? ' rows' : ''}`
  return { share, note: state === 'hashing' ? `${note} hashed, to know it again` : note }
}

/** What a person should know of rows that could not be used, a line each. */
export const listTroubles = (list: CrawlProgress['list']): readonly string[] => {
  if (list === null) return []
  const { broken, firstBroken, trouble } = list
  const more = broken - firstBroken.length
  return [
    ...firstBroken,
    ...(more > 0 ? [`and ${count(more)} more rows of the list that cannot be used`] : []),
    ...(trouble === null ? [] : [trouble]),
  ]
}
