/** A row from the cells of its record, whatever format they came from. */
import { hashOf } from './hash-of.ts'
import type { Cells } from './columns.ts'
import type { BrokenRow, ListRow } from './list.ts'

const EXCERPT = 200
/** Browsers and servers give up long before; what is longer would only fill the queue. */
const MAX_URL = 16_384
const MAX_WORDS = 4_000

export const brokenRow = (
  at: string, end: number, problem: string, excerpt: string, reason: BrokenRow['reason'] = 'incomplete',
): BrokenRow => ({ problem, at, end, reason, excerpt: excerpt.length > EXCERPT ? `${excerpt.slice(0, EXCERPT)}…` : excerpt })

const filled = (cell: string | null): string | null => {
  const text = cell?.trim()
  return text ? text : null
}

/** The URL standard would make an address of it: 5 is the host 0.0.0.5. */
const NUMBER = /^[-+]?\d{0,40}(?:\.\d{0,40})?(?:e[-+]?\d{1,10})?$/i

const addressOf = (cell: string | null): string | null => {
  const text = filled(cell)
  return text === null || NUMBER.test(text) ? null : text
}

export const rowOf = (cells: Cells, at: string, end: number): ListRow => {
  const url = filled(cells.url)
  if (url === null) return brokenRow(at, end, 'has no URL', cells.text ?? '')
  if (NUMBER.test(url)) return brokenRow(at, end, `has ${url} for a URL, which is a number`, url, 'invalid-url')
  if (url.length > MAX_URL) return brokenRow(at, end, `has a URL of ${url.length} characters`, url)
  // The URL standard would encode it; what holds one is damaged, not named so.
  if (url.includes('\0')) return brokenRow(at, end, 'holds NUL bytes', url.replaceAll('\0', '␀'))
  const stated = filled(cells.hash)
  const hash = stated === null ? null : hashOf(stated)
  if (stated !== null && hash === null) {
    const problem = `has the hash "${stated.slice(0, EXCERPT)}", which is no MD5, SHA-1 or SHA-256 in hexadecimal or base64`
    return brokenRow(at, end, problem, url, 'hash-mismatch')
  }
  return {
    problem: null, at, end, url, hash,
    thumbnailUrl: addressOf(cells.thumbnail), pageUrl: addressOf(cells.page),
    text: filled(cells.text)?.slice(0, MAX_WORDS) ?? null, category: filled(cells.category)?.slice(0, MAX_WORDS) ?? null,
  }
}
