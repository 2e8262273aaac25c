/**
 * Draws a crawl as an SVG: what a site offers, what was kept and why the rest was not, then what the terminal said
 * and how few bytes it took. A dark card of its own, so that it stands on a white page and on a black one.
 */
import type { CrawlReport, Outcome, Reason } from '../src/index.ts'
import { bytes, count } from '../src/cli/output.ts'

/** One candidate of the contact sheet. */
export interface Shown {
  readonly outcome: Outcome
  readonly reason: Reason | null
  /** A JPEG; width and height are those it shows at, within a cell. */
  readonly image: { readonly base64: string; readonly width: number; readonly height: number }
}

export interface CrawlPicture {
  readonly command: string
  /** What it wrote to a terminal, with its colours. */
  readonly told: string
  readonly report: CrawlReport
  readonly shown: readonly Shown[]
  /** The sheet shows one in so many. */
  readonly every: number
}

const WIDTH = 1200
const MARGIN = 40
const INNER = WIDTH - 2 * MARGIN
const COLUMNS = 10
const GAP = 8

/** Of the contact sheet, in pixels as shown. */
export const CELL = { width: 104, height: 78 } as const
const PITCH = { x: (INNER - CELL.width) / (COLUMNS - 1), y: CELL.height + GAP }

const INK = {
  card: '#0f141a', edge: '#303942', cell: '#1a2129', screen: '#090c10', text: '#e6edf3', soft: '#9aa7b4', faint: '#7d8894',
  kept: '#3fb950', keptSoft: '#8ddb98', same: '#e3b341', away: '#6b7682',
} as const
const SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
const MONO = "ui-monospace,SFMono-Regular,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

interface Style {
  readonly size?: number
  readonly fill?: string
  readonly weight?: number
  readonly anchor?: 'start' | 'middle' | 'end'
}

const text = (x: number, y: number, words: string, style: Style): string => {
  const { size = 17, fill = INK.text, weight = 400, anchor = 'start' } = style
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" font-weight="${weight}" text-anchor="${anchor}">` +
    `${escape(words)}</text>`
}

const rect = (x: number, y: number, width: number, height: number, rest: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" ${rest}/>`

const TAG_HEIGHT = 22

const cell = ({ outcome, reason, image }: Shown, at: number, top: number): string => {
  const x = Math.round(MARGIN + (at % COLUMNS) * PITCH.x)
  const y = Math.round(top + Math.floor(at / COLUMNS) * PITCH.y)
  const { width, height } = CELL
  const kept = outcome === 'kept'
  // What is smaller than its cell stands clear of the tag.
  const room = image.height < height - TAG_HEIGHT ? height - TAG_HEIGHT : height
  const picture = `<image x="${x + (width - image.width) / 2}" y="${y + (room - image.height) / 2}" ` +
    `width="${image.width}" height="${image.height}" href="data:image/jpeg;base64,${image.base64}"${kept ? '' : ' opacity=".5"'}/>`
  const clip = `<g clip-path="url(#cell)" transform="translate(${x} ${y})"><g transform="translate(${-x} ${-y})">`
  const ground = rect(x, y, width, height, `fill="${INK.cell}"`)
  if (kept) {
    const frame = rect(x, y, width, height, `rx="7" fill="none" stroke="${INK.kept}" stroke-width="4"`)
    return `${clip}${ground}${picture}</g></g>${frame}`
  }
  const fill = outcome === 'duplicate' ? INK.same : '#c5ced8'
  const tag = rect(x, y + height - TAG_HEIGHT, width, TAG_HEIGHT, `fill="${INK.screen}" opacity=".86"`) +
    text(x + width / 2, y + height - 7, reason ?? outcome, { size: 12.5, anchor: 'middle', fill })
  return `${clip}${ground}${picture}${tag}</g></g>`
}

const MONO_SIZE = 15
/** Each run of one style is placed by its column, so that columns stay straight in any font. */
const COLUMN = 9.03
const LINE = 21.5
const ESCAPE = '\u{1b}['

/** Colours and weights as a terminal shows them (ECMA-48, SGR). */
const terminalLine = (line: string, x: number, y: number): string => {
  const runs: string[] = []
  let bold = false
  let fill: string = INK.text
  let column = 0
  // Every piece but the first begins with the number of its escape and an m.
  for (const [place, piece] of line.split(ESCAPE).entries()) {
    const [style, part] = place === 0 ? ['', piece] : [piece.slice(0, piece.indexOf('m')), piece.slice(piece.indexOf('m') + 1)]
    if (style === '1') bold = true
    else if (style === '2') fill = INK.soft
    else if (style === '22') [bold, fill] = [false, fill === INK.soft ? INK.text : fill]
    else if (style === '32') fill = INK.kept
    else if (style === '39' || style === '0') fill = INK.text
    for (const { 0: word, index } of part.matchAll(/\S+(?: \S+)*/g)) {
      const from = (x + (column + index) * COLUMN).toFixed(1)
      const long = (word.length * COLUMN).toFixed(1)
      const weight = bold ? ' font-weight="700"' : ''
      runs.push(`<text x="${from}" y="${y}" fill="${fill}"${weight} textLength="${long}">${escape(word)}</text>`)
    }
    column += part.length
  }
  return runs.join('')
}

const TITLE_BAR = 34

const terminal = (lines: readonly string[], x: number, y: number, width: number, height: number): string =>
  [
    rect(x, y, width, height, `rx="10" fill="${INK.screen}" stroke="${INK.edge}"`),
    ...['#ff5f57', '#febc2e', '#28c840'].map((fill, at) =>
      `<circle cx="${x + 22 + at * 20}" cy="${y + 19}" r="6" fill="${fill}" opacity=".85"/>`),
    `<g font-family="${MONO}" font-size="${MONO_SIZE}">`,
    ...lines.map((line, at) => terminalLine(line, x + 22, y + TITLE_BAR + 21 + at * LINE)),
    '</g>',
  ].join('')

interface Part {
  readonly size: number
  readonly fill: string
}

/** One bar of parts side by side; the last ends exactly where the bar does. */
const bar = (parts: readonly Part[], x: number, y: number, width: number): string => {
  const of = parts.reduce((sum, { size }) => sum + size, 0)
  let at = 0
  const drawn = parts.map(({ size, fill }) => {
    const from = x + (width * at) / of
    at += size
    return rect(Number(from.toFixed(1)), 0, Number((x + (width * at) / of - from).toFixed(1)), 24, `fill="${fill}"`)
  })
  return `<g clip-path="url(#bar)" transform="translate(0 ${y})">${drawn.join('')}</g>`
}

/** Small squares with their words, each at its own place from the left. */
const legend = (x: number, y: number, entries: readonly (readonly [at: number, fill: string, words: string])[]): string =>
  entries.map(([at, fill, words]) =>
    rect(x + at, y - 11, 12, 12, `rx="3" fill="${fill}"`) + text(x + at + 18, y, words, { size: 15, fill: INK.soft })).join('')

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)

const figures = ({ report }: CrawlPicture, x: number, y: number, width: number, height: number): string => {
  const { kept, candidates, bytes: amount } = report
  const same = sum({ ...report.duplicates })
  const rejected = sum(report.rejected)
  const fetched = amount.thumbnails + amount.full
  const everything = amount.full + amount.saved
  const second = y + height - 124
  return [
    `<clipPath id="bar"><rect x="${x}" y="0" width="${width}" height="24" rx="6"/></clipPath>`,
    text(x, y + 12, 'Pictures', { size: 15, fill: INK.faint }),
    text(x, y + 54, `${count(kept)} kept`, { size: 40, weight: 700, fill: INK.kept }),
    text(x + width, y + 54, `of ${count(candidates)} offered`, { anchor: 'end', fill: INK.soft }),
    bar([{ size: kept, fill: INK.kept }, { size: same, fill: INK.same }, { size: rejected, fill: INK.away }], x, y + 74, width),
    legend(x, y + 124, [[0, INK.same, `${count(same)} duplicates`], [150, INK.away, `${count(rejected)} rejected`]]),
    text(x, second + 12, 'Bytes fetched', { size: 15, fill: INK.faint }),
    text(x, second + 54, bytes(fetched), { size: 40, weight: 700, fill: INK.kept }),
    text(x + width, second + 54, `of about ${bytes(everything)}`, { anchor: 'end', fill: INK.soft }),
    bar(
      [
        { size: amount.thumbnails, fill: INK.keptSoft }, { size: amount.full, fill: INK.kept },
        { size: everything - fetched, fill: INK.edge },
      ],
      x, second + 74, width,
    ),
    legend(x, second + 124, [[0, INK.keptSoft, 'thumbnails'], [122, INK.kept, 'in full'], [210, INK.edge, 'never fetched']]),
  ].join('')
}

export const drawCrawl = (picture: CrawlPicture): string => {
  const { report, shown, every } = picture
  const lines = [`${ESCAPE}2m$${ESCAPE}22m ${picture.command}`, '', ...picture.told.split('\n')]
  const sheetTop = 126
  const belowTop = sheetTop + Math.ceil(shown.length / COLUMNS) * PITCH.y + 24
  const belowHeight = Math.max(290, Math.round(TITLE_BAR + 20 + lines.length * LINE))
  const height = belowTop + belowHeight + MARGIN
  const screenWidth = 740
  const sideLeft = MARGIN + screenWidth + 36
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
      `role="img" font-family="${SANS}">`,
    `<title>A crawl of ${count(report.candidates)} pictures: ${count(report.kept)} kept, and why the rest were not</title>`,
    `<clipPath id="cell"><rect width="${CELL.width}" height="${CELL.height}" rx="7"/></clipPath>`,
    rect(0.75, 0.75, WIDTH - 1.5, height - 1.5, `rx="18" fill="${INK.card}" stroke="${INK.edge}" stroke-width="1.5"`),
    text(MARGIN, 64, `gannet looks at ${count(report.candidates)} pictures and keeps ${count(report.kept)}`, { size: 34, weight: 700 }),
    text(MARGIN, 98, 'A thumbnail is enough to tell what is worth fetching in full, and why the rest is not.', {
      size: 18, fill: INK.soft,
    }),
    text(WIDTH - MARGIN, 98, `1 in ${every} is shown`, { size: 15, fill: INK.faint, anchor: 'end' }),
    ...shown.map((one, at) => cell(one, at, sheetTop)),
    terminal(lines, MARGIN, belowTop, screenWidth, belowHeight),
    figures(picture, sideLeft, belowTop + 8, WIDTH - MARGIN - sideLeft, belowHeight - 22),
    '</svg>\n',
  ].join('\n')
}
