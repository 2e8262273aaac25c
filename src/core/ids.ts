/**
 * Names for things that travel between rooms. Branding keeps a task's id from being passed
 * where an asset's is meant; every id is derived from content, so the same input met twice
 * (a restart, a duplicate delivery) yields the same id and every write keyed by it is idempotent.
 */
import { createHash } from 'node:crypto'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** One unit of work. 22 base64url characters: 128 bits of SHA-256 over kind and canonical URL. */
export type TaskId = Branded<'TaskId'>
/** What a user submitted. Same seeds and scope give the same id: that is how a second run resumes. */
export type RequestId = Branded<'RequestId'>
/** A kept picture: the first 24 hexadecimal digits of the SHA-256 of the original bytes. */
export type AssetId = Branded<'AssetId'>
/** 64 lower-case hexadecimal digits. */
export type Sha256 = Branded<'Sha256'>
/** One set of comparable vectors, written `pack/dimension/metric`. */
export type SpaceId = Branded<'SpaceId'>

const digest22 = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** @param url canonical absolute URL; for an image the URL of its full rendition */
export const taskId = (kind: string, url: string): TaskId => digest22(`${kind} ${url}`) as TaskId

export const requestId = (parts: readonly string[]): RequestId =>
  digest22(JSON.stringify(parts)) as RequestId

export const assetIdOf = (sha256: Sha256): AssetId => sha256.slice(0, 24) as string as AssetId

export const sha256Of = (bytes: Uint8Array | string): Sha256 =>
  createHash('sha256').update(bytes).digest('hex') as Sha256

export interface Space {
  readonly pack: string
  readonly dimension: number
  readonly metric: 'cosine'
}

export const spaceId = (space: Space): SpaceId =>
  `${space.pack}/${space.dimension}/${space.metric}` as SpaceId
