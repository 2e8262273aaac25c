/**
 * What it costs to find the pictures of a page, against what the parser library needs to build its tree of it and
 * nothing more: a thousand different pages of 200 KB, of five kinds.
 */
import { row, type Benchmark, type Row } from './bench.ts'
import { interleaved, median } from './compare.ts'
import { raiseCrew } from './crew.ts'
import type { HtmlJob, HtmlOutcome } from './html-worker.ts'
import { PAGE_KINDS, type PageKindName } from './pages/kinds.ts'

const LEAST = 0.8
const BYTES = 200_000

const run = async (job: HtmlJob): Promise<HtmlOutcome> => {
  const crew = await raiseCrew<HtmlJob, HtmlOutcome>(new URL('./html-worker.ts', import.meta.url), [job], ['--expose-gc'])
  return (await crew.go())[0] as HtmlOutcome
}

export const html: Benchmark = async ({ quick, runs, dist, say }) => {
  const pages = quick ? 200 : 1_000
  const side = (how: HtmlJob['how'], encoded: boolean) => async (nth: number): Promise<HtmlOutcome> => {
    const outcome = await run({ dist, pages, bytes: BYTES, how, encoded })
    say(`  run ${nth + 1}, ${encoded ? 'bytes' : 'strings'}: ${how} ${(pages / outcome.seconds).toFixed(0)} pages/s`)
    return outcome
  }
  const perSecond = (outcomes: readonly HtmlOutcome[]): number => median(outcomes.map(({ seconds }) => pages / seconds))
  const strings = await interleaved(runs, side('readPage', false), side('bare', false))
  const trees = await interleaved(runs, side('parsePage', false), side('bare', false))
  const bytes = await interleaved(runs, side('readPage', true), side('bare', true))
  const milliseconds = (outcomes: readonly HtmlOutcome[], kind: PageKindName): number =>
    median(outcomes.map(({ byKind }) => (1000 * byKind[kind]) / (pages / Object.keys(PAGE_KINDS).length)))
  const kinds = (Object.keys(PAGE_KINDS) as PageKindName[]).map((kind): Row =>
    row({ what: `a page of kind ${kind}`, value: milliseconds(strings.a, kind), against: milliseconds(strings.b, kind), unit: 'ms' }))
  return {
    rows: [
      row({ what: 'pages of 200 KB read, against the parser alone', value: perSecond(strings.a), against: perSecond(strings.b), unit: 'pages/s', target: { least: LEAST } }),
      row({ what: 'the tree of it alone, within its limits', value: perSecond(trees.a), against: perSecond(trees.b), unit: 'pages/s', target: { least: LEAST } }),
      row({ what: 'pages read from bytes, decoded as well', value: perSecond(bytes.a), against: perSecond(bytes.b), unit: 'pages/s' }),
      row({
        what: 'processor time a page, with the garbage collector', unit: 'ms',
        value: median(strings.a.map(({ processor }) => (1000 * processor) / pages)), against: median(strings.b.map(({ processor }) => (1000 * processor) / pages)),
      }),
      ...kinds,
      row({ what: 'candidates found on a page', value: (strings.a[0] as HtmlOutcome).found / pages, unit: 'images' }),
    ],
    notes: [
      `${pages} different pages of ${BYTES} bytes, made by a seeded generator (bench/pages), a fifth of each kind: article (27 pictures, much prose, comments), list of a shop (49 pictures, JSON-LD of all products, filters), gallery (111 pictures with sources and microdata), forum (about 150 pictures, most of them faces and smileys; table markup), application (61 pictures, its data once more as JSON). A tenth to a half of a page is scripts, style sheets and data.`,
      `Medians of ${runs} runs of each side in turn, each in a process of its own, after 300 pages of warming up.`,
      "The parser alone is htmlparser2's Parser with domhandler's DomHandler, their defaults: it makes the tree and asks it nothing. gannet makes its tree with the same parser, and all candidates, words and links of it.",
    ],
  }
}
