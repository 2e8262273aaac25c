/** What a page yields, without a picture being fetched: from a URL, politely, or from a file. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../core/clock.ts'
import { GannetError } from '../core/errors.ts'
import { explain } from '../core/reasons.ts'
import type { GrabberApi } from '../fetch/index.ts'
import { canonicalUrl, MAX_LIST_BYTES, readDocument, recipeFor, type PageReading, type Recipe } from '../page/index.ts'
import type { Grant } from '../schedule/index.ts'
import { sniff } from '../image/sniff.ts'
import type { GrabberInit } from './grabber-role.ts'
import { loadRecipes, type RecipeChoice } from './load-recipes.ts'
import { startRole } from './role-process.ts'
import { settingsFrom, type PartialSettings } from './settings.ts'

export interface InspectOptions extends PartialSettings {
  /** Base of a file's relative addresses; by default an absolute `<base href>`, or what the page calls its own address. */
  readonly url?: string
  /** The first that matches reads the page in place of the general finders. */
  readonly recipe?: RecipeChoice
}

export interface Inspection extends PageReading {
  /** Where the page answered; of a file the address it was read under, or its path as a URL. */
  readonly url: string
  /** Name of the recipe that read it. */
  readonly recipe: string | null
  /** What the recipe could not do, in words. */
  readonly problems: readonly string[]
  /** What the reader assumed, or would have to be told to read more, in words. */
  readonly hints: readonly string[]
}

/** Leave for a single visit at once: nothing else is under way. */
const atOnce = async (host: string): Promise<Grant> => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })

/** At most `max` bytes: a file may be of any size, or never end. */
const readBeginning = async (path: string, max: number): Promise<Uint8Array> => {
  const file = await open(path, 'r')
  try {
    const chunks: Uint8Array[] = []
    for (let left = max; left > 0; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(left, 1 << 20)))
      if (bytesRead === 0) break
      chunks.push(buffer.subarray(0, bytesRead))
      left -= bytesRead
    }
    return Buffer.concat(chunks)
  } finally {
    await file.close()
  }
}

const inspectFile = async (path: string, url: string | undefined, recipes: readonly Recipe[], maxPage: number): Promise<Inspection> => {
  if (url !== undefined && canonicalUrl(url) === null) throw new GannetError('usage', `--url ${url}: an http(s) address is needed`)
  // One byte more, so that the reader knows what it does not see.
  const bytes = await readBeginning(path, Math.max(maxPage, MAX_LIST_BYTES) + 1).catch((cause: Error) => {
    throw new GannetError('usage', `${path} cannot be read: ${cause.message}`, { cause })
  })
  const kind = await sniff(bytes)
  if (kind.kind !== 'other' && !(kind.kind === 'decodable' && kind.format === 'svg')) {
    throw new GannetError('usage', `${path} is a picture (${kind.format}), not a page: gannet probe looks at pictures`)
  }
  const readAs = (address: string, hints: readonly string[]): Inspection => {
    const problems: string[] = []
    const reading = readDocument(bytes, { url: address, maxBytes: maxPage, recipe: recipes, onProblem: (problem) => problems.push(problem) })
    return { ...reading, url: address, recipe: recipeFor(recipes, canonicalUrl(address))?.name ?? null, problems, hints }
  }
  if (url !== undefined) return readAs(url, [])
  const page = readAs(pathToFileURL(path).href, [])
  // A <base href> that is absolute has served by now; the page's word for its own address is the next best.
  const { canonical } = page.relations
  if (canonical !== null) return readAs(canonical, [`read as ${canonical}, which it calls its own address; --url ADDRESS names another`])
  const lost = page.unusable.filter(({ reason }) => reason === 'invalid-url').length
  return lost === 0 ? page : { ...page, hints: [`${lost} of its addresses may be relative: --url ADDRESS says where it comes from`] }
}

/**
 * @param what an http(s) URL, or the path of an HTML file
 * @throws GannetError not-found with the reason when the page could not be had; usage; recipe-invalid
 */
export const inspect = async (what: string, options: InspectOptions = {}): Promise<Inspection> => {
  const { url, recipe, ...flags } = options
  const recipes = await loadRecipes(recipe)
  const settings = await settingsFrom({ flags })
  if (what.trim() === '') throw new GannetError('usage', 'nothing to inspect: name a page or an HTML file')
  if (!/^https?:/i.test(what)) return inspectFile(what, url, recipes, settings.maxPage)
  const href = canonicalUrl(what)
  if (href === null) throw new GannetError('usage', `${what} is not a URL`)
  const spoolDir = await mkdtemp(join(tmpdir(), 'gannet-inspect-'))
  const init: GrabberInit = { settings, spoolDir, recipes }
  const leave = { grant: atOnce, recall: async () => null, remember: async () => undefined }
  const grabber = await startRole('grabber', init, { leave, clock: { now: () => systemClock.now() } })
  try {
    const page = await grabber.peer.remote<GrabberApi>('api').visitPage({
      url: href, kind: 'page', referer: null, grant: await atOnce(new URL(href).origin),
    })
    if (page.kind === 'page') {
      const { finalUrl } = page.visit
      return { ...page.reading, url: finalUrl, recipe: recipeFor(recipes, canonicalUrl(finalUrl))?.name ?? null, problems: [], hints: [] }
    }
    if (page.kind === 'image') throw new GannetError('not-found', `${what} is a picture, not a page: gannet crawl fetches it, gannet probe looks at one that is here`)
    const { reason, detail } = page.visit
    throw new GannetError('not-found', `${what} ${explain(reason)} (${reason}${detail === '' ? '' : `: ${detail}`})`)
  } finally {
    await grabber.stop()
    await rm(spoolDir, { recursive: true, force: true })
  }
}
