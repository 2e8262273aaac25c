/** Whatever a page visit brought, to candidates and links: a page, a feed or a sitemap, told apart by how it begins. */
import { listKind } from '../core/document-kind.ts'
import type { PageReading } from './candidate.ts'
import { decodeHtml } from './decode-html.ts'
import { readFeed } from './feeds/read-feed.ts'
import { readSitemap } from './feeds/read-sitemap.ts'
import { readPage, type ReadPageOptions } from './read-page.ts'

/** The largest sitemap by the protocol, in bytes; feeds are read as far. */
export const MAX_LIST_BYTES = 50 * 1024 * 1024
/** Milliseconds; a list of 50,000 pages stands for as many visits, and may take longer than one of them. */
const MAX_LIST_MS = 5000
/** Enough to tell what it is. */
const HEAD_BYTES = 16_384

/**
 * Reads a page, a feed or a sitemap. `options` are those of pages; lists are read up to 50 MB and for 5 s unless
 * `maxBytes` and `maxMs` allow more. Never throws on what the document contains.
 * @throws GannetError recipe-invalid
 */
export const readDocument = (bytes: Uint8Array, options: ReadPageOptions): PageReading => {
  const contentType = options.contentType ?? null
  const kind = listKind(decodeHtml(bytes.subarray(0, HEAD_BYTES), contentType), contentType)
  if (kind === null) return readPage(bytes, options)
  const { maxBytes = 0, maxMs = 0, now = () => performance.now() } = options
  const limit = Math.max(maxBytes, MAX_LIST_BYTES)
  const deadline = now() + Math.max(maxMs, MAX_LIST_MS)
  const text = decodeHtml(bytes.subarray(0, limit), contentType)
  const reading = (kind === 'feed' ? readFeed : readSitemap)(text, { ...options, maxBytes: limit }, deadline)
  return bytes.length > limit && reading.cut === null ? { ...reading, cut: 'bytes' } : reading
}
