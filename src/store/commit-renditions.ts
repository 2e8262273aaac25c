/**
 * How renditions are stored: noted in the journal, the blobs, then one catalogue transaction; what then belongs to no row
 * goes again. A crash between any two leaves rows with their blobs, or blobs that the journal names.
 */
import { rm } from 'node:fs/promises'
import type { Sha256 } from '../core/ids.ts'
import type { BlobStore } from './blob-store.ts'
import type { Catalogue } from './catalogue.ts'
import type { RenditionAsk } from './committer.ts'
import type { Journal } from './journal.ts'

export interface RenditionStores {
  readonly catalogue: Pick<Catalogue, 'addRenditions'>
  readonly blobs: Pick<BlobStore, 'put'>
  readonly journal: Pick<Journal, 'note'>
  /** Deletes those of the blobs that belong to no row. */
  readonly removeRowless: (sha256s: readonly Sha256[]) => Promise<unknown>
}

/** @returns whether the asset has them now */
export const storeRenditions = async ({ catalogue, blobs, journal, removeRowless }: RenditionStores, ask: RenditionAsk): Promise<boolean> => {
  const made = ask.renditions.flatMap(({ rendition: { sha256 }, body }) => (sha256 === null || body === null ? [] : [{ sha256, body }]))
  const addresses = made.map(({ sha256 }) => sha256)
  journal.note('put', addresses)
  try {
    await Promise.all(made.map(({ sha256, body }) => blobs.put(sha256, body)))
    const [isStored = false] = await catalogue.addRenditions([
      { asset: ask.asset, request: ask.request, renditions: ask.renditions.map(({ rendition }) => rendition) },
    ])
    return isStored
  } finally {
    // Of an asset that is gone, of a row that was there before with other bytes, of a failure.
    await removeRowless(addresses)
    for (const { body } of made) if (body.kind === 'spool') await rm(body.path, { force: true })
  }
}
