/**
 * What a crawl looks like while it runs: a few lines that redraw themselves on a terminal, or one
 * plain line now and then where stderr is piped.
 */
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { CrawlProgress } from '../app/crawl.ts'
import { bytes, count, duration } from './output.ts'

export interface Display {
  show(progress: CrawlProgress): void
  /** Stands above the moving lines. */
  say(line: string): void
  end(): void
}

const turnedAway = (report: CrawlProgress['report']): [string, number][] =>
  Object.entries({ ...report.refused, ...report.rejected, ...report.failed }).sort((a, b) => b[1] - a[1])

const timeLeft = (progress: CrawlProgress): string => {
  const { report, rate } = progress
  // While pages are still to be read nobody knows how many pictures they hold.
  if (report.pagesPending > 0 || rate <= 0 || report.pending === 0) return ''
  return `, about ${duration(report.pending / rate)} left`
}

const lines = (progress: CrawlProgress): string => {
  const { report, rate, bytesPerSecond } = progress
  const { exact, copy, similar } = report.duplicates
  const away = turnedAway(report)
  const width = Math.max(40, (process.stderr.columns ?? 80) - 1)
  return [
    `${pc.bold('pages')} ${count(report.pages)}${report.pagesPending > 0 ? pc.dim(` +${count(report.pagesPending)} waiting`) : ''}   ` +
      `${pc.bold('candidates')} ${count(report.candidates)}${report.pending > 0 ? pc.dim(` (${count(report.pending)} waiting)`) : ''}`,
    `${pc.green(pc.bold('kept'))} ${count(report.kept)}   ${pc.bold('duplicates')} ${count(exact + copy + similar)}   ` +
      `${pc.bold('turned away')} ${count(away.reduce((sum, [, n]) => sum + n, 0))}`,
    ...(away.length > 0 ? [pc.dim(`  ${away.slice(0, 6).map(([reason, n]) => `${reason} ${count(n)}`).join(', ')}`.slice(0, width))] : []),
    `${pc.bold('fetched')} ${bytes(report.bytes.thumbnails + report.bytes.full)}   ${pc.bold('saved')} ${bytes(report.bytes.saved)}   ` +
      pc.dim(`${rate.toFixed(rate < 10 ? 1 : 0)} pictures/s, ${bytes(bytesPerSecond)}/s${timeLeft(progress)}`),
  ].join('\n')
}

const PLAIN_EVERY_MS = 5_000

export const createDisplay = (): Display => {
  if (process.stderr.isTTY) {
    const log = createLogUpdate(process.stderr)
    let last = ''
    return {
      show: (progress) => log((last = lines(progress))),
      say(line) {
        log.clear()
        process.stderr.write(`${line}\n`)
        if (last !== '') log(last)
      },
      end: () => log.clear(),
    }
  }
  let shownAt = Date.now()
  return {
    show(progress) {
      if (Date.now() - shownAt < PLAIN_EVERY_MS) return
      shownAt = Date.now()
      const { report, rate } = progress
      const { exact, copy, similar } = report.duplicates
      process.stderr.write(
        `pages ${report.pages}, candidates ${report.candidates}, kept ${report.kept}, duplicates ${exact + copy + similar}, ` +
          `turned away ${turnedAway(report).reduce((sum, [, n]) => sum + n, 0)}, waiting ${report.pending}, ` +
          `fetched ${bytes(report.bytes.thumbnails + report.bytes.full)}, saved ${bytes(report.bytes.saved)}, ${rate.toFixed(1)}/s${timeLeft(progress)}\n`,
      )
    },
    say: (line) => void process.stderr.write(`${line}\n`),
    end: () => undefined,
  }
}
