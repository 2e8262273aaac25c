/**
 * Runs the examples that a recipe carries: a page, and what the recipe is to make of it. Only what an example
 * names is compared, so that a page's gaps need not be written out.
 */
import type { Candidate, PageReading } from '../candidate.ts'
import { canonicalUrl } from '../canonical-url.ts'
import { publishedTime } from '../published-time.ts'
import { readPage } from '../read-page.ts'
import { compileRecipe } from './compile-recipe.ts'
import type { Recipe, RecipeExample, RecipeItem } from './recipe.ts'

type Value = string | number | null

export interface Difference {
  /** `items[2].title`, `next`, `items` for their number. */
  readonly key: string
  readonly expected: Value
  readonly got: Value
}

export interface ExampleResult {
  /** The example's own name, or its place and address. */
  readonly name: string
  readonly url: string
  readonly ok: boolean
  /** Found on the page. */
  readonly items: number
  readonly differences: readonly Difference[]
  /** What the recipe could not do, in words. */
  readonly problems: readonly string[]
}

/** A candidate under the names of a recipe. */
const asItem = (candidate: Candidate): Required<RecipeItem> => ({
  thumbnail: candidate.thumbnailUrl, full: candidate.fullUrl, title: candidate.title, alt: candidate.alt, caption: candidate.caption,
  category: candidate.category, time: candidate.publishedAt, licence: candidate.licence, creator: candidate.creator,
  width: candidate.width, height: candidate.height, fields: candidate.fields ?? {},
})

const ADDRESSES = new Set(['thumbnail', 'full', 'next', 'links'])

/** As the reading has it: addresses whole, times in UTC. */
const canonical = (name: string, value: Value, url: string): Value => {
  if (typeof value !== 'string') return value
  if (ADDRESSES.has(name)) return canonicalUrl(value, url) ?? value
  if (name === 'time') return publishedTime(value) ?? value
  return value
}

const same = (expected: Value, got: Value): boolean =>
  expected === got || (expected !== null && got !== null && typeof expected !== typeof got && String(expected) === String(got))

const compareItem = (expected: RecipeItem, found: Candidate, at: number, url: string): Difference[] => {
  const got = asItem(found)
  const { fields = {}, ...words } = expected
  const pairs: [key: string, expected: Value, got: Value][] = [
    ...Object.entries(words).map(([name, value]): [string, Value, Value] => [
      name, canonical(name, value ?? null, url), got[name as keyof typeof words] ?? null,
    ]),
    ...Object.entries(fields).map(([name, value]): [string, Value, Value] => [
      `fields.${name}`, value, Object.hasOwn(got.fields, name) ? (got.fields[name] ?? null) : null,
    ]),
  ]
  return pairs.flatMap(([key, wanted, has]) => (same(wanted, has) ? [] : [{ key: `items[${at}].${key}`, expected: wanted, got: has }]))
}

const compareLists = (key: string, expected: readonly string[], got: readonly string[]): Difference[] => [
  ...expected.filter((url) => !got.includes(url)).map((url) => ({ key, expected: url, got: null })),
  ...got.filter((url) => !expected.includes(url)).map((url) => ({ key, expected: null, got: url })),
]

const compare = (example: RecipeExample, { candidates, links, relations }: PageReading): Difference[] => {
  const { url, items, next, links: wantedLinks } = example
  const whole = (raw: string): string => String(canonical('next', raw, url))
  return [
    ...(items.length === candidates.length ? [] : [{ key: 'items', expected: items.length, got: candidates.length }]),
    ...items.flatMap((item, at) => {
      const found = candidates[at]
      return found === undefined ? [] : compareItem(item, found, at, url)
    }),
    ...(next === undefined ? [] : compareLists('next', next === null ? [] : [whole(next)], relations.next)),
    ...(wantedLinks === undefined ? [] : compareLists('links', wantedLinks.map(whole), links)),
  ]
}

/**
 * @param readFile gives the page of an example that names a `file`
 * @throws GannetError recipe-invalid, and what `readFile` throws
 */
export const checkExamples = async (
  recipe: Recipe,
  readFile: (file: string) => Promise<string | Uint8Array>,
): Promise<readonly ExampleResult[]> => {
  const compiled = compileRecipe(recipe)
  const results: ExampleResult[] = []
  for (const [at, example] of (recipe.examples ?? []).entries()) {
    const { url, html, file } = example
    const problems: string[] = []
    const page = html ?? (await readFile(file ?? ''))
    const reading = readPage(page, { url, recipe, onProblem: (problem) => problems.push(problem) })
    const differences = compiled.matches(canonicalUrl(url))
      ? compare(example, reading)
      : [{ key: 'match', expected: url, got: null }]
    const items = reading.candidates.length
    results.push({ name: example.name ?? `example ${at + 1}`, url, ok: differences.length === 0, items, differences, problems })
  }
  return results
}
