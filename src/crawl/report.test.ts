import { expect, it } from 'vitest'
import type { Tally } from '../schedule/schedule-store.ts'
import { reportOf } from './report.ts'

const tally: Tally = {
  ended: [
    { kind: 'page', outcome: 'read', reason: null, count: 2 },
    { kind: 'page', outcome: 'failed', reason: 'timeout', count: 1 },
    { kind: 'image', outcome: 'kept', reason: null, count: 5 },
    { kind: 'image', outcome: 'duplicate', reason: 'copy-duplicate', count: 2 },
    { kind: 'image', outcome: 'duplicate', reason: 'similar-duplicate', count: 1 },
    { kind: 'image', outcome: 'rejected', reason: 'blank', count: 3 },
    { kind: 'image', outcome: 'refused', reason: 'duplicate-url', count: 4 },
    { kind: 'image', outcome: 'failed', reason: 'http-status', count: 1 },
  ],
  pending: { page: 1, image: 7, process: 0 },
  sums: { thumbnails: 9, thumbnailBytes: 900, fulls: 4, fullBytes: 4500, pairedFullBytes: 4000, unfetched: 5, unfetchedKnown: 2, savedBytes: 3000 },
  sequence: 1,
}

it('puts each candidate in one column, and what was replaced by a better copy among the copies', () => {
  const report = reportOf(tally, 2, 1.5)
  expect(report).toMatchObject({
    pages: 2, candidates: 23, kept: 3, refused: { 'duplicate-url': 4 }, rejected: { blank: 3 },
    duplicates: { exact: 0, copy: 4, similar: 1 }, failed: { 'http-status': 1 }, pending: 7,
    pagesFailed: { timeout: 1 }, pagesPending: 1, seconds: 1.5,
  })
})

it('estimates what was spared at the mean of the full pictures that had a thumbnail before them', () => {
  expect(reportOf(tally, 0, 0).bytes).toEqual({ thumbnails: 900, full: 4500, saved: 3000 + 3 * 1000, savedEstimated: 3000 })
})
