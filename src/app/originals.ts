/**
 * Where the bytes of stored pictures come from when renditions are made of them: the file itself where the store is on
 * this machine, else a copy of it in the spool, fetched piece by piece so that no message grows with the picture.
 */
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Remote } from '../core/rpc.ts'
import type { Sha256 } from '../core/ids.ts'
import type { Originals } from '../crawl/index.ts'
import type { BlobStore } from '../store/index.ts'

/** Bytes of one message. */
export const SLICE_BYTES = 4 * 1024 * 1024

const keepsNothing = async (): Promise<void> => undefined

let fetched = 0

/** @returns whether all of it came */
const fetchInto = async (path: string, slice: Remote<BlobStore>['slice'], sha256: Sha256, bytes: number): Promise<boolean> => {
  const file = await open(path, 'wx')
  try {
    for (let offset = 0; offset < bytes; ) {
      const part = await slice(sha256, offset, SLICE_BYTES)
      if (part === null || part.length === 0) return false
      await file.writeFile(part)
      offset += part.length
    }
    return true
  } finally {
    await file.close()
  }
}

/** Of a store on another machine, or of one without files. */
export const fetchedOriginals = (blobs: Pick<Remote<BlobStore>, 'slice'>, spoolDir: string): Originals => ({
  async fetch({ sha256, bytes }) {
    const path = join(spoolDir, `original-${process.pid}-${++fetched}`)
    const release = (): Promise<void> => rm(path, { force: true })
    try {
      if (await fetchInto(path, (...ask) => blobs.slice(...ask), sha256, bytes)) return { body: { kind: 'spool', path, size: bytes, sha256 }, release }
    } catch (error) {
      await release()
      throw error
    }
    await release()
    return null
  },
})

/** Of a store on this machine. */
export const storedOriginals = (blobs: Pick<Remote<BlobStore>, 'slice' | 'pathOf' | 'has'>, spoolDir: string): Originals => ({
  async fetch(asset) {
    const { sha256, bytes } = asset
    const path = await blobs.pathOf(sha256)
    if (path === null) return fetchedOriginals(blobs, spoolDir).fetch(asset)
    return (await blobs.has(sha256)) ? { body: { kind: 'spool', path, size: bytes, sha256 }, release: keepsNothing } : null
  },
})
