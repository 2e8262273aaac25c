/**
 * HTML in, candidates and links out; nothing is fetched and nothing is remembered. Pages come from
 * strangers: every step is linear in what was read, and reading is bounded in bytes, time and count.
 */
import { GannetError } from '../core/errors.ts'
import type { Candidate, PageReading } from './candidate.ts'
import { canonicalUrl, createResolver } from './canonical-url.ts'
import { decodeHtml } from './decode-html.ts'
import { FINDERS } from './finders/finders.ts'
import { createGathering } from './gather.ts'
import { createIdLookup } from './id-lookup.ts'
import { readOptOut } from './opt-out.ts'
import { pageLinks } from './page-links.ts'
import { pageRelations } from './page-relations.ts'
import { parsePage, type PageTree } from './page-tree.ts'
import { pageWords } from './page-words.ts'
import type { Page } from './page.ts'
import { pictureWords } from './picture-words.ts'
import { recipeFor } from './recipe/compile-recipe.ts'
import { readByRecipe } from './recipe/read-by-recipe.ts'
import type { Recipe } from './recipe/recipe.ts'

export interface ReadPageOptions {
  /** Where the page answered, after redirects. Candidates of a page without an http(s) URL have no `pageUrl`. */
  readonly url: string
  /** The Content-Type header: its charset overrides what the page declares. */
  readonly contentType?: string | null
  /** Bytes read, or UTF-16 units of a string (default 10 MB). */
  readonly maxBytes?: number
  /** Milliseconds that reading may take (default 2,000); looked at every few milliseconds of work. */
  readonly maxMs?: number
  /** Candidates returned at most (default 20,000). */
  readonly maxCandidates?: number
  /** The crawler's name, lower-cased, that opt-outs may address (default `gannet`). */
  readonly agent?: string
  /** The first whose `match` fits reads the page in place of the general finders. A page without an address fits all. */
  readonly recipe?: Recipe | readonly Recipe[]
  /** Told what a recipe could not do on this page. */
  readonly onProblem?: (message: string) => void
  /** Milliseconds, monotonic; for tests. */
  readonly now?: () => number
}

const MAX_UNUSABLE = 1000
/** Of the time, how much parsing may use up: what was parsed must also be looked through. */
const PARSING_SHARE = 0.7
/** Pictures and links between two looks at the clock. */
const STRIDE = 32

/** @param url where its addresses are relative to, unless it has a `<base>` */
export const createPage = (tree: PageTree, url: string): Page => {
  const declared = tree.landmarks.base.find((base) => base.attribs['href'] !== undefined)?.attribs['href']
  const base = declared === undefined ? null : canonicalUrl(declared.trim(), url)
  return { ...tree, url: canonicalUrl(url), resolve: createResolver(base ?? url), claimed: new Set() }
}

/**
 * Reads one page. Never throws on what the page contains; `cut` says when only its beginning was read.
 * @throws GannetError recipe-invalid
 */
export const readPage = (html: string | Uint8Array, options: ReadPageOptions): PageReading => {
  const { url, contentType, maxBytes = 10_000_000, maxMs = 2000, maxCandidates = 20_000 } = options
  const now = options.now ?? (() => performance.now())
  const start = now()

  const text = typeof html === 'string' ? html : decodeHtml(html.subarray(0, maxBytes), contentType)
  const tree = parsePage(text, { maxLength: maxBytes, deadline: start + maxMs * PARSING_SHARE, now })
  let cut: PageReading['cut'] = typeof html !== 'string' && html.length > maxBytes ? 'bytes' : tree.cut
  let steps = 0
  let late = false
  const goOn = (): boolean => {
    if (steps++ % STRIDE === 0 && now() > start + maxMs) late = true
    if (late) cut = 'time'
    return !late
  }

  const page = createPage(tree, url)
  const gathering = createGathering()
  const byId = createIdLookup(page)
  const unusable = new Map<string, PageReading['unusable'][number]>()
  const recipe = recipeFor(options.recipe, page.url)
  const byRecipe = recipe && readByRecipe(page, recipe, { maxMs: start + maxMs - now(), maxItems: maxCandidates })
  cut ??= byRecipe?.cut ?? null
  for (const found of byRecipe?.pictures ?? []) gathering.add(found, () => found.words)
  for (const found of byRecipe?.unusable ?? []) unusable.set(`${found.reason} ${found.url}`, found)
  for (const problem of byRecipe?.problems ?? []) options.onProblem?.(problem)

  search: for (const finder of recipe?.alsoGeneral === false ? [] : FINDERS) {
    for (const found of finder(page)) {
      if (!goOn()) break search
      if (found.kind === 'unusable') {
        if (unusable.size < MAX_UNUSABLE) unusable.set(`${found.reason} ${found.url}`, { url: found.url, reason: found.reason })
      } else if (gathering.size < maxCandidates) {
        gathering.add(found, () => pictureWords(page, found, byId))
      } else {
        cut ??= 'candidates'
        break search
      }
    }
  }

  const words = pageWords(page)
  const relations = pageRelations(page)
  const next = byRecipe?.next ?? relations.next
  const links = byRecipe?.links?.filter((url) => !gathering.has(url)) ?? pageLinks(page, gathering.has, goOn)
  return {
    document: 'html',
    candidates: gathering.candidates(page.url, words),
    links: byRecipe === null ? links : [...new Set([...next, ...links])],
    relations: { ...relations, next },
    title: words.title,
    optOut: readOptOut(tree.landmarks.meta, options.agent),
    unusable: [...unusable.values()],
    cut,
  }
}

/**
 * The library's face (DESIGN §6): the candidates a page yields, no picture fetched.
 * @throws GannetError usage when there is no HTML or no address; recipe-invalid
 */
export const inspectHtml = async (html: string | Uint8Array, options: ReadPageOptions): Promise<Candidate[]> => {
  // Callers in JavaScript, whom no type checker tells.
  if (typeof html !== 'string' && !((html as unknown) instanceof Uint8Array)) {
    throw new GannetError('usage', `inspectHtml takes a page's HTML as a string or a Uint8Array, not ${html === null ? 'null' : typeof html}`)
  }
  const url: unknown = (options as Partial<ReadPageOptions> | undefined)?.url
  if (typeof url !== 'string' || !URL.canParse(url)) {
    const given = url === undefined ? 'it is missing' : `${JSON.stringify(url)?.slice(0, 200) ?? typeof url} is none`
    throw new GannetError('usage', `inspectHtml needs the address of the page, absolute, as { url }: ${given}`)
  }
  return [...readPage(html, options).candidates]
}
