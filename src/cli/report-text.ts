/** The report of a crawl as a person reads it: what became of each candidate, adding up, then the bytes. */
import pc from 'picocolors'
import type { CrawlReport } from '../crawl/index.ts'
import { explain, isReason } from '../core/reasons.ts'
import { bytes, count, countOf, duration } from './output.ts'

type Counts = Readonly<Record<string, number>>

const total = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** Against a crawler that fetches every picture in full and no thumbnail; null until that would be more. */
export const insteadOf = ({ bytes: { thumbnails, full, saved, savedEstimated } }: CrawlReport): string | null => {
  const everything = full + saved
  const percent = Math.floor(100 * (1 - (thumbnails + full) / everything))
  if (everything === 0 || percent < 1) return null
  return `instead of ${savedEstimated > 0 ? 'about ' : ''}${bytes(everything)}, ${percent} % less`
}

/** Why a crawl that has ended had nothing to work on. @param list as named on the command line; null where none was */
export const idleText = ({ candidates, pages, pagesFailed, refused }: CrawlReport, list: string | null): string => {
  if (candidates + pages + total(pagesFailed) === 0) {
    return `the list ${list === '-' ? 'on standard input' : (list ?? '')} is empty: it names no picture and no page`
  }
  if (pages + candidates - total(refused) === 0) return 'nothing could be crawled: every seed was refused, now or before'
  return 'nothing was left to do: these seeds were crawled into this folder before; name another with --data to crawl them anew'
}

/** Pages and links that were left alone, as asked or because they bring nothing: no failures. */
const leftAlone = ({ pagesFailed, linksTrapped }: CrawlReport): string[] => {
  const pages = pagesFailed['out-of-scope'] ?? 0
  const parts = [
    ...(pages > 0 ? [`${countOf(pages, 'page')} outside the scope or in traps`] : []),
    ...(linksTrapped > 0 ? [`${countOf(linksTrapped, 'link')} into traps`] : []),
  ]
  return parts.length === 0 ? [] : [pc.dim(`not followed: ${parts.join(', ')}`)]
}

/** Reasons stand in one column over all groups, so that the eye runs down them. */
const groups = (named: Readonly<Record<string, Counts>>): string[] => {
  const rows = Object.entries(named).flatMap(([name, counts]) => {
    const reasons = Object.entries(counts).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1])
    return reasons.length === 0 ? [] : [{ name, n: total(counts), reasons }]
  })
  const digits = Math.max(0, ...rows.map(({ n }) => count(n).length))
  const letters = Math.max(0, ...rows.flatMap(({ reasons }) => reasons.map(([reason]) => reason.length)))
  return rows.flatMap(({ name, n, reasons }) => [
    `${count(n).padStart(digits)} ${name}`,
    ...reasons.map(([reason, of]) =>
      `${' '.repeat(digits)} ${count(of).padStart(digits)}  ${reason.padEnd(letters)}  ` +
      (isReason(reason) ? pc.dim(explain(reason)) : '')),
  ])
}

export const reportText = (report: CrawlReport): string => {
  const { bytes: amount, duplicates, kept, candidates, pages } = report
  const less = insteadOf(report)
  const { 'out-of-scope': _left, ...pagesFailed } = report.pagesFailed
  return [
    `${pc.bold(pc.green(`kept ${count(kept)}`))} of ${countOf(candidates, 'candidate')} ` +
      `on ${countOf(pages, 'page')} in ${duration(report.seconds)}`,
    ...groups({
      rejected: report.rejected,
      duplicates: { 'exact-duplicate': duplicates.exact, 'copy-duplicate': duplicates.copy, 'similar-duplicate': duplicates.similar },
      refused: report.refused,
      failed: report.failed,
    }),
    `${pc.bold(`fetched ${bytes(amount.thumbnails + amount.full)}`)}${less === null ? '' : ` ${less}`}`,
    `  ${bytes(amount.thumbnails)} of thumbnails, ${bytes(amount.full)} of full pictures`,
    ...groups({ 'pages not read': pagesFailed }),
    ...leftAlone(report),
    ...(report.pending + report.pagesPending > 0
      ? [pc.yellow(`pending ${countOf(report.pending, 'picture')} and ${countOf(report.pagesPending, 'page')}: run the same command again to go on`)]
      : []),
  ].join('\n')
}
