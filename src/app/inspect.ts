/** What a page yields, without a picture being fetched: from a URL, politely, or from a file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GannetError } from '../core/errors.ts'
import type { GrabberApi } from '../fetch/index.ts'
import { readPage, type PageReading } from '../page/index.ts'
import type { Grant } from '../schedule/index.ts'
import type { GrabberInit } from './grabber-role.ts'
import { startRole } from './role-process.ts'
import { settingsFrom, type PartialSettings } from './settings.ts'

/** Leave for a single visit at once: nothing else is under way. */
const atOnce = async (host: string): Promise<Grant> => ({ host, notBefore: 0, count: 1, intervalMs: 0, fence: 1 })

const inspectFile = async (path: string, url: string | undefined): Promise<PageReading> => {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new GannetError('usage', `${path} cannot be read: ${cause.message}`, { cause })
  })
  return readPage(bytes, { url: url ?? pathToFileURL(path).href })
}

/**
 * @param what an http(s) URL, or the path of an HTML file
 * @param options.url base of a file's relative addresses
 * @throws GannetError not-found with the reason when the page could not be had
 */
export const inspect = async (what: string, options: PartialSettings & { readonly url?: string } = {}): Promise<PageReading> => {
  const { url, ...flags } = options
  if (!/^https?:/i.test(what)) return inspectFile(what, url)
  const settings = await settingsFrom({ flags })
  const spoolDir = await mkdtemp(join(tmpdir(), 'gannet-inspect-'))
  const init: GrabberInit = { settings, spoolDir }
  const leave = { grant: atOnce, recall: async () => null, remember: async () => undefined }
  const grabber = await startRole('grabber', init, { leave })
  try {
    const href = new URL(what).href
    const page = await grabber.peer.remote<GrabberApi>('api').visitPage({
      url: href, kind: 'page', referer: null, grant: await atOnce(new URL(href).origin),
    })
    if (page.kind === 'page') return page.reading
    throw new GannetError('not-found', page.kind === 'image' ? `${what} is a picture, not a page` : `${page.visit.reason}: ${page.visit.detail}`)
  } finally {
    await grabber.stop()
    await rm(spoolDir, { recursive: true, force: true })
  }
}
