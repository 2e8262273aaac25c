/** The report of a crawl, from the schedule's tally and the catalogue: never from counters in memory. */
import type { Tally } from '../schedule/schedule-store.ts'

/** Field names are part of the public face (DESIGN §6). */
export interface CrawlReport {
  /** Pages read. */
  readonly pages: number
  /** kept + refused + rejected + duplicates + failed + pending: each candidate is in one of them. */
  readonly candidates: number
  /** Thumbnails fetched that had a larger rendition behind them. */
  readonly thumbnails: number
  readonly kept: number
  readonly refused: Readonly<Record<string, number>>
  readonly rejected: Readonly<Record<string, number>>
  readonly duplicates: { readonly exact: number; readonly copy: number; readonly similar: number }
  readonly failed: Readonly<Record<string, number>>
  /** Candidates that have not come to their end. */
  readonly pending: number
  readonly bytes: {
    readonly thumbnails: number
    readonly full: number
    /** Bytes of full pictures that were not worth fetching. */
    readonly saved: number
    /** How much of `saved` is estimated, at the mean size of the full pictures that were fetched. */
    readonly savedEstimated: number
  }
  readonly seconds: number
  /** Pages that could not be read, by reason, and pages still to be read. */
  readonly pagesFailed: Readonly<Record<string, number>>
  readonly pagesPending: number
  /** Links not followed because they led into what brings nothing (traps.ts). */
  readonly linksTrapped: number
  /** Bytes of pages. */
  readonly pageBytes: number
}

export const reportOf = (tally: Tally, superseded: number, seconds: number): CrawlReport => {
  const byOutcome = (outcome: string, kind: string): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const row of tally.ended) {
      if (row.outcome === outcome && row.kind === kind && row.reason !== null && row.count > 0) counts[row.reason] = row.count
    }
    return counts
  }
  const kept = tally.ended.reduce((sum, row) => (row.outcome === 'kept' ? sum + row.count : sum), 0)
  const pages = tally.ended.reduce((sum, row) => (row.kind === 'page' && row.outcome === 'read' ? sum + row.count : sum), 0)
  const same = byOutcome('duplicate', 'image')
  const refused = byOutcome('refused', 'image')
  const rejected = byOutcome('rejected', 'image')
  const failed = byOutcome('failed', 'image')
  const pending = tally.pending.image
  const duplicates = {
    exact: same['exact-duplicate'] ?? 0,
    // What was kept first and then replaced by a better copy is a copy in the end.
    copy: (same['copy-duplicate'] ?? 0) + superseded,
    similar: same['similar-duplicate'] ?? 0,
  }
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)
  const amount = (name: string): number => tally.sums[name] ?? 0
  // Of those that had a thumbnail before them; a lone icon says nothing about what was spared.
  const meanFull = amount('fulls') > 0 ? amount('pairedFullBytes') / amount('fulls') : 0
  const savedEstimated = Math.round(Math.max(0, amount('unfetched') - amount('unfetchedKnown')) * meanFull)
  return {
    pages,
    candidates: kept - superseded + sum(refused) + sum(rejected) + sum({ ...duplicates }) + sum(failed) + pending,
    thumbnails: amount('thumbnails'),
    kept: kept - superseded,
    refused,
    rejected,
    duplicates,
    failed,
    pending,
    bytes: {
      thumbnails: amount('thumbnailBytes'),
      full: amount('fullBytes'),
      saved: amount('savedBytes') + savedEstimated,
      savedEstimated,
    },
    seconds,
    pagesFailed: { ...byOutcome('failed', 'page'), ...byOutcome('refused', 'page') },
    pagesPending: tally.pending.page,
    linksTrapped: amount('linksTrapped'),
    pageBytes: amount('pageBytes'),
  }
}

/** Of a crawl that has not begun. */
export const EMPTY_REPORT: CrawlReport = reportOf({ ended: [], pending: { page: 0, image: 0, process: 0 }, sums: {}, sequence: 0 }, 0, 0)
