/** One way of reading pages, in a process of its own, so that neither warms, litters or deoptimises for the other. Run with --expose-gc. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { DomHandler } from 'domhandler'
import { Parser } from 'htmlparser2'
import { randomOf } from '../test/site/random.ts'
import { serve } from './crew.ts'
import { PAGE_KINDS, type PageKindName } from './pages/kinds.ts'

export interface HtmlJob {
  /** Folder of the build that is measured. */
  readonly dist: string
  readonly pages: number
  /** Bytes a page, about. */
  readonly bytes: number
  /**
   * `readPage`: all that the product makes of a page; `parsePage`: its tree, and nothing asked of it. `bare`: the
   * parser with the handler that comes with it.
   */
  readonly how: 'readPage' | 'parsePage' | 'bare'
  /** Pages come as UTF-8 bytes and are decoded too, instead of as strings. */
  readonly encoded: boolean
}

export interface HtmlOutcome {
  readonly pages: number
  /** Of all pages, making them not counted. */
  readonly seconds: number
  /** Processor seconds, of the garbage collector's threads too. */
  readonly processor: number
  readonly byKind: Readonly<Record<PageKindName, number>>
  /** Candidates found: proof that pages were read; of a tree, nodes at its top. */
  readonly found: number
}

const KINDS = Object.keys(PAGE_KINDS) as PageKindName[]
/** Pages made before they are timed, ten of a kind. */
const BLOCK = 50
const URL_OF_PAGE = 'https://www.example.org/some/page'

type Read = (page: string | Uint8Array) => number

const readerOf = async ({ how, dist }: HtmlJob): Promise<Read> => {
  if (how === 'readPage') {
    const { readPage } = (await import(pathToFileURL(path.join(dist, 'page/index.js')).href)) as typeof import('../src/page/index.ts')
    return (page) => {
      const { candidates, cut } = readPage(page, { url: URL_OF_PAGE, contentType: 'text/html; charset=utf-8' })
      // A page given up for want of time would only look fast.
      if (cut !== null) throw new Error(`a page was cut: ${cut}`)
      return candidates.length
    }
  }
  const utf8 = new TextDecoder()
  if (how === 'parsePage') {
    const { parsePage } = (await import(pathToFileURL(path.join(dist, 'page/page-tree.js')).href)) as typeof import('../src/page/page-tree.ts')
    const limits = { maxLength: 10_000_000, deadline: Number.POSITIVE_INFINITY, now: () => performance.now() }
    return (page) => parsePage(typeof page === 'string' ? page : utf8.decode(page), limits).root.children.length
  }
  return (page) => {
    const handler = new DomHandler()
    new Parser(handler).end(typeof page === 'string' ? page : utf8.decode(page))
    return handler.root.children.length
  }
}

serve<HtmlJob, HtmlOutcome>(async (job) => {
  const read = await readerOf(job)
  const block = (from: number, count: number): (readonly [PageKindName, string | Uint8Array])[] =>
    Array.from({ length: count }, (_, i) => {
      const kind = KINDS[(from + i) % KINDS.length] as PageKindName
      // Through bytes in either case: a string that was put together is not laid out as one that was read.
      const bytes = Buffer.from(PAGE_KINDS[kind](randomOf(`page ${from + i}`), job.bytes))
      return [kind, job.encoded ? bytes : bytes.toString()] as const
    })
  for (const [, page] of block(1_000_000, 6 * BLOCK)) read(page)
  return async () => {
    const byKind: Record<PageKindName, number> = { article: 0, shop: 0, gallery: 0, forum: 0, application: 0 }
    let found = 0
    let seconds = 0
    let processor = 0
    for (let from = 0; from < job.pages; from += BLOCK) {
      const pages = block(from, Math.min(BLOCK, job.pages - from))
      globalThis.gc?.()
      const before = process.cpuUsage()
      const startedAt = performance.now()
      let at = startedAt
      for (const [kind, page] of pages) {
        found += read(page)
        const now = performance.now()
        byKind[kind] += (now - at) / 1000
        at = now
      }
      seconds += (at - startedAt) / 1000
      const { user, system } = process.cpuUsage(before)
      processor += (user + system) / 1e6
    }
    return { pages: job.pages, seconds, processor, byKind, found }
  }
})
