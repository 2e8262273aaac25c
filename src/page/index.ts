/** The page room: HTML to candidates and links. Pure; nothing here fetches or remembers. */
export type { Candidate, CandidateVia, Fields, PageReading, PageRelations } from './candidate.ts'
export { canonicalUrl } from './canonical-url.ts'
export { inspectHtml, readPage, type ReadPageOptions } from './read-page.ts'
export { selectSource, type SourceQuestion } from './select-source.ts'
