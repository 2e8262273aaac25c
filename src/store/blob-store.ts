/**
 * The port of the blobs: originals and renditions, addressed by their SHA-256, never altered.
 * A resolved `put` is durable; putting the same bytes twice stores them once; a half-written
 * blob is never seen under its address. Semantics: `blob-store.contract.ts` against its model.
 */
import type { Body } from '../core/body.ts'
import type { Sha256 } from '../core/ids.ts'
import type { PageOf } from '../core/page-of.ts'

export interface BlobStore {
  /**
   * Stores the body under `sha256`, which the caller has computed over those bytes.
   * A spooled body's file is consumed. Throws `disk-full` when there is no room.
   * @returns false when the blob was there already
   */
  put(sha256: Sha256, body: Body): Promise<boolean>
  /** Null when there is no such blob. */
  get(sha256: Sha256): Promise<Uint8Array | null>
  /** At most `length` bytes from `offset` on, fewer at the end, none beyond it; null when there is no such blob. */
  slice(sha256: Sha256, offset: number, length: number): Promise<Uint8Array | null>
  has(sha256: Sha256): Promise<boolean>
  /** Removing what is not there is no error. */
  delete(sha256: Sha256): Promise<void>
  /** In order of address. */
  list(after: string | null, limit: number): Promise<PageOf<{ readonly sha256: Sha256; readonly bytes: number }>>
  /** Where the bytes lie on this machine, for programs that take a path; null if they do not. */
  pathOf(sha256: Sha256): string | null
  close(): Promise<void>
}
