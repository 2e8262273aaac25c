/** What a page yields, for people: a line a picture, thumbnail and full side by side, and a summary of the rest. */
import pc from 'picocolors'
import type { Inspection } from '../app/inspect.ts'
import type { RecipeCheck } from '../app/check-recipes.ts'
import type { Candidate } from '../page/index.ts'
import { columns, cutTo, harmless, padTo } from './columns.ts'
import { count, countOf } from './output.ts'

type Row = readonly [number: string, thumbnail: string, full: string, size: string, via: string, words: string]
const HEAD: Row = ['', 'thumbnail', 'full', 'size', 'via', 'title · alt · caption | category · date · creator · licence']
const GAP = 2
/** Below this an address says nothing. */
const LEAST_URL = 16
/** Of the width, what one address may take. */
const URL_SHARE = 0.3
const MAX_SHOWN = 2000
const MAX_LINKS = 3

/** `host/…/name.jpg`; of the page's own host only `/…/name.jpg`; whole where there is room without end. */
export const shortUrl = (url: string, pageUrl: string | null, width: number): string => {
  if (width === Number.POSITIVE_INFINITY) return url
  const rest = url.replace(/^https?:\/\//, '')
  const slash = rest.indexOf('/')
  const host = slash === -1 ? rest : rest.slice(0, slash)
  const path = slash === -1 ? '/' : rest.slice(slash)
  const pageHost = pageUrl?.replace(/^https?:\/\//, '').split('/', 1)[0]
  const whole = host === pageHost ? path : rest
  if (whole.length <= width) return whole
  const query = path.indexOf('?')
  const name = path.slice(path.lastIndexOf('/', query === -1 ? undefined : query) + 1)
  const front = host === pageHost ? '/…/' : `${host}/…/`
  if (front.length + name.length <= width) return front + name
  // The end of a name tells more than its host.
  return `…${name.slice(-(width - 1))}`
}

const sizeOf = ({ width, height }: Candidate): string =>
  width === null ? (height === null ? '' : `? × ${height}`) : `${width} × ${height ?? '?'}`

/** One line: what the page says | what it is filed under, in the order of the heading. */
const wordsOf = ({ alt, title, caption, category, publishedAt, licence, creator, fields }: Candidate): string => {
  const said = [title, alt, caption]
  const day = publishedAt?.replace(/T00:00:00\.000Z$/, '').replace(/:\d\d\.000Z$/, 'Z') ?? null
  const filed = [category, day, creator === null ? null : `by ${creator}`, licence]
  const more = Object.entries(fields ?? {}).map(([name, value]) => `${name} ${value}`)
  const told = new Set<string>()
  /** Each word once, whoever says it again. */
  const part = (texts: readonly (string | null)[]): string =>
    texts.filter((text): text is string => {
      const key = text?.trim().toLowerCase() ?? ''
      if (key === '' || told.has(key)) return false
      told.add(key)
      return true
    }).join(' · ')
  const page = part(said)
  const filing = part([...filed, ...more])
  return harmless(filing === '' ? page : `${page} | ${filing}`.trimStart())
}

const rowOf = (candidate: Candidate, at: number, urlWidth: number): Row => {
  const { thumbnailUrl, fullUrl, pageUrl, via } = candidate
  const full = shortUrl(fullUrl, pageUrl, urlWidth)
  const thumbnail = thumbnailUrl === fullUrl ? 'the same' : shortUrl(thumbnailUrl, pageUrl, urlWidth)
  return [String(at + 1), thumbnail, full, sizeOf(candidate), via, wordsOf(candidate)]
}

/** @param width columns of the terminal; null where there is none: nothing is cut then */
const tableOf = (candidates: readonly Candidate[], width: number | null): string[] => {
  const urlWidth = width === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_URL, Math.floor(width * URL_SHARE))
  const rows = candidates.slice(0, MAX_SHOWN).map((candidate, at) => rowOf(candidate, at, urlWidth))
  const widths = HEAD.map((title, column) => rows.reduce((most, row) => Math.max(most, columns(row[column] ?? '')), columns(title)))
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP, 0)
  const left = width === null ? Number.POSITIVE_INFINITY : width - before
  const line = (row: Row, paint: (text: string, column: number) => string): string =>
    row.map((cell, column) =>
      column === 0 ? paint(cell.padStart(widths[0] ?? 0), column)
      : column === 5 ? paint(left === Number.POSITIVE_INFINITY ? cell : cutTo(cell, left), column)
      : paint(padTo(cell, widths[column] ?? 0), column)).join(' '.repeat(GAP)).trimEnd()
  return [
    line(HEAD, (text) => pc.dim(text)),
    ...rows.map((row) => line(row, (text, column) => (column === 0 || column === 4 || row[column] === 'the same' ? pc.dim(text) : column === 2 ? pc.bold(text) : text))),
  ]
}

const countsOf = (reasons: readonly string[]): string => {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `${reason} ${count(n)}`).join(', ')
}

/** A few of many, in a line. */
const some = (urls: readonly string[]): string =>
  [...urls.slice(0, MAX_LINKS), ...(urls.length > MAX_LINKS ? [`and ${count(urls.length - MAX_LINKS)} more`] : [])].join('  ')

/** Why less than the whole was read. */
export const CUT = {
  bytes: 'only the beginning was read: it is longer than is read (--max-page)',
  time: 'only the beginning was read: it took too long to read',
  candidates: 'only the beginning was read: it offers more pictures than are taken of one page',
  links: 'only the beginning was read: it names more pages than are taken of one list',
} as const

const KINDS = { html: 'page', feed: 'feed', sitemap: 'sitemap' } as const

/** The page in lines. */
export const inspectText = (page: Inspection, width: number | null): string => {
  const { candidates, unusable, links, relations, optOut, cut, recipe, problems, hints, title } = page
  const facts: [name: string, words: string][] = [
    [KINDS[page.document], [title === null ? null : harmless(title), page.url].filter((text) => text !== null).join('  ')],
    ['pictures', `${count(candidates.length)}${recipe === null ? '' : `, by the recipe ${harmless(recipe)}`}`],
    ['unusable', countsOf(unusable.map(({ reason }) => reason))],
    ['links', count(links.length)],
    ['next page', some(relations.next)],
    ['canonical', relations.canonical === null || relations.canonical === page.url ? '' : relations.canonical],
    ['leads to', relations.refresh ?? ''],
    ['languages', relations.alternates.length === 0 ? '' : relations.alternates.slice(0, 20).map(({ language }) => harmless(language)).join(' ')],
    ['feeds', some(relations.feeds)],
    ['sitemaps', some(relations.sitemaps)],
    ['opted out', optOut.images ? '' : `its pictures are not to be taken: ${harmless(optOut.directive ?? '')}`],
    ['not to follow', optOut.follow ? '' : `its links are not to be followed: ${harmless(optOut.directive ?? '')}`],
    ['cut short', cut === null ? '' : CUT[cut]],
    ...hints.map((hint): [string, string] => ['note', harmless(hint)]),
    ...problems.map((problem): [string, string] => ['recipe', harmless(problem)]),
  ]
  const shown = facts.filter(([, words]) => words !== '')
  const label = Math.max(...shown.map(([name]) => name.length))
  const summary = shown.map(([name, words]) => `${pc.dim(name.padEnd(label))}  ${width === null ? words : cutTo(words, width - label - GAP)}`)
  const more = candidates.length > MAX_SHOWN ? [`… and ${count(candidates.length - MAX_SHOWN)} more; --json prints all`] : []
  return [...(candidates.length === 0 ? [] : [...tableOf(candidates, width), ...more, '']), ...summary].join('\n')
}

const value = (given: string | number | null): string => (given === null ? 'nothing' : harmless(JSON.stringify(given)))

/** What became of a recipe's examples: a line each, and a line for all that differs. */
export const checkText = (checks: readonly RecipeCheck[]): string =>
  checks.flatMap(({ file, recipe, examples }) => {
    const keyWidth = Math.max(0, ...examples.flatMap(({ differences }) => differences.map(({ key }) => key.length)))
    const nameWidth = Math.max(0, ...examples.map(({ name }) => columns(harmless(name))))
    return [
      pc.bold(`${harmless(recipe)}  ${pc.dim(file)}`),
      ...(examples.length === 0 ? ['  it has no examples: write a page and what it yields under the key examples'] : []),
      ...examples.flatMap(({ name, ok, items, url, differences, problems }) => [
        `  ${ok ? pc.green('ok   ') : pc.red('fails')}  ${padTo(harmless(name), nameWidth)}  ${countOf(items, 'item')}  ${pc.dim(url)}`,
        ...differences.map(({ key, expected, got }) =>
          `         ${key.padEnd(keyWidth)}  ${key === 'match' ? 'the recipe is not for this address' : `expected ${value(expected)}, got ${value(got)}`}`),
        ...(ok ? [] : problems.map((problem) => `         ${harmless(problem)}`)),
      ]),
    ]
  }).join('\n')
