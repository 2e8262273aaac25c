/**
 * What a crawl looks like while it runs: a few lines that redraw themselves on a terminal, or one
 * plain line now and then where stderr is piped.
 */
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { CrawlProgress } from '../app/crawl.ts'
import { bytes, count } from './output.ts'
import { listWords } from './list-words.ts'
import { progressLines, standing, timeLeft } from './progress-lines.ts'

export interface Display {
  show(progress: CrawlProgress): void
  /** Stands above the moving lines. */
  say(line: string): void
  end(): void
}

const PLAIN_EVERY_MS = 5_000

/** One column is left free: a line that fills the last one wraps on some terminals. */
const columns = (): number => (process.stderr.columns ?? 80) - 1

const movingDisplay = (): Display => {
  const log = createLogUpdate(process.stderr)
  let last = pc.dim('starting')
  log(last)
  return {
    show: (progress) => log((last = progressLines(progress, columns()))),
    say(line) {
      log.clear()
      process.stderr.write(`${line}\n`)
      log(last)
    },
    end: () => log.clear(),
  }
}

const plainDisplay = (): Display => {
  let shownAt = Date.now()
  return {
    show(progress) {
      if (Date.now() - shownAt < PLAIN_EVERY_MS) return
      shownAt = Date.now()
      const { report, rate, list } = progress
      const { duplicates, away } = standing(report)
      const words = list === null ? null : listWords(list)
      process.stderr.write(
        (words === null ? '' : `list ${words.share} (${words.note}), `) +
        `pages ${count(report.pages)}, candidates ${count(report.candidates)}, kept ${count(report.kept)}, ` +
          `duplicates ${count(duplicates.total)}, turned away ${count(away.total)}, waiting ${count(report.pending)}, ` +
          `fetched ${bytes(report.bytes.thumbnails + report.bytes.full)}, ` +
          `${[`${rate.toFixed(1)}/s`, ...timeLeft(progress)].join(', ')}\n`,
      )
    },
    say: (line) => void process.stderr.write(`${line}\n`),
    end: () => undefined,
  }
}

export const createDisplay = (): Display => (process.stderr.isTTY ? movingDisplay() : plainDisplay())
