/** The report of a crawl as a person reads it. */
import pc from 'picocolors'
import type { CrawlReport } from '../crawl/index.ts'
import { explain, isReason } from '../core/reasons.ts'
import { bytes, count, duration, table } from './output.ts'

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, n) => sum + n, 0)

const group = (name: string, counts: Readonly<Record<string, number>>): string[] => {
  const rows = Object.entries(counts).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1])
  if (rows.length === 0) return []
  const lines = table(rows.map(([reason, n]) => [n, reason, isReason(reason) ? pc.dim(explain(reason)) : '']))
  return [`${name} ${count(total(counts))}`, ...lines.split('\n').map((line) => `  ${line}`)]
}

export const reportText = (report: CrawlReport): string => {
  const { bytes: amount, duplicates } = report
  const fetched = amount.thumbnails + amount.full
  const percent = fetched + amount.saved > 0 ? Math.round((100 * amount.saved) / (fetched + amount.saved)) : 0
  return [
    `${pc.bold(`kept ${count(report.kept)}`)} of ${count(report.candidates)} candidates on ${count(report.pages)} pages in ${duration(report.seconds)}`,
    `fetched ${bytes(fetched)}: thumbnails ${bytes(amount.thumbnails)}, full pictures ${bytes(amount.full)}`,
    ...(amount.saved > 0
      ? [`saved ${bytes(amount.saved)} (${percent} % of what fetching everything would take${amount.savedEstimated > 0 ? '; partly estimated' : ''})`]
      : []),
    ...group('duplicates', { 'exact-duplicate': duplicates.exact, 'copy-duplicate': duplicates.copy, 'similar-duplicate': duplicates.similar }),
    ...group('rejected', report.rejected),
    ...group('refused', report.refused),
    ...group('failed', report.failed),
    ...group('pages not read', report.pagesFailed),
    ...(report.pending + report.pagesPending > 0
      ? [`pending ${count(report.pending)} pictures and ${count(report.pagesPending)} pages: run the same command again to go on`]
      : []),
  ].join('\n')
}
