/**
 * Bytes on their way between processes. Small ones travel inside the message; larger ones as a
 * file in the data folder's spool, whose path is the message. The spool lies on the same file
 * system as the blobs, so that storing a picture is a rename.
 */
import type { Sha256 } from './ids.ts'

export type Body =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'spool'
      readonly path: string
      readonly size: number
      /** Taken as the bytes were written, so that no reader need take it again. Absent when nobody did. */
      readonly sha256?: Sha256
    }

/** Largest body, in bytes, that travels inside a message. */
export const INLINE_MAX = 256 * 1024

export const bodySize = (body: Body): number =>
  body.kind === 'inline' ? body.bytes.byteLength : body.size
