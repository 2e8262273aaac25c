/** The moving lines of a crawl: a bar of where the candidates went, and a row for each of its parts. */
import pc from 'picocolors'
import type { CrawlProgress } from '../app/crawl.ts'
import type { CrawlReport } from '../crawl/index.ts'
import { bytes, count, countOf, duration } from './output.ts'
import { listWords } from './list-words.ts'
import { insteadOf } from './report-text.ts'

interface Counted {
  readonly total: number
  /** Commonest first. */
  readonly reasons: readonly (readonly [string, number])[]
}

const counted = (counts: Readonly<Record<string, number>>): Counted => {
  const reasons = Object.entries(counts).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1])
  return { total: reasons.reduce((sum, [, n]) => sum + n, 0), reasons }
}

/** What became of the candidates that were not kept. */
export const standing = ({ duplicates, refused, rejected, failed }: CrawlReport): { readonly duplicates: Counted; readonly away: Counted } => ({
  duplicates: counted({ exact: duplicates.exact, copy: duplicates.copy, similar: duplicates.similar }),
  away: counted({ ...refused, ...rejected, ...failed }),
})

/** Nothing while pages are still to be read: nobody knows how many pictures they hold. */
export const timeLeft = ({ report, rate }: CrawlProgress): string[] =>
  report.pagesPending > 0 || rate <= 0 || report.pending === 0 ? [] : [`about ${duration(report.pending / rate)} left`]

const BAR_COLUMNS = 72
const LABEL_COLUMNS = 13
const VALUE_COLUMNS = 8

/** Each part ends where the running sum does, so that the bar is full and no rounding adds up. */
const bar = (parts: readonly (readonly [string, number])[], width: number): string => {
  const of = parts.reduce((sum, [, n]) => sum + n, 0)
  let sum = 0
  let at = 0
  return parts.map(([mark, n]) => {
    sum += n
    const end = Math.round((width * sum) / of)
    const part = mark.repeat(end - at)
    at = end
    return part
  }).join('')
}

const listed = ({ reasons }: Counted): string => reasons.map(([reason, n]) => `${reason} ${count(n)}`).join(', ')

/** @param width columns of the terminal; notes are cut there, since a wrapped line would not redraw */
export const progressLines = (progress: CrawlProgress, width: number): string => {
  const { report, rate, bytesPerSecond, list } = progress
  const { duplicates, away } = standing(report)
  const words = list === null ? null : listWords(list)
  const marks = { kept: pc.green('█'), duplicates: pc.yellow('▓'), away: pc.dim('▒'), waiting: pc.dim('·') }
  const more = report.pagesPending > 0 ? `, ${count(report.pagesPending)} more to read` : ''
  const rows: readonly (readonly [mark: string, label: string, value: string, note: string])[] = [
    ...(words === null ? [] : [[' ', 'list', words.share, words.note] as const]),
    [' ', 'candidates', count(report.candidates), `on ${countOf(report.pages, 'page')}${more}`],
    [marks.kept, 'kept', count(report.kept), ''],
    [marks.duplicates, 'duplicates', count(duplicates.total), listed(duplicates)],
    [marks.away, 'turned away', count(away.total), listed(away)],
    [marks.waiting, 'waiting', count(report.pending), timeLeft(progress).join('')],
    [' ', 'fetched', bytes(report.bytes.thumbnails + report.bytes.full), insteadOf(report) ?? ''],
    [' ', 'speed', `${rate.toFixed(rate < 10 ? 1 : 0)}/s`, `${bytes(bytesPerSecond)}/s`],
  ]
  const used = 2 + LABEL_COLUMNS + VALUE_COLUMNS + 3
  return [
    bar(
      [
        [marks.kept, report.kept], [marks.duplicates, duplicates.total], [marks.away, away.total],
        [marks.waiting, report.candidates === 0 ? 1 : report.pending],
      ],
      Math.min(BAR_COLUMNS, width),
    ),
    ...rows.map(([mark, label, value, note]) =>
      `${mark} ${label.padEnd(LABEL_COLUMNS)}${pc.bold(value.padStart(VALUE_COLUMNS))}` +
      (note === '' ? '' : `   ${pc.dim(note.slice(0, Math.max(0, width - used)))}`)),
  ].join('\n')
}
