/** What a crawl tells a person: while it runs, when it has ended, and what it does without. */
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { CrawlReport } from '../crawl/index.ts'
import { whatIsOff } from './findings-text.ts'
import { listTroubles, listWords } from './list-words.ts'
import { progressLines } from './progress-lines.ts'
import { idleText, reportText } from './report-text.ts'

const REPORT: CrawlReport = {
  pages: 9, candidates: 225, thumbnails: 200, kept: 70, refused: { 'robots-denied': 1 },
  rejected: { 'bad-aspect': 90, blank: 20, blurry: 8 }, duplicates: { exact: 4, copy: 7, similar: 0 }, failed: { timeout: 12 },
  pending: 13, bytes: { thumbnails: 5e6, full: 25e6, saved: 35e6, savedEstimated: 1e6 }, seconds: 12,
  pagesFailed: {}, pagesPending: 0, linksTrapped: 0, pageBytes: 9e5,
}
const shown = (report: CrawlReport, width = 100, rate = 26): string[] =>
  stripVTControlCharacters(progressLines({ report, rate, bytesPerSecond: 3e6, list: null }, width)).split('\n')
const told = (report: CrawlReport): string => stripVTControlCharacters(reportText(report))

describe('the moving lines', () => {
  it('draw every candidate once, in a bar as wide as its share', () => {
    const [bar = ''] = shown(REPORT)
    expect(bar).toHaveLength(72)
    const columns = (mark: string): number => bar.split(mark).length - 1
    for (const [mark, n] of [['█', 70], ['▓', 11], ['▒', 131], ['·', 13]] as const) {
      expect(Math.abs(columns(mark) - (72 * n) / 225)).toBeLessThan(1)
    }
    const nothing = { candidates: 0, kept: 0, refused: {}, rejected: {}, duplicates: { exact: 0, copy: 0, similar: 0 }, failed: {}, pending: 0 }
    expect(shown({ ...REPORT, ...nothing })[0]).toBe('·'.repeat(72))
  })

  it('say what waits and for how long, once every page is read', () => {
    expect(shown(REPORT).find((line) => line.includes('waiting'))).toMatch(/13 +about 0\.5 s left$/)
    const reading = shown({ ...REPORT, pagesPending: 2 })
    expect(reading.join('\n')).toContain('225   on 9 pages, 2 more to read')
    expect(reading.join('\n')).not.toContain('left')
  })

  it('never wrap, so that redrawing leaves nothing behind', () => {
    for (const width of [20, 39, 60]) {
      const lines = shown(REPORT, width)
      expect(lines).toHaveLength(8)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 26))
    }
  })
})

describe('the report', () => {
  it('gives each end of a candidate a line, with the commonest first', () => {
    const text = told({ ...REPORT, pending: 0, candidates: 212 })
    expect(text).toMatch(/^kept 70 of 212 candidates on 9 pages in 12 s\n118 rejected\n +90 {2}bad-aspect +is too long and thin\n/)
    for (const line of [/^ 11 duplicates$/m, / 7 {2}copy-duplicate /, /^ {2}1 refused$/m, /^ 12 failed$/m]) expect(text).toMatch(line)
    expect(text).not.toContain('similar-duplicate')
    expect(text).not.toContain('pending')
  })

  it('holds the bytes against fetching every picture in full, and claims nothing while that is not less', () => {
    expect(told(REPORT)).toContain('fetched 30.0 MB instead of about 60.0 MB, 50 % less\n  5.0 MB of thumbnails, 25.0 MB of full pictures')
    expect(told({ ...REPORT, bytes: { thumbnails: 5e6, full: 25e6, saved: 4e6, savedEstimated: 0 } })).not.toContain('less')
    expect(told({ ...REPORT, bytes: { thumbnails: 0, full: 0, saved: 0, savedEstimated: 0 } })).toContain('fetched 0 B\n')
  })

  it('does not count what was left alone among what could not be read', () => {
    const text = told({ ...REPORT, pagesFailed: { 'out-of-scope': 588, timeout: 2 }, linksTrapped: 1 })
    expect(text).toMatch(/^2 pages not read\n +2 {2}timeout .*\nnot followed: 588 pages outside the scope or in traps, 1 link into traps$/m)
    expect(told({ ...REPORT, pagesFailed: { 'out-of-scope': 1 } })).not.toContain('not read')
    expect(told(REPORT)).not.toContain('not followed')
  })

  it('tells an empty list, refused seeds and work done before apart', () => {
    const nothing = { ...REPORT, pages: 0, candidates: 0, refused: {}, pagesFailed: {} }
    expect(idleText(nothing, 'new.txt')).toBe('the list new.txt is empty: it names no picture and no page')
    expect(idleText(nothing, '-')).toContain('the list on standard input is empty')
    expect(idleText({ ...nothing, candidates: 3, refused: { 'invalid-url': 3 } }, 'new.txt')).toContain('every seed was refused')
    expect(idleText({ ...nothing, pagesFailed: { 'invalid-url': 1 } }, null)).toContain('every seed was refused')
    expect(idleText(REPORT, 'new.txt')).toContain('crawled into this folder before')
  })

  it('says how to go on where something is left', () => {
    expect(told(REPORT)).toMatch(/pending 13 pictures and 0 pages: run the same command again to go on$/)
  })
})

it('names what is off once a cause, with the remedy where there is one', () => {
  const off = (what: string, why: string, remedy = '') => ({ what, on: false, why, remedy })
  const on = { what: 'opt-outs', on: true, why: 'noai', remedy: '' }
  expect(whatIsOff([off('detect', 'no folder'), off('embed', 'no folder'), off('robots.txt', 'switched off'), on])).toEqual([
    'detect, embed off: no folder (see gannet doctor)',
    'robots.txt off: switched off',
  ])
  expect(whatIsOff([off('detect', 'x.onnx is not there', 'put it there')])).toEqual(['detect off: x.onnx is not there; put it there'])
})

describe('a list', () => {
  const LIST = { state: 'reading', unit: 'rows', done: 1_200_000, of: 2_700_000, trouble: null, broken: 0, firstBroken: [] } as const

  it('has a line of its own, with its share of rows or bytes', () => {
    const [, line] = stripVTControlCharacters(progressLines({ report: REPORT, rate: 26, bytesPerSecond: 3e6, list: LIST }, 100)).split('\n')
    expect(line).toMatch(/^ {2}list +44 % +1,200,000 of 2,700,000 rows$/)
    expect(listWords({ ...LIST, unit: 'bytes', done: 45e8, of: 1e10, state: 'hashing' })).toEqual({ share: '45 %', note: '4.5 GB of 10.0 GB hashed, to know it again' })
    expect(listWords({ ...LIST, unit: 'bytes', done: 0, of: 0 }).share).toBe('100 %')
    expect(listWords({ ...LIST, unit: 'bytes', done: 2_500, of: null })).toEqual({ share: '2.5 KB', note: 'from a pipe' })
  })

  it('names the first rows that cannot be used, counts the others, and says where it breaks off', () => {
    expect(listTroubles({ ...LIST, broken: 1_002, firstBroken: ['line 3 has no URL', 'line 9 has no URL'], trouble: 'it breaks off' })).toEqual([
      'line 3 has no URL', 'line 9 has no URL', 'and 1,000 more rows of the list that cannot be used', 'it breaks off',
    ])
    expect(listTroubles(LIST)).toEqual([])
    expect(listTroubles(null)).toEqual([])
  })
})
