/** What a blob store is, in as few words as possible: the measure of every adapter. */
import { readFile, rm } from 'node:fs/promises'
import type { Sha256 } from '../core/ids.ts'
import type { BlobStore } from './blob-store.ts'

export const createBlobStoreModel = (): BlobStore => {
  const blobs = new Map<Sha256, Uint8Array>()
  return {
    async put(sha256, body) {
      if (body.kind === 'inline') {
        if (blobs.has(sha256)) return false
        blobs.set(sha256, body.bytes.slice())
        return true
      }
      const created = !blobs.has(sha256)
      if (created) blobs.set(sha256, new Uint8Array(await readFile(body.path)))
      await rm(body.path, { force: true })
      return created
    },
    get: async (sha256) => blobs.get(sha256)?.slice() ?? null,
    slice: async (sha256, offset, length) => blobs.get(sha256)?.slice(offset, offset + length) ?? null,
    has: async (sha256) => blobs.has(sha256),
    async delete(sha256) {
      blobs.delete(sha256)
    },
    async list(after, limit) {
      const rest = [...blobs]
        .map(([sha256, bytes]) => ({ sha256, bytes: bytes.byteLength }))
        .filter((blob) => after === null || blob.sha256 > after)
        .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
      const items = rest.slice(0, limit)
      return { items, next: rest.length > limit ? (items.at(-1)?.sha256 ?? null) : null }
    },
    pathOf: () => null,
    async close() {
      blobs.clear()
    },
  }
}
